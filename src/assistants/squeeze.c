// SPDX-License-Identifier: GPL-3.0-or-later
#include "assistants/squeeze.h"

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

Levels
levels_read(TonArena* arena, const TonStemFacts* f)
{
  Levels l = {ton_arena_alloc(arena, (f->n_tenths + 1) * sizeof(double)), 0};
  for (uint32_t i = 0; l.levels && i + BLOCK <= f->n_tenths; ++i) {
    double power = 0.0;
    uint32_t on = 0;
    for (uint32_t k = i; k < i + BLOCK; ++k) {
      power += (double)f->tenth_power[k] / BLOCK;
      on += f->tenth_on[k];
    }
    const double db = 10.0 * log10(power) - 0.691 - f->active_lufs;
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
at_share(const Levels* l, double share)
{
  return l->levels[(uint32_t)(share * (l->n - 1))];
}

/// y = x - (1 - 1/ratio) max(0, x - threshold), on levels in rising order
static double
squeezed(double db, double threshold_db, double ratio)
{
  return db - (1.0 - 1.0 / ratio) * fmax(db - threshold_db, 0.0);
}

Trial
levels_try(const Levels* l, double threshold_db, double ratio)
{
  Trial t = {.threshold_db = threshold_db};
  double before = 0.0;
  double behind = 0.0;
  for (uint32_t i = 0; i < l->n; ++i) {
    const double out = squeezed(l->levels[i], threshold_db, ratio);
    t.mean_db += (l->levels[i] - out) / l->n;
    before += pow(10.0, l->levels[i] / 10.0);
    behind += pow(10.0, out / 10.0);
  }
  t.range_lu = squeezed(at_share(l, 0.95), threshold_db, ratio) -
               squeezed(at_share(l, 0.10), threshold_db, ratio);
  t.lost_lu = 10.0 * log10(before / behind);
  return t;
}
