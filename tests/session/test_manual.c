// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/array.h"
#include "base/data_path.h"
#include "base/input_file.h"
#include "base/memory.h"
#include "base/string.h"
#include "expect.h"
#include "session/strip.h"
#include "session/texts.h"

#include <tonmeister/decision.h>

#include <dirent.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

/**
   @file
   What the manual shows works: every block of YAML parses, and those marked
   complete are read, with the program's own processors and presets.
*/

static char* manual;

/// A block behind ```; `kind` is what stands after the three marks
typedef struct {
  char kind[64];
  const char* text;
  size_t length;
} Block;

static bool
next_block(const char** at, Block* block)
{
  const char* const open = strstr(*at, "\n```");
  if (!open) {
    return false;
  }
  const size_t n = strcspn(open + 4, "\n");
  snprintf(block->kind, sizeof(block->kind), "%.*s", (int)n, open + 4);
  block->text = open + 4 + n + 1;
  const char* const close = strstr(open + 4, "\n```");
  assert_non_null(close);
  block->length = (size_t)(close + 1 - block->text);
  *at = close + 4;
  return true;
}

static TonDoc*
parsed(const Block* block)
{
  TonDoc* doc = NULL;
  TonError error = {0};
  if (ton_doc_parse(block->text, block->length, block->kind, &doc, &error) !=
      TON_OK) {
    fail_msg("%s:%u: %s", block->kind, error.line, error.text);
  }
  return doc;
}

static void
read_block(const Block* block, const TonDoc* doc)
{
  TonError error = {0};
  TonStatus status = TON_BAD_USE;
  if (strstr(block->kind, "mix.yaml")) {
    TonMix* mix = NULL;
    status = ton_mix_read(doc, NULL, &mix, &error);
    ton_mix_free(mix);
  } else if (strstr(block->kind, "master.yaml")) {
    TonMaster* master = NULL;
    status = ton_master_read(doc, NULL, &master, &error);
    ton_master_free(master);
  } else if (strstr(block->kind, "release.yaml")) {
    TonRelease* release = NULL;
    status = ton_release_read(doc, NULL, &release, &error);
    ton_release_free(release);
  }
  if (strstr(block->kind, "album.yaml")) {
    TonAlbum* album = NULL;
    status = ton_album_read(doc, NULL, &album, &error);
    ton_album_free(album);
  }
  if (status != TON_OK) {
    fail_msg("%s:%u:%u: %s", block->kind, error.line, error.column, error.text);
  }
}

static void
complete_examples_are_read(void** state)
{
  (void)state;
  const char* at = manual;
  Block block;
  int complete = 0;
  while (next_block(&at, &block)) {
    if (strncmp(block.kind, "yaml complete", 13) == 0) {
      TonDoc* const doc = parsed(&block);
      read_block(&block, doc);
      ton_doc_free(doc);
      ++complete;
    }
  }
  assert_int_equal(complete, 4);
}

/// Chains and automation of the manual, on a track
static void
read_piece(const Block* block)
{
  TonString text = {0};
  ton_string_add(&text, "tempo: 120 bpm\n"
                        "sections: {verse 2: 17 bar, chorus 2: 25 bar}\n"
                        "tracks:\n  Kick: {file: k.wav}\n"
                        "  Vox:\n    file: v.wav\n    sends: {Plate: 0 dB}\n");
  bool chained = strncmp(block->text, "chain:", 6) == 0;
  if (!chained) {
    ton_string_add(&text,
                   "    chain: [equaliser: [tilt: , bell: ], compressor: "
                   "]\n");
  }
  for (const char* line = block->text; line < block->text + block->length;) {
    const size_t n = strcspn(line, "\n") + 1;
    ton_string_add(&text, "    ");
    ton_string_add_bytes(&text, line, n);
    line += n;
  }
  ton_string_add(&text, "buses: {Plate: }\n");
  Block whole = {"a piece in mix.yaml", ton_string_string(&text), text.length};
  TonDoc* const doc = parsed(&whole);
  read_block(&whole, doc);
  ton_doc_free(doc);
  ton_string_free(&text);
}

static void
pieces_are_read_in_their_place(void** state)
{
  (void)state;
  const char* at = manual;
  Block block;
  int pieces = 0;
  while (next_block(&at, &block)) {
    if (strcmp(block.kind, "yaml") == 0) {
      TonDoc* const doc = parsed(&block);
      ton_doc_free(doc);
      if (strncmp(block.text, "chain:", 6) == 0 ||
          strncmp(block.text, "automation:", 11) == 0) {
        read_piece(&block);
        ++pieces;
      }
    }
  }
  assert_int_equal(pieces, 4);
}

static void
inserts_of_the_manual_are_read(void** state)
{
  (void)state;
  const char* at = strstr(manual, "```\ncompressor:");
  assert_non_null(at);
  at += 4;
  int inserts = 0;
  for (; *at != '`'; ++inserts) {
    char argument[128];
    const size_t n = strcspn(at, "\n");
    snprintf(argument, sizeof(argument), "%.*s", (int)n, at);
    TonInsert insert = {0};
    TonError error = {0};
    if (ton_insert_parse(argument, &insert, &error) != TON_OK) {
      fail_msg("%s: %s", argument, error.text);
    }
    ton_insert_free(&insert);
    at += n + 1;
  }
  assert_int_equal(inserts, 4);
}

static void
the_path_of_the_manual_leads_to_its_value(void** state)
{
  (void)state;
  const char* at = manual;
  Block block;
  assert_true(next_block(&at, &block));
  TonDoc* const doc = parsed(&block);
  char* const value =
      ton_doc_get(doc, "tracks/Lead Vox/chain/0/equaliser/1/bell/gain");
  assert_string_equal(value, "-2.4 dB");
  ton_free(value);
  ton_doc_free(doc);
}

static void
the_decisions_of_the_manual_are_read(void** state)
{
  (void)state;
  const char* at = manual;
  Block block;
  while (next_block(&at, &block) && strcmp(block.kind, "json") != 0) {
  }
  assert_string_equal(block.kind, "json");
  char path[] = "/tmp/ton-manual-XXXXXX";
  const int made = mkstemp(path);
  assert_true(made >= 0);
  assert_true(write(made, block.text, block.length) == (ssize_t)block.length);
  close(made);
  TonDecisions decisions = {0};
  TonError error = {0};
  assert_int_equal(ton_decisions_read(path, &decisions, &error), TON_OK);
  unlink(path);
  assert_int_equal(decisions.count, 1);
  assert_true(decisions.items[0].evidence[0].value == -27.2);
  assert_string_equal(decisions.items[0].rule, "trim.active");
  ton_decisions_free(&decisions);
}

static void
try_preset(const char* name, const char* processor)
{
  char text[256];
  snprintf(text, sizeof(text), "tracks: {A: {file: a.wav, chain: [{%s: }]}}\n",
           name);
  TonDoc* doc = NULL;
  TonMix* mix = NULL;
  TonError error = {0};
  assert_int_equal(ton_doc_parse(text, strlen(text), "mix", &doc, &error),
                   TON_OK);
  if (ton_mix_read(doc, NULL, &mix, &error) != TON_OK) {
    fail_msg("%s: %s:%u:%u: %s", name, error.file, error.line, error.column,
             error.text);
  }
  assert_string_equal(mix->strips[0].chain[0].type->id, processor);
  assert_string_equal(mix->strips[0].chain[0].preset, name);
  ton_mix_free(mix);
  ton_doc_free(doc);
}

/// Every preset of the program is read, has a source and bears its file's name
static void
presets_of_the_program_are_read(void** state)
{
  (void)state;
  char folder[PATH_MAX];
  ton_data_path("presets", folder, sizeof(folder));
  DIR* const dir = opendir(folder);
  assert_non_null(dir);
  int presets = 0;
  for (struct dirent* entry; (entry = readdir(dir));) {
    if (!strstr(entry->d_name, ".yaml")) {
      continue;
    }
    char path[PATH_MAX + 300];
    snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
    TonDoc* doc = NULL;
    TonError error = {0};
    assert_int_equal(ton_doc_open(path, &doc, &error), TON_OK);
    char* const source = ton_doc_get(doc, "source");
    char* const date = ton_doc_get(doc, "date");
    char* const name = ton_doc_get(doc, "name");
    char* const processor = ton_doc_get(doc, "processor");
    assert_true(source && *source && date && strlen(date) == 10);
    assert_true(name && processor);
    try_preset(name, processor);
    ton_free(source);
    ton_free(date);
    ton_free(name);
    ton_free(processor);
    ton_doc_free(doc);
    ++presets;
  }
  closedir(dir);
  assert_true(presets >= 3);
}

// Tables of keys ------------------------------------------------------------

/// A table of the manual, and the fields it has to show
typedef struct {
  const TonTable* table;
  const char* after; ///< It follows this line
} Shown;

static const Shown shown[] = {
    {&ton_mix_table, "### At the top"},
    {&ton_track_table, "### A track or a bus"},
    {&ton_master_table, "## master.yaml"},
    {&ton_release_table, "## release.yaml"},
    {&ton_album_table, "## album.yaml"},
    {&ton_album_track_table, "A track is the folder of a song"},
    {&ton_deliverable_table, "The names that deliverables can have"},
};

/// The row that explains a key: from its "|" to the end of the line
static bool
find_row(const Shown* s, const char* key, char* row, size_t size)
{
  const char* at = strstr(manual, s->after);
  assert_non_null(at);
  at = strstr(at, "\n| key |");
  assert_non_null(at);
  char quoted[64];
  snprintf(quoted, sizeof(quoted), "`%s`", key);
  for (at += 1; *at == '|'; at += strcspn(at, "\n") + 1) {
    snprintf(row, size, "%.*s", (int)strcspn(at, "\n"), at);
    const char* const found = strstr(row, quoted);
    const char* const cell = strchr(row + 1, '|');
    if (found && cell && found < cell) {
      return true;
    }
  }
  return false;
}

static void
expect_in_row(const char* row, const char* what)
{
  char quoted[64];
  snprintf(quoted, sizeof(quoted), "`%s`", what);
  if (!strstr(row, quoted)) {
    fail_msg("%s is missing in: %s", quoted, row);
  }
}

/// Range, words and default stand in the row of a field
static void
expect_explained(const TonField* f, const char* row)
{
  char number[64];
  if (f->max > f->min && f->kind != TON_AS_OWN) {
    expect_in_row(row, ton_unit_print(f->min, f->unit, number, sizeof(number)));
    expect_in_row(row, ton_unit_print(f->max, f->unit, number, sizeof(number)));
  }
  for (size_t i = 0; f->words && f->words[i]; ++i) {
    expect_in_row(row, f->words[i]);
  }
  if (f->otherwise && *f->otherwise) {
    expect_in_row(row, f->otherwise);
  }
}

static void
every_field_is_explained(void** state)
{
  (void)state;
  char row[1024];
  for (size_t i = 0; i < TON_COUNT(shown); ++i) {
    const TonTable* const table = shown[i].table;
    for (size_t k = 0; k < table->n_fields; ++k) {
      if (!find_row(&shown[i], table->fields[k].key, row, sizeof(row))) {
        fail_msg("docs/session.md has no `%s` after \"%s\"",
                 table->fields[k].key, shown[i].after);
      }
      expect_explained(&table->fields[k], row);
    }
  }
}

/// The first cell of a row holds keys in backquotes: each is a field
static void
expect_fields(const Shown* s, const char* row)
{
  const char* const cell = strchr(row + 1, '|');
  const char* at = strchr(row, '`');
  while (at && at < cell) {
    char key[64];
    const size_t n = strcspn(at + 1, "`");
    snprintf(key, sizeof(key), "%.*s", (int)n, at + 1);
    if (!ton_field(s->table, key)) {
      fail_msg("docs/session.md explains `%s`, which is not read: %s", key,
               row);
    }
    at = strchr(at + n + 2, '`');
  }
}

static void
every_explained_key_is_a_field(void** state)
{
  (void)state;
  for (size_t i = 0; i < TON_COUNT(shown); ++i) {
    const char* at = strstr(strstr(manual, shown[i].after), "\n| key |");
    assert_non_null(at);
    at += strcspn(at + 1, "\n") + 2;
    for (; *at == '|'; at += strcspn(at, "\n") + 1) {
      char row[1024];
      snprintf(row, sizeof(row), "%.*s", (int)strcspn(at, "\n"), at);
      expect_fields(&shown[i], row);
    }
  }
}

static void
every_key_has_its_line_of_help(void** state)
{
  (void)state;
  uint32_t keys = 0;
  for (uint32_t t = 0; ton_text_name(t); ++t) {
    TonKey k;
    for (uint32_t i = 0; ton_text_key(ton_text_name(t), i, &k); ++i, ++keys) {
      if (!k.help || !*k.help || strlen(k.help) > 78 || k.depth > 2) {
        fail_msg("%s of %s: no help, or too long", k.key, ton_text_name(t));
      }
    }
  }
  assert_true(keys > 45); // all texts, with what is below their keys
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(complete_examples_are_read),
      cmocka_unit_test(pieces_are_read_in_their_place),
      cmocka_unit_test(inserts_of_the_manual_are_read),
      cmocka_unit_test(the_path_of_the_manual_leads_to_its_value),
      cmocka_unit_test(the_decisions_of_the_manual_are_read),
      cmocka_unit_test(presets_of_the_program_are_read),
      cmocka_unit_test(every_field_is_explained),
      cmocka_unit_test(every_explained_key_is_a_field),
      cmocka_unit_test(every_key_has_its_line_of_help),
  };
  size_t length = 0;
  const char* const path = getenv("TON_MANUAL");
  manual = path ? ton_string_read_file(path, 1 << 20, &length) : NULL;
  if (!manual) {
    fprintf(stderr, "TON_MANUAL must name docs/session.md\n");
    return 1;
  }
  const int failed = TON_TESTS(tests);
  ton_free(manual);
  return failed;
}
