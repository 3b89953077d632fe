// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Levels, offset, silence, clipping and correlation of known sounds.

#include "measuring.h"

enum { RATE = 48000 };

/// Equal on both sides
static TonMeasurement
measure_both(const float* x, uint64_t frames, unsigned what)
{
  const float* const in[] = {x, x};
  return measure(in, 2, frames, RATE, what);
}

static void
crest_and_rms_of_known_waves(void** state)
{
  (void)state;
  enum { N = RATE };
  static float x[N];
  for (int i = 0; i < N; ++i) {
    x[i] = (float)(0.5 * sin(2.0 * M_PI * (i % 480) / 480.0));
  }
  TonMeasurement m = measure_both(x, N, TON_MEASURE_LEVELS);
  EXPECT_DB("crest of a sine", m.crest_db, 3.01, 0.005);
  EXPECT_DB("RMS of a sine at -6.02", m.rms_dbfs, -9.03, 0.005);
  EXPECT_DB("its sample peak", m.sample_peak_dbfs, -6.02, 0.005);
  EXPECT_NEAR("place of the peak", m.sample_peak_at_s, 120.0 / RATE, 1e-9, "s");
  for (int i = 0; i < N; ++i) {
    x[i] = (float)(fabs(i % 480 - 240.0) / 120.0 - 1.0);
  }
  m = measure_both(x, N, TON_MEASURE_LEVELS);
  EXPECT_DB("crest of a triangle", m.crest_db, 4.77, 0.005);
  for (int i = 0; i < N; ++i) {
    x[i] = i % 480 < 240 ? 1.0F : -1.0F;
  }
  m = measure_both(x, N, TON_MEASURE_LEVELS);
  EXPECT_DB("crest of a square", m.crest_db, 0.0, 0.001);
  EXPECT_DB("RMS of a square", m.rms_dbfs, 0.0, 0.001);
}

static void
dc_is_the_mean_of_each_side(void** state)
{
  (void)state;
  enum { N = 30011 };
  static float x[2][N];
  for (int i = 0; i < N; ++i) {
    x[0][i] = 0.25F + 0.1F * (float)signal_random(1, (uint64_t)i);
    x[1][i] = -0.001F;
  }
  const float* const in[] = {x[0], x[1]};
  const TonMeasurement m = measure(in, 2, N, RATE, TON_MEASURE_LEVELS);
  EXPECT_NEAR("left", m.dc[0], 0.25, 0.001, "FS");
  EXPECT_NEAR("right", m.dc[1], -0.001, 1e-8, "FS");
}

static void
silence_at_both_ends_is_timed(void** state)
{
  (void)state;
  enum { N = 3 * RATE };
  static float x[N];
  memset(x, 0, sizeof(x));
  x[RATE / 2] = 3.2e-5F;
  x[RATE / 2 - 1] = 3.1e-5F;
  x[2 * RATE + 77] = -0.1F;
  TonMeasurement m = measure_both(x, N, TON_MEASURE_LEVELS);
  EXPECT_NEAR("head", m.silence_head_s, 0.5, 1e-9, "s");
  EXPECT_NEAR("tail", m.silence_tail_s, 1.0 - 78.0 / RATE, 1e-9, "s");
  memset(x, 0, sizeof(x));
  m = measure_both(x, 4801, TON_MEASURE_ALL);
  EXPECT_NEAR("all silence", m.silence_head_s, 4801.0 / RATE, 1e-9, "s");
  EXPECT_NEAR("all silence", m.silence_tail_s, 4801.0 / RATE, 1e-9, "s");
  assert_true(m.sample_peak_dbfs == -INFINITY && m.rms_dbfs == -INFINITY);
  assert_true(m.true_peak_dbtp == -INFINITY && isnan(m.crest_db));
  assert_true(isnan(m.correlation) && isnan(m.balance_db));
  for (int b = 0; b < TON_THIRDS; ++b) {
    assert_true(m.thirds_db[b] == -INFINITY);
  }
}

// Clipping ----------------------------------------------------------------------

static void
put_run(float* x, int at, int length, float value)
{
  for (int i = 0; i < length; ++i) {
    x[at + i] = value;
  }
}

static TonMeasurement
measure_runs(const float* x, int n)
{
  const float* const in[] = {x};
  return measure(in, 1, (uint64_t)n, RATE, TON_MEASURE_LEVELS);
}

static void
clipping_is_judged_by_the_songs_own_top(void** state)
{
  (void)state;
  enum { N = RATE };
  static float x[N];
  memset(x, 0, sizeof(x));
  put_run(x, 1000, 5, 0.90F); // forgotten: the top comes later
  put_run(x, 2000, 3, 0.98F);
  put_run(x, 4798, 4, -0.985F); // across two ticks and over two blocks
  put_run(x, 6000, 2, 0.985F);  // too short
  put_run(x, 7000, 9, 0.97F);   // 0.16 dB below
  TonMeasurement m = measure_runs(x, N);
  assert_int_equal(m.n_clips, 2);
  assert_int_equal(m.clipped_samples, 7);
  EXPECT_NEAR("longest first", m.clips[0].at_s, 4798.0 / RATE, 1e-9, "s");
  EXPECT_NEAR("its length", m.clips[0].length_s, 4.0 / RATE, 1e-9, "s");
  x[40000] = 1.0F; // now all of them lie lower than 0.1 dB below the top
  m = measure_runs(x, N);
  assert_int_equal(m.n_clips, 0);
  memset(x, 0, sizeof(x));
  put_run(x, 2000, 30, 0.45F); // below half scale
  assert_int_equal(measure_runs(x, N).n_clips, 0);
  put_run(x, N - 5, 5, 0.6F); // up to the end of the file
  assert_int_equal(measure_runs(x, N).clipped_samples, 5);
}

static void
the_longest_sixteen_clips_are_told(void** state)
{
  (void)state;
  enum { N = 2 * RATE };
  static float x[N];
  memset(x, 0, sizeof(x));
  for (int i = 0; i < 40; ++i) {
    put_run(x, 1000 + 2000 * i, 3 + (i * 7) % 40, 0.9F + 0.0002F * (float)i);
  }
  const TonMeasurement m = measure_runs(x, N);
  assert_int_equal(m.n_clips, 16);
  assert_int_equal(m.clipped_samples, 3 * 40 + 39 * 40 / 2);
  for (int i = 0; i < 16; ++i) {
    EXPECT_NEAR("length", m.clips[i].length_s * RATE, 42.0 - i, 1e-6, "frames");
  }
}

static void
clean_music_has_no_clips(void** state)
{
  (void)state;
  enum { N = 4 * RATE };
  static double l[N];
  static double r[N];
  static float x[N];
  signal_mix(l, r, N, RATE);
  for (int i = 0; i < N; ++i) {
    x[i] = (float)l[i];
  }
  assert_int_equal(measure_runs(x, N).n_clips, 0);
  for (int i = 0; i < N; ++i) {
    x[i] = fminf(0.8F, fmaxf(-0.8F, 2.0F * x[i]));
  }
  assert_true(measure_runs(x, N).clipped_samples > 100);
}

static void
met_42_bad_samples_are_counted_and_forgotten(void** state)
{
  (void)state;
  enum { N = 5 * RATE };
  float* const x = malloc(N * sizeof(float));
  for (int i = 0; i < N; ++i) {
    x[i] = (float)(0.25 * sin(2.0 * M_PI * (i % 48) / 48.0));
  }
  const TonMeasurement clean = measure_both(x, N, TON_MEASURE_ALL);
  x[30000] = NAN;
  x[30001] = INFINITY;
  x[90000] = -INFINITY;
  const TonMeasurement m = measure_both(x, N, TON_MEASURE_ALL);
  assert_int_equal(m.bad_samples, 6);
  EXPECT_NEAR("first bad", m.first_bad_at_s, 0.625, 1e-9, "s");
  EXPECT_DB("MET-42 I", m.integrated_lufs, clean.integrated_lufs, 0.02);
  EXPECT_DB("MET-42 max S", m.short_term_max_lufs, clean.short_term_max_lufs,
            0.02);
  EXPECT_DB("MET-42 RMS", m.rms_dbfs, clean.rms_dbfs, 0.01);
  assert_int_equal(clean.bad_samples, 0);
  assert_true(isnan(clean.first_bad_at_s));
  // bits that stand for a NaN of either sign, all of the file
  memset(x, 0xFF, N * sizeof(float));
  const TonMeasurement none = measure_both(x, N, TON_MEASURE_ALL);
  assert_int_equal(none.bad_samples, 2 * N);
  assert_true(none.integrated_lufs == -INFINITY);
  free(x);
}

// Stereo ------------------------------------------------------------------------

static void
met_41_correlation(void** state)
{
  (void)state;
  enum { N = 60 * RATE };
  float* const a = malloc(N * sizeof(float));
  float* const b = malloc(N * sizeof(float));
  float* const c = malloc(N * sizeof(float));
  for (uint64_t i = 0; i < N; ++i) {
    a[i] = (float)(0.3 * signal_random(1, i));
    b[i] = -a[i];
    c[i] = (float)(0.3 * signal_random(2, i));
  }
  const float* const same[] = {a, a};
  const float* const anti[] = {a, b};
  const float* const apart[] = {a, c};
  TonMeasurement m = measure(same, 2, N / 10, RATE, TON_MEASURE_STEREO);
  EXPECT_NEAR("MET-41 L = R", m.correlation, 1.0, 0.005, "");
  EXPECT_DB("mono loss of L = R", m.mono_loss_lu, 0.0, 0.001);
  EXPECT_DB("balance", m.balance_db, 0.0, 1e-9);
  EXPECT_AT_MOST("side of L = R", m.band_side_db[2], -100.0, "dB");
  assert_true(isnan(m.integrated_lufs)); // not asked for
  m = measure(anti, 2, N / 10, RATE, TON_MEASURE_STEREO);
  EXPECT_NEAR("MET-41 L = -R", m.correlation, -1.0, 0.005, "");
  assert_true(m.mono_loss_lu == -INFINITY);
  m = measure(apart, 2, N, RATE, TON_MEASURE_STEREO);
  EXPECT_NEAR("MET-41 apart", m.correlation, 0.0, 0.02, "");
  EXPECT_DB("mono loss of independent sides", m.mono_loss_lu, -3.01, 0.02);
  for (int band = 0; band < TON_STEREO_BANDS; ++band) {
    EXPECT_NEAR("correlation in a band", m.band_correlation[band], 0.0, 0.05,
                "");
    EXPECT_DB("side re mid in a band", m.band_side_db[band], 0.0, 0.5);
  }
  free(a);
  free(b);
  free(c);
}

static void
met_41_quarter_of_a_turn(void** state)
{
  (void)state;
  enum { N = 5 * RATE };
  static float x[2][N];
  for (int i = 0; i < N; ++i) {
    x[0][i] = (float)(0.5 * sin(2.0 * M_PI * (i % 48) / 48.0));
    x[1][i] = (float)(0.25 * cos(2.0 * M_PI * (i % 48) / 48.0));
  }
  const float* const in[] = {x[0], x[1]};
  const TonMeasurement m = measure(in, 2, N, RATE, TON_MEASURE_ALL);
  EXPECT_NEAR("MET-41 90 degrees", m.correlation, 0.0, 0.005, "");
  EXPECT_NEAR("in its band", m.band_correlation[2], 0.0, 0.005, "");
  EXPECT_DB("balance", m.balance_db, -6.02, 0.01);
  EXPECT_DB("mono loss of 90 degrees", m.mono_loss_lu, -3.01, 0.01);
}

static void
correlation_minimum_ignores_silence(void** state)
{
  (void)state;
  enum { N = 20 * RATE };
  float* const a = calloc(N, sizeof(float));
  float* const b = calloc(N, sizeof(float));
  for (int i = 0; i < N; ++i) {
    const double x = 0.2 * signal_random(1, (uint64_t)i);
    const bool out = i >= 8 * RATE && i < 12 * RATE;
    const bool quiet = i >= 14 * RATE;
    a[i] = (float)(quiet ? 1e-4 * x : x);
    b[i] = quiet || out ? -a[i] : a[i];
  }
  const float* const in[] = {a, b};
  const TonMeasurement m = measure(in, 2, N, RATE, TON_MEASURE_STEREO);
  EXPECT_NEAR("lowest", m.correlation_min, -1.0, 0.01, "");
  for (int i = 8 * RATE; i < 12 * RATE; ++i) {
    b[i] = a[i];
  }
  const TonMeasurement calm = measure(in, 2, N, RATE, TON_MEASURE_STEREO);
  EXPECT_AT_LEAST("lowest above -60 LUFS", calm.correlation_min, 0.9, "");
  free(a);
  free(b);
}

// Spectrum ----------------------------------------------------------------------

static void
third_octaves_of_sines(void** state)
{
  (void)state;
  enum { N = 6 * RATE };
  float* const x = malloc(N * sizeof(float));
  for (uint32_t band = 0; band < TON_THIRDS; band += 3) {
    const double w = 2.0 * M_PI * ton_third_hz(band) / RATE;
    for (int i = 0; i < N; ++i) {
      const double fade = fmin(1.0, fmin(i, N - 1 - i) / (0.5 * RATE));
      x[i] = (float)(fade * sin(w * i));
    }
    const float* const in[] = {x};
    const TonMeasurement m = measure(in, 1, N, RATE, TON_MEASURE_SPECTRUM);
    // two fades of half a second keep a third of their power
    const double power = 10.0 * log10(0.5 * (N - RATE * 2.0 / 3.0) / N);
    EXPECT_DB("in its band", m.thirds_db[band], power, band < 3 ? 0.3 : 0.1);
    if (band >= 3) {
      EXPECT_AT_MOST("an octave below", m.thirds_db[band - 3], power - 40.0,
                     "dBFS");
    }
    if (band + 3 < TON_THIRDS) {
      EXPECT_AT_MOST("an octave above", m.thirds_db[band + 3], power - 40.0,
                     "dBFS");
    }
  }
  free(x);
}

static void
third_octaves_add_up(void** state)
{
  (void)state;
  enum { N = 10 * RATE };
  double* const l = malloc(N * sizeof(double));
  float* const x = malloc(N * sizeof(float));
  signal_pink(l, N, 5, RATE);
  for (int i = 0; i < N; ++i) {
    x[i] = (float)(0.1 * l[i]);
  }
  const TonMeasurement m = measure_both(x, N, TON_MEASURE_ALL);
  for (int band = 8; band < 27; ++band) {
    EXPECT_DB("pink noise is flat", m.thirds_db[band] - m.thirds_db[17], 0.0,
              0.5);
  }
  for (int i = 0; i < N; ++i) {
    x[i] = (float)(0.2 * signal_random(6, (uint64_t)i));
  }
  const TonMeasurement white = measure_both(x, N, TON_MEASURE_ALL);
  // white noise: power in proportion to the width of a band; both channels
  for (uint32_t band = 8; band < TON_THIRDS; ++band) {
    const double width =
        ton_third_hz(band) * (pow(10.0, 0.05) - pow(10.0, -0.05));
    EXPECT_DB("white noise", white.thirds_db[band],
              white.rms_dbfs + 3.01 + 10.0 * log10(width / (RATE / 2.0)), 0.5);
  }
  free(l);
  free(x);
}

static void
bands_beyond_half_the_rate_are_empty(void** state)
{
  (void)state;
  enum { N = 32000 };
  static float x[N];
  for (int i = 0; i < N; ++i) {
    x[i] = (float)signal_random(1, (uint64_t)i);
  }
  const float* const in[] = {x};
  const TonMeasurement m = measure(in, 1, N, 16000, TON_MEASURE_SPECTRUM);
  assert_true(m.thirds_db[30] == -INFINITY && m.thirds_db[27] == -INFINITY);
  assert_true(m.thirds_db[25] > -20.0);
}

/// The lowest is one moment, the 5th percentile what lasts
static void
correlation_over_time(void** state)
{
  (void)state;
  enum { N = 200 * RATE, LONG = 20 * RATE, SHORT = 4 * RATE };
  float* const a = calloc(N, sizeof(float));
  float* const b = calloc(N, sizeof(float));
  const float* const in[] = {a, b};
  for (int turned = SHORT; turned <= LONG; turned += LONG - SHORT) {
    for (int i = 0; i < N; ++i) {
      a[i] = (float)(0.2 * signal_random(1, (uint64_t)i));
      b[i] = i < turned ? -a[i] : a[i];
    }
    const TonMeasurement m = measure(in, 2, N, RATE, TON_MEASURE_STEREO);
    EXPECT_NEAR("lowest", m.correlation_min, -1.0, 0.01, "");
    EXPECT_NEAR("5th percentile", m.correlation_p5,
                turned == SHORT ? 1.0 : -1.0, 0.01, "");
  }
  free(a);
  free(b);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(crest_and_rms_of_known_waves),
      cmocka_unit_test(dc_is_the_mean_of_each_side),
      cmocka_unit_test(silence_at_both_ends_is_timed),
      cmocka_unit_test(clipping_is_judged_by_the_songs_own_top),
      cmocka_unit_test(the_longest_sixteen_clips_are_told),
      cmocka_unit_test(clean_music_has_no_clips),
      cmocka_unit_test(met_42_bad_samples_are_counted_and_forgotten),
      cmocka_unit_test(met_41_correlation),
      cmocka_unit_test(met_41_quarter_of_a_turn),
      cmocka_unit_test(correlation_minimum_ignores_silence),
      cmocka_unit_test(correlation_over_time),
      cmocka_unit_test(third_octaves_of_sines),
      cmocka_unit_test(third_octaves_add_up),
      cmocka_unit_test(bands_beyond_half_the_rate_are_empty),
  };
  return TON_TESTS(tests);
}
