// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Masters of whole files: loudness met, or told why not.

#include "base/array.h"
#include "signals.h"
#include "song.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const TonJob job = {.threads = 1};

static TonMasterOptions
options_for(double lufs, const char* out)
{
  return (TonMasterOptions){
      .loudness_lufs = lufs, .ceiling_dbtp = NAN, .amount = NAN, .out = out};
}

static TonStatus
master(const char* what, const TonMasterOptions* options, TonMasterResult* m,
       TonError* error)
{
  const TonStatus status = ton_is_file(what)
                               ? ton_master_file(what, options, &job, m, error)
                               : song_masters(options, &job, m, error);
  if (status && status != TON_GOAL_MISSED) {
    print_message("# %s\n", error->text);
  }
  return status;
}

/// Every loudness that can be had is met under the ceiling, in few runs
static void
test_loudness_is_met(void** state)
{
  (void)state;
  static const double goals[] = {-23.0, -16.0, -14.0, -11.0};
  song_mix("mix.wav", 48000.0, 2, 10.0, -4.0);
  for (size_t i = 0; i < TON_COUNT(goals); ++i) {
    TonMasterResult m;
    TonError error = {0};
    const char* const out = song_path("m.wav");
    const TonMasterOptions options = options_for(goals[i], out);
    assert_int_equal(master(song_path("mix.wav"), &options, &m, &error),
                     TON_OK);
    EXPECT_NEAR("loudness", m.after.integrated_lufs, goals[i], 0.05, "LUFS");
    EXPECT_AT_MOST("limiter runs", (double)m.limiter_runs, 3.0, "");
    EXPECT_NEAR("frames", (double)m.after.frames, (double)m.before.frames, 0.0,
                "");
    double* x[2];
    const uint64_t n = song_load(out, &x[0], &x[1]);
    for (int c = 0; c < 2; ++c) {
      EXPECT_AT_MOST("peak of a quarter, 16 times oversampled",
                     20.0 * log10(signal_true_peak(x[c], n / 4)), -0.95,
                     "dBTP");
      free(x[c]);
    }
    ton_master_result_free(&m);
  }
}

/// LIM-09: the limiter alone on S-MIX
static void
test_lim_09_the_limiter_alone(void** state)
{
  (void)state;
  static const double goals[] = {-16.0, -14.0, -11.0, -9.0, -5.0};
  static const char text[] = "source: out/mix.wav\n"
                             "loudness: -14 LUFS\n"
                             "chain:\n"
                             "  - limiter: {ceiling: -1 dBTP}\n";
  song_mix("out/mix.wav", 48000.0, 2, 10.0, 0.0);
  for (size_t i = 0; i < TON_COUNT(goals); ++i) {
    TonMasterResult m;
    TonError error = {0};
    const TonMasterOptions options = options_for(goals[i], NULL);
    song_text("master.yaml", text);
    const TonStatus status = master(song_path(""), &options, &m, &error);
    EXPECT_AT_MOST("LIM-09 limiter runs", (double)m.limiter_runs, 12.0, "");
    EXPECT_AT_MOST("LIM-09 peak", m.after.true_peak_dbtp, -1.0, "dBTP");
    if (goals[i] < -6.0) {
      assert_int_equal(status, TON_OK);
      EXPECT_NEAR("LIM-09 loudness", m.after.integrated_lufs, goals[i], 0.05,
                  "LUFS");
    } else {
      assert_int_equal(status, TON_GOAL_MISSED);
      assert_non_null(strstr(error.text, "dB of gain reduction"));
    }
    ton_master_result_free(&m);
  }
}

/// What is in the way is named: here it is neither peaks nor distortion
static void
test_a_gain_at_its_end_is_told(void** state)
{
  (void)state;
  static const double goals[] = {-14.0, -40.0};
  static const double peaks[] = {-40.0, 0.0};
  for (size_t i = 0; i < TON_COUNT(goals); ++i) {
    TonMasterResult m;
    TonError error = {0};
    const TonMasterOptions options = options_for(goals[i], NULL);
    song_mix("out/mix.wav", 48000.0, 2, 5.0, peaks[i]);
    song_text("master.yaml", "source: out/mix.wav\n"
                             "chain:\n"
                             "  - limiter: {ceiling: -1 dBTP}\n");
    assert_int_equal(master(song_path(""), &options, &m, &error),
                     TON_GOAL_MISSED);
    print_message("# %s\n", error.text);
    assert_non_null(strstr(error.text, "the limiter's gain can go no further"));
    assert_non_null(
        strstr(song_read("master.yaml"), "own gain goes no further"));
    ton_master_result_free(&m);
  }
}

static void
test_a_loudness_out_of_reach_is_told(void** state)
{
  (void)state;
  TonMasterResult m;
  TonError error = {0};
  TonMasterOptions options = options_for(-2.0, song_path("m.wav"));
  song_mix("mix.wav", 48000.0, 2, 5.0, -4.0);
  assert_int_equal(master(song_path("mix.wav"), &options, &m, &error),
                   TON_GOAL_MISSED);
  assert_non_null(strstr(error.text, "LUFS instead of -2.0"));
  assert_non_null(strstr(error.text, "--anyway"));
  EXPECT_AT_MOST("limiter runs", (double)m.limiter_runs, 4.0, "");
  EXPECT_AT_MOST("gain reduction", m.reduction_p95_db, 16.0, "dB");
  const double bounded = m.after.integrated_lufs;
  ton_master_result_free(&m);
  options.anyway = true;
  master(song_path("mix.wav"), &options, &m, &error);
  EXPECT_AT_LEAST("louder anyway", m.after.integrated_lufs, bounded + 0.5,
                  "LUFS");
  ton_master_result_free(&m);
}

/// Nobody asked for the loudness of a reference: it is followed as far as the
/// dynamics live
static void
test_a_loud_reference_does_not_crush(void** state)
{
  (void)state;
  TonMasterResult m;
  TonError error = {0};
  const char* const loud = song_path("loud.wav");
  TonMasterOptions options = options_for(-8.5, loud);
  options.anyway = true;
  song_mix("mix.wav", 48000.0, 2, 5.0, -4.0);
  master(song_path("mix.wav"), &options, &m, &error);
  const double reference = m.after.integrated_lufs;
  ton_master_result_free(&m);
  options = options_for(NAN, song_path("m.wav"));
  options.references = &loud;
  options.n_references = 1;
  assert_int_equal(master(song_path("mix.wav"), &options, &m, &error),
                   TON_GOAL_MISSED);
  assert_int_equal(ton_status_exit(error.status), 3);
  assert_non_null(strstr(error.text, "as loud as the references"));
  EXPECT_NEAR("goal", m.goal_lufs, reference, 0.1, "LUFS");
  EXPECT_AT_LEAST("louder than streaming", m.after.integrated_lufs, -14.0,
                  "LUFS");
  EXPECT_AT_MOST("missed", m.after.integrated_lufs, reference - 0.5, "LUFS");
  EXPECT_AT_MOST("gain reduction", m.reduction_p95_db, 7.0, "dB");
  ton_master_result_free(&m);
}

/// One channel in, one channel out, at any rate
static void
test_channels_and_rate_stay(void** state)
{
  (void)state;
  static const double rates[] = {8000.0, 44100.0, 192000.0, 384000.0};
  for (size_t i = 0; i < TON_COUNT(rates); ++i) {
    TonMasterResult m;
    TonError error = {0};
    const TonMasterOptions options = options_for(-16.0, song_path("m.wav"));
    song_mix("mono.wav", rates[i], 1, 3.0, -4.0);
    assert_int_equal(master(song_path("mono.wav"), &options, &m, &error),
                     TON_OK);
    EXPECT_NEAR("channels", (double)m.after.channels, 1.0, 0.0, "");
    EXPECT_NEAR("rate", (double)m.after.rate, rates[i], 0.0, "Hz");
    EXPECT_NEAR("loudness", m.after.integrated_lufs, -16.0, 0.1, "LUFS");
    ton_master_result_free(&m);
  }
}

static void
test_what_cannot_be_mastered(void** state)
{
  (void)state;
  enum { N = 48000 };
  static double x[N];
  TonMasterResult m;
  TonError error = {0};
  const TonMasterOptions options = options_for(-14.0, song_path("none.wav"));
  song_wav("silent.wav", 48000.0, 2, x, x, N);
  assert_int_equal(master(song_path("silent.wav"), &options, &m, &error),
                   TON_BAD_FILE);
  assert_non_null(strstr(error.text, "silent"));
  for (int i = 0; i < N; ++i) {
    x[i] = 1e-5 * sin(0.1 * i);
  }
  song_wav("faint.wav", 48000.0, 2, x, x, N);
  assert_int_equal(master(song_path("faint.wav"), &options, &m, &error),
                   TON_BAD_FILE);
  assert_non_null(strstr(error.text, "LUFS where it is loudest"));
  signal_white(x, N, 1);
  song_wav("short.wav", 48000.0, 2, x, x, 4800);
  assert_int_equal(master(song_path("short.wav"), &options, &m, &error),
                   TON_BAD_FILE);
  assert_non_null(strstr(error.text, "0.100 s"));
  assert_string_equal(song_read("none.wav"), "");
}

/// The text is a full account: rendered again from it, the same bytes
static void
test_the_second_run_keeps_the_text(void** state)
{
  (void)state;
  static char text[65536];
  TonMasterResult m;
  TonError error = {0};
  char first[65];
  char second[65];
  const TonMasterOptions options = options_for(NAN, NULL);
  song_mix("out/mix.wav", 48000.0, 2, 8.0, -4.0);
  assert_int_equal(master(song_path(""), &options, &m, &error), TON_OK);
  ton_master_result_free(&m);
  ton_file_sha256(song_path("out/master.wav"), first, NULL);
  snprintf(text, sizeof(text), "%s", song_read("master.yaml"));
  const TonJob other = {.threads = 2, .block = 37};
  assert_int_equal(song_masters(&options, &other, &m, &error), TON_OK);
  assert_int_equal(m.limiter_runs, 1);
  ton_master_result_free(&m);
  ton_file_sha256(song_path("out/master.wav"), second, NULL);
  assert_string_equal(first, second);
  assert_string_equal(text, song_read("master.yaml"));
}

/// Nothing is left out of what a chain makes of a mono mix
static void
test_a_mono_mix_may_get_sides(void** state)
{
  (void)state;
  TonMasterResult m;
  TonError error = {0};
  double* x[2];
  const TonMasterOptions options = options_for(NAN, NULL);
  song_mix("out/mix.wav", 48000.0, 1, 2.0, -6.0);
  song_text("master.yaml", "loudness: -16 LUFS\n"
                           "chain: [{reverb: {mix: 50 %}}, limiter]\n");
  assert_int_equal(master(song_path(""), &options, &m, &error), TON_OK);
  assert_int_equal(m.after.channels, 2);
  ton_master_result_free(&m);
  const uint64_t n = song_load(song_path("out/master.wav"), &x[0], &x[1]);
  double side = 0.0;
  for (uint64_t i = 0; i < n; ++i) {
    side = fmax(side, fabs(x[0][i] - x[1][i]));
  }
  EXPECT_AT_LEAST("left minus right", side, 0.01, "");
  free(x[0]);
  free(x[1]);
  remove(song_path("master.yaml"));
}

/// The mean reduction of the glue as the record of a master has it; NaN: none
static double
glue_reduction(const TonMasterResult* m)
{
  for (uint32_t i = 0; i < m->decisions.count; ++i) {
    const TonDecision* const d = &m->decisions.items[i];
    for (uint32_t k = 0; k < d->n_evidence; ++k) {
      if (strcmp(d->rule, "glue.helps") == 0 &&
          strcmp(d->evidence[k].metric, "average reduction") == 0) {
        return d->evidence[k].value;
      }
    }
  }
  return NAN;
}

/// Short loud beats over soft music: a compressor takes more from them than the
/// mean levels let expect
static void
test_glue_keeps_to_its_bound(void** state)
{
  (void)state;
  enum { RATE = 48000, N = 40 * RATE };
  double* const x[2] = {calloc(N, sizeof(double)), calloc(N, sizeof(double))};
  TonMasterResult m;
  TonError error = {0};
  const TonMasterOptions options = options_for(-16.0, song_path("m.wav"));
  signal_pink(x[0], N, 1, RATE);
  double low[3] = {0.0};
  for (uint64_t i = 0; i < N; ++i) {
    low[0] += 0.45 * (x[0][i] - low[0]);
    low[1] += 0.45 * (low[0] - low[1]);
    low[2] += 0.005 * (low[1] - low[2]);
    const double beat = (double)(i % (12 * RATE / 10)) / RATE;
    const double gain = beat < 0.25 ? 0.5 : 0.15;
    x[0][i] = x[1][i] = gain * (low[1] - low[2]);
  }
  song_wav("mix.wav", RATE, 2, x[0], x[1], N);
  free(x[0]);
  free(x[1]);
  master(song_path("mix.wav"), &options, &m, &error);
  EXPECT_AT_MOST("mean reduction", glue_reduction(&m), 2.005, "dB");
  EXPECT_AT_LEAST("mean reduction", glue_reduction(&m), 0.5, "dB");
  ton_master_result_free(&m);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_loudness_is_met),
      cmocka_unit_test(test_lim_09_the_limiter_alone),
      cmocka_unit_test(test_a_gain_at_its_end_is_told),
      cmocka_unit_test(test_a_loudness_out_of_reach_is_told),
      cmocka_unit_test(test_a_loud_reference_does_not_crush),
      cmocka_unit_test(test_channels_and_rate_stay),
      cmocka_unit_test(test_what_cannot_be_mastered),
      cmocka_unit_test(test_the_second_run_keeps_the_text),
      cmocka_unit_test(test_a_mono_mix_may_get_sides),
      cmocka_unit_test(test_glue_keeps_to_its_bound),
  };
  return SONG_TESTS(tests);
}
