// SPDX-License-Identifier: GPL-3.0-or-later
#include "expect.h"
#include "signals.h"

#include <tonmeister/measure.h>

#include <ebur128.h>
#include <string.h>

/// A stretch of 1 kHz in phase on both sides; level in dBFS, -200 is silence
typedef struct {
  double seconds;
  double dbfs;
} Part;

static float*
sequence(const Part* parts, size_t n, double rate, double hz, uint64_t* frames)
{
  *frames = 0;
  for (size_t i = 0; i < n; ++i) {
    *frames += (uint64_t)llrint(parts[i].seconds * rate);
  }
  float* const x = malloc((*frames + 1) * sizeof(float));
  uint64_t at = 0;
  for (size_t i = 0; i < n; ++i) {
    const double a =
        parts[i].dbfs <= -200.0 ? 0.0 : pow(10.0, parts[i].dbfs / 20.0);
    const uint64_t end = at + (uint64_t)llrint(parts[i].seconds * rate);
    for (; at < end; ++at) {
      x[at] = (float)(a * sin(2.0 * M_PI * fmod(hz / rate * (double)at, 1.0)));
    }
  }
  return x;
}

static TonMeasurement
measure(const float* const* in, uint32_t channels, uint64_t frames,
        uint32_t rate, unsigned what)
{
  TonMeters* const m = ton_meters_new(rate, channels, what);
  for (uint64_t at = 0; at < frames;) {
    const float* part[64];
    const uint32_t n = frames - at < 4801 ? (uint32_t)(frames - at) : 4801;
    for (uint32_t c = 0; c < channels; ++c) {
      part[c] = in[c] + at;
    }
    ton_meters_add(m, part, n);
    at += n;
  }
  TonMeasurement r;
  ton_meters_finish(m, &r);
  r.momentary_lufs = r.short_term_lufs = r.peak_dbfs = r.correlation_curve =
      NULL;
  ton_meters_free(m);
  return r;
}

static TonMeasurement
measure_parts(const Part* parts, size_t n)
{
  uint64_t frames = 0;
  float* const x = sequence(parts, n, 48000.0, 1000.0, &frames);
  const float* const in[] = {x, x};
  const TonMeasurement m = measure(in, 2, frames, 48000, TON_MEASURE_LOUDNESS);
  free(x);
  return m;
}

#define PARTS(...)                                                             \
  (const Part[]){__VA_ARGS__},                                                 \
      sizeof((const Part[]){__VA_ARGS__}) / sizeof(Part)

static void
met_01_to_05_integrated(void** state)
{
  (void)state;
  TonMeasurement m = measure_parts(PARTS({20, -23}));
  EXPECT_DB("MET-01 I", m.integrated_lufs, -22.993, 0.02);
  EXPECT_DB("MET-01 max M", m.momentary_max_lufs, -22.993, 0.02);
  EXPECT_DB("MET-01 max S", m.short_term_max_lufs, -22.993, 0.02);
  m = measure_parts(PARTS({20, -33}));
  EXPECT_DB("MET-02 I", m.integrated_lufs, -32.993, 0.02);
  m = measure_parts(PARTS({10, -36}, {60, -23}, {10, -36}));
  EXPECT_DB("MET-03 I", m.integrated_lufs, -23.014, 0.02);
  m = measure_parts(
      PARTS({10, -72}, {10, -36}, {60, -23}, {10, -36}, {10, -72}));
  EXPECT_DB("MET-04 I", m.integrated_lufs, -23.014, 0.02);
  m = measure_parts(PARTS({20, -26}, {20.1, -20}, {20, -26}));
  EXPECT_DB("MET-05 I", m.integrated_lufs, -22.979, 0.02);
}

static void
met_06_surround(void** state)
{
  (void)state;
  static const double levels[] = {-28, -28, -24, -6, -30, -30};
  float* x[6];
  uint64_t frames = 0;
  for (int c = 0; c < 6; ++c) {
    const Part part = {20, levels[c]};
    x[c] = sequence(&part, 1, 48000.0, 1000.0, &frames);
  }
  const float* const with[] = {x[0], x[1], x[2], x[3], x[4], x[5]};
  const float* const without[] = {x[0], x[1], x[2], x[4], x[5]};
  EXPECT_DB(
      "MET-06 I of 5.1",
      measure(with, 6, frames, 48000, TON_MEASURE_LOUDNESS).integrated_lufs,
      -23.016, 0.02);
  EXPECT_DB(
      "MET-06 I of 5.0",
      measure(without, 5, frames, 48000, TON_MEASURE_LOUDNESS).integrated_lufs,
      -23.016, 0.02);
  for (int c = 0; c < 6; ++c) {
    free(x[c]);
  }
}

static void
met_09_to_14_windows(void** state)
{
  (void)state;
  TonMeasurement m = measure_parts(
      PARTS({1.34, -20}, {1.66, -30}, {1.34, -20}, {1.66, -30}, {1.34, -20},
            {1.66, -30}, {1.34, -20}, {1.66, -30}, {1.34, -20}, {1.66, -30}));
  EXPECT_DB("MET-09 S", m.short_term_max_lufs, -22.986, 0.02);
  for (int i = 0; i < 20; ++i) {
    m = measure_parts(PARTS({i * 0.15, -200}, {3, -23}, {1, -200}));
    EXPECT_DB("MET-10 max S", m.short_term_max_lufs, -22.993, 0.02);
    m = measure_parts(PARTS({i * 0.02, -200}, {0.4, -23}, {1, -200}));
    EXPECT_DB("MET-13 max M", m.momentary_max_lufs, -22.994, 0.03);
    m = measure_parts(
        PARTS({i * 0.15, -200}, {3, -38.0 + i}, {3 - i * 0.15, -200}));
    EXPECT_DB("MET-11 max S", m.short_term_max_lufs, -37.993 + i, 0.02);
    m = measure_parts(
        PARTS({i * 0.02, -200}, {0.4, -38.0 + i}, {0.4 - i * 0.02, -200}));
    EXPECT_DB("MET-14 max M", m.momentary_max_lufs, -37.994 + i, 0.03);
  }
  Part many[50];
  for (int i = 0; i < 25; ++i) {
    many[2 * i] = (Part){0.18, -20};
    many[2 * i + 1] = (Part){0.22, -30};
  }
  m = measure_parts(many, 50);
  EXPECT_DB("MET-12 M", m.momentary_max_lufs, -22.96, 0.03);
}

static void
met_15_to_19_true_peak(void** state)
{
  (void)state;
  static const struct {
    double part;
    double amplitude;
    double phase;
    double expected;
  } cases[] = {{4, 0.5, 0, -6.02},
               {4, 0.5, 45, -6.02},
               {6, 0.5, 60, -6.02},
               {8, 0.5, 67.5, -6.02},
               {4, 1.41, 45, 2.98}};
  for (size_t k = 0; k < 5; ++k) {
    enum { N = 48000 };
    static float x[N];
    for (int i = 0; i < N; ++i) {
      const double fade = fmin(1.0, fmin(i, N - 1 - i) / 480.0);
      x[i] = (float)(fade * cases[k].amplitude *
                     sin(2.0 * M_PI * (i / cases[k].part) +
                         cases[k].phase * M_PI / 180.0));
    }
    const float* const in[] = {x, x};
    const TonMeasurement m = measure(in, 2, N, 48000, TON_MEASURE_TRUE_PEAK);
    EXPECT_DB("MET-15..19 TP", m.true_peak_dbtp, cases[k].expected, 0.02);
  }
}

/// One period of fs/4 at full scale inside fs/6, made at 4 fs and decimated
static void
met_20_to_23_true_peak_between(void** state)
{
  (void)state;
  enum { N = 4 * 24000, TAPS = 511 };
  static double x[N];
  static float y[N / 4];
  double turns = 0.0;
  for (int i = 0; i < N; ++i) {
    const bool inside = i >= 48000 && i < 48000 + 16;
    x[i] = (inside ? 1.0 : 0.5) * sin(2.0 * M_PI * turns) *
           fmin(1.0, fmin(i, N - 1 - i) / 2000.0);
    turns += inside ? 1.0 / 16.0 : 1.0 / 24.0;
  }
  for (int offset = 0; offset < 4; ++offset) {
    for (int n = 0; n < N / 4; ++n) {
      double sum = 0.0;
      for (int k = 0; k < TAPS; ++k) {
        const int at = 4 * n + offset + k - TAPS / 2;
        const double t = (k - TAPS / 2) / 4.0;
        const double u = (k - TAPS / 2) / (TAPS / 2 + 1.0);
        const double w = 0.5 + 0.5 * cos(M_PI * u);
        const double h = t == 0.0 ? 1.0 : sin(M_PI * t) / (M_PI * t);
        sum += at >= 0 && at < N ? x[at] * h * w / 4.0 : 0.0;
      }
      y[n] = (float)sum;
    }
    const float* const in[] = {y, y};
    const TonMeasurement m =
        measure(in, 2, N / 4, 48000, TON_MEASURE_TRUE_PEAK);
    EXPECT_DB("MET-20..23 TP (EBU +0.2/-0.4)", m.true_peak_dbtp, -0.1, 0.3);
  }
}

static void
met_24_to_27_range(void** state)
{
  (void)state;
  EXPECT_NEAR("MET-24 LRA",
              measure_parts(PARTS({20, -20}, {20, -30})).loudness_range_lu,
              10.0, 0.05, "LU");
  EXPECT_NEAR("MET-25 LRA",
              measure_parts(PARTS({20, -20}, {20, -15})).loudness_range_lu, 5.0,
              0.05, "LU");
  EXPECT_NEAR("MET-26 LRA",
              measure_parts(PARTS({20, -40}, {20, -20})).loudness_range_lu,
              20.0, 0.05, "LU");
  EXPECT_NEAR("MET-27 LRA",
              measure_parts(
                  PARTS({20, -50}, {20, -35}, {20, -20}, {20, -35}, {20, -50}))
                  .loudness_range_lu,
              15.0, 0.05, "LU");
}

static void
met_30_to_35_gates(void** state)
{
  (void)state;
  EXPECT_DB("MET-30 I",
            measure_parts(PARTS({60, -23}, {10, -32})).integrated_lufs, -23.566,
            0.02);
  EXPECT_DB("MET-31 I",
            measure_parts(PARTS({60, -23}, {10, -34})).integrated_lufs, -23.003,
            0.02);
  EXPECT_DB("MET-32 I at -69", measure_parts(PARTS({10, -69})).integrated_lufs,
            -68.993, 0.02);
  assert_true(measure_parts(PARTS({10, -71})).integrated_lufs == -INFINITY);
  EXPECT_NEAR(
      "MET-33 LRA",
      measure_parts(PARTS({36, -50}, {228, -40}, {36, -30})).loudness_range_lu,
      20.0, 0.3, "LU");
  EXPECT_AT_MOST(
      "MET-34 LRA",
      measure_parts(PARTS({18, -50}, {270, -40}, {12, -30})).loudness_range_lu,
      0.5, "LU");
  EXPECT_NEAR("MET-35 LRA",
              measure_parts(PARTS({100, -20}, {25, -35})).loudness_range_lu,
              15.0, 0.3, "LU");
  EXPECT_AT_MOST("MET-35 LRA gated",
                 measure_parts(PARTS({100, -20}, {25, -46})).loudness_range_lu,
                 0.5, "LU");
}

static void
met_36_any_rate_reads_the_same(void** state)
{
  (void)state;
  static const uint32_t rates[] = {44100,  48000,  88200, 96000,
                                   176400, 192000, 22050, 32000};
  for (int i = 0; i < 8; ++i) {
    uint64_t frames = 0;
    const Part part = {5, -23};
    float* const x = sequence(&part, 1, rates[i], 997.0, &frames);
    const float* const in[] = {x, x};
    const TonMeasurement m =
        measure(in, 2, frames, rates[i], TON_MEASURE_LOUDNESS);
    EXPECT_DB("MET-36 I", m.integrated_lufs, -23.0, i < 6 ? 0.01 : 0.025);
    free(x);
  }
}

static void
met_37_any_chunks_give_the_same_bits(void** state)
{
  (void)state;
  enum { N = 200000 };
  static double l[N];
  static double r[N];
  static float x[2][N];
  signal_mix(l, r, N, 48000.0);
  for (int i = 0; i < N; ++i) {
    x[0][i] = (float)l[i];
    x[1][i] = (float)r[i];
  }
  const float* const in[] = {x[0], x[1]};
  const TonMeasurement whole = measure(in, 2, N, 48000, TON_MEASURE_ALL);
  for (uint64_t seed = 0; seed < 3; ++seed) {
    TonMeters* const m = ton_meters_new(48000, 2, TON_MEASURE_ALL);
    uint32_t k = 0;
    for (uint32_t at = 0; at < N;) {
      uint32_t n = 1 + (uint32_t)(1000.0 * (1.0 + signal_random(seed, k++)));
      n = n < N - at ? n : N - at;
      const float* const part[] = {x[0] + at, x[1] + at};
      ton_meters_add(m, part, n);
      at += n;
    }
    TonMeasurement again;
    ton_meters_finish(m, &again);
    again.momentary_lufs = again.short_term_lufs = again.peak_dbfs =
        again.correlation_curve = NULL;
    assert_memory_equal(&again, &whole, sizeof(whole));
    ton_meters_free(m);
  }
}

static void
met_38_silence_and_short_files_have_answers(void** state)
{
  (void)state;
  TonMeasurement m = measure_parts(PARTS({5, -200}));
  assert_true(m.integrated_lufs == -INFINITY);
  assert_true(isnan(m.loudness_range_lu));
  m = measure_parts(PARTS({0.3, -20}));
  assert_true(isnan(m.integrated_lufs) && isnan(m.momentary_max_lufs));
  m = measure_parts(PARTS({2.5, -20}));
  assert_true(isnan(m.loudness_range_lu) && isnan(m.short_term_max_lufs));
  EXPECT_DB("MET-38 I of 2.5 s", m.integrated_lufs, -19.993, 0.02);
  static const float zero[4800];
  const float* const in[] = {zero, zero};
  m = measure(in, 2, 4800, 48000, TON_MEASURE_ALL);
  assert_true(m.true_peak_dbtp == -INFINITY && m.sample_peak_dbfs == -INFINITY);
  assert_true(isnan(m.correlation) && m.rms_dbfs == -INFINITY);
  EXPECT_NEAR("silence", m.silence_head_s, 0.1, 1e-9, "s");
  m = measure(in, 1, 4800, 48000, TON_MEASURE_ALL);
  assert_true(isnan(m.correlation));
}

static void
met_39_true_peak_of_sines(void** state)
{
  (void)state;
  enum { N = 4096 };
  static float x[N];
  const float* const in[] = {x};
  double worst = 0.0;
  for (int k = 1; k <= 37; ++k) {
    static const double special[] = {1.0 / 3, 1.0 / 4, 1.0 / 6, 1.0 / 8, 0.375};
    const double f = k <= 32 ? 0.4535 * k / 32.0 : special[k - 33];
    for (int phase = 0; phase < 16; ++phase) {
      for (int i = 0; i < N; ++i) {
        const double fade = fmin(1.0, fmin(i, N - 1 - i) / 500.0);
        x[i] = (float)(0.5 * fade * sin(2.0 * M_PI * (f * i + phase / 16.0)));
      }
      const TonMeasurement m = measure(in, 1, N, 48000, TON_MEASURE_TRUE_PEAK);
      worst = fmax(worst, fabs(m.true_peak_dbtp + 6.0206));
    }
  }
  EXPECT_AT_MOST("MET-39 worst true-peak error of sines", worst, 0.02, "dB");
}

static void
true_peak_agrees_with_the_reference_procedure(void** state)
{
  (void)state;
  enum { N = 8192 };
  static double x[N];
  static float y[N];
  const float* const in[] = {y};
  for (uint64_t seed = 0; seed < 6; ++seed) {
    signal_pink(x, N, seed, 48000.0);
    for (int i = 0; i < N; ++i) {
      x[i] *= 0.1 * (1.0 + (double)seed);
      y[i] = (float)x[i];
      x[i] = (double)y[i];
    }
    const TonMeasurement m = measure(in, 1, N, 48000, TON_MEASURE_TRUE_PEAK);
    EXPECT_DB("true peak against 16x reference", m.true_peak_dbtp,
              20.0 * log10(signal_true_peak(x, N)), 0.05);
  }
}

static void
met_41_correlation(void** state)
{
  (void)state;
  enum { N = 60 * 48000 };
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
  TonMeasurement m = measure(same, 2, N / 10, 48000, TON_MEASURE_ALL);
  EXPECT_NEAR("MET-41 L = R", m.correlation, 1.0, 0.005, "");
  EXPECT_DB("mono loss of L = R", m.mono_loss_lu, 0.0, 0.01);
  m = measure(anti, 2, N / 10, 48000, TON_MEASURE_ALL);
  EXPECT_NEAR("MET-41 L = -R", m.correlation, -1.0, 0.005, "");
  m = measure(apart, 2, N, 48000, TON_MEASURE_ALL);
  EXPECT_NEAR("MET-41 apart", m.correlation, 0.0, 0.02, "");
  EXPECT_DB("mono loss of independent sides", m.mono_loss_lu, -3.01, 0.05);
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
met_42_bad_samples_are_counted(void** state)
{
  (void)state;
  enum { N = 96000 };
  static float x[N];
  for (int i = 0; i < N; ++i) {
    x[i] = (float)(0.25 * sin(2.0 * M_PI * i / 48.0));
  }
  x[30000] = NAN;
  x[30001] = INFINITY;
  const float* const in[] = {x, x};
  const TonMeasurement m = measure(in, 2, N, 48000, TON_MEASURE_ALL);
  assert_int_equal(m.bad_samples, 4);
  EXPECT_NEAR("first bad", m.first_bad_at_s, 0.625, 1e-9, "s");
  EXPECT_DB("MET-42 I", m.integrated_lufs, -12.05, 0.05);
}

static void
levels_clips_dc_and_spectrum(void** state)
{
  (void)state;
  enum { N = 96000 };
  static float x[N];
  for (int i = 0; i < N; ++i) {
    x[i] = (float)(0.5 * sin(2.0 * M_PI * fmod(i * 1000.0 / 48000.0, 1.0)));
  }
  const float* const in[] = {x, x};
  TonMeasurement m = measure(in, 2, N, 48000, TON_MEASURE_ALL);
  EXPECT_DB("crest of a sine", m.crest_db, 3.01, 0.01);
  EXPECT_DB("RMS", m.rms_dbfs, -9.03, 0.01);
  assert_int_equal(m.clipped_samples, 0);
  // both channels of -9.03 dB add up in the 1 kHz band
  EXPECT_DB("third octave at 1 kHz", m.thirds_db[17], -6.02, 0.05);
  EXPECT_AT_MOST("third octave at 100 Hz", m.thirds_db[7], -60.0, "dBFS");
  for (int i = 0; i < N; ++i) {
    x[i] = fminf(0.8F, fmaxf(-0.8F, x[i] * 4.0F)) + (i > 2 ? 0.01F : 0.0F);
  }
  m = measure(in, 2, N, 48000, TON_MEASURE_ALL);
  assert_true(m.clipped_samples > 10000);
  assert_int_equal(m.n_clips, 16);
  EXPECT_NEAR("DC", m.dc[0], 0.01, 0.0005, "FS");
}

static void
loudness_agrees_with_libebur128(void** state)
{
  (void)state;
  enum { N = 30 * 44100 };
  double* const l = malloc(N * sizeof(double));
  double* const r = malloc(N * sizeof(double));
  float* x[2] = {malloc(N * sizeof(float)), malloc(N * sizeof(float))};
  float* const both = malloc(2 * N * sizeof(float));
  signal_mix(l, r, N, 44100.0);
  for (int i = 0; i < N; ++i) {
    const double g = 0.1 + 0.9 * fabs(sin(i / 200000.0));
    x[0][i] = both[2 * i] = (float)(l[i] * g);
    x[1][i] = both[2 * i + 1] = (float)(r[i] * g);
  }
  ebur128_state* e = ebur128_init(
      2, 44100, EBUR128_MODE_I | EBUR128_MODE_LRA | EBUR128_MODE_TRUE_PEAK);
  ebur128_add_frames_float(e, both, N);
  double loudness = 0.0;
  double range = 0.0;
  ebur128_loudness_global(e, &loudness);
  ebur128_loudness_range(e, &range);
  const TonMeasurement m =
      measure((const float* const*)x, 2, N, 44100, TON_MEASURE_LOUDNESS);
  EXPECT_DB("I against libebur128", m.integrated_lufs, loudness, 0.01);
  // it takes 3 s blocks every second, Tech 3342 (2016) asks for 0.1 s
  EXPECT_DB("LRA against libebur128", m.loudness_range_lu, range, 1.0);
  ebur128_destroy(&e);
  free(l);
  free(r);
  free(x[0]);
  free(x[1]);
  free(both);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(met_01_to_05_integrated),
      cmocka_unit_test(met_06_surround),
      cmocka_unit_test(met_09_to_14_windows),
      cmocka_unit_test(met_15_to_19_true_peak),
      cmocka_unit_test(met_20_to_23_true_peak_between),
      cmocka_unit_test(met_24_to_27_range),
      cmocka_unit_test(met_30_to_35_gates),
      cmocka_unit_test(met_36_any_rate_reads_the_same),
      cmocka_unit_test(met_37_any_chunks_give_the_same_bits),
      cmocka_unit_test(met_38_silence_and_short_files_have_answers),
      cmocka_unit_test(met_39_true_peak_of_sines),
      cmocka_unit_test(true_peak_agrees_with_the_reference_procedure),
      cmocka_unit_test(met_41_correlation),
      cmocka_unit_test(met_42_bad_samples_are_counted),
      cmocka_unit_test(levels_clips_dc_and_spectrum),
      cmocka_unit_test(loudness_agrees_with_libebur128),
  };
  return TON_TESTS(tests);
}
