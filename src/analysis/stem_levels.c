// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/stem_parts.h"
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
active_blocks(const Steps* s, double* powers)
{
  uint32_t n = 0;
  for (uint32_t i = 0; i + STEPS_BLOCK <= s->n; i += STEPS_TENTH) {
    double power = 0.0;
    uint32_t on = 0;
    for (uint32_t k = i; k < i + STEPS_BLOCK; ++k) {
      power += s->steps[k].on ? s->steps[k].weighted : 0.0;
      on += s->steps[k].on;
    }
    if (on >= STEPS_BLOCK / 2 && power > 0.0) {
      powers[n++] = power / on;
    }
  }
  return n;
}

/// Mean of what lies above `gate_lu` under the mean
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
short_mean(const Steps* s)
{
  double sum = 0.0;
  uint32_t n = 0;
  for (uint32_t i = 0; i < s->n; ++i) {
    sum += s->steps[i].on ? s->steps[i].weighted : 0.0;
    n += s->steps[i].on;
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
peak_at(const Steps* s, uint32_t i)
{
  const uint32_t next = i + 1 < s->n ? i + 1 : i;
  return fmaxf(s->steps[i].peak, s->steps[next].peak);
}

static void
crest_and_spikes(const Steps* s, double* room, TonSoundFeatures* f)
{
  uint32_t n = 0;
  for (uint32_t i = 0; i + 1 < s->n; ++i) {
    const double power = 0.5 * (s->steps[i].power + s->steps[i + 1].power);
    if (s->steps[i].on && power > 0.0) {
      room[n++] = ton_to_db((double)peak_at(s, i)) - ton_power_db(power);
    }
  }
  f->crest_db = percentile(room, n, 0.95);
  double most = 0.0;
  n = 0;
  for (uint32_t i = 0; i < s->n; ++i) {
    const double peak = (double)s->steps[i].peak;
    if (peak > most) {
      most = peak;
      f->spike_at_s = i * s->step_s;
    }
    if (s->steps[i].on && peak > 0.0) {
      room[n++] = ton_to_db(peak);
    }
  }
  f->spike_db = ton_to_db(most) - percentile(room, n, 0.999);
  f->peak_to_loud_db = ton_to_db(most) - f->active_lufs;
}

static void
noise_floor(const Steps* s, double* room, TonSoundFeatures* f)
{
  uint32_t n = 0;
  for (uint32_t i = 0; i + 1 < s->n; ++i) {
    if (!s->steps[i].on && !s->steps[i + 1].on) {
      const double power = 0.5 * (s->steps[i].power + s->steps[i + 1].power);
      room[n++] = fmax(ton_power_db(power), -300.0);
    }
  }
  const double floor_db = percentile(room, n, 0.10);
  f->noise_db = n && floor_db > -299.0 ? floor_db - f->active_lufs : -INFINITY;
  f->has_pauses = n * s->step_s >= 1.0;
}

void
steps_levels(const Steps* s, TonSoundFeatures* f)
{
  double* const room = ton_alloc((s->n + 1) * sizeof(double));
  if (!room) {
    return;
  }
  const uint32_t n = active_blocks(s, room);
  f->active_lufs = lufs(n ? gated_mean(room, n, -10.0) : short_mean(s));
  f->range_lu = n ? range_of(room, n) : NAN;
  crest_and_spikes(s, room, f);
  noise_floor(s, room, f);
  ton_free(room);
}

/**
   Hits: the weighted level rises by 6 dB within two steps, to within 30 dB of
   the loudest, not sooner than 75 ms after the last one.
*/
static bool
is_hit(const Steps* s, uint32_t i, double loudest_db)
{
  const double now = ton_power_db(s->steps[i].weighted);
  const double before =
      ton_power_db(fmin(s->steps[i - 1].weighted, s->steps[i - 2].weighted));
  return s->steps[i].on && now > loudest_db - 30.0 && now - before > 6.0;
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

void
steps_hits(const Steps* s, TonSoundFeatures* f)
{
  enum { APART = 3 };
  double* const levels = ton_alloc((s->n + 1) * sizeof(double));
  double most = 0.0;
  for (uint32_t i = 0; i < s->n; ++i) {
    most = fmax(most, s->steps[i].weighted);
  }
  uint32_t n = 0;
  for (uint32_t i = 2; levels && i < s->n; ++i) {
    if (is_hit(s, i, ton_power_db(most))) {
      const float peak = fmaxf(peak_at(s, i), s->steps[i - 1].peak);
      levels[n++] = ton_to_db((double)peak);
      i += APART - 1;
    }
  }
  n = levels ? own_hits(levels, n) : 0;
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
}
