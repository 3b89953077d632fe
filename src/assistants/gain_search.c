// SPDX-License-Identifier: GPL-3.0-or-later
#include "assistants/gain_search.h"

#include <math.h>

enum { MOST_RUNS = 12 };

/// Longest step without a bracket, so that a flat curve is seen in small steps
#define LONGEST_STEP_DB 8.0
/// Slope below which more gain is only distortion, LU/dB
#define FLAT_SLOPE 0.02
/// Loudness given up for the lower gain when the goal cannot be had
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
                            .most_reduction_db = 12.0,
                            .most_runs = MOST_RUNS,
                            .best_db = NAN,
                            .best_lufs = NAN,
                            .under_db = NAN,
                            .over_db = NAN};
  search->next_db = held(first_db, search->low_db, search->high_db);
}

bool
ton_gain_search_next(const TonGainSearch* search, double* drive_db)
{
  *drive_db = search->next_db;
  return search->state == TON_GAIN_SEARCH_SEARCHING;
}

static double
slope_between(const TonGainSearch* s, uint32_t a, uint32_t b)
{
  return (s->lufs[b] - s->lufs[a]) / (s->drive_db[b] - s->drive_db[a]);
}

/// Two steps of more gain that brought nothing
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

/// The goal is out of reach: the least gain that is nearly as loud
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

/// Keep the bracket; Illinois: a side that stays twice counts half
static void
bracket(TonGainSearch* s, double drive_db, double miss)
{
  if (miss < 0.0) {
    s->under_db = drive_db;
    s->under_miss = miss;
    s->over_miss *= s->last_side < 0 ? 0.5 : 1.0;
    s->last_side = -1;
  } else {
    s->over_db = drive_db;
    s->over_miss = miss;
    s->under_miss *= s->last_side > 0 ? 0.5 : 1.0;
    s->last_side = 1;
  }
}

/// Where the line between the bracket's ends crosses the goal, off the ends
static double
inside_bracket(const TonGainSearch* s)
{
  const double width = s->over_db - s->under_db;
  const double at = s->under_miss / (s->under_miss - s->over_miss);
  return s->under_db + width * held(at, 0.02, 0.98);
}

static double
secant(const TonGainSearch* s, double drive_db, double miss)
{
  const uint32_t n = s->runs;
  const double slope = n >= 2 && s->drive_db[n - 1] != s->drive_db[n - 2]
                           ? held(slope_between(s, n - 2, n - 1), 0.1, 1.2)
                           : 1.0;
  const double step = held(-miss / slope, -LONGEST_STEP_DB, LONGEST_STEP_DB);
  return held(drive_db + step, s->low_db, s->high_db);
}

static TonGainSearchState
judge(const TonGainSearch* s, double drive_db, double miss, double reduction_db)
{
  if (fabs(miss) <= s->tolerance_lu) {
    return TON_GAIN_SEARCH_MET;
  }
  if (is_flat(s)) {
    return TON_GAIN_SEARCH_UNREACHABLE;
  }
  if (miss < 0.0 ? drive_db >= HIGHEST_DB : drive_db <= LOWEST_DB) {
    return TON_GAIN_SEARCH_RANGE;
  }
  if ((miss < 0.0 &&
       (drive_db >= s->high_db || reduction_db > s->most_reduction_db)) ||
      (miss > 0.0 && drive_db <= s->low_db)) {
    return TON_GAIN_SEARCH_BOUND;
  }
  const bool closed = s->over_db - s->under_db < 1e-4;
  return s->runs >= s->most_runs || closed ? TON_GAIN_SEARCH_GAVE_UP
                                           : TON_GAIN_SEARCH_SEARCHING;
}

void
ton_gain_search_tell(TonGainSearch* search, double drive_db, double lufs,
                     double reduction_db)
{
  TonGainSearch* const s = search;
  if (!(lufs > -INFINITY) || s->runs >= MOST_RUNS) {
    s->state = TON_GAIN_SEARCH_GAVE_UP;
    return;
  }
  s->drive_db[s->runs] = drive_db;
  s->lufs[s->runs++] = lufs;
  const double miss = lufs - s->goal_lufs;
  if (!(fabs(miss) >= fabs(s->best_lufs - s->goal_lufs))) {
    s->best_db = drive_db;
    s->best_lufs = lufs;
  }
  bracket(s, drive_db, miss);
  s->state = judge(s, drive_db, miss, reduction_db);
  if (s->state == TON_GAIN_SEARCH_UNREACHABLE) {
    spare_gain(s);
  }
  const bool both = !isnan(s->under_db) && !isnan(s->over_db);
  s->next_db = both ? inside_bracket(s) : secant(s, drive_db, miss);
}
