// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Searching the gain into a limiter that gives a loudness.
*/
#include "assistants/gain_search.h"

#include <math.h>

enum { MAX_RUNS = 12 };

/// Longest step before the goal is bracketed, dB
#define LONGEST_STEP_DB 8.0
/// Slope below which more gain is only distortion, LU/dB
#define FLAT_SLOPE 0.02
/// Loudness given up for less gain when the goal is out of reach, LU
#define SPARED_LU 0.1
/// Range of the gain
#define LOWEST_DB  -24.0
#define HIGHEST_DB 30.0

static double
held(double x, double low, double high)
{
  return fmin(fmax(x, low), high);
}

void
ton_gain_search_start(TonGainSearch* search, double goal_lufs, double first_db)
{
  *search = (TonGainSearch){.goal_lufs = goal_lufs,
                            .tolerance_lu = 0.02,
                            .low_db = LOWEST_DB,
                            .high_db = HIGHEST_DB,
                            .max_reduction_db = 12.0,
                            .max_runs = MAX_RUNS,
                            .best_db = NAN,
                            .best_lufs = NAN,
                            .under_db = NAN,
                            .over_db = NAN};
  search->next_db = held(first_db, search->low_db, search->high_db);
}

bool
ton_gain_search_next(const TonGainSearch* search, double* gain_db)
{
  *gain_db = search->next_db;
  return search->state == TON_GAIN_SEARCH_SEARCHING;
}

static double
slope_between(const TonGainSearch* s, uint32_t a, uint32_t b)
{
  return (s->lufs[b] - s->lufs[a]) / (s->drive_db[b] - s->drive_db[a]);
}

/// Whether two steps of more gain brought no loudness
static bool
is_flat(const TonGainSearch* s)
{
  const uint32_t n = s->runs;
  return n >= 3 && s->lufs[n - 1] < s->goal_lufs &&
         s->drive_db[n - 1] > s->drive_db[n - 2] &&
         s->drive_db[n - 2] > s->drive_db[n - 3] &&
         slope_between(s, n - 2, n - 1) < FLAT_SLOPE &&
         slope_between(s, n - 3, n - 2) < FLAT_SLOPE;
}

/// Out of reach: take the lowest gain that is nearly as loud as the loudest
static void
spare_gain(TonGainSearch* s)
{
  double loudest = -INFINITY;
  for (uint32_t i = 0; i < s->runs; ++i) {
    loudest = fmax(loudest, s->lufs[i]);
  }
  s->best_db = INFINITY;
  for (uint32_t i = 0; i < s->runs; ++i) {
    if (s->lufs[i] >= loudest - SPARED_LU && s->drive_db[i] < s->best_db) {
      s->best_db = s->drive_db[i];
      s->best_lufs = s->lufs[i];
    }
  }
}

/// Narrow the bracket by the Illinois method: the error of an end that stays
/// twice counts half
static void
bracket(TonGainSearch* s, double gain_db, double error)
{
  if (error < 0.0) {
    s->under_db = gain_db;
    s->under_error = error;
    s->over_error *= s->last_side < 0 ? 0.5 : 1.0;
    s->last_side = -1;
  } else {
    s->over_db = gain_db;
    s->over_error = error;
    s->under_error *= s->last_side > 0 ? 0.5 : 1.0;
    s->last_side = 1;
  }
}

/// Where the line between the bracket's ends crosses the goal, held off the ends
static double
inside_bracket(const TonGainSearch* s)
{
  const double width = s->over_db - s->under_db;
  const double at = s->under_error / (s->under_error - s->over_error);
  return s->under_db + width * held(at, 0.02, 0.98);
}

static double
secant(const TonGainSearch* s, double gain_db, double error)
{
  const uint32_t n = s->runs;
  const double slope = n >= 2 && s->drive_db[n - 1] != s->drive_db[n - 2]
                           ? held(slope_between(s, n - 2, n - 1), 0.1, 1.2)
                           : 1.0;
  const double step = held(-error / slope, -LONGEST_STEP_DB, LONGEST_STEP_DB);
  return held(gain_db + step, s->low_db, s->high_db);
}

static TonGainSearchState
judge(const TonGainSearch* s, double gain_db, double error, double reduction_db)
{
  if (fabs(error) <= s->tolerance_lu) {
    return TON_GAIN_SEARCH_MET;
  }
  if (is_flat(s)) {
    return TON_GAIN_SEARCH_UNREACHABLE;
  }
  if (error < 0.0 ? gain_db >= HIGHEST_DB : gain_db <= LOWEST_DB) {
    return TON_GAIN_SEARCH_RANGE;
  }
  if ((error < 0.0 &&
       (gain_db >= s->high_db || reduction_db > s->max_reduction_db)) ||
      (error > 0.0 && gain_db <= s->low_db)) {
    return TON_GAIN_SEARCH_BOUND;
  }
  const bool closed = s->over_db - s->under_db < 1e-4;
  return s->runs >= s->max_runs || closed ? TON_GAIN_SEARCH_GAVE_UP
                                          : TON_GAIN_SEARCH_SEARCHING;
}

void
ton_gain_search_tell(TonGainSearch* search, double gain_db, double lufs,
                     double reduction_db)
{
  TonGainSearch* const s = search;
  if (!(lufs > -INFINITY) || s->runs >= MAX_RUNS) {
    s->state = TON_GAIN_SEARCH_GAVE_UP;
    return;
  }
  s->drive_db[s->runs] = gain_db;
  s->lufs[s->runs++] = lufs;
  const double error = lufs - s->goal_lufs;
  if (!(fabs(error) >= fabs(s->best_lufs - s->goal_lufs))) {
    s->best_db = gain_db;
    s->best_lufs = lufs;
  }
  bracket(s, gain_db, error);
  s->state = judge(s, gain_db, error, reduction_db);
  if (s->state == TON_GAIN_SEARCH_UNREACHABLE) {
    spare_gain(s);
  }
  const bool both = !isnan(s->under_db) && !isnan(s->over_db);
  s->next_db = both ? inside_bracket(s) : secant(s, gain_db, error);
}
