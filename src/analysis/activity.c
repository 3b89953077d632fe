// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   When a sound is active: level frames above a threshold between its floor and
   its loudest moments, with short gaps closed.
*/
#include "analysis/features_internal.h"
#include "base/memory.h"
#include "dsp/decibel.h"

#include <math.h>
#include <stdlib.h>

/// Distance below the loudest moment that counts as digital silence, dB
#define SILENT_DB 90.0
/// Below the softest moments of music that hardly changes, dB
#define FAR_BELOW_DB 24.0

enum {
  SHORTEST_OFF = 12, ///< 300 ms
  PAD_BEFORE = 2,
  PAD_BEHIND = 6,
};

static int
by_value(const void* a, const void* b)
{
  const double x = *(const double*)a;
  const double y = *(const double*)b;
  return (x > y) - (x < y);
}

double
percentile(double* values, uint32_t n, double share)
{
  if (!n) {
    return NAN;
  }
  qsort(values, n, sizeof(double), by_value);
  const double at = share * (n - 1);
  const uint32_t i = (uint32_t)at;
  const uint32_t next = i + 1 < n ? i + 1 : i;
  return values[i] + (at - i) * (values[next] - values[i]);
}

/// Power over 50 ms
static double
envelope_at(const TonFeatures* s, uint32_t i)
{
  const uint32_t next = i + 1 < s->n_levels ? i + 1 : i;
  return 0.5 * (s->levels[i].power + s->levels[next].power);
}

/// Floor and ceiling of what is not digital silence, dB.  Silence in front of
/// the sound changes neither
typedef struct {
  double floor_db;
  double ceiling_db;
  double silence_db;
} LevelSpan;

static bool
measure_span(const TonFeatures* s, double* levels_db, LevelSpan* span)
{
  double max = 0.0;
  for (uint32_t i = 0; i < s->n_levels; ++i) {
    max = fmax(max, envelope_at(s, i));
  }
  if (!(max > 0.0)) {
    return false;
  }
  span->silence_db = ton_power_db(max) - SILENT_DB;
  uint32_t n = 0;
  for (uint32_t i = 0; i < s->n_levels; ++i) {
    const double db = ton_power_db(envelope_at(s, i));
    if (db > span->silence_db) {
      levels_db[n++] = db;
    }
  }
  span->floor_db = percentile(levels_db, n, 0.05);
  span->ceiling_db =
      fmax(percentile(levels_db, n, 0.95), ton_power_db(max) - 12.0);
  return true;
}

/// On above the threshold, off where the level falls well below it.  Music that
/// hardly changes pauses only far below its softest moments
static void
mark(TonFeatures* s, const LevelSpan* span)
{
  const double height = span->ceiling_db - span->floor_db;
  const double on_db =
      fmax(span->floor_db + 0.25 * height, span->ceiling_db - 40.0);
  const double off_db = fmax(on_db - 6.0, 0.5 * (span->floor_db + on_db));
  uint8_t on = 0;
  for (uint32_t i = 0; i < s->n_levels; ++i) {
    const double db = ton_power_db(envelope_at(s, i));
    if (height < 12.0) {
      on = db > fmax(span->silence_db, span->floor_db - FAR_BELOW_DB);
    } else {
      on = db > on_db || (on && db > off_db);
    }
    s->levels[i].on = on;
  }
}

/// Turn runs of `kind` shorter than `shortest` into the other kind
static void
drop_short(TonFeatures* s, uint8_t kind, uint32_t shortest)
{
  for (uint32_t i = 0; i < s->n_levels;) {
    uint32_t end = i;
    while (end < s->n_levels && s->levels[end].on == s->levels[i].on) {
      ++end;
    }
    const bool inside = i > 0 && end < s->n_levels;
    if (s->levels[i].on == kind && end - i < shortest && (inside || kind)) {
      for (uint32_t k = i; k < end; ++k) {
        s->levels[k].on = !kind;
      }
    }
    i = end;
  }
}

static void
pad(TonFeatures* s)
{
  enum { MARK = 2 };
  for (uint32_t i = 0; i < s->n_levels; ++i) {
    if (s->levels[i].on != 1) {
      continue;
    }
    const uint32_t from = i < PAD_BEFORE ? 0 : i - PAD_BEFORE;
    for (uint32_t k = from; k <= i + PAD_BEHIND && k < s->n_levels; ++k) {
      s->levels[k].on = s->levels[k].on ? s->levels[k].on : MARK;
    }
  }
  for (uint32_t i = 0; i < s->n_levels; ++i) {
    s->levels[i].on = s->levels[i].on != 0;
  }
}

static void
measure_time(const TonFeatures* s, TonFacts* f)
{
  uint32_t first = s->n_levels;
  uint32_t last = 0;
  uint32_t count = 0;
  for (uint32_t i = 0; i < s->n_levels; ++i) {
    if (s->levels[i].on) {
      first = first == s->n_levels ? i : first;
      last = i + 1;
      ++count;
    }
  }
  f->active_s = count * s->level_s;
  f->activity = last > first ? (double)count / (last - first) : 0.0;
}

TonStatus
find_activity(TonFeatures* s, TonFacts* facts)
{
  double* const levels_db = ton_alloc((s->n_levels + 1) * sizeof(double));
  LevelSpan span;
  if (!levels_db) {
    return TON_NO_MEMORY;
  }
  const bool sounds = measure_span(s, levels_db, &span);
  ton_free(levels_db);
  if (sounds) {
    mark(s, &span);
    drop_short(s, 0, SHORTEST_OFF);
    drop_short(s, 1, 2);
    pad(s);
    measure_time(s, facts);
  }
  return TON_OK;
}
