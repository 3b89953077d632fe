// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The search for a gain that meets a loudness; targets; sentences of
/// reasons.

#include "assistants/decision_builder.h"
#include "assistants/gain_search.h"
#include "assistants/plan.h"
#include "assistants/targets.h"
#include "base/array.h"
#include "expect.h"

#include <math.h>
#include <string.h>

/// Loudness after a limiter: follows the gain, bends, and stays at `most`
typedef struct {
  double quiet_lufs; ///< At 0 dB of gain
  double most_lufs;
  double bend_db; ///< Softness of the bend
  double jump_lu; ///< Step of the gate, at -12 LUFS
} Song;

static double
loudness(const Song* song, double gain_db)
{
  const double over = song->quiet_lufs + gain_db - song->most_lufs;
  const double bent = song->bend_db * log1p(exp(over / song->bend_db));
  const double lufs = song->quiet_lufs + gain_db - bent;
  return lufs + (lufs > -12.0 ? song->jump_lu : 0.0);
}

static void
run_search(const Song* song, double goal, double first, TonGainSearch* search)
{
  ton_gain_search_start(search, goal, first);
  double drive = 0.0;
  while (ton_gain_search_next(search, &drive)) {
    assert_in_range(search->runs, 0, 11);
    ton_gain_search_tell(search, drive, loudness(song, drive), NAN);
  }
}

static void
test_lim_09_reachable(void** state)
{
  (void)state;
  static const Song songs[] = {{-23.0, -7.0, 2.0, 0.0},
                               {-18.0, -8.5, 1.0, 0.0},
                               {-31.0, -6.5, 3.0, 0.0},
                               {-12.0, -7.5, 0.5, 0.0},
                               {-20.0, -7.0, 2.0, 0.3}};
  static const double goals[] = {-16.0, -14.0, -11.0, -9.0};
  uint32_t worst = 0;
  for (uint32_t s = 0; s < TON_COUNT(songs); ++s) {
    for (uint32_t g = 0; g < TON_COUNT(goals); ++g) {
      TonGainSearch search;
      run_search(&songs[s], goals[g], goals[g] - songs[s].quiet_lufs, &search);
      assert_int_equal(search.state, TON_GAIN_SEARCH_MET);
      EXPECT_NEAR("loudness met", loudness(&songs[s], search.best_db), goals[g],
                  0.02, "LUFS");
      worst = search.runs > worst ? search.runs : worst;
    }
  }
  EXPECT_AT_MOST("runs", (double)worst, 12.0, "");
}

static void
test_lim_09_unreachable(void** state)
{
  (void)state;
  static const Song flat = {-20.0, -8.93, 0.8, 0.0};
  TonGainSearch search;
  run_search(&flat, -5.0, 15.0, &search);
  assert_true(search.state == TON_GAIN_SEARCH_UNREACHABLE ||
              search.state == TON_GAIN_SEARCH_BOUND);
  EXPECT_AT_MOST("runs", search.runs, 12.0, "");
  EXPECT_NEAR("best within reach", search.best_lufs, -8.93, 0.15, "LUFS");
}

static void
test_too_much_reduction_stops(void** state)
{
  (void)state;
  TonGainSearch search;
  ton_gain_search_start(&search, -6.0, 10.0);
  ton_gain_search_tell(&search, 10.0, -9.0, 13.0);
  assert_int_equal(search.state, TON_GAIN_SEARCH_BOUND);
}

static void
test_silence_ends(void** state)
{
  (void)state;
  TonGainSearch search;
  ton_gain_search_start(&search, -14.0, 0.0);
  ton_gain_search_tell(&search, 0.0, -INFINITY, NAN);
  double drive = 0.0;
  assert_false(ton_gain_search_next(&search, &drive));
  assert_int_equal(search.state, TON_GAIN_SEARCH_GAVE_UP);
}

static void
test_every_first_gain_ends(void** state)
{
  (void)state;
  static const Song song = {-22.0, -7.0, 2.0, 0.0};
  for (double first = -30.0; first < 31.0; first += 0.5) {
    TonGainSearch search;
    run_search(&song, -14.0, first, &search);
    assert_int_equal(search.state, TON_GAIN_SEARCH_MET);
  }
}

static void
test_targets(void** state)
{
  (void)state;
  TonTarget target;
  TonError error;
  assert_int_equal(ton_target("streaming", &target, &error), TON_OK);
  EXPECT_NEAR("streaming", target.loudness_lufs, -14.0, 0.0, "LUFS");
  EXPECT_NEAR("streaming", target.ceiling_dbtp, -1.0, 0.0, "dBTP");
  assert_int_equal(ton_target("spotfy", &target, &error), TON_NOT_FOUND);
  assert_non_null(strstr(error.text, "spotify"));
  TonTargets* all = NULL;
  assert_int_equal(ton_targets_read(&all, &error), TON_OK);
  assert_true(all->n >= 10);
  for (uint32_t i = 0; i < all->n; ++i) {
    const TonTarget* const t = &all->items[i];
    assert_true(*t->title && *t->source);
    TonTone tone;
    if (*t->tone) {
      assert_int_equal(ton_tone(t->tone, &tone, &error), TON_OK);
    }
  }
  ton_targets_free(all);
}

static void
test_tones(void** state)
{
  (void)state;
  static const char* const names[] = {"modern", "electronic", "metal",
                                      "acoustic"};
  for (uint32_t i = 0; i < TON_COUNT(names); ++i) {
    TonTone tone;
    TonError error = {0};
    const TonStatus status = ton_tone(names[i], &tone, &error);
    assert_string_equal(error.text, "");
    assert_int_equal(status, TON_OK);
    assert_true(tone.spread_db[17] > 1.0 && tone.level_db[30] < -20.0);
  }
}

static void
test_platforms(void** state)
{
  (void)state;
  TonPenalty rows[16];
  uint32_t n = 0;
  assert_int_equal(ton_platform_penalties(-9.0, -0.5, rows, 16, &n, NULL),
                   TON_OK);
  assert_true(n >= 8);
  for (uint32_t i = 0; i < n; ++i) {
    if (strcmp(rows[i].platform.name, "Spotify") == 0) {
      EXPECT_DB("turned down", rows[i].gain_db, -5.0, 1e-9);
      EXPECT_DB("wasted", rows[i].wasted_db, 5.0, 1e-9);
      assert_true(rows[i].over_advice);
    }
  }
  assert_int_equal(ton_platform_penalties(-20.0, -3.0, rows, 16, &n, NULL),
                   TON_OK);
  assert_string_equal(rows[0].platform.name, "Spotify");
  EXPECT_DB("raised until the peak", rows[0].gain_db, 2.0, 1e-9);
  TonError error = {0};
  assert_int_equal(ton_platform_penalties(-20.0, -3.0, rows, 2, &n, &error),
                   TON_BAD_USE);
}

static void
test_reason_has_its_figures(void** state)
{
  (void)state;
  TonDecision d;
  TonPlan plan = {0};
  ton_decision_start(&d, TON_RULE_TRIM_ACTIVE, 1.0);
  ton_decision_figure(&d, "loudness while it plays", -27.23);
  ton_decision_figure(&d, "starting level", -23.0);
  ton_plan_decide(&plan, "tracks/Lead Vox/trim", "+4.23 dB", &d);
  assert_int_equal(plan.n_edits, 1);
  const TonDecision* const record = &plan.decisions.items[0];
  assert_string_equal(plan.edits[0].comment, record->reason);
  assert_non_null(strstr(record->reason, "-27.2 LUFS"));
  assert_non_null(strstr(record->reason, "-23 LUFS"));
  d.locked = true;
  ton_plan_decide(&plan, "tracks/Lead Vox/trim", "+4.23 dB", &d);
  assert_int_equal(plan.n_edits, 1);
  assert_int_equal(plan.decisions.count, 2);
  ton_plan_free(&plan);
}

/// What does not fit into a record is an error, and a plan's own texts grow
static void
test_no_text_is_cut(void** state)
{
  (void)state;
  static char longer[4000];
  memset(longer, '/', sizeof(longer) - 1);
  TonError error = {0};
  TonPlan plan = {0};
  TonDecision d;
  assert_int_equal(strlen(ton_plan_text(&plan, "%s.", longer)), 4000);
  assert_int_equal(strlen(ton_plan_name(&plan, longer)), 2 * 3999);
  ton_decision_start(&d, TON_RULE_LOCK, 1.0);
  ton_plan_decide(&plan, "tracks/A/fader", "+1.0 dB", &d);
  assert_int_equal(ton_plan_check(&plan, &error), TON_OK);
  ton_plan_decide(&plan, "tracks/A/fader", longer, &d);
  assert_int_equal(plan.n_edits, 1);
  assert_int_equal(ton_plan_check(&plan, &error), TON_BAD_USE);
  ton_plan_free(&plan);
}

static void
test_figures_read_well(void** state)
{
  (void)state;
  char room[64];
  assert_string_equal(ton_figure_print(-27.0, "LUFS", room, 64), "-27 LUFS");
  assert_string_equal(ton_figure_print(6812.0, "Hz", room, 64), "6.8 kHz");
  assert_string_equal(ton_figure_print(41.4, "%", room, 64), "41 %");
  assert_string_equal(ton_figure_print(-0.001, "dB", room, 64), "0 dB");
  assert_string_equal(ton_figure_print(-INFINITY, "dB", room, 64), "-inf dB");
  assert_string_equal(ton_figure_print(NAN, "dB", room, 64), "not defined");
  assert_string_equal(ton_figure_print(1.0, "tracks", room, 64), "1 track");
  assert_string_equal(ton_figure_print(2.0, "tracks", room, 64), "2 tracks");
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_lim_09_reachable),
      cmocka_unit_test(test_lim_09_unreachable),
      cmocka_unit_test(test_too_much_reduction_stops),
      cmocka_unit_test(test_silence_ends),
      cmocka_unit_test(test_every_first_gain_ends),
      cmocka_unit_test(test_targets),
      cmocka_unit_test(test_tones),
      cmocka_unit_test(test_platforms),
      cmocka_unit_test(test_reason_has_its_figures),
      cmocka_unit_test(test_no_text_is_cut),
      cmocka_unit_test(test_figures_read_well),
  };
  return TON_TESTS(tests);
}
