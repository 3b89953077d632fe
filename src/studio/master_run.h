// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_STUDIO_MASTER_RUN_H
#define TON_STUDIO_MASTER_RUN_H

#include "assistants/drive.h"
#include "studio/studio.h"

/**
   @file
   A master's chain run as often as its loudness needs:

     mix -> what stands before the limiter -> spool        once
     spool -> limiter and what stands behind -> meters, file    until it fits

   Each run writes the file; the one that fits is kept.
*/
typedef struct {
  const char* source;
  const char* out;
  const TonMaster* master;
  TonInsert* limiter; ///< In the master's chain, or null
  double goal_lufs;   ///< NaN: run once
  bool own_first;     ///< Try the gain that stands in the text before any other
  double most_reduction_db; ///< 95th percentile allowed; INFINITY: any
  uint32_t channels;        ///< Of the master: 1 or 2
  uint32_t rate;
  uint64_t frames;
} MasterTask;

typedef struct {
  TonMeasurement measured; ///< Of what was written
  TonDriveSearch search;
  double reduction_db; ///< P95 over 0.1 s of the limiter's meter; NaN: none
  double most_db;      ///< Highest reduction
  double most_at_s;    ///< Where
  double front_lufs;   ///< Before the limiter
  uint32_t runs;       ///< Limiter runs
} MasterOutcome;

/// Gain reduction (P95) the limiter will need for the loudness, without running
/// it; NaN when the task has no goal or no limiter.  [main]
TonStatus master_foresee(const MasterTask* task, double* reduction_db,
                         const TonJob* job, TonError* error);

/// Write the master; the limiter's gain is left at what was found.  [main]
TonStatus master_run(const MasterTask* task, MasterOutcome* outcome,
                     const TonJob* job, TonError* error);

#endif
