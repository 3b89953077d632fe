// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_ENGINE_LIVE_H
#define TON_ENGINE_LIVE_H

#include "engine/read_ahead.h"
#include "engine/run.h"
#include "engine/swap.h"

/**
   @file
   Playing: blocks when asked, and changes meanwhile.

   Three threads at most: one plays [audio], one reads ahead, one changes
   things and asks how it is going.  Between them lie queues and atomics.
*/

enum { MAX_JUMPS = 64 };

struct Live {
  ReadAhead ahead;
  ChangeRing changes;       ///< Asked for
  ChangeRing applied;       ///< For whoever keeps a record
  _Atomic uint32_t lost;    ///< Applied, but the record was full
  _Atomic int64_t position; ///< Song frame of the next frame given out
  _Atomic(Swap*) to_reader; ///< Another graph: handed to the reader,
  _Atomic(Swap*) to_player; ///< to who plays,
  _Atomic(Swap*) done;      ///< and back
  // only for the thread that asks
  Swap* pending;     ///< Handed over, not yet back
  SourceRing* rings; ///< Of the newest graph
  uint32_t n_rings;
  // only for the thread that plays
  Swap* swap; ///< Takes over at its frame
  Plan* plan;
  const SourceRing* playing; ///< Its rings
  Workspace workspace;
  int64_t clock;
  Timeline timeline;
  SongJump jumps[MAX_JUMPS];
};

/// Start at a song frame, and run the first `skip` frames.  [main]
TonStatus live_new(Plan* plan, uint32_t ahead, int64_t start, uint64_t skip,
                   struct Live** live, TonError* error);

/// Null is allowed.  [main]
void live_free(struct Live* live);

#endif
