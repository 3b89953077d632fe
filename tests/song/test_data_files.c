// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Every file of data/ is read strictly: a key that nobody knows, in any of its
   maps, and another unit on any of its numbers are errors with their place.
*/
#include "assistants/genres.h"
#include "assistants/limits.h"
#include "assistants/roles.h"
#include "assistants/styles.h"
#include "assistants/targets.h"
#include "base/array.h"
#include "base/folder.h"
#include "base/input_file.h"
#include "base/memory.h"
#include "base/path.h"
#include "expect.h"
#include "report/glossary.h"
#include "session/doc.h"

#include <ctype.h>
#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

static char folder[] = "/tmp/ton-data-XXXXXX";

// One file, read as the program reads it -------------------------------------------

static TonStatus
read_targets(const char* name, TonError* error)
{
  (void)name;
  TonTargets* targets = NULL;
  const TonStatus status = ton_targets_read(&targets, error);
  ton_targets_free(targets);
  return status;
}

static TonStatus
read_genres(const char* name, TonError* error)
{
  (void)name;
  TonGenres* genres = NULL;
  const TonStatus status = ton_genres_read(&genres, error);
  ton_genres_free(genres);
  return status;
}

static TonStatus
read_styles(const char* name, TonError* error)
{
  (void)name;
  TonStyles* styles = NULL;
  const TonStatus status = ton_styles_read(&styles, error);
  ton_styles_free(styles);
  return status;
}

static TonStatus
read_platforms(const char* name, TonError* error)
{
  (void)name;
  TonPenalty rows[32];
  uint32_t n = 0;
  return ton_platform_penalties(-14.0, -1.0, rows, 32, &n, error);
}

static TonStatus
read_roles(const char* name, TonError* error)
{
  (void)name;
  TonRoles* roles = NULL;
  const TonStatus status = ton_roles_read(NULL, &roles, error);
  ton_roles_free(roles);
  return status;
}

/// What was read without a fault is kept for good: the true file comes last
static TonStatus
read_glossary(const char* name, TonError* error)
{
  (void)name;
  const Glossary* glossary = NULL;
  return ton_glossary(&glossary, error);
}

static TonStatus
read_deliverables(const char* name, TonError* error)
{
  (void)name;
  TonDoc* doc = NULL;
  TonRelease* release = NULL;
  TON_TRY(ton_doc_parse("title: x\n", 9, "release.yaml", &doc, error));
  const TonStatus status = ton_release_read(doc, NULL, &release, error);
  ton_release_free(release);
  ton_doc_free(doc);
  return status;
}

static TonStatus
read_tone(const char* name, TonError* error)
{
  TonTone tone;
  return ton_tone(name, &tone, error);
}

/// As a song's text names it
static TonStatus
read_preset(const char* name, TonError* error)
{
  char text[256];
  const int n = snprintf(text, sizeof(text),
                         "tracks:\n  A: {file: a.wav, chain: [%s]}\n", name);
  for (char* c = strchr(text, '['); *c; ++c) {
    *c = *c == '-' ? ' ' : *c;
  }
  TonDoc* doc = NULL;
  TonMix* mix = NULL;
  TON_TRY(ton_doc_parse(text, (size_t)n, "mix.yaml", &doc, error));
  const TonStatus status = ton_mix_read(doc, NULL, &mix, error);
  ton_mix_free(mix);
  ton_doc_free(doc);
  return status;
}

static TonStatus
read_sounds(const char* name, TonError* error)
{
  (void)name;
  TonSounds* sounds = NULL;
  const TonStatus status = ton_sounds_read(NULL, &sounds, error);
  ton_sounds_free(sounds);
  return status;
}

static TonStatus
read_limits(const char* name, TonError* error)
{
  (void)name;
  TonLimits* limits = NULL;
  const TonStatus status = ton_limits_read(&limits, error);
  ton_limits_free(limits);
  return status;
}

typedef struct {
  const char* file; ///< "roles.yaml", or the folder "tone/"
  TonStatus (*read)(const char* name, TonError* error);
} DataReader;

static const DataReader readers[] = {
    {"targets.yaml", read_targets},   {"platforms.yaml", read_platforms},
    {"roles.yaml", read_roles},       {"deliverables.yaml", read_deliverables},
    {"glossary.yaml", read_glossary}, {"tone/", read_tone},
    {"presets/", read_preset},        {"readiness.yaml", read_limits},
    {"sounds.yaml", read_sounds},     {"styles.yaml", read_styles},
    {"genres.yaml", read_genres},
};

static TonStatus
read_data(const char* file, TonError* error)
{
  char name[256];
  const char* const base = ton_file_name(file);
  snprintf(name, sizeof(name), "%.*s", (int)(ton_file_ending(base) - base),
           base);
  for (size_t i = 0; i < TON_COUNT(readers); ++i) {
    const char* const of = readers[i].file;
    if (strcmp(of, file) == 0 ||
        (of[strlen(of) - 1] == '/' && strncmp(of, file, strlen(of)) == 0)) {
      return readers[i].read(name, error);
    }
  }
  fail_msg("nobody is known to read data/%s", file);
  return TON_BAD_USE;
}

// Faults -----------------------------------------------------------------------------

typedef struct {
  const char* file;
  const char* text;
  uint32_t maps;
  uint32_t units;
} DataFile;

static void
put(const char* file, const char* text, size_t length)
{
  char path[PATH_MAX];
  snprintf(path, sizeof(path), "%s/%s", folder, file);
  FILE* const to = fopen(path, "w");
  assert_non_null(to);
  assert_int_equal(fwrite(text, 1, length, to), length);
  assert_int_equal(fclose(to), 0);
}

/// The file with `length` bytes at `at` replaced
static void
expect_fault(const DataFile* f, size_t at, size_t length, const char* by)
{
  TonString wrong = {0};
  TonError error = {0};
  ton_string_add_bytes(&wrong, f->text, at);
  ton_string_add(&wrong, by);
  ton_string_add(&wrong, f->text + at + length);
  put(f->file, ton_string_string(&wrong), wrong.length);
  ton_string_free(&wrong);
  const TonStatus status = read_data(f->file, &error);
  if (status != TON_BAD_TEXT || !error.line || !strstr(error.file, f->file)) {
    fail_msg("%s with \"%s\" at byte %zu: status %d, %s:%u: %s", f->file, by,
             at, (int)status, error.file, error.line, error.text);
  }
}

/// A row is a map too, so that a name of one's own is no fault; its value is
static void
expect_no_unknown_key(DataFile* f, const TonNode* map)
{
  const TonNode* const key = map->items[0]->key;
  char added[128];
  if (map->flow) {
    snprintf(added, sizeof(added), "zzz: 1 kg, ");
  } else {
    snprintf(added, sizeof(added), "zzz: 1 kg\n%*s", (int)key->column - 1, "");
  }
  expect_fault(f, key->start, 0, added);
  ++f->maps;
}

/// "-14 LUFS" and "44.1 kHz" become kilograms; "4:1" and "1.5" stay, and what
/// stands in a list, such as the term "24 bit"
static void
expect_no_other_unit(DataFile* f, const TonNode* node)
{
  const char* const text = f->text + node->start;
  const size_t number = strspn(text, "+-0123456789.");
  const size_t length = node->end - node->start;
  if (node->key && !node->quote && number && number + 1 < length &&
      text[number] == ' ' && isalpha((unsigned char)text[number + 1])) {
    expect_fault(f, node->start + number + 1, length - number - 1, "kg");
    ++f->units;
  }
}

static void
expect_faults(DataFile* f, const TonNode* node)
{
  if (node->kind == TON_SCALAR) {
    expect_no_other_unit(f, node);
  } else if (node->kind == TON_MAP && node->count) {
    expect_no_unknown_key(f, node);
  }
  for (uint32_t i = 0; i < node->count; ++i) {
    expect_faults(f, node->items[i]);
  }
}

// All files --------------------------------------------------------------------------

/// Call for "roles.yaml", "tone/metal.yaml" and all others of data/
static uint32_t
each_file(const char* below, void (*take)(const char* file))
{
  char path[PATH_MAX];
  uint32_t n = 0;
  snprintf(path, sizeof(path), "%s/%s", TON_TABLES, below);
  DIR* const dir = opendir(path);
  assert_non_null(dir);
  for (struct dirent* d; (d = readdir(dir));) {
    char file[512];
    snprintf(file, sizeof(file), "%s%s%s", below, *below ? "/" : "", d->d_name);
    if (*d->d_name == '.') {
      continue;
    }
    snprintf(path, sizeof(path), "%s/%s", TON_TABLES, file);
    if (ton_is_folder(path)) {
      n += each_file(file, take);
    } else {
      take(file);
      ++n;
    }
  }
  closedir(dir);
  return n;
}

static void
copy_file(const char* file)
{
  char path[PATH_MAX];
  size_t length = 0;
  snprintf(path, sizeof(path), "%s/%s", TON_TABLES, file);
  char* const text = ton_string_read_file(path, 1 << 20, &length);
  assert_non_null(text);
  put(file, text, length);
  ton_free(text);
}

static void
try_file(const char* file)
{
  char path[PATH_MAX];
  TonDoc* doc = NULL;
  TonError error = {0};
  snprintf(path, sizeof(path), "%s/%s", TON_TABLES, file);
  if (ton_doc_open(path, &doc, &error)) {
    fail_msg("%s: %s", file, error.text);
    return;
  }
  DataFile f = {.file = file, .text = ton_doc_text(doc)};
  expect_faults(&f, doc->root);
  copy_file(file);
  if (read_data(file, &error)) {
    fail_msg("%s:%u: %s", error.file, error.line, error.text);
  }
  assert_true(f.maps);
  if (getenv("TON_TEST_FIGURES")) {
    print_message("# %s: %u maps, %u units\n", file, f.maps, f.units);
  }
  ton_doc_free(doc);
}

static void
no_file_takes_an_unknown_key_or_another_unit(void** state)
{
  (void)state;
  char path[PATH_MAX];
  static const char* const below[] = {"tone", "presets"};
  for (size_t i = 0; i < TON_COUNT(below); ++i) {
    snprintf(path, sizeof(path), "%s/%s", folder, below[i]);
    assert_int_equal(ton_make_folder(path, NULL), TON_OK);
  }
  assert_true(each_file("", copy_file) >= TON_COUNT(readers));
  each_file("", try_file);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(no_file_takes_an_unknown_key_or_another_unit),
  };
  if (!mkdtemp(folder)) {
    return 1;
  }
  setenv("TONMEISTER_DATA", folder, 1);
  const int failed = TON_TESTS(tests);
  char command[PATH_MAX];
  snprintf(command, sizeof(command), "rm -r %s", folder);
  return system(command) ? 1 : failed;
}
