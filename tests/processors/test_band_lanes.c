// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Bands as lanes: their sum is flat, each lies where it should, and both sides
   are worked on alike.
*/
#include "dsp/band_lanes.h"
#include "expect.h"

enum { N = 32768 };

static const double RATE = 48000.0;
static const float crossovers[] = {150.0F, 1500.0F, 6000.0F};

static TonBandLanes bands;

static void
open_bands(uint32_t n_bands)
{
  bands = (TonBandLanes){0};
  ton_bands_set(&bands, crossovers, n_bands, RATE);
}

/// Level in dB of an impulse response at a frequency
static double
level_at(const float* x, double hz)
{
  double re = 0.0;
  double im = 0.0;
  for (int i = 0; i < N; ++i) {
    const double w = 2.0 * M_PI * fmod(hz / RATE * i, 1.0);
    re += (double)x[i] * cos(w);
    im += (double)x[i] * sin(w);
  }
  return 10.0 * log10(re * re + im * im);
}

static void
the_sum_is_flat(void** state)
{
  (void)state;
  static const int32_t both_on[2] = {-1, -1};
  static float sum[2][N];
  for (uint32_t n = 2; n <= 4; ++n) {
    open_bands(n);
    for (int i = 0; i < N; ++i) {
      TonV y[TON_BAND_VECTORS];
      float pair[2] = {i == 0 ? 1.0F : 0.0F, i == 0 ? -0.5F : 0.0F};
      ton_bands_split(&bands, pair, y);
      ton_bands_sum(&bands, y, both_on, pair);
      sum[0][i] = pair[0];
      sum[1][i] = pair[1];
    }
    double most = 0.0;
    for (double hz = 20.0; hz < 20000.0; hz *= 1.1) {
      most = fmax(most, fabs(level_at(sum[0], hz)));
    }
    EXPECT_AT_MOST("sum of the bands", most, 0.01, "dB from flat");
    for (int i = 0; i < N; ++i) {
      assert_true(fabsf(sum[1][i] + 0.5F * sum[0][i]) < 1e-9F);
    }
  }
}

/// Every band at its middle at full level, 24 dB/oct beside it, and silence in
/// lanes without a band
static void
every_band_has_its_place(void** state)
{
  (void)state;
  static const double middles[] = {40.0, 470.0, 3000.0, 15000.0};
  static float x[TON_LANES][N];
  open_bands(4);
  for (int i = 0; i < N; ++i) {
    TonV y[TON_BAND_VECTORS];
    const float pair[2] = {i == 0 ? 1.0F : 0.0F, 0.0F};
    ton_bands_split(&bands, pair, y);
    for (int lane = 0; lane < TON_LANES; ++lane) {
      x[lane][i] = y[0][lane];
    }
  }
  for (int band = 0; band < 4; ++band) {
    EXPECT_DB("in its middle", level_at(x[2 * band], middles[band]), 0.0, 1.2);
  }
  for (int band = 0; band < 3; ++band) {
    EXPECT_DB("at its crossover",
              level_at(x[2 * band], (double)crossovers[band]), -6.02, 0.1);
    EXPECT_AT_MOST("two octaves above",
                   level_at(x[2 * band], 4.0 * (double)crossovers[band]), -44.0,
                   "dB");
  }
  for (int i = 0; i < N; ++i) {
    for (int lane = 0; lane < TON_LANES; ++lane) {
      assert_true(lane % 2 == 0 || x[lane][i] == 0.0F);
      assert_true(lane < 8 || x[lane][i] == 0.0F);
    }
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_sum_is_flat),
      cmocka_unit_test(every_band_has_its_place),
  };
  return TON_TESTS(tests);
}
