// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Searching the gain into a limiter that gives a loudness: a state machine, the
   caller renders.
*/
#ifndef TON_ASSISTANTS_GAIN_SEARCH_H
#define TON_ASSISTANTS_GAIN_SEARCH_H

#include <stdbool.h>
#include <stdint.h>

typedef enum {
  TON_GAIN_SEARCH_SEARCHING,
  TON_GAIN_SEARCH_MET,         ///< Within the tolerance
  TON_GAIN_SEARCH_UNREACHABLE, ///< Loudness no longer follows the gain
  TON_GAIN_SEARCH_BOUND,   ///< Goal beyond the allowed gain or gain reduction
  TON_GAIN_SEARCH_RANGE,   ///< Goal beyond the range of the gain itself
  TON_GAIN_SEARCH_GAVE_UP, ///< Most runs used; best so far stands
} TonGainSearchState;

/**
   Search for the gain into a limiter that gives a loudness: a state machine,
   the caller renders.

     I(g) = loudness of the whole chain at gain g: never falls, slope 1 while
     the limiter sleeps, then less, then 0 where it is driven flat.

   Secant with its slope held to [0.1, 1.2]; once the goal is bracketed,
   Illinois; stops within 0.02 LU, at 12 runs, or where the slope over two
   steps is below 0.02 LU/dB (LIM-09).
*/
typedef struct {
  double goal_lufs;
  double tolerance_lu; ///< 0.02
  double low_db;       ///< Gain allowed
  double high_db;
  double max_reduction_db; ///< Of the limiter; beyond: TON_GAIN_SEARCH_BOUND
  uint32_t max_runs;
  TonGainSearchState state;
  uint32_t runs;
  double drive_db[16];
  double lufs[16];
  double best_db; ///< Gain nearest the goal so far
  double best_lufs;
  double next_db;
  double under_db; ///< Bracket: highest gain below the goal, NaN if none
  double under_error;
  double over_db; ///< Lowest gain above the goal, NaN if none
  double over_error;
  int32_t last_side; ///< -1 under, 1 over, 0 none: for Illinois
} TonGainSearch;

/// Begin: `first_db` is the first gain tried.  [any]
void ton_gain_search_start(TonGainSearch* search, double goal_lufs,
                           double first_db);

/// The gain to render with next; false when the search is over (then
/// `state`, `best_db` and `best_lufs` say how).  [any]
bool ton_gain_search_next(const TonGainSearch* search, double* gain_db);

/// Tell what the render at `gain_db` measured: integrated loudness, and the
/// 95th percentile of the limiter's gain reduction in dB (positive; NaN: not
/// known).  [any]
void ton_gain_search_tell(TonGainSearch* search, double gain_db, double lufs,
                          double reduction_db);

#endif
