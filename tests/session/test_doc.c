// SPDX-License-Identifier: GPL-3.0-or-later
/// @file A text is edited in place: what nobody asked to change stays.

#include "base/memory.h"
#include "expect.h"

#include <tonmeister/session.h>

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static TonDoc*
parsed(const char* text)
{
  TonDoc* doc = NULL;
  TonError error = {0};
  if (ton_doc_parse(text, strlen(text), "mix.yaml", &doc, &error) != TON_OK) {
    fail_msg("%u:%u: %s", error.line, error.column, error.text);
  }
  return doc;
}

/// One edit of a text and what it must become
static void
expect_edit(const char* before, const char* path, const char* value,
            const char* comment, const char* after)
{
  TonDoc* const doc = parsed(before);
  TonError error = {0};
  const TonEdit edit = {path, value, comment};
  if (ton_doc_edit(doc, &edit, &error) != TON_OK) {
    fail_msg("%s = %s: %u:%u: %s", path, value ? value : "(removed)",
             error.line, error.column, error.text);
  }
  if (strcmp(ton_doc_text(doc), after) != 0) {
    fail_msg("%s = %s: is\n%s---- must be\n%s----", path,
             value ? value : "(removed)", ton_doc_text(doc), after);
  }
  ton_doc_free(doc);
}

static const char song[] =
    "# Night Drive, second mix\n"
    "song: Night Drive\n"
    "\n"
    "tracks:\n"
    "  Lead Vox:          # the singer — take 3\n"
    "    file: \"stems/01 LEAD VOX.wav\"\n"
    "    trim: +4.2 dB    # loudness\n"
    "    chain:\n"
    "      - equaliser:\n"
    "          - highpass: {at: 95 Hz, slope: 18 dB/oct}   # rumble — below\n"
    "          - bell: {at: 310 Hz, gain: -2.4 dB}\n"
    "      - compressor: {threshold: -22 dB, ratio: 3:1}\n"
    "    # nothing else on her\n"
    "\n"
    "  Bass:\n"
    "    fader: '-3 dB'\n";

static void
a_scalar_in_lines_is_replaced(void** state)
{
  (void)state;
  expect_edit("a: 1\nb: 2 # two\nc: 3\n", "b", "-0.8 dB", NULL,
              "a: 1\nb: -0.8 dB # two\nc: 3\n");
  expect_edit("a: 1\nb:   2     # two\nc: 3\n", "b", "-0.8 dB", NULL,
              "a: 1\nb:   -0.8 dB  # two\nc: 3\n");
  expect_edit("b: 2         # two\n", "b", "22", NULL, "b: 22        # two\n");
}

static void
quotes_are_kept(void** state)
{
  (void)state;
  expect_edit("a: \"1\"\n", "a", "0:51.4", NULL, "a: \"0:51.4\"\n");
  expect_edit("a: '1'\n", "a", "it's", NULL, "a: 'it''s'\n");
}

static void
readable_values_stay_bare(void** state)
{
  (void)state;
  static const char* const bare[] = {
      "-3 dB", "C",     "4:1",       "0:51.4",      "-inf dB", "L30",
      "no",    "1.2 k", "Lead Vox",  "+4.2 dB",     "50 %",    "a#b",
      "x - y", "~",     "18 dB/oct", "stems/a.wav", "Füße",    "a \"b\""};
  for (size_t i = 0; i < sizeof(bare) / sizeof(bare[0]); ++i) {
    char after[64];
    snprintf(after, sizeof(after), "a: %s\n", bare[i]);
    expect_edit("a: 1\n", "a", bare[i], NULL, after);
    snprintf(after, sizeof(after), "a: {b: %s, c: 2}\n", bare[i]);
    expect_edit("a: {b: 1, c: 2}\n", "a/b", bare[i], NULL, after);
  }
}

static void
values_are_quoted_where_yaml_needs_it(void** state)
{
  (void)state;
  static const char* const cases[][2] = {
      {"a: b", "\"a: b\""},  {"take #2", "\"take #2\""},
      {"", "\"\""},          {" x", "\" x\""},
      {"&x", "\"&x\""},      {"a, b", "\"a, b\""},
      {"- x", "\"- x\""},    {"*", "\"*\""},
      {"key:", "\"key:\""},  {"say \"x\": y", "'say \"x\": y'"},
      {"a\nb", "\"a\\nb\""}, {"\"half", "'\"half'"},
      {"---", "\"---\""},    {"a [dry].wav", "\"a [dry].wav\""},
  };
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    char after[64];
    char* const scalar = ton_doc_scalar(cases[i][0]);
    assert_string_equal(scalar, cases[i][1]);
    ton_free(scalar);
    if (*cases[i][0] && *cases[i][0] != ' ') {
      snprintf(after, sizeof(after), "a: %s\n", cases[i][1]);
      expect_edit("a: 1\n", "a", cases[i][0], NULL, after);
    }
  }
}

static void
nested_brackets_are_edited_in_place(void** state)
{
  (void)state;
  expect_edit("a: {b: [1, {c: x, d: y}], e: f}\n", "a/b/1/c", "longer", NULL,
              "a: {b: [1, {c: longer, d: y}], e: f}\n");
  expect_edit("a: {b: 1}\n", "a/c", "{d: 2, e: [1,2]}", NULL,
              "a: {b: 1, c: {d: 2, e: [1, 2]}}\n");
  expect_edit("a: []\n", "a/0", "x", NULL, "a: [x]\n");
  expect_edit("a: {b: 1, c: 2}\n", "a/b", NULL, NULL, "a: {c: 2}\n");
  expect_edit("a: {b: 1, c: 2}\n", "a/c", NULL, NULL, "a: {b: 1}\n");
  expect_edit("a: {b: 1}\n", "a/b", NULL, NULL, "a: {}\n");
  expect_edit("a: [x: 1]\n", "a/0/y", "2", NULL, "a: [{x: 1, y: 2}]\n");
  expect_edit("a: {b: , c: 2}\n", "a/b", "1", NULL, "a: {b: 1, c: 2}\n");
  expect_edit("a: {\n  b: 1,\n  c: 2,\n}\n", "a/d", "3", NULL,
              "a: {\n  b: 1,\n  c: 2,\n  d: 3,\n}\n");
  expect_edit("a: [\n  1, # one\n  2  # two\n]\n", "a/2", "3", NULL,
              "a: [\n  1, # one\n  2,  # two\n  3\n]\n");
}

static void
keys_are_added_after_their_siblings(void** state)
{
  (void)state;
  expect_edit("", "song", "X", NULL, "song: X\n");
  expect_edit("# only a comment", "song", "X", NULL,
              "# only a comment\nsong: X\n");
  expect_edit("a:\n  b: 1   # one\n  # end\n\nc: 2\n", "a/d", "3", NULL,
              "a:\n  b: 1   # one\n  d: 3\n  # end\n\nc: 2\n");
  expect_edit("a: 1", "b", "2", NULL, "a: 1\nb: 2");
  expect_edit("a: 1\r\nb: 2\r\n", "c", "3", "why",
              "a: 1\r\nb: 2\r\nc: 3  # why\r\n");
  expect_edit("a: 1\n", "b/c/d", "2", NULL, "a: 1\nb:\n  c: {d: 2}\n");
  expect_edit("a:\n", "a/b", "2", NULL, "a: {b: 2}\n");
  expect_edit("a:   # note\nb: 1\n", "a/0", "{x: {y: 1}}", NULL,
              "a:   # note\n  - x: {y: 1}\nb: 1\n");
}

static void
list_items_are_added(void** state)
{
  (void)state;
  expect_edit("a:\n- 1\n- 2 # two\nb: 1\n", "a/2", "3", NULL,
              "a:\n- 1\n- 2 # two\n- 3\nb: 1\n");
  expect_edit("a:\n    - x: {y: 1}\n", "a/1", "{z: {y: 2}}", "because",
              "a:\n    - x: {y: 1}\n    - z: {y: 2}  # because\n");
  expect_edit("a: 1\n", "chain/0", "{gain: {gain: -3 dB}}", NULL,
              "a: 1\nchain:\n  - gain: {gain: -3 dB}\n");
}

static void
list_items_are_put_in_front_of_others(void** state)
{
  (void)state;
  expect_edit("a:\n  - 1\n  # two\n  - 2 # two\nb: 1\n", "a/+1", "x", "why",
              "a:\n  - 1\n  - x  # why\n  # two\n  - 2 # two\nb: 1\n");
  expect_edit("a:\n  - x: {y: 1}\n", "a/+0", "{equaliser: [{tilt: {at: 1}}]}",
              NULL,
              "a:\n  - equaliser:\n      - tilt: {at: 1}\n  - x: {y: 1}\n");
  expect_edit("a: [1, 2]\n", "a/+0", "x", NULL, "a: [x, 1, 2]\n");
  expect_edit("a: [\n  1,\n  2]\n", "a/+1", "x", NULL,
              "a: [\n  1,\n  x,\n  2]\n");
  expect_edit("- - 1\n  - 2\n", "0/+0", "x", NULL, "- - x\n  - 1\n  - 2\n");
}

static void
new_values_are_laid_out(void** state)
{
  (void)state;
  expect_edit("tracks:\n    A:\n        fader: 0 dB\n", "tracks/B",
              "{file: b.wav, chain: [{equaliser: [{highpass: {at: 80 Hz}}, "
              "{bell: {at: 1 kHz}}]}, {compressor: {ratio: 3:1}}], sends: "
              "{Plate: -14 dB}}",
              "new",
              "tracks:\n    A:\n        fader: 0 dB\n"
              "    B:  # new\n"
              "        file: b.wav\n"
              "        chain:\n"
              "            - equaliser:\n"
              "                  - highpass: {at: 80 Hz}\n"
              "                  - bell: {at: 1 kHz}\n"
              "            - compressor: {ratio: 3:1}\n"
              "        sends: {Plate: -14 dB}\n");
  expect_edit("buses:\n  V: {to: Mix, chain: [{gain: {gain: 1 dB}}]}\n",
              "buses/P", "{to: Mix, chain: [{reverb: {decay: 2 s}}]}", NULL,
              "buses:\n  V: {to: Mix, chain: [{gain: {gain: 1 dB}}]}\n"
              "  P: {to: Mix, chain: [{reverb: {decay: 2 s}}]}\n");
}

static void
block_values_are_replaced(void** state)
{
  (void)state;
  expect_edit("a:\n  - 1\n  - 2   # two\nb: 1\n", "a", "[]", NULL,
              "a: []\nb: 1\n");
  expect_edit("a:   # head\n  - 1\n  # mid\n  - 2   # two\n# tail\nb: 1\n", "a",
              "[{x: {y: 1}}]", NULL,
              "a:   # head\n  - x: {y: 1}\n# tail\nb: 1\n");
  expect_edit("a:\n  - b: 1\n    c: 2\n  - d: 3\n", "a/0", "{e: 5}", NULL,
              "a:\n  - e: 5\n  - d: 3\n");
  expect_edit("a: |\n  long\n  text\n\nb: 1\n", "a", "short", NULL,
              "a: short\n\nb: 1\n");
}

static void
keys_are_removed_with_their_comments(void** state)
{
  (void)state;
  expect_edit("a: 1\n# about b\n# more\nb: 2  # two\nc: 3\n", "b", NULL, NULL,
              "a: 1\nc: 3\n");
  expect_edit("# the file\na: 1\nb: 2\n", "a", NULL, NULL,
              "# the file\nb: 2\n");
  expect_edit("a:\n  b:\n    c: 1\nd: 2\n", "a/b/c", NULL, NULL,
              "a:\n  b: {}\nd: 2\n");
  expect_edit("a:\n  - x: 1\n    y: 2\n  - z: 3\n", "a/0/x", NULL, NULL,
              "a:\n  - y: 2\n  - z: 3\n");
  expect_edit("a:\n  - 1\n  - 2\n  - 3\n", "a/1", NULL, NULL,
              "a:\n  - 1\n  - 3\n");
  expect_edit("a: 1\n", "a", NULL, NULL, "");
}

static void
reasons_stand_at_the_end_of_the_line(void** state)
{
  (void)state;
  expect_edit("a: 1\n", "a", "2", "why", "a: 2  # why\n");
  expect_edit("a: 1  # old\n", "a", "2", "why", "a: 2  # why\n");
  expect_edit("a: 1  # old\n", "a", "2", "", "a: 2\n");
  expect_edit("a: \"x # y\"\n", "a", "x # z", "why", "a: \"x # z\"  # why\n");
  expect_edit("a: 100      # old\nb: 2\n", "b", "3", "why",
              "a: 100      # old\nb: 3        # why\n");
  expect_edit("a: {b: 1, c: \"#\"}\n", "a/b", "2", "line\nbreak",
              "a: {b: 2, c: \"#\"}  # line break\n");
}

static void
four_edits_and_an_item_change_those_lines_only(void** state)
{
  (void)state;
  TonDoc* const doc = parsed(song);
  static const TonEdit edits[] = {
      {"tracks/Lead Vox/trim", "+3.1 dB", NULL},
      {"tracks/Bass/fader", "-4 dB", NULL},
      {"tracks/Lead Vox/chain/0/equaliser/0/highpass/at", "110 Hz", NULL},
      {"tracks/Lead Vox/file", "stems/02.wav", NULL},
      {"tracks/Lead Vox/chain/2", "{gain: {gain: 1 dB}}", NULL},
  };
  for (size_t i = 0; i < sizeof(edits) / sizeof(edits[0]); ++i) {
    TonError error = {0};
    if (ton_doc_edit(doc, &edits[i], &error) != TON_OK) {
      fail_msg("%s: %s", edits[i].path, error.text);
    }
  }
  assert_string_equal(
      ton_doc_text(doc),
      "# Night Drive, second mix\n"
      "song: Night Drive\n"
      "\n"
      "tracks:\n"
      "  Lead Vox:          # the singer — take 3\n"
      "    file: \"stems/02.wav\"\n"
      "    trim: +3.1 dB    # loudness\n"
      "    chain:\n"
      "      - equaliser:\n"
      "          - highpass: {at: 110 Hz, slope: 18 dB/oct}   # rumble — "
      "below\n"
      "          - bell: {at: 310 Hz, gain: -2.4 dB}\n"
      "      - compressor: {threshold: -22 dB, ratio: 3:1}\n"
      "      - gain: {gain: 1 dB}\n"
      "    # nothing else on her\n"
      "\n"
      "  Bass:\n"
      "    fader: '-4 dB'\n");
  ton_doc_free(doc);
}

static void
a_text_tells_what_stands_where(void** state)
{
  (void)state;
  TonDoc* const doc = parsed(song);
  char* const trim = ton_doc_get(doc, "tracks/Lead Vox/trim");
  assert_string_equal(trim, "+4.2 dB");
  ton_free(trim);
  char* const key = ton_doc_key(doc, "tracks", 1);
  assert_string_equal(key, "Bass");
  ton_free(key);
  assert_int_equal(ton_doc_count(doc, "tracks/Lead Vox/chain"), 2);
  assert_int_equal(ton_doc_count(doc, ""), 2);
  assert_int_equal(ton_doc_line(doc, "tracks/Bass/fader"), 16);
  assert_int_equal(ton_doc_line(doc, "tracks/Drums"), 0);
  assert_null(ton_doc_get(doc, "tracks/Drums"));
  assert_null(ton_doc_key(doc, "tracks", 2));
  char* const band =
      ton_doc_get(doc, "tracks/Lead Vox/chain/0/equaliser/1/bell");
  assert_string_equal(band, "{at: 310 Hz, gain: -2.4 dB}");
  ton_free(band);
  assert_string_equal(ton_doc_text(doc), song);
  ton_doc_free(doc);
}

static void
slashes_in_names_are_escaped(void** state)
{
  (void)state;
  expect_edit("t:\n  Gtr L/R: 1\n", "t/Gtr L~1R", "2", NULL,
              "t:\n  Gtr L/R: 2\n");
  expect_edit("t:\n  a~b: 1\n", "t/a~0b", "2", NULL, "t:\n  a~b: 2\n");
  expect_edit("t:\n  a: 1\n", "t/Vox: lead~1dry", "2", NULL,
              "t:\n  a: 1\n  \"Vox: lead/dry\": 2\n");
}

static void
expect_refused(const char* text, const char* path, const char* value,
               const char* says)
{
  TonDoc* const doc = parsed(text);
  TonError error = {0};
  const TonEdit edit = {path, value, NULL};
  assert_true(ton_doc_edit(doc, &edit, &error) != TON_OK);
  if (!strstr(error.text, says)) {
    fail_msg("%s said: %s", path, error.text);
  }
  assert_string_equal(ton_doc_text(doc), text);
  ton_doc_free(doc);
}

static void
wrong_edits_leave_the_text_alone(void** state)
{
  (void)state;
  expect_refused("a: 1\n", "b", NULL, "nothing at \"b\"");
  expect_refused("a: 1\n", "", "2", "needs a path");
  expect_refused("a: [1]\n", "a/2", "2", "a new one is number 1");
  expect_refused("a: [1]\n", "a/+2", "2", "a new one is number 1");
  expect_refused("a: 1\n", "a/b", "2", "a single value");
  expect_refused("a: 1\n", "a", "[1", "missing");
  expect_refused("a: 1\n", "a", "x\ty", "tab");
}

static void
saving_follows_links_and_keeps_rights(void** state)
{
  (void)state;
  char folder[] = "/tmp/ton-save-XXXXXX";
  assert_non_null(mkdtemp(folder));
  char file[64];
  char link[64];
  char nowhere[64];
  snprintf(file, sizeof(file), "%s/mix.yaml", folder);
  snprintf(link, sizeof(link), "%s/link.yaml", folder);
  snprintf(nowhere, sizeof(nowhere), "%s/no/mix.yaml", folder);
  TonDoc* const doc = parsed("a: 1\n");
  TonDoc* again = NULL;
  TonError error = {0};
  struct stat info;
  assert_int_equal(ton_doc_save(doc, file, &error), TON_OK);
  assert_int_equal(chmod(file, 0640), 0);
  assert_int_equal(symlink(file, link), 0);
  const TonEdit edit = {"b", "2", NULL};
  assert_int_equal(ton_doc_edit(doc, &edit, &error), TON_OK);
  assert_int_equal(ton_doc_save(doc, link, &error), TON_OK);
  assert_int_equal(lstat(link, &info), 0);
  assert_true(S_ISLNK(info.st_mode));
  assert_int_equal(stat(file, &info), 0);
  assert_int_equal(info.st_mode & 0777, 0640);
  assert_int_equal(ton_doc_open(file, &again, &error), TON_OK);
  assert_string_equal(ton_doc_text(again), "a: 1\nb: 2\n");
  ton_doc_free(again);
  assert_int_equal(ton_doc_save(doc, nowhere, &error), TON_WRITE_FAILED);
  assert_string_equal(error.file, nowhere);
  assert_int_equal(ton_doc_open(nowhere, &again, &error), TON_NOT_FOUND);
  assert_null(again);
  ton_doc_free(doc);
  unlink(link);
  unlink(file);
  assert_int_equal(rmdir(folder), 0); // nothing was left beside
}

static void
memory_refused_at_any_point_loses_nothing(void** state)
{
  (void)state;
  const TonEdit edit = {"tracks/Bass/chain/0", "{gain: {gain: 1 dB}}", "why"};
  int failures = 0;
  for (long n = 0; n < 200; ++n) {
    ton_alloc_fail_after(-1);
    TonDoc* const doc = parsed(song);
    ton_alloc_fail_after(n);
    const TonStatus status = ton_doc_edit(doc, &edit, NULL);
    ton_alloc_fail_after(n);
    TonDoc* again = NULL;
    const TonStatus reread =
        ton_doc_parse(song, sizeof(song) - 1, "mix.yaml", &again, NULL);
    ton_alloc_fail_after(-1);
    assert_true(reread == TON_OK || reread == TON_NO_MEMORY);
    assert_true((again != NULL) == (reread == TON_OK));
    ton_doc_free(again);
    if (status != TON_OK) {
      ++failures;
      assert_int_equal(status, TON_NO_MEMORY);
      assert_string_equal(ton_doc_text(doc), song);
    } else {
      assert_int_equal(ton_doc_line(doc, "tracks/Bass/chain/0"), 18);
    }
    ton_doc_free(doc);
  }
  assert_in_range(failures, 5, 199);
}

/// Editors of Windows put a mark of three bytes in front of a text
static void
a_byte_order_mark_stays(void** state)
{
  (void)state;
  expect_edit("\xEF\xBB\xBF"
              "a: 1\nb:\n  c: 2\nd: 3\n",
              "b/c", "4", NULL,
              "\xEF\xBB\xBF"
              "a: 1\nb:\n  c: 4\nd: 3\n");
  expect_edit("\xEF\xBB\xBF"
              "a: 1\nb: 2\n",
              "a", "4", NULL,
              "\xEF\xBB\xBF"
              "a: 4\nb: 2\n");
}

static void
new_plain_values_stand_in_front_of_blocks(void** state)
{
  (void)state;
  expect_edit("# Mine\nsong: A\n\ntracks:\n  B:\n    fader: 0 dB\n", "tempo",
              "112 bpm", NULL,
              "# Mine\nsong: A\ntempo: 112 bpm\n\ntracks:\n  B:\n    fader: 0 "
              "dB\n");
  expect_edit("# Mine\ntracks:\n  B:\n    fader: 0 dB\n", "tempo", "112 bpm",
              NULL, "# Mine\ntempo: 112 bpm\ntracks:\n  B:\n    fader: 0 dB\n");
  expect_edit("song: A\ntracks:\n  B:\n    fader: 0 dB\n", "buses/Mix/fader",
              "-3 dB", NULL,
              "song: A\ntracks:\n  B:\n    fader: 0 dB\nbuses:\n  Mix: {fader: "
              "-3 dB}\n");
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_scalar_in_lines_is_replaced),
      cmocka_unit_test(quotes_are_kept),
      cmocka_unit_test(readable_values_stay_bare),
      cmocka_unit_test(values_are_quoted_where_yaml_needs_it),
      cmocka_unit_test(nested_brackets_are_edited_in_place),
      cmocka_unit_test(keys_are_added_after_their_siblings),
      cmocka_unit_test(list_items_are_added),
      cmocka_unit_test(list_items_are_put_in_front_of_others),
      cmocka_unit_test(new_values_are_laid_out),
      cmocka_unit_test(block_values_are_replaced),
      cmocka_unit_test(keys_are_removed_with_their_comments),
      cmocka_unit_test(reasons_stand_at_the_end_of_the_line),
      cmocka_unit_test(four_edits_and_an_item_change_those_lines_only),
      cmocka_unit_test(a_text_tells_what_stands_where),
      cmocka_unit_test(slashes_in_names_are_escaped),
      cmocka_unit_test(wrong_edits_leave_the_text_alone),
      cmocka_unit_test(saving_follows_links_and_keeps_rights),
      cmocka_unit_test(a_byte_order_mark_stays),
      cmocka_unit_test(new_plain_values_stand_in_front_of_blocks),
      cmocka_unit_test(memory_refused_at_any_point_loses_nothing),
  };
  return TON_TESTS(tests);
}
