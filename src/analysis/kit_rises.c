// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Kick and snare in a recording of the whole kit: the kick is what rises from 35 to
   110 Hz, the snare what rises from 200 Hz to 1 kHz where no kick does.
*/
#include "analysis/kit_rises.h"

#include "base/memory.h"
#include "dsp/decibel.h"
#include "dsp/filter_design.h"

#include <math.h>

/// What lies further below the mean does not count, dB
#define FLOOR_DB 20.0

/// A filter of second order, direct form II transposed
typedef struct {
  TonBiquad h;
  double a;
  double b;
} KitFilter;

static double
pass(KitFilter* f, double x)
{
  const double y = f->h.b0 * x + f->a;
  f->a = f->h.b1 * x - f->h.a1 * y + f->b;
  f->b = f->h.b2 * x - f->h.a2 * y;
  return y;
}

/// Power of the band in each level frame; returns the mean
static double
find_powers(const TonFeatures* f, double from_hz, double to_hz, float* powers)
{
  const double q = sqrt(0.5);
  KitFilter high = {
      .h = ton_filter(TON_FILTER_HIGHPASS, from_hz, 0.0, q, f->low_rate)};
  KitFilter low = {
      .h = ton_filter(TON_FILTER_LOWPASS, to_hz, 0.0, q, f->low_rate)};
  const double step = f->low_rate / TON_LEVEL_RATE;
  uint64_t at = 0;
  double all = 0.0;
  for (uint32_t i = 0; i < f->n_rises; ++i) {
    double sum = 0.0;
    for (; at < f->n_low && (double)at < (i + 1) * step; ++at) {
      const double y = pass(&low, pass(&high, (double)f->low[at]));
      sum += y * y;
    }
    powers[i] = (float)(sum / step);
    all += sum / step;
  }
  return f->n_rises ? all / f->n_rises : 0.0;
}

/// dB by which a band rises in each level frame
static void
find_rises(const TonFeatures* f, double from_hz, double to_hz, float* rises)
{
  const double floor_db =
      ton_power_db(find_powers(f, from_hz, to_hz, rises)) - FLOOR_DB;
  double before = floor_db;
  for (uint32_t i = 0; i < f->n_rises; ++i) {
    const double db = fmax(ton_power_db((double)rises[i]), floor_db);
    rises[i] = (float)fmax(db - before, 0.0);
    before = db;
  }
}

/// Highest of a frame and its neighbours
static float
highest_near(const float* x, uint32_t n, uint32_t i)
{
  const float before = i ? x[i - 1] : 0.0F;
  const float behind = i + 1 < n ? x[i + 1] : 0.0F;
  return fmaxf(x[i], fmaxf(before, behind));
}

TonStatus
add_kit_rises(const TonFeatures* f, float* kick, float* snare)
{
  const uint32_t n = f->n_rises;
  float* const low = ton_alloc((n + 1) * sizeof(float));
  float* const middle = ton_alloc((n + 1) * sizeof(float));
  if (low && middle) {
    find_rises(f, 35.0, 110.0, low);
    find_rises(f, 200.0, 1000.0, middle);
  }
  for (uint32_t i = 0; low && middle && i < n; ++i) {
    kick[i] += low[i];
    snare[i] += fmaxf(middle[i] - highest_near(low, n, i), 0.0F);
  }
  const bool good = low && middle;
  ton_free(low);
  ton_free(middle);
  return good ? TON_OK : TON_NO_MEMORY;
}
