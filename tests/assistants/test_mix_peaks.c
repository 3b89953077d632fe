// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Clippers that the mix assistant proposes where the peaks of a mix are high.
#include "assistants/mix.h"
#include "base/array.h"
#include "expect.h"
#include "signals.h"
#include "stems.h"

#include <string.h>

enum { RATE = 48000, N = 4 * RATE, STEMS = 4 };

static const char text[] =
    "tracks:\n"
    "  Kick: {file: Kick.wav, role: kick, to: Drums}\n"
    "  Snare: {file: Snare.wav, role: snare, to: Drums}\n"
    "  Gtr: {file: Gtr.wav, role: electric guitar, fader: -2 dB,\n"
    "        chain: [{compressor: {ratio: 3:1}}]}\n"
    "  Vox: {file: Vox.wav, role: lead vocal, sends: {Plate: -12 dB}}\n"
    "buses:\n"
    "  Drums: {to: Mix, fader: -1 dB}\n"
    "  Plate: {to: Mix, chain: [{reverb: {}}]}\n"
    "  Mix: {fader: -3 dB}\n";

static const char* const names[STEMS] = {"Kick", "Snare", "Gtr", "Vox"};

static TonRoles* roles;
static TonSound sounds[STEMS];

/// Peaks of a strip, LU above the loudness of the mix
typedef struct {
  const char* strip;
  double peaks_lu;
} High;

/// Ask the assistant about a mix of -24 LUFS
static void
ask(const High* high, uint32_t n, const char* locked, TonPlan* plan)
{
  TonDoc* doc = NULL;
  TonMix* mix = NULL;
  TonMixStem stems[STEMS];
  double dbfs[16];
  char* locks[] = {(char[]){"chain"}};
  assert_int_equal(ton_doc_parse(text, sizeof(text) - 1, "mix", &doc, NULL),
                   TON_OK);
  assert_int_equal(ton_mix_read(doc, NULL, &mix, NULL), TON_OK);
  for (uint32_t i = 0; i < STEMS; ++i) {
    stems[i] =
        (TonMixStem){.strip = names[i], .file = names[i], .sound = &sounds[i]};
  }
  for (uint32_t i = 0; i < mix->n_strips; ++i) {
    dbfs[i] = -60.0;
  }
  for (uint32_t i = 0; i < n; ++i) { // behind the mix bus's fader of -3 dB
    dbfs[ton_mix_strip(mix, high[i].strip)] = high[i].peaks_lu - 24.0 + 3.0;
  }
  if (locked) {
    TonStrip* const s = &mix->strips[ton_mix_strip(mix, locked)];
    s->locks = locks;
    s->n_locks = 1;
  }
  const TonMixBrief brief = {
      .stems = stems, .n_stems = STEMS, .roles = roles, .existing = mix};
  const TonMixPeaks peaks = {
      .mix_lufs = -24.0, .mix_dbfs = -6.0, .strips_dbfs = dbfs};
  assert_int_equal(ton_assist_mix_peaks(&brief, &peaks, plan, NULL), TON_OK);
  ton_mix_free(mix);
  ton_doc_free(doc);
}

/// A bus is cut by 3 dB at most, in front of its fader; a track behind its chain,
/// in front of fader and pan, which takes 3 dB of a mono one
static void
tips_are_cut_where_the_peaks_come_from(void** state)
{
  (void)state;
  static const High high[] = {{"Drums", 18.0}, {"Gtr", 14.5}, {"Kick", 17.0}};
  TonPlan plan = {0};
  ask(high, TON_COUNT(high), NULL, &plan);
  assert_int_equal(plan.n_edits, 2);
  assert_string_equal(plan.edits[0].path, "tracks/Gtr/chain/1/saturator");
  assert_string_equal(plan.edits[0].value,
                      "{character: hard, drive: 3 dB, auto-gain: off}");
  assert_string_equal(plan.edits[1].path, "buses/Drums/chain/0/saturator");
  assert_string_equal(plan.edits[1].value,
                      "{character: hard, drive: 5 dB, auto-gain: off}");
  assert_non_null(strstr(plan.edits[1].comment, "its peaks are 18 LU louder"));
  assert_non_null(strstr(plan.edits[1].comment, "by 3 dB or less"));
  ton_plan_free(&plan);
}

/// Not a voice, not a reverb, not what is hardly over, and not what is locked
static void
the_rest_is_left_alone(void** state)
{
  (void)state;
  static const High high[] = {
      {"Drums", 18.0}, {"Gtr", 13.4}, {"Vox", 19.0}, {"Plate", 19.0}};
  TonPlan plan = {0};
  ask(high, TON_COUNT(high), "Drums", &plan);
  assert_int_equal(plan.n_edits, 0);
  ton_plan_free(&plan);
}

static void
peaks_are_high_beyond_the_bound_of_the_table(void** state)
{
  (void)state;
  const double bound = roles->peaks.high_lu;
  assert_false(ton_mix_peaks_high(roles, -24.0, -24.0 + bound - 0.1));
  assert_true(ton_mix_peaks_high(roles, -24.0, -24.0 + bound + 0.1));
  assert_false(ton_mix_peaks_high(roles, -INFINITY, -INFINITY));
}

int
main(void)
{
  static double x[N];
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(tips_are_cut_where_the_peaks_come_from),
      cmocka_unit_test(the_rest_is_left_alone),
      cmocka_unit_test(peaks_are_high_beyond_the_bound_of_the_table),
  };
  assert_int_equal(ton_roles_read(NULL, &roles, NULL), TON_OK);
  for (uint32_t i = 0; i < STEMS; ++i) {
    if (i == 2) {
      stem_guitar(x, N, RATE, 1.0);
    } else if (i == 3) {
      stem_voice(x, N, RATE);
    } else {
      signal_kick(x, N, RATE);
      signal_white(x, i ? N : 0, 3);
    }
    sound_of(x, NULL, N, RATE, 4096, &sounds[i]);
  }
  const int failed = cmocka_run_group_tests(tests, NULL, NULL);
  for (uint32_t i = 0; i < STEMS; ++i) {
    ton_sound_free(&sounds[i]);
  }
  ton_roles_free(roles);
  return failed;
}
