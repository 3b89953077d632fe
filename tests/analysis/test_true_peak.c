// SPDX-License-Identifier: GPL-3.0-or-later
/// @file True peaks of sines, bursts and the 16-fold reference.

#include "dsp/kernels/peak_scan.h"
#include "measuring.h"

static double
true_peak(const float* x, uint64_t frames)
{
  const float* const in[] = {x};
  return measure(in, 1, frames, 48000, TON_MEASURE_TRUE_PEAK).true_peak_dbtp;
}

static void
met_15_to_19_sines(void** state)
{
  (void)state;
  static const struct {
    const char* what;
    double part; ///< Of the rate
    double amplitude;
    double phase;
    double ebu;
    double exact;
  } cases[] = {{"MET-15", 4, 0.5, 0, -6.0, -6.02},
               {"MET-16", 4, 0.5, 45, -6.0, -6.02},
               {"MET-17", 6, 0.5, 60, -6.0, -6.02},
               {"MET-18", 8, 0.5, 67.5, -6.0, -6.02},
               {"MET-19", 4, 1.41, 45, 3.0, 2.98}};
  for (size_t k = 0; k < 5; ++k) {
    enum { N = 48000 };
    static float x[N];
    for (int i = 0; i < N; ++i) {
      const double fade = fmin(1.0, fmin(i, N - 1 - i) / 480.0);
      x[i] = (float)(fade * cases[k].amplitude *
                     sin(2.0 * M_PI * (i / cases[k].part) +
                         cases[k].phase * M_PI / 180.0));
    }
    const double measured = true_peak(x, N);
    EXPECT_AT_MOST(cases[k].what, measured, cases[k].ebu + 0.2, "dBTP");
    EXPECT_AT_LEAST(cases[k].what, measured, cases[k].ebu - 0.4, "dBTP");
    EXPECT_DB(cases[k].what, measured, cases[k].exact, 0.02);
  }
}

enum { OVER = 4, LENGTH = 24000, TAPS = 511 };

/// One period of fs/4 at full scale inside fs/6, made at 4 fs
static void
make_burst(double* x)
{
  double turns = 0.0;
  for (int i = 0; i < OVER * LENGTH; ++i) {
    const bool inside = i >= 48000 && i < 48000 + 16;
    x[i] = (inside ? 1.0 : 0.5) * sin(2.0 * M_PI * turns) *
           fmin(1.0, fmin(i, OVER * LENGTH - 1 - i) / 2000.0);
    turns += inside ? 1.0 / 16.0 : 1.0 / 24.0;
  }
}

static void
decimate(const double* x, int offset, float* y)
{
  for (int n = 0; n < LENGTH; ++n) {
    double sum = 0.0;
    for (int k = 0; k < TAPS; ++k) {
      const int at = OVER * n + offset + k - TAPS / 2;
      const double t = (k - TAPS / 2) / (double)OVER;
      const double u = (k - TAPS / 2) / (TAPS / 2 + 1.0);
      const double w = 0.5 + 0.5 * cos(M_PI * u);
      const double h = t == 0.0 ? 1.0 : sin(M_PI * t) / (M_PI * t);
      sum += at >= 0 && at < OVER * LENGTH ? x[at] * h * w / OVER : 0.0;
    }
    y[n] = (float)sum;
  }
}

static void
met_20_to_23_between_samples(void** state)
{
  (void)state;
  static double x[OVER * LENGTH];
  static float y[LENGTH];
  make_burst(x);
  for (int offset = 0; offset < OVER; ++offset) {
    decimate(x, offset, y);
    const double measured = true_peak(y, LENGTH);
    EXPECT_AT_MOST("MET-20..23", measured, 0.2, "dBTP");
    EXPECT_AT_LEAST("MET-20..23", measured, -0.4, "dBTP");
    EXPECT_DB("MET-20..23", measured, -0.1, 0.05);
  }
}

/// The sinc runs out at the file's ends: fades, so that only the sine counts
static void
met_39_sines_of_any_frequency_and_phase(void** state)
{
  (void)state;
  enum { N = 2400 };
  static float x[N];
  static const double special[] = {1.0 / 3, 1.0 / 4, 1.0 / 6, 1.0 / 8, 0.375};
  double worst = 0.0;
  for (int k = 1; k <= 37; ++k) {
    const double f = k <= 32 ? 0.4535 * k / 32.0 : special[k - 33];
    for (int phase = 0; phase < 16; ++phase) {
      for (int i = 0; i < N; ++i) {
        const double fade = fmin(1.0, fmin(i, N - 1 - i) / 500.0);
        x[i] = (float)(0.5 * fade * sin(2.0 * M_PI * (f * i + phase / 16.0)));
      }
      worst = fmax(worst, fabs(true_peak(x, N) + 6.0206));
    }
  }
  EXPECT_AT_MOST("MET-39 worst error", worst, 0.02, "dB");
}

static void
expect_reference(const char* what, const double* x, int n, double tolerance)
{
  float* const y = malloc((size_t)n * sizeof(float));
  double* const same = malloc((size_t)n * sizeof(double));
  for (int i = 0; i < n; ++i) {
    y[i] = (float)x[i];
    same[i] = (double)y[i];
  }
  EXPECT_DB(what, true_peak(y, (uint64_t)n),
            20.0 * log10(signal_true_peak(same, (uint64_t)n)), tolerance);
  free(same);
  free(y);
}

static void
agrees_with_the_16x_reference(void** state)
{
  (void)state;
  enum { N = 6000 };
  static double x[N];
  static double y[N];
  for (uint64_t seed = 0; seed < 4; ++seed) {
    signal_pink(x, N, seed, 48000.0);
    expect_reference("pink noise", x, N, 0.05);
    signal_clipped_noise(x, N, seed);
    expect_reference("clipped noise", x, N, 0.05);
  }
  signal_mix(x, y, N, 48000.0);
  expect_reference("music-like", x, N, 0.05);
}

static void
ends_of_the_file_are_cuts_to_silence(void** state)
{
  (void)state;
  enum { N = 1000 };
  static double x[N];
  for (int cut = 0; cut < 4; ++cut) {
    signal_sine(x, N, 48000.0, 1000.0, -0.09, 90.0 + cut);
    expect_reference("sine cut at its top", x, N, 0.02);
  }
  float y[N];
  for (int i = 0; i < N; ++i) {
    y[i] = 0.99F * (float)sin(2.0 * M_PI * i / 48.0 + M_PI / 2.0);
  }
  EXPECT_AT_LEAST("overshoot of the cut", true_peak(y, N), 0.5, "dBTP");
  for (int n = 1; n < 40; n += 7) {
    expect_reference("file of a few samples", x, n, 0.02);
  }
}

static void
place_and_channel_are_told(void** state)
{
  (void)state;
  enum { N = 100000 };
  static float x[2][N];
  memset(x, 0, sizeof(x));
  for (int i = 0; i < 480; ++i) {
    x[1][70000 + i] = 0.5F * (float)sin(M_PI * i / 480.0) *
                      (float)sin(2.0 * M_PI * i / 4.0 + M_PI / 4.0);
  }
  const float* const in[] = {x[0], x[1]};
  const TonMeasurement m = measure(in, 2, N, 48000, TON_MEASURE_TRUE_PEAK);
  assert_int_equal(m.true_peak_channel, 1);
  EXPECT_NEAR("place of the peak", m.true_peak_at_s, 70240.0 / 48000.0, 1e-4,
              "s");
}

// The bound ---------------------------------------------------------------------

enum { FRAMES = 4800, HEAD = 64, ENTRIES = FRAMES / TON_SCAN_GROUP };

/// As the meter does it, or with every frame looked at
static TonPeak
peak_of(const TonPeakScan* k, const float* x, bool everywhere)
{
  static float level[ENTRIES + 2 * TON_SCAN_SLACK];
  static float bend[ENTRIES + 2 * TON_SCAN_SLACK];
  TonPeakTable table;
  TonPeak peak = {0.0F, 0.0};
  ton_true_peak_design(&table);
  memset(level, 0, sizeof(level));
  memset(bend, 0, sizeof(bend));
  const TonScan scan = {level + TON_SCAN_REACH, bend + TON_SCAN_REACH};
  k->scan(x, FRAMES, scan);
  for (int i = 0; everywhere && i < ENTRIES; ++i) {
    scan.level[i] = 1e30F;
  }
  k->interpolate(&table, x, FRAMES, scan, &peak);
  return peak;
}

/// Sounds that are hardest on the bound, and ordinary ones
static void
fill(float* x, int kind, uint64_t seed)
{
  for (int i = 0; i < FRAMES; ++i) {
    const double r = signal_random(seed, (uint64_t)i);
    switch (kind) {
    case 0: // bits
      x[i] = r > 0.0 ? 1.0F : -1.0F;
      break;
    case 1: // few impulses
      x[i] = fabs(r) > 0.97 ? (float)r : 0.0F;
      break;
    case 2: // near half the rate
      x[i] = (float)(sin(M_PI * 0.97 * i + (double)seed) + 0.1 * r);
      break;
    case 3: // the signs of the taps at a point half-way
      x[i] = (i % 97 < 48 ? 1.0F : -1.0F) * (i % 2 ? 1.0F : -1.0F);
      break;
    default: // rough walk
      x[i] = i ? 0.98F * x[i - 1] + 0.1F * (float)r : 0.0F;
    }
  }
}

static void
leaving_out_changes_nothing(void** state)
{
  (void)state;
  static float room[HEAD + FRAMES + HEAD];
  float* const x = room + HEAD;
  const TonPeakScan* const k = ton_peak_scan();
  for (uint64_t seed = 0; seed < 60; ++seed) {
    fill(x, (int)(seed % 5), seed);
    const TonPeak all = peak_of(k, x, true);
    const TonPeak most = peak_of(k, x, false);
    assert_true(all.value == most.value && all.at == most.at);
    EXPECT_AT_LEAST("a peak was found", (double)all.value, 0.1, "");
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(met_15_to_19_sines),
      cmocka_unit_test(met_20_to_23_between_samples),
      cmocka_unit_test(met_39_sines_of_any_frequency_and_phase),
      cmocka_unit_test(agrees_with_the_16x_reference),
      cmocka_unit_test(ends_of_the_file_are_cuts_to_silence),
      cmocka_unit_test(place_and_channel_are_told),
      cmocka_unit_test(leaving_out_changes_nothing),
  };
  return TON_TESTS(tests);
}
