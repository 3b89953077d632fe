// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   A master's chain run as often as its loudness needs:

     mix -> chain before the limiter -> temporary audio      once
     temporary audio -> limiter and the rest -> meters, file   until it fits

   Each run writes the file; the one that fits is kept.
*/
#ifndef TON_SONG_MASTER_RUN_H
#define TON_SONG_MASTER_RUN_H

#include "assistants/gain_search.h"
#include "render/render.h"

typedef struct {
  const char* source;
  const char* out;
  const TonMaster* master;
  const TonInsert* extra; ///< Of an album, in front of the limiter, or null
  uint32_t n_extra;
  TonInsert* limiter; ///< In the master's chain, or null
  double goal_lufs;   ///< NaN: run once
  bool own_first;     ///< Try the gain that stands in the text before any other
  double max_reduction_db; ///< 95th percentile allowed; INFINITY: any
  bool levels;             ///< Measure what comes out before the limiter
  uint32_t channels;       ///< Of the master: 1 or 2
  uint32_t rate;
  uint64_t frames; ///< Of the mix
  uint64_t from;   ///< Where the master begins and ends in the mix
  uint64_t to;
} MasterTask;

typedef struct {
  TonMeasurement measured; ///< Of what was written
  TonGainSearch search;
  double reduction_p95_db; ///< Of the limiter's meter over 0.1 s; NaN: none
  double reduction_share;  ///< Share of these in which it is over 1 dB
  double largest_db;       ///< Largest reduction, and where
  double largest_at_s;
  uint32_t runs; ///< Limiter runs
} MasterOutcome;

/// What comes out before the limiter, kept for its runs
typedef struct MasterFront MasterFront;

/// Run what stands before the limiter.  Freed with master_front_free().  [main]
TonStatus master_front(const MasterTask* task, MasterFront** front,
                       const TonJob* job, TonError* error);

/// Curves of the loudness before the limiter, of a task with `levels`; owned by
/// `front`.  TON_NO_MEMORY at worst.
TonStatus master_front_levels(MasterFront* front, TonMeasurement* levels);

/// Null is allowed.
void master_front_free(MasterFront* front);

/// Gain reduction (P95) the limiter will need behind it for the loudness,
/// without running it; NaN when the task has no goal or no limiter.
double master_estimate(const MasterTask* task, const MasterFront* front);

/// Write the master; the limiter's gain is left at what was found.  `front` is
/// that of the task.  [main]
TonStatus master_run(const MasterTask* task, const MasterFront* front,
                     MasterOutcome* outcome, const TonJob* job,
                     TonError* error);

#endif
