// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Design of the half-band filters that change the rate by two.
*/
#include "dsp/half_band.h"

#include "dsp/kaiser.h"

#include <math.h>

static const double STOP_DB = 132.0;
static const double PASS_HZ = 20000.0;
static const double PASS_SHARE = 0.4422; ///< Of the rate: 19.5 kHz of 44.1

double
ton_half_band_pass(double rate)
{
  return fmin(PASS_HZ, PASS_SHARE * rate);
}

/// Kaiser's estimate of the length, 4 side - 1 taps
static uint32_t
side_of(double rate, double pass)
{
  const double transition = (rate - 2.0 * pass) / (2.0 * rate);
  const double taps = (STOP_DB - 7.95) / (14.36 * transition) + 1.0;
  const double side = ceil((taps + 1.0) / 4.0);
  return (uint32_t)fmin(side, (double)TON_HALF_BAND_SIDE);
}

static TonHalfBands
plan(double rate, uint32_t stages)
{
  TonHalfBands h = {.factor = 1U << stages, .stages = stages};
  uint32_t top = 1; // frames of delay at the top rate
  for (uint32_t s = 0; s < h.stages; ++s) {
    h.side[s] = side_of(rate * (double)(1U << s), ton_half_band_pass(rate));
    top += 2 * (2 * h.side[s] - 1) * (h.factor >> (s + 1));
  }
  h.wait = (h.factor - top % h.factor) % h.factor;
  h.latency = (top + h.wait) / h.factor;
  return h;
}

TonHalfBands
ton_half_bands_plan(double rate)
{
  return plan(rate, rate < 66150.0 ? 3 : rate < 132300.0 ? 2 : 1);
}

static void
design(float* tap, uint32_t side)
{
  const double beta = 0.1102 * (STOP_DB - 8.7);
  double h[TON_HALF_BAND_SIDE];
  double sum = 0.0;
  for (uint32_t k = 0; k < side; ++k) {
    const double o = 2.0 * k - (2.0 * side - 1.0);
    const double u = o / (2.0 * side);
    h[k] = sin(M_PI * o / 2.0) / (M_PI * o / 2.0) * ton_kaiser(u, beta);
    sum += 2.0 * h[k];
  }
  for (uint32_t k = 0; k < side; ++k) {
    tap[k] = (float)(h[k] / sum);
  }
}

static TonHalfBands
with_taps(TonHalfBands h)
{
  for (uint32_t s = 0; s < h.stages; ++s) {
    design(h.tap[s], h.side[s]);
  }
  return h;
}

TonHalfBands
ton_half_bands(double rate)
{
  return with_taps(ton_half_bands_plan(rate));
}

TonHalfBands
ton_half_bands_by_four(double rate)
{
  return with_taps(plan(rate, 2));
}
