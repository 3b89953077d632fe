// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Taps of linear and minimum phase: gain, symmetry, energy, zeros.

#include "base/memory.h"
#include "dsp/filter_design.h"
#include "dsp/fir_design.h"
#include "expect.h"
#include "signals.h"

#include <string.h>

enum { WINDOW = 131072, LENGTH_AT_48_KHZ = 8192 };

static const double rates[] = {44100.0, 48000.0, 96000.0, 192000.0};
static float taps[8 * LENGTH_AT_48_KHZ + 1];
static double response[WINDOW];

typedef struct {
  TonFilterShape shape;
  double hz;
  double gain_db;
  double q;
} Band;

static const Band curves[][3] = {
    {{TON_FILTER_BELL, 60, 6, 1.4},
     {TON_FILTER_BELL, 1000, -9, 3},
     {TON_FILTER_HIGH_SHELF, 8000, 6, 0.7}},
    {{TON_FILTER_LOW_SHELF, 120, -6, 0.7},
     {TON_FILTER_BELL, 5000, 12, 4},
     {TON_FILTER_TILT, 650, 6, 1}},
    {{TON_FILTER_LOWPASS, 12000, 0, 0.7},
     {TON_FILTER_HIGHPASS, 40, 0, 0.7},
     {TON_FILTER_BELL, 300, 6, 1}},
};

enum { CURVES = sizeof(curves) / sizeof(curves[0]) };

static double
wanted_db(const Band* bands, double hz)
{
  double db = 0.0;
  for (int i = 0; i < 3; ++i) {
    db += ton_filter_prototype_db(bands[i].shape, hz / bands[i].hz,
                                  bands[i].gain_db, bands[i].q);
  }
  return db;
}

static double
gain_at(const void* context, double hz)
{
  return pow(10.0, wanted_db(context, fmax(hz, 1.0)) / 20.0);
}

static uint32_t
length_at(double rate)
{
  return rate < 50000.0    ? LENGTH_AT_48_KHZ
         : rate < 100000.0 ? 2 * LENGTH_AT_48_KHZ
                           : 4 * LENGTH_AT_48_KHZ;
}

/// Taps of one curve; with `minimum` of minimum phase
static uint32_t
design(const Band* bands, double rate, bool minimum)
{
  const uint32_t length = length_at(rate);
  const TonGainCurve curve = {gain_at, bands, rate};
  TonFft* const fft =
      ton_fft_new((minimum ? TON_MINIMUM_FFT : TON_LINEAR_FFT) * length);
  assert_non_null(fft);
  (minimum ? ton_fir_minimum_phase : ton_fir_linear_phase)(fft, &curve, length,
                                                           taps);
  ton_fft_free(fft);
  memset(response, 0, sizeof(response));
  for (uint32_t i = 0; i < length + !minimum; ++i) {
    response[i] = (double)taps[i];
  }
  ton_expect_rate = rate;
  return length;
}

static void
eq_08_the_taps_are_symmetric(void** state)
{
  (void)state;
  for (int r = 0; r < 4; ++r) {
    for (int k = 0; k < CURVES; ++k) {
      const uint32_t length = design(curves[k], rates[r], false);
      double apart = 0.0;
      double most = 0.0;
      for (uint32_t i = 0; i <= length; ++i) {
        most = fmax(most, fabs(response[i]));
        apart = fmax(apart, fabs(response[i] - response[length - i]));
      }
      EXPECT_AT_MOST("EQ-08 asymmetry of the taps", apart / most, 1e-15,
                     "of the largest");
    }
  }
}

static void
eq_10_the_gain_is_the_one_asked_for(void** state)
{
  (void)state;
  static double lines[WINDOW / 2 + 1];
  for (int r = 0; r < 4; ++r) {
    for (int k = 0; k < CURVES; ++k) {
      double worst = 0.0;
      design(curves[k], rates[r], true);
      signal_spectrum(response, WINDOW, lines);
      for (uint32_t i = 1; i < WINDOW / 2; ++i) {
        const double hz = rates[r] * i / WINDOW;
        const double wanted = wanted_db(curves[k], hz);
        if (hz >= 20.0 && hz <= 20000.0 && wanted > -40.0) {
          const double is = 20.0 * log10(lines[i] * WINDOW / 2.0);
          worst = fmax(worst, fabs(is - wanted));
        }
      }
      EXPECT_AT_MOST("EQ-10 distance from the curve", worst, 0.01, "dB");
    }
  }
}

/// Energy of the first `n` frames
static double
energy(const double* x, uint32_t n)
{
  double sum = 0.0;
  for (uint32_t i = 0; i < n; ++i) {
    sum += x[i] * x[i];
  }
  return sum;
}

/// Behind an all-pass the gain is the same, and the energy comes later
static void
eq_10_the_energy_comes_first(void** state)
{
  (void)state;
  static const double at_hz[] = {50.0, 400.0, 3000.0, 12000.0};
  for (int r = 0; r < 4; ++r) {
    const uint32_t first = (uint32_t)(0.005 * rates[r]);
    for (int k = 0; k < CURVES; ++k) {
      design(curves[k], rates[r], true);
      const double ours = energy(response, first);
      double theirs = 0.0;
      for (int a = 0; a < 4; ++a) {
        const double t = tan(M_PI * at_hz[a] / rates[r]);
        const double c = (t - 1.0) / (t + 1.0);
        double x1 = 0.0;
        double y1 = 0.0;
        double sum = 0.0;
        for (uint32_t i = 0; i < first; ++i) {
          const double y = c * response[i] + x1 - c * y1;
          x1 = response[i];
          y1 = y;
          sum += y * y;
        }
        theirs = fmax(theirs, sum);
      }
      design(curves[k], rates[r], false);
      theirs = fmax(theirs, energy(response, first));
      EXPECT_AT_LEAST("EQ-10 energy of 5 ms over that of others",
                      10.0 * log10(ours / theirs), 0.0, "dB");
    }
  }
}

/// Each zero outside the circle would turn the phase by half a turn from 0 Hz to
/// half the rate
static void
eq_10_all_zeros_lie_inside(void** state)
{
  (void)state;
  TonFft* const fft = ton_fft_new(8 * WINDOW);
  assert_non_null(fft);
  for (int r = 0; r < 4; ++r) {
    for (int k = 0; k < CURVES; ++k) {
      const uint32_t length = design(curves[k], rates[r], true);
      float* const time = ton_fft_time(fft);
      memset(time, 0, 8 * WINDOW * sizeof(float));
      memcpy(time, taps, length * sizeof(float));
      const float* const bins = ton_fft_forward(fft);
      double turned = 0.0;
      double last = atan2((double)bins[1], (double)bins[0]);
      for (size_t i = 1; i <= 4 * WINDOW; ++i) {
        const double now = atan2((double)bins[2 * i + 1], (double)bins[2 * i]);
        turned += remainder(now - last, 2.0 * M_PI);
        last = now;
      }
      EXPECT_NEAR("EQ-10 zeros outside the circle", turned / -M_PI, 0.0, 0.5,
                  "");
    }
  }
  ton_fft_free(fft);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(eq_08_the_taps_are_symmetric),
      cmocka_unit_test(eq_10_the_gain_is_the_one_asked_for),
      cmocka_unit_test(eq_10_the_energy_comes_first),
      cmocka_unit_test(eq_10_all_zeros_lie_inside),
  };
  return TON_TESTS(tests);
}
