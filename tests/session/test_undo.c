// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/array.h"
#include "base/input_file.h"
#include "base/memory.h"
#include "base/string.h"
#include "expect.h"
#include "print.h"
#include "session/doc.h"

#include <tonmeister/session.h>

#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/**
   @file
   Edits of a text and of what it says at once: at every step the data is what
   a fresh reading of the text gives, and edits taken back in reverse order
   give every earlier text byte for byte.
*/

enum { EDITS = 60, ROUNDS = 40 };

/// A text with what it says
typedef struct {
  TonDoc* doc;
  TonMix* mix;
  TonMaster* master;
  TonRelease* release;
} Text;

static uint32_t seed = 1;
static uint32_t n_values; ///< Edits that only set one value to another

static uint32_t
random_below(uint32_t n)
{
  seed = seed * 1664525U + 1013904223U;
  return (seed >> 8) % n;
}

static TonStatus
read_text(Text* t, const char* name, const char* bytes, size_t n)
{
  TonError error = {0};
  *t = (Text){0};
  TonStatus status = ton_doc_parse(bytes, n, name, &t->doc, &error);
  if (status == TON_OK) {
    status = strncmp(name, "mix", 3) == 0
                 ? ton_mix_read(t->doc, NULL, &t->mix, &error)
             : strncmp(name, "master", 6) == 0
                 ? ton_master_read(t->doc, NULL, &t->master, &error)
                 : ton_release_read(t->doc, NULL, &t->release, &error);
  }
  return status;
}

static void
free_text(Text* t)
{
  ton_mix_free(t->mix);
  ton_master_free(t->master);
  ton_release_free(t->release);
  ton_doc_free(t->doc);
}

static TonStatus
edit(Text* t, const TonEdit* e, TonUndo** undo)
{
  TonError error = {0};
  return t->mix      ? ton_mix_edit(t->doc, &t->mix, e, undo, &error)
         : t->master ? ton_master_edit(t->doc, &t->master, e, undo, &error)
                     : ton_release_edit(t->doc, &t->release, e, undo, &error);
}

static void
take_back(Text* t, TonUndo* undo)
{
  TonError error = {0};
  const TonStatus status =
      t->mix      ? ton_mix_undo(t->doc, &t->mix, undo, &error)
      : t->master ? ton_master_undo(t->doc, &t->master, undo, &error)
                  : ton_release_undo(t->doc, &t->release, undo, &error);
  if (status != TON_OK) {
    fail_msg("taken back: %s", error.text);
  }
}

static void
print(TonString* out, const Text* t)
{
  if (t->mix) {
    print_mix(out, t->mix);
  } else if (t->master) {
    print_master(out, t->master);
  } else {
    print_release(out, t->release);
  }
}

/// Nodes stand where a fresh reading finds them
static void
expect_same_tree(const TonNode* a, const TonNode* b, const char* text)
{
  if (a->kind != b->kind || a->start != b->start || a->end != b->end ||
      a->line != b->line || a->column != b->column || a->quote != b->quote ||
      a->count != b->count || strcmp(a->text, b->text) != 0) {
    fail_msg(
        "\"%s\" at %zu to %zu (%u:%u) must be \"%s\" at %zu to %zu (%u:%u) "
        "in\n%s",
        a->text, a->start, a->end, a->line, a->column, b->text, b->start,
        b->end, b->line, b->column, text);
  }
  if (a->key) {
    expect_same_tree(a->key, b->key, text);
  }
  for (uint32_t i = 0; i < a->count; ++i) {
    expect_same_tree(a->items[i], b->items[i], text);
  }
}

/// The data is what the text says
static void
expect_fresh(const Text* t, const char* name)
{
  Text fresh;
  TonString is = {0};
  TonString must = {0};
  const char* const bytes = ton_doc_text(t->doc);
  assert_int_equal(read_text(&fresh, name, bytes, strlen(bytes)), TON_OK);
  expect_same_tree(t->doc->root, fresh.doc->root, bytes);
  print(&is, t);
  print(&must, &fresh);
  if (strcmp(ton_string_string(&is), ton_string_string(&must)) != 0) {
    fail_msg("%s\n---- is\n%s---- must be\n%s---- for\n%s", name, is.bytes,
             must.bytes, bytes);
  }
  ton_string_free(&is);
  ton_string_free(&must);
  free_text(&fresh);
}

/// A path to a random value of a text
static void
choose_path(const TonDoc* doc, TonString* path)
{
  for (;;) {
    const uint32_t n = ton_doc_count(doc, ton_string_string(path));
    if (!n || (path->length && random_below(12) == 0)) {
      return;
    }
    const uint32_t i = random_below(n);
    char number[16];
    snprintf(number, sizeof(number), "%u", i);
    char* const key = ton_doc_key(doc, ton_string_string(path), i);
    ton_path_add(path, key ? key : number);
    ton_free(key);
  }
}

static const char* const values[] = {
    "-3 dB",  "-12.25 dB", "+1dB",    "L20",    "R7.5",     "2:1",
    "12 ms",  "1.5 s",     "true",    "off",    "1 kHz",    "250",
    "0.7",    "-14 LUFS",  "keep",    "50 %",   "-2 dBTP",  "inverted",
    "linear", "120 bpm",   "-inf dB", "0:17.1", "[fader]",  "{level: -6 dB}",
    "bell",   "Plate",     "hold",    "4 bar",  "compress", "limiter",
    "1/8",    "1/16t"};

/// Another number in the unit of what stands there, else any value
static const char*
choose_value(const TonDoc* doc, const char* path, char* value, size_t size)
{
  char* const was = ton_doc_get(doc, path);
  char* unit = NULL;
  const double number = was ? strtod(was, &unit) : 0.0;
  const double factor = 0.25 * (1.0 + random_below(8));
  const bool turns = unit && unit != was && random_below(4);
  if (turns) {
    snprintf(value, size, "%.4g%s", number * factor, unit);
  } else {
    snprintf(value, size, "%s", values[random_below(TON_COUNT(values))]);
  }
  ton_free(was);
  return value;
}

/// A random edit
static TonStatus
edit_at_random(Text* t, TonUndo** undo)
{
  char value[64];
  TonString path = {0};
  choose_path(t->doc, &path);
  const bool removes = random_below(25) == 0;
  const bool adds = random_below(25) == 0;
  if (adds) {
    static const char* const keys[] = {"fader", "mute", "trim", "0", "+0"};
    ton_path_add(&path, keys[random_below(TON_COUNT(keys))]);
  }
  const TonEdit e = {.path = ton_string_string(&path),
                     .value = removes ? NULL
                                      : choose_value(t->doc,
                                                     ton_string_string(&path),
                                                     value, sizeof(value)),
                     .comment = random_below(8) == 0 ? "a reason" : NULL};
  const TonNode* const root = t->doc->root;
  const TonStatus status = edit(t, &e, undo);
  n_values += status == TON_OK && t->doc->root == root;
  ton_string_free(&path);
  return status;
}

static uint32_t
edit_there_and_back(const char* name, const char* bytes, size_t n)
{
  static TonUndo* undos[EDITS];
  static char* before[EDITS];
  Text t;
  uint32_t done = 0;
  if (read_text(&t, name, bytes, n) != TON_OK) {
    free_text(&t); // it needs a preset of its song
    return 0;
  }
  for (int tries = 0; done < EDITS && tries < 40 * EDITS; ++tries) {
    before[done] = ton_copy_string(ton_doc_text(t.doc));
    if (edit_at_random(&t, &undos[done]) == TON_OK) {
      if (++done % 8 == 0) {
        expect_fresh(&t, name);
      }
      continue;
    }
    assert_null(undos[done]);
    assert_string_equal(before[done], ton_doc_text(t.doc));
    if (tries % 64 == 0) {
      expect_fresh(&t, name);
    }
    ton_free(before[done]);
  }
  for (uint32_t i = done; i-- > 0;) {
    take_back(&t, undos[i]);
    assert_string_equal(before[i], ton_doc_text(t.doc));
    if (i % 8 == 0) {
      expect_fresh(&t, name);
      take_back(&t, undos[i]);
      expect_fresh(&t, name);
      take_back(&t, undos[i]);
      assert_string_equal(before[i], ton_doc_text(t.doc));
    }
    ton_undo_free(undos[i]);
    ton_free(before[i]);
  }
  free_text(&t);
  return done;
}

static void
edits_are_taken_back_byte_for_byte(void** state)
{
  (void)state;
  char path[PATH_MAX];
  const char* const texts = getenv("TON_TEXTS");
  assert_non_null(texts);
  snprintf(path, sizeof(path), "%.3000s/good", texts);
  DIR* const dir = opendir(path);
  assert_non_null(dir);
  uint32_t done = 0;
  for (struct dirent* d; (d = readdir(dir));) {
    const bool mix = strncmp(d->d_name, "mix", 3) == 0;
    const bool master = strncmp(d->d_name, "master", 6) == 0;
    const bool release = strncmp(d->d_name, "release", 7) == 0;
    if ((!mix && !master && !release) || !strstr(d->d_name, ".yaml")) {
      continue;
    }
    snprintf(path, sizeof(path), "%.3000s/good/%.200s", texts, d->d_name);
    size_t n = 0;
    char* const bytes = ton_string_read_file(path, 1 << 20, &n);
    assert_non_null(bytes);
    for (int i = 0; i < ROUNDS; ++i) {
      done += edit_there_and_back(d->d_name, bytes, n);
    }
    ton_free(bytes);
  }
  closedir(dir);
  print_message("# %u edits there and back, %u of single values\n", done,
                n_values);
  assert_true(done > 5000 && n_values > 1000);
}

static const char song[] = "tracks:\n"
                           "  Vox:\n"
                           "    file: v.wav\n"
                           "    chain:\n"
                           "      - compressor: {threshold: -22 dB, ratio: "
                           "'3:1'}   # glue\n"
                           "    fader: -3 dB     # mine\n"
                           "    sends: {Plate: -14 dB}\n"
                           "buses: {Plate: }\n";

static void
set(Text* t, const char* path, const char* value, TonUndo** undo)
{
  const TonEdit e = {path, value, NULL};
  assert_int_equal(edit(t, &e, undo), TON_OK);
}

static void
one_value_reads_nothing_again(void** state)
{
  (void)state;
  static const char* const edits[][2] = {
      {"tracks/Vox/fader", "-12.5 dB"},
      {"tracks/Vox/chain/0/compressor/threshold", "-9 dB"},
      {"tracks/Vox/chain/0/compressor/ratio", "12:1"},
      {"tracks/Vox/sends/Plate", "-inf dB"}};
  Text t;
  assert_int_equal(read_text(&t, "mix.yaml", song, strlen(song)), TON_OK);
  const TonMix* const mix = t.mix;
  const TonNode* const root = t.doc->root;
  for (size_t i = 0; i < TON_COUNT(edits); ++i) {
    TonUndo* undo = NULL;
    set(&t, edits[i][0], edits[i][1], &undo);
    assert_ptr_equal(t.mix, mix);
    assert_ptr_equal(t.doc->root, root);
    expect_fresh(&t, "mix.yaml");
    take_back(&t, undo);
    assert_ptr_equal(t.mix, mix);
    assert_string_equal(ton_doc_text(t.doc), song);
    expect_fresh(&t, "mix.yaml");
    ton_undo_free(undo);
  }
  free_text(&t);
}

static void
a_wrong_value_changes_nothing(void** state)
{
  (void)state;
  static const char* const edits[][2] = {
      {"tracks/Vox/fader", "-12 Hz"},
      {"tracks/Vox/fader", "90 dB"},
      {"tracks/Vox/chain/0/compressor/ratio", "[1]"},
      {"tracks/Vox/sends", "{Plat: 0 dB}"},
      {"tracks/Vox", NULL}};
  Text t;
  assert_int_equal(read_text(&t, "mix.yaml", song, strlen(song)), TON_OK);
  for (size_t i = 0; i < TON_COUNT(edits); ++i) {
    TonUndo* undo = NULL;
    const TonEdit e = {edits[i][0], edits[i][1], NULL};
    assert_int_equal(edit(&t, &e, &undo), TON_BAD_TEXT);
    assert_null(undo);
    assert_string_equal(ton_doc_text(t.doc), song);
    expect_fresh(&t, "mix.yaml");
  }
  free_text(&t);
}

static void
a_text_changed_since_is_left_alone(void** state)
{
  (void)state;
  Text t;
  TonUndo* undo = NULL;
  TonError error = {0};
  assert_int_equal(read_text(&t, "mix.yaml", song, strlen(song)), TON_OK);
  set(&t, "tracks/Vox/fader", "-12 dB", &undo);
  const TonEdit other = {"tracks/Vox/role", "lead vocal", NULL};
  TonUndo* second = NULL;
  assert_int_equal(edit(&t, &other, &second), TON_OK);
  const TonEdit third = {"tracks/Vox/fader", NULL, NULL};
  TonUndo* last = NULL;
  assert_int_equal(edit(&t, &third, &last), TON_OK);
  assert_int_equal(ton_mix_undo(t.doc, &t.mix, undo, &error), TON_BAD_USE);
  ton_undo_free(undo);
  ton_undo_free(second);
  ton_undo_free(last);
  free_text(&t);
}

/// Every request for memory refused in turn: nothing has changed then
static void
refused_memory_changes_nothing(void** state)
{
  (void)state;
  static const char* const edits[][2] = {{"tracks/Vox/fader", "-12.5 dB"},
                                         {"tracks/Vox/role", "lead vocal"}};
  for (size_t i = 0; i < TON_COUNT(edits); ++i) {
    bool done = false;
    for (long n = 0; n < 500 && !done; ++n) {
      Text t;
      TonUndo* undo = NULL;
      const TonEdit e = {edits[i][0], edits[i][1], NULL};
      assert_int_equal(read_text(&t, "mix.yaml", song, strlen(song)), TON_OK);
      ton_alloc_fail_after(n);
      const TonStatus status = edit(&t, &e, &undo);
      ton_alloc_fail_after(-1);
      done = status == TON_OK;
      if (!done) {
        assert_int_equal(status, TON_NO_MEMORY);
        assert_string_equal(ton_doc_text(t.doc), song);
      }
      expect_fresh(&t, "mix.yaml");
      ton_undo_free(undo);
      free_text(&t);
    }
    assert_true(done);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(one_value_reads_nothing_again),
      cmocka_unit_test(a_wrong_value_changes_nothing),
      cmocka_unit_test(a_text_changed_since_is_left_alone),
      cmocka_unit_test(refused_memory_changes_nothing),
      cmocka_unit_test(edits_are_taken_back_byte_for_byte),
  };
  return TON_TESTS(tests);
}
