// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Records of decisions are read as they were written.

#include "base/input_file.h"
#include "base/memory.h"
#include "base/string.h"
#include "expect.h"

#include <tonmeister/decision.h>

#include <string.h>
#include <unistd.h>

static char file[] = "/tmp/ton-decisions-XXXXXX";

static void
fill(TonDecisions* all)
{
  TonDecision* d = ton_decisions_add(all);
  strcpy(d->path, "tracks/Lead Vox/trim");
  strcpy(d->value, "+4.2 dB");
  strcpy(d->rule, "balance.class-target");
  strcpy(d->reason, "active loudness -27.2 LUFS, \"brought\" to -23 — für her");
  d->confidence = 0.1;
  d->locked = true;
  d->n_evidence = 2;
  d->evidence[0] =
      (TonEvidence){"active loudness",  -27.2, "LUFS", NAN, NAN, -24.0, -22.0,
                    "data/classes.yaml"};
  d->evidence[1] =
      (TonEvidence){"gap", INFINITY, "s", 1.0 / 3.0, 2e-9, NAN, 123456.75, ""};
  d->n_alternatives = 1;
  strcpy(d->alternatives[0].what, "compress");
  strcpy(d->alternatives[0].why_not, "crest is low already");
  d = ton_decisions_add(all);
  strcpy(d->reason, "left alone");
  d->bound_hit = true;
  d->superseded = true;
}

static char*
slurp(void)
{
  size_t n = 0;
  char* const text = ton_string_read_file(file, 1 << 20, &n);
  assert_non_null(text);
  return text;
}

static void
decisions_are_read_as_they_were_written(void** state)
{
  (void)state;
  TonDecisions all = {0};
  TonDecisions back = {0};
  TonError error = {0};
  fill(&all);
  assert_int_equal(ton_decisions_write(&all, file, &error), TON_OK);
  char* const first = slurp();
  assert_int_equal(ton_decisions_read(file, &back, &error), TON_OK);
  assert_int_equal(back.count, 2);
  const TonDecision* const d = &back.items[0];
  assert_string_equal(d->path, all.items[0].path);
  assert_string_equal(d->reason, all.items[0].reason);
  assert_true(d->confidence == 0.1 && d->locked && !d->superseded);
  assert_true(d->evidence[0].value == -27.2);
  assert_true(isnan(d->evidence[0].from_s));
  assert_true(isnan(d->evidence[1].value));
  EXPECT_NEAR("a third, in nine digits", d->evidence[1].from_s, 1.0 / 3.0, 1e-9,
              "s");
  assert_string_equal(d->alternatives[0].why_not, "crest is low already");
  assert_true(back.items[1].bound_hit && back.items[1].superseded);
  assert_int_equal(ton_decisions_write(&back, file, &error), TON_OK);
  char* const second = slurp();
  assert_string_equal(first, second);
  assert_non_null(strstr(first, "\"confidence\": 0.1,"));
  assert_non_null(strstr(first, "\"from_s\": null,"));
  ton_free(first);
  ton_free(second);
  ton_decisions_free(&all);
  ton_decisions_free(&back);
}

static void
a_text_cut_inside_a_character_is_still_written(void** state)
{
  (void)state;
  TonDecisions all = {0};
  TonDecisions back = {0};
  TonError error = {0};
  strcpy(ton_decisions_add(&all)->reason, "loud\xE2\x80");
  assert_int_equal(ton_decisions_write(&all, file, &error), TON_OK);
  assert_int_equal(ton_decisions_read(file, &back, &error), TON_OK);
  assert_string_equal(back.items[0].reason, "loud");
  ton_decisions_free(&all);
  ton_decisions_free(&back);
}

static void
broken_files_are_refused(void** state)
{
  (void)state;
  static const char* const texts[] = {"",
                                      "[]",
                                      "{\"schema\": 2, \"decisions\": []}",
                                      "{\"schema\": 1}",
                                      "{\"schema\": 1, \"decisions\": [}",
                                      "{\"a\": 1, \"a\": 2}"};
  for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); ++i) {
    FILE* const out = fopen(file, "w");
    fputs(texts[i], out);
    fclose(out);
    TonDecisions all = {0};
    TonError error = {0};
    assert_int_equal(ton_decisions_read(file, &all, &error), TON_BAD_TEXT);
    assert_string_equal(error.file, file);
    assert_null(all.items);
  }
  TonDecisions all = {0};
  TonError error = {0};
  assert_int_equal(ton_decisions_read("/nowhere/decisions.json", &all, &error),
                   TON_NOT_FOUND);
}

static void
entries_of_a_wrong_kind_read_as_empty(void** state)
{
  (void)state;
  FILE* const out = fopen(file, "w");
  fputs("{\"schema\": 1, \"decisions\": [3, {\"path\": 4, \"evidence\": "
        "{}, \"confidence\": \"x\"}]}",
        out);
  fclose(out);
  TonDecisions all = {0};
  TonError error = {0};
  assert_int_equal(ton_decisions_read(file, &all, &error), TON_OK);
  assert_int_equal(all.count, 2);
  assert_string_equal(all.items[1].path, "");
  assert_true(isnan(all.items[1].confidence));
  ton_decisions_free(&all);
}

static void
a_changed_value_supersedes_its_decision(void** state)
{
  (void)state;
  static const char text[] = "a: -3.0dB\n"
                             "b: {at: 1 kHz, q: \"2\"}\n"
                             "c: 4:1\n"
                             "d: [1, 2]\n"
                             "e: -4 dB\n"
                             "f: word\n";
  static const struct {
    const char* path;
    const char* value;
    bool superseded;
  } cases[] = {
      {"a", "-3 dB", false},      {"a", "-3.1 dB", true},
      {"a", "-3 LU", true},       {"b", "{at: 1.0 kHz, q: 2}", false},
      {"b", "{at: 1 kHz}", true}, {"c", "4:1", false},
      {"c", "4:10", true},        {"d", "[1, 2]", false},
      {"d", "[2, 1]", true},      {"e", "", true},
      {"f", "word", false},       {"f", "words", true},
      {"gone", "1", true},        {"gone", "", false},
      {"", "1", false},
  };
  TonDoc* doc = NULL;
  assert_int_equal(
      ton_doc_parse(text, sizeof(text) - 1, "mix.yaml", &doc, NULL), TON_OK);
  TonDecisions all = {0};
  const size_t n = sizeof(cases) / sizeof(cases[0]);
  for (size_t i = 0; i < n; ++i) {
    TonDecision* const d = ton_decisions_add(&all);
    strcpy(d->path, cases[i].path);
    strcpy(d->value, cases[i].value);
  }
  assert_int_equal(ton_decisions_compare(&all, doc), TON_OK);
  for (size_t i = 0; i < n; ++i) {
    if (all.items[i].superseded != cases[i].superseded) {
      fail_msg("%s = %s", cases[i].path, cases[i].value);
    }
  }
  ton_decisions_free(&all);
  ton_doc_free(doc);
}

/// A track, and one with a slash in its name, got another name; one was removed, and
/// one that a person wrote has nothing to do with it
static void
a_renamed_track_keeps_its_decisions(void** state)
{
  (void)state;
  static const char text[] =
      "tracks:\n"
      "  BD: {trim: +3 dB, pan: L20, fader: -1 dB, to: Kit}\n"
      "  Snare: {trim: -2 dB, pan: C}\n"
      "  Gtr/2: {trim: +1 dB, pan: R40}\n"
      "  New: {trim: 0 dB, pan: R10}\n"
      "buses:\n"
      "  Kit: {fader: -3 dB, chain: []}\n";
  static const struct {
    const char* path;
    const char* value;
    const char* now;
    bool superseded;
  } cases[] = {
      {"tracks/Kick/trim", "+3 dB", "tracks/BD/trim", false},
      {"tracks/Kick/pan", "L20", "tracks/BD/pan", false},
      {"tracks/Kick/fader", "0 dB", "tracks/BD/fader", true},
      {"tracks/Kick/chain", "", "tracks/BD/chain", false},
      {"tracks/Kick/to", "Kit", "tracks/BD/to", false},
      {"tracks/Snare/trim", "-2 dB", "tracks/Snare/trim", false},
      {"tracks/Gone/trim", "+9 dB", "tracks/Gone/trim", true},
      {"tracks/Gone/pan", "R10", "tracks/Gone/pan", true},
      {"tracks/A~0B/trim", "+1 dB", "tracks/Gtr~12/trim", false},
      {"tracks/A~0B/pan", "R40", "tracks/Gtr~12/pan", false},
      {"buses/Drums/fader", "-3 dB", "buses/Kit/fader", false},
      {"buses/Drums/chain", "[]", "buses/Kit/chain", false},
  };
  TonDoc* doc = NULL;
  TonDecisions all = {0};
  const size_t n = sizeof(cases) / sizeof(cases[0]);
  assert_int_equal(
      ton_doc_parse(text, sizeof(text) - 1, "mix.yaml", &doc, NULL), TON_OK);
  for (size_t i = 0; i < n; ++i) {
    TonDecision* const d = ton_decisions_add(&all);
    strcpy(d->path, cases[i].path);
    strcpy(d->value, cases[i].value);
  }
  assert_int_equal(ton_decisions_compare(&all, doc), TON_OK);
  for (size_t i = 0; i < n; ++i) {
    assert_string_equal(all.items[i].path, cases[i].now);
    assert_int_equal(all.items[i].superseded, cases[i].superseded);
  }
  ton_decisions_free(&all);
  ton_doc_free(doc);
}

static void
refused_memory_adds_nothing(void** state)
{
  (void)state;
  TonDecisions all = {0};
  ton_alloc_fail_after(0);
  assert_null(ton_decisions_add(&all));
  ton_alloc_fail_after(-1);
  assert_int_equal(all.count, 0);
  for (int i = 0; i < 20; ++i) {
    assert_non_null(ton_decisions_add(&all));
  }
  assert_int_equal(all.count, 20);
  ton_decisions_free(&all);
  ton_decisions_free(NULL);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(decisions_are_read_as_they_were_written),
      cmocka_unit_test(a_text_cut_inside_a_character_is_still_written),
      cmocka_unit_test(broken_files_are_refused),
      cmocka_unit_test(entries_of_a_wrong_kind_read_as_empty),
      cmocka_unit_test(a_changed_value_supersedes_its_decision),
      cmocka_unit_test(a_renamed_track_keeps_its_decisions),
      cmocka_unit_test(refused_memory_adds_nothing),
  };
  const int made = mkstemp(file);
  if (made < 0) {
    return 1;
  }
  close(made);
  const int failed = TON_TESTS(tests);
  unlink(file);
  return failed;
}
