// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Levels behind a chain of processors, held against those of the sound that
   goes into it.
*/
#include "analysis/levels_behind.h"

#include "analysis/features_internal.h"
#include "base/memory.h"
#include "dsp/decibel.h"

#include <math.h>

/// Powers of the blocks, without the time in which the sound pauses
typedef struct {
  double* before;
  double* behind;
  uint32_t n;
} Blocks;

static void
find_blocks(const TonFeatures* f, const TonMeasurement* m, Blocks* b)
{
  for (uint32_t i = 3; i < m->n_points && i < f->n_tenths; ++i) {
    const uint8_t* const on = f->tenth_on + i - 3;
    const uint32_t frames = on[0] + on[1] + on[2] + on[3];
    const double share = (double)frames / FRAMES_BLOCK;
    const double power = pow(10.0, (double)m->momentary_lufs[i] / 10.0) / share;
    if (share < 0.5 || !(power > 0.0)) {
      continue;
    }
    double before = 0.0;
    for (uint32_t k = i - 3; k <= i; ++k) {
      before += (double)f->tenth_power[k] * FRAMES_TENTH / FRAMES_BLOCK;
    }
    b->before[b->n] = before / share;
    b->behind[b->n++] = power;
  }
}

static double
mean_over(const double* power, uint32_t n, double gate)
{
  double sum = 0.0;
  uint32_t count = 0;
  for (uint32_t i = 0; i < n; ++i) {
    sum += power[i] > gate ? power[i] : 0.0;
    count += power[i] > gate;
  }
  return count ? sum / count : NAN;
}

/// Changes `before`
static void
read_blocks(const Blocks* b, TonLevelsBehind* levels)
{
  const double mean = mean_over(b->behind, b->n, 0.0);
  const double before = mean_over(b->before, b->n, 0.0);
  double* const db = b->before;
  double loss = 0.0;
  uint32_t count = 0;
  levels->lufs = ton_power_db(mean_over(b->behind, b->n, 0.1 * mean));
  for (uint32_t i = 0; i < b->n; ++i) {
    if (b->before[i] > 0.01 * before) {
      const double out = ton_power_db(b->behind[i]);
      loss += ton_power_db(b->before[i]) - 0.691 - out;
      db[count++] = out;
    }
  }
  levels->loss_db = loss / count;
  levels->range_lu = percentile(db, count, 0.95) - percentile(db, count, 0.10);
}

TonStatus
ton_levels_behind(const TonFeatures* sound, const TonMeasurement* behind,
                  TonLevelsBehind* levels)
{
  *levels = (TonLevelsBehind){NAN, NAN, NAN};
  Blocks b = {
      .before = ton_alloc((behind->n_points + 1) * sizeof(double)),
      .behind = ton_alloc((behind->n_points + 1) * sizeof(double)),
  };
  const bool good = b.before && b.behind;
  if (good && behind->momentary_lufs) {
    find_blocks(sound, behind, &b);
  }
  if (b.n) {
    read_blocks(&b, levels);
  }
  ton_free(b.before);
  ton_free(b.behind);
  return good ? TON_OK : TON_NO_MEMORY;
}
