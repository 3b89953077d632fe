// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The 400 ms levels of a sound and of its loud parts, and what a compressor's
   static curve makes of them.
*/
#include "assistants/compression_estimate.h"

#include <math.h>
#include <stdlib.h>

enum { BLOCK = 4 };

static int
by_value(const void* a, const void* b)
{
  const double x = *(const double*)a;
  const double y = *(const double*)b;
  return (x > y) - (x < y);
}

/// Space for a value per tenth, owned by the plan
static double*
space_for(TonPlan* plan, const TonFeatures* f)
{
  double* const values =
      ton_arena_alloc(&plan->arena, (f->n_tenths + 1) * sizeof(double));
  plan->failed |= !values;
  return values;
}

BlockLevels
block_levels(TonPlan* plan, const TonSound* sound)
{
  const TonFeatures* const f = &sound->features;
  BlockLevels l = {space_for(plan, f), 0};
  for (uint32_t i = 0; l.levels && i + BLOCK <= f->n_tenths; ++i) {
    double power = 0.0;
    uint32_t on = 0;
    for (uint32_t k = i; k < i + BLOCK; ++k) {
      power += (double)f->tenth_power[k] / BLOCK;
      on += f->tenth_on[k] > 0;
    }
    const double db = 10.0 * log10(power) - 0.691 - sound->facts.active_lufs;
    if (on == BLOCK && db > -20.0) {
      l.levels[l.n++] = db;
    }
  }
  if (l.n) {
    qsort(l.levels, l.n, sizeof(double), by_value);
  }
  return l;
}

static double
at_share(const BlockLevels* l, double share)
{
  return l->levels[(uint32_t)(share * (l->n - 1))];
}

/// Mean power of the 3 s around each tenth
static double*
smoothed(TonPlan* plan, const TonFeatures* f)
{
  enum { HALF = 15 };
  const uint32_t n = f->n_tenths;
  double* const around = space_for(plan, f);
  for (uint32_t i = 0; around && i < n; ++i) {
    const uint32_t from = i < HALF ? 0 : i - HALF;
    const uint32_t to = i + HALF < n ? i + HALF : n;
    double sum = 0.0;
    for (uint32_t k = from; k < to; ++k) {
      sum += (double)f->tenth_power[k];
    }
    around[i] = sum / (to - from);
  }
  return around;
}

/// Power exceeded during 40 % of the song, less 0.5 dB so that steady music
/// counts as a whole
static double
loud_gate(TonPlan* plan, const TonFeatures* f, const double* around)
{
  const uint32_t n = f->n_tenths;
  double* const sorted = space_for(plan, f);
  if (!sorted || !n) {
    return INFINITY;
  }
  for (uint32_t i = 0; i < n; ++i) {
    sorted[i] = around[i];
  }
  qsort(sorted, n, sizeof(double), by_value);
  return 0.89 * sorted[(uint32_t)(0.6 * (n - 1))];
}

/// Power of 400 ms from a tenth on; 0 if they pause or are not loud
static double
loud_block(const TonFeatures* f, const double* around, double gate, uint32_t i)
{
  double power = 0.0;
  for (uint32_t k = i; k < i + BLOCK; ++k) {
    if (!f->tenth_on[k] || around[k] < gate) {
      return 0.0;
    }
    power += (double)f->tenth_power[k] / BLOCK;
  }
  return power;
}

LoudParts
loud_parts(TonPlan* plan, const TonFeatures* f)
{
  LoudParts l = {.lufs = NAN, .range_lu = NAN};
  double* const around = smoothed(plan, f);
  l.levels.levels = space_for(plan, f);
  if (!around || !l.levels.levels) {
    return l;
  }
  const double gate = loud_gate(plan, f, around);
  double sum = 0.0;
  for (uint32_t i = 0; i + BLOCK <= f->n_tenths; ++i) {
    const double power = loud_block(f, around, gate, i);
    if (power > 0.0) {
      l.levels.levels[l.levels.n++] = 10.0 * log10(power) - 0.691;
      sum += power;
    }
  }
  if (l.levels.n) {
    l.lufs = 10.0 * log10(sum / l.levels.n) - 0.691;
    qsort(l.levels.levels, l.levels.n, sizeof(double), by_value);
    for (uint32_t i = 0; i < l.levels.n; ++i) {
      l.levels.levels[i] -= l.lufs;
    }
    l.range_lu = at_share(&l.levels, 0.95) - at_share(&l.levels, 0.10);
  }
  return l;
}

double
loud_reduction(TonPlan* plan, const TonFeatures* f, const float* without,
               const float* with, uint32_t n)
{
  const double* const around = smoothed(plan, f);
  const double gate = around ? loud_gate(plan, f, around) : INFINITY;
  double sum = 0.0;
  uint32_t count = 0;
  for (uint32_t i = 0; around && i + BLOCK <= f->n_tenths && i + BLOCK <= n;
       ++i) {
    if (loud_block(f, around, gate, i) > 0.0) {
      sum += (double)(without[i + BLOCK - 1] - with[i + BLOCK - 1]);
      ++count;
    }
  }
  return sum / count;
}

/// y = x - (1 - 1/ratio) max(0, x - threshold), on levels in rising order
static double
compressed(double db, double threshold_db, double ratio)
{
  return db - (1.0 - 1.0 / ratio) * fmax(db - threshold_db, 0.0);
}

CompressionEstimate
estimate_compression(const BlockLevels* l, double threshold_db, double ratio)
{
  CompressionEstimate t = {.threshold_db = threshold_db};
  double before = 0.0;
  double behind = 0.0;
  for (uint32_t i = 0; i < l->n; ++i) {
    const double out = compressed(l->levels[i], threshold_db, ratio);
    t.mean_db += (l->levels[i] - out) / l->n;
    before += pow(10.0, l->levels[i] / 10.0);
    behind += pow(10.0, out / 10.0);
  }
  t.range_lu = compressed(at_share(l, 0.95), threshold_db, ratio) -
               compressed(at_share(l, 0.10), threshold_db, ratio);
  t.lost_lu = 10.0 * log10(before / behind);
  return t;
}
