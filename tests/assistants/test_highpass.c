// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Tests of high-passes: what is said to lie below them is what does.
#include "assistants/mix.h"
#include "base/array.h"
#include "expect.h"
#include "signals.h"
#include "stems.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RATE = 48000, N = 20 * RATE };

static TonRoles* roles;
static double x[N];

static int
set_up(void** state)
{
  (void)state;
  TonError error = {0};
  return ton_roles_read(NULL, &roles, &error) != TON_OK;
}

static int
tear_down(void** state)
{
  (void)state;
  ton_roles_free(roles);
  return 0;
}

/// What is decided about the lows of a stem
typedef struct {
  bool cut;        ///< It gets a high-pass
  double at_hz;    ///< Its cut-off
  double below_db; ///< Energy below it, as cited
  char rule[64];
} Lows;

static Lows
lows_of(uint64_t n, const char* strip)
{
  Lows lows = {0};
  TonSound sound;
  sound_of(x, NULL, n, RATE, 4096, &sound);
  const TonMixStem stem = {.strip = strip, .file = strip, .sound = &sound};
  const TonMixBrief brief = {.stems = &stem, .n_stems = 1, .roles = roles};
  TonPlan plan = {0};
  TonError error = {0};
  assert_int_equal(ton_assist_mix(&brief, &plan, &error), TON_OK);
  for (uint32_t i = 0; i < plan.decisions.count; ++i) {
    const TonDecision* const d = &plan.decisions.items[i];
    if (strncmp(d->rule, "highpass.", 9) != 0) {
      continue;
    }
    const char* const at = strstr(d->value, "at: ");
    lows.cut = at != NULL;
    lows.at_hz = at ? strtod(at + 4, NULL) : 0.0;
    snprintf(lows.rule, sizeof(lows.rule), "%s", d->rule);
    for (uint32_t k = 0; k < d->n_evidence; ++k) {
      if (strcmp(d->evidence[k].metric, "energy below") == 0) {
        lows.below_db = d->evidence[k].value;
      }
    }
  }
  ton_plan_free(&plan);
  ton_sound_free(&sound);
  return lows;
}

/// A tone below the lowest note: the cut-off stands between both, and the figure
/// is the level of the lower one, with and without soft noise above
static void
a_tone_close_below_the_lowest_note(void** state)
{
  (void)state;
  static const struct {
    double note_hz;
    double low_hz;
    double low_db;
  } rows[] = {{47.0, 24.0, -40.0},
              {41.2, 24.0, -40.0},
              {41.2, 24.0, -30.0},
              {47.0, 38.0, -35.0},
              {65.4, 55.3, -40.0}};
  static const double noises[] = {0.0, 1e-3};
  for (uint32_t k = 0; k < 2 * TON_COUNT(rows); ++k) {
    const double low = pow(10.0, rows[k / 2].low_db / 20.0);
    double last = 0.0;
    for (uint64_t i = 0; i < N; ++i) {
      const double turn = 2.0 * M_PI * (double)i / RATE;
      const double noise = signal_random(17, i);
      x[i] = 0.2 * sin(rows[k / 2].note_hz * turn) +
             0.2 * low * sin(rows[k / 2].low_hz * turn) +
             noises[k % 2] * (noise - last);
      last = noise;
    }
    for (uint64_t n = 2 * RATE; n <= N; n *= 10) {
      const Lows lows = lows_of(n, "Piano");
      assert_true(lows.cut);
      EXPECT_AT_LEAST("cut-off over the lower tone",
                      lows.at_hz - rows[k / 2].low_hz, 3.0, "Hz");
      EXPECT_AT_LEAST("lowest note over the cut-off",
                      rows[k / 2].note_hz - lows.at_hz, 2.5, "Hz");
      EXPECT_NEAR("energy below", lows.below_db, rows[k / 2].low_db, 1.0, "dB");
    }
  }
}

/// A note that swells is not rumble where it is soft
static void
a_swelling_note_is_no_rumble(void** state)
{
  (void)state;
  for (uint64_t i = 0; i < N; ++i) {
    const double t = (double)i / RATE;
    const double level = -30.0 + 30.0 * cos(2.0 * M_PI * 0.2 * t);
    x[i] = 0.2 * pow(10.0, level / 20.0) * sin(2.0 * M_PI * 47.0 * t);
  }
  const Lows lows = lows_of(N, "Piano");
  assert_string_equal(lows.rule, "highpass.nothing");
  EXPECT_AT_MOST("energy below", lows.below_db, -50.0, "dB");
}

/// Steps before the first note and between notes: they end where the music begins,
/// and a high-pass takes them out
static void
rumble_in_pauses_alone_is_cut(void** state)
{
  (void)state;
  for (uint64_t i = 0; i < N; ++i) {
    const double t = (double)i / RATE;
    const bool plays = fmod(t, 8.0) > 4.0;
    const double turn = 2.0 * M_PI * t;
    x[i] = plays ? 0.2 * sin(330.0 * turn) + 0.1 * sin(660.0 * turn)
                 : 0.005 * (sin(31.0 * turn) + sin(43.7 * turn));
  }
  const Lows lows = lows_of(N, "Piano");
  assert_string_equal(lows.rule, "highpass.rumble");
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_tone_close_below_the_lowest_note),
      cmocka_unit_test(rumble_in_pauses_alone_is_cut),
      cmocka_unit_test(a_swelling_note_is_no_rumble),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
