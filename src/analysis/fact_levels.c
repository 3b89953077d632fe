// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Facts of the level frames: loudness while it sounds, range, peaks, noise
   between the sounds, and hits.
*/
#include "analysis/features_internal.h"
#include "base/memory.h"
#include "dsp/decibel.h"

#include <math.h>

/// Loudness of a weighted power, BS.1770
static double
lufs(double power)
{
  return ton_power_db(power) - 0.691;
}

/// Weighted powers of the 400 ms blocks, every 100 ms, that sound for at least
/// half their time, over the time that sounds.  Returns how many.
static uint32_t
active_blocks(const TonFeatures* s, double* powers)
{
  uint32_t n = 0;
  for (uint32_t i = 0; i + FRAMES_BLOCK <= s->n_levels; i += FRAMES_TENTH) {
    double power = 0.0;
    uint32_t on = 0;
    for (uint32_t k = i; k < i + FRAMES_BLOCK; ++k) {
      power += s->levels[k].on ? s->levels[k].weighted : 0.0;
      on += s->levels[k].on;
    }
    if (on >= FRAMES_BLOCK / 2 && power > 0.0) {
      powers[n++] = power / on;
    }
  }
  return n;
}

/// Mean of the powers above the mean plus `gate_lu`
static double
gated_mean(const double* powers, uint32_t n, double gate_lu)
{
  double sum = 0.0;
  for (uint32_t i = 0; i < n; ++i) {
    sum += powers[i];
  }
  const double gate = sum / n * pow(10.0, gate_lu / 10.0);
  double over = 0.0;
  uint32_t count = 0;
  for (uint32_t i = 0; i < n; ++i) {
    over += powers[i] > gate ? powers[i] : 0.0;
    count += powers[i] > gate;
  }
  return count ? over / count : sum / n;
}

/// Too short for a block: mean of the active steps
static double
short_mean(const TonFeatures* s)
{
  double sum = 0.0;
  uint32_t n = 0;
  for (uint32_t i = 0; i < s->n_levels; ++i) {
    sum += s->levels[i].on ? s->levels[i].weighted : 0.0;
    n += s->levels[i].on;
  }
  return n ? sum / n : 0.0;
}

static double
range_of(double* powers, uint32_t n)
{
  const double floor_db = ton_power_db(gated_mean(powers, n, -INFINITY)) - 20.0;
  uint32_t kept = 0;
  for (uint32_t i = 0; i < n; ++i) {
    const double db = ton_power_db(powers[i]);
    if (db > floor_db) {
      powers[kept++] = db;
    }
  }
  return percentile(powers, kept, 0.95) - percentile(powers, kept, 0.10);
}

/// Peak over 50 ms
static float
peak_at(const TonFeatures* s, uint32_t i)
{
  const uint32_t next = i + 1 < s->n_levels ? i + 1 : i;
  return fmaxf(s->levels[i].peak, s->levels[next].peak);
}

static void
highest_peak(const TonFeatures* s, TonFacts* f)
{
  double max = 0.0;
  for (uint32_t i = 0; i < s->n_levels; ++i) {
    max = fmax(max, (double)s->levels[i].peak);
  }
  f->peak_to_loud_db = ton_to_db(max) - f->active_lufs;
}

/// One moment that stands far over all others, of which there are 10 s or more
/// within 60 dB of it: `values` are the peaks of the frames
static void
find_lone_peak(const TonFeatures* s, double* values, TonFacts* f)
{
  enum { AROUND = 8 };
  const double least_db = 12.0;
  const double highest =
      pow(10.0, (f->peak_to_loud_db + f->active_lufs) / 20.0);
  uint32_t n = 0;
  for (uint32_t i = 0; i < s->n_levels; ++i) {
    const double peak = (double)s->levels[i].peak;
    if (peak > 1e-3 * highest) {
      values[n++] = peak;
    }
    f->lone_peak_s = peak >= 0.999 * highest ? i * s->level_s : f->lone_peak_s;
  }
  if (n * s->level_s > 10.0) {
    const double others =
        percentile(values, n, 1.0 - (double)AROUND / (double)n);
    const double over = ton_to_db(highest / others);
    f->lone_peak_db = over > least_db ? over : 0.0;
  }
}

static void
noise_floor(const TonFeatures* s, double* values, TonFacts* f)
{
  uint32_t n = 0;
  for (uint32_t i = 0; i + 1 < s->n_levels; ++i) {
    if (!s->levels[i].on && !s->levels[i + 1].on) {
      const double power = 0.5 * (s->levels[i].power + s->levels[i + 1].power);
      values[n++] = fmax(ton_power_db(power), -300.0);
    }
  }
  const double floor_db = percentile(values, n, 0.10);
  f->pause_range_db = percentile(values, n, 0.50) - floor_db;
  f->noise_db = n && floor_db > -299.0 ? floor_db - f->active_lufs : -INFINITY;
  f->has_pauses = n * s->level_s >= 1.0;
}

TonStatus
find_levels(const TonFeatures* s, TonFacts* f)
{
  double* const values = ton_alloc((s->n_levels + 1) * sizeof(double));
  if (!values) {
    return TON_NO_MEMORY;
  }
  const uint32_t n = active_blocks(s, values);
  f->active_lufs = lufs(n ? gated_mean(values, n, -10.0) : short_mean(s));
  f->range_lu = n ? range_of(values, n) : NAN;
  highest_peak(s, f);
  find_lone_peak(s, values, f);
  noise_floor(s, values, f);
  ton_free(values);
  return TON_OK;
}

/**
   Hits: the weighted level rises by 6 dB within two steps, to within 30 dB of
   the loudest, not sooner than 75 ms after the last one.
*/
static bool
is_hit(const TonFeatures* s, uint32_t i, double loudest_db)
{
  const double now = ton_power_db(s->levels[i].weighted);
  const double before =
      ton_power_db(fmin(s->levels[i - 1].weighted, s->levels[i - 2].weighted));
  return s->levels[i].on && now > loudest_db - 30.0 && now - before > 6.0;
}

static double
mean_of(const double* x, uint32_t n)
{
  double sum = 0.0;
  for (uint32_t i = 0; i < n; ++i) {
    sum += x[i];
  }
  return sum / n;
}

/// Bleed of other instruments: 20 dB below the third loudest hit.  Own hits
/// come to the front; returns how many.
static uint32_t
own_hits(double* levels, uint32_t n)
{
  double top[3] = {-INFINITY, -INFINITY, -INFINITY};
  for (uint32_t i = 0; i < n; ++i) {
    double rest = levels[i];
    for (int k = 0; k < 3; ++k) {
      const double upper = fmax(top[k], rest);
      rest = fmin(top[k], rest);
      top[k] = upper;
    }
  }
  uint32_t own = 0;
  for (uint32_t i = 0; i < n; ++i) {
    if (!(levels[i] < top[2] - 20.0)) {
      levels[own++] = levels[i];
    }
  }
  return own;
}

TonStatus
find_hits(const TonFeatures* s, TonFacts* f)
{
  enum { APART = 3 };
  double* const levels = ton_alloc((s->n_levels + 1) * sizeof(double));
  double max = 0.0;
  if (!levels) {
    return TON_NO_MEMORY;
  }
  for (uint32_t i = 0; i < s->n_levels; ++i) {
    max = fmax(max, s->levels[i].weighted);
  }
  uint32_t n = 0;
  for (uint32_t i = 2; i < s->n_levels; ++i) {
    if (is_hit(s, i, ton_power_db(max))) {
      const float peak = fmaxf(peak_at(s, i), s->levels[i - 1].peak);
      levels[n++] = ton_to_db((double)peak);
      i += APART - 1;
    }
  }
  n = own_hits(levels, n);
  f->hits_per_s = n / f->active_s;
  if (n >= 2) {
    const double mean = mean_of(levels, n);
    double sum = 0.0;
    for (uint32_t i = 0; i < n; ++i) {
      sum += (levels[i] - mean) * (levels[i] - mean);
    }
    f->hit_spread_db = sqrt(sum / (n - 1));
    f->hit_p75_db = percentile(levels, n, 0.75) - f->active_lufs;
  }
  ton_free(levels);
  return TON_OK;
}
