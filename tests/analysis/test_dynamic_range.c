// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The dynamic range of known sounds, and against a plain count of it.

#include "measuring.h"

enum { LONGEST = 30 * 96000 };

static const uint32_t rates[] = {44100, 48000, 96000};
static float x[2][LONGEST];

static TonMeasurement
measured(uint64_t frames, uint32_t rate)
{
  const float* const in[] = {x[0], x[1]};
  ton_expect_rate = rate;
  return measure(in, 2, frames, rate, TON_MEASURE_LEVELS);
}

static int
by_size(const void* a, const void* b)
{
  const double p = *(const double*)a;
  const double q = *(const double*)b;
  return (p < q) - (p > q);
}

/// One channel, every sample by itself
static double
plain_count(const float* y, uint64_t frames, uint32_t rate)
{
  enum { MOST = 100 };
  double rms[MOST];
  double peak[MOST];
  uint64_t n = 0;
  const uint64_t block = rate == 44100 ? 3 * 44160 : 3 * (uint64_t)rate;
  for (uint64_t at = 0; at < frames; at += block, ++n) {
    const uint64_t end = at + block < frames ? at + block : frames;
    double squares = 0.0;
    peak[n] = 0.0;
    for (uint64_t i = at; i < end; ++i) {
      squares += (double)y[i] * (double)y[i];
      peak[n] = fmax(peak[n], fabs((double)y[i]));
    }
    rms[n] = sqrt(2.0 * squares / (double)(end - at));
  }
  qsort(rms, n, sizeof(double), by_size);
  qsort(peak, n, sizeof(double), by_size);
  double squares = 0.0;
  const uint64_t fifth = n / 5 ? n / 5 : 1;
  for (uint64_t i = 0; i < fifth; ++i) {
    squares += rms[i] * rms[i];
  }
  return 20.0 * log10(peak[1] / sqrt(squares / (double)fifth));
}

static void
met_40_a_sine_has_none(void** state)
{
  (void)state;
  for (int r = 0; r < 3; ++r) {
    const uint64_t n = 30 * (uint64_t)rates[r];
    for (uint64_t i = 0; i < n; ++i) {
      const double turns = fmod(997.0 / rates[r] * (double)i, 1.0);
      x[0][i] = x[1][i] = (float)(0.5 * sin(2.0 * M_PI * turns));
    }
    EXPECT_NEAR("MET-40 sine", measured(n, rates[r]).dynamic_range_db, 0.0, 0.0,
                "dB");
  }
}

static void
met_40_pink_noise(void** state)
{
  (void)state;
  for (int r = 0; r < 3; ++r) {
    const uint64_t n = 25 * (uint64_t)rates[r] + 12345;
    double sum = 0.0;
    for (int c = 0; c < 2; ++c) {
      double* const pink = malloc(n * sizeof(double));
      signal_pink(pink, n, 40 + (uint64_t)c, rates[r]);
      for (uint64_t i = 0; i < n; ++i) {
        x[c][i] = (float)((c ? 0.02 : 0.2) * pink[i]);
      }
      free(pink);
      sum += plain_count(x[c], n, rates[r]);
    }
    EXPECT_NEAR("MET-40 pink noise", measured(n, rates[r]).dynamic_range_db,
                rint(0.5 * sum), 0.0, "dB");
  }
}

/// A last block of a second counts, and its peak
static void
the_end_counts(void** state)
{
  (void)state;
  const uint64_t n = 10 * 48000;
  for (uint64_t i = 0; i < n; ++i) {
    const double turns = fmod(997.0 / 48000.0 * (double)i, 1.0);
    x[0][i] = x[1][i] = (float)(0.1 * sin(2.0 * M_PI * turns));
  }
  x[0][100] = x[1][100] = 0.8F;
  assert_true(measured(n, 48000).dynamic_range_db == 0.0);
  x[0][n - 100] = x[1][n - 100] = 0.8F;
  EXPECT_NEAR("two peaks", measured(n, 48000).dynamic_range_db, 18.0, 0.0,
              "dB");
}

static void
short_or_silent_sound_has_none(void** state)
{
  (void)state;
  assert_true(isnan(measured(2 * 48000, 48000).dynamic_range_db));
  memset(x, 0, sizeof(x));
  assert_true(isnan(measured(20 * 48000, 48000).dynamic_range_db));
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(met_40_a_sine_has_none),
      cmocka_unit_test(met_40_pink_noise),
      cmocka_unit_test(the_end_counts),
      cmocka_unit_test(short_or_silent_sound_has_none),
  };
  return TON_TESTS(tests);
}
