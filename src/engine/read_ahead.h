// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_ENGINE_READ_AHEAD_H
#define TON_ENGINE_READ_AHEAD_H

#include "engine/change_ring.h"
#include "engine/plan.h"

/**
   @file
   Sources read ahead of the sound, into a ring per source that one thread
   fills and one empties.  Who reads decides where the song jumps: all sources
   jump at the same frame of the clock.
*/

/// One source.  Frame `clock` lies at clock % size.
typedef struct {
  SourceStream* stream; ///< Null: a bus
  float* planes[2];
  bool fresh; ///< Has to go where the song is when it is first read
} SourceRing;

/// Rings for the sources of a plan; null when memory is refused.  A strip whose
/// source was in the rings `old` already (`same`: which strip it was) shares
/// its ring.  Without `old` the sources stand where the clock begins.  [main]
SourceRing* source_rings_new(const Plan* plan, uint32_t size,
                             const SourceRing* old, uint32_t n_old,
                             const uint32_t* same);

/// Free `n` rings but for those that `keep` shares.  [main]
void source_rings_free(SourceRing* rings, uint32_t n, const SourceRing* keep,
                       uint32_t n_keep);

typedef struct {
  uint32_t size;          ///< Frames of a ring, a power of two
  _Atomic int64_t filled; ///< Clock frames that are in all rings
  _Atomic int64_t played; ///< Clock frames that are no longer needed
  ChangeRing requests;    ///< Seeks and loops, from whoever asks
  ChangeRing jumps;       ///< To whoever plays; put before `filled` grows
  // only for the thread that reads
  SourceRing* rings; ///< Of each strip
  const TonGraph* graph;
  SourceRing* next_rings; ///< Of another graph, from clock frame `join` on
  const TonGraph* next_graph;
  int64_t join;
  Timeline timeline; ///< The jump before the last, and the last
  SongJump last_jumps[2];
  uint32_t gap;      ///< Fewest frames between two jumps
  int64_t seek_to;   ///< Song frame, -1: nowhere
  int64_t loop_from; ///< Song frames
  int64_t loop_to;   ///< Not behind `loop_from`: no loop
} ReadAhead;

/// Rings of at least some frames for the sources of a plan, which stand at song
/// frame `start`.  On failure nothing is left.  [main]
TonStatus read_ahead_new(ReadAhead* ahead, const Plan* plan, uint32_t frames,
                         int64_t start);

/// Fewest frames between two jumps, so that few are remembered behind the
/// longest latency
uint32_t read_ahead_gap(const Plan* plan);

/// Go over to other rings after some frames; returns the clock frame.  The
/// thread that reads.
int64_t read_ahead_join(ReadAhead* ahead, SourceRing* rings,
                        const TonGraph* graph, uint32_t frames);

/// Frees the queues; the rings are freed by source_rings_free().  [main]
void read_ahead_free(ReadAhead* ahead);

/// Fill the rings.  Returns the strip of `graph` that cannot be read, or
/// UINT32_MAX.
/// One thread, which may block.
uint32_t read_ahead_fill(ReadAhead* ahead);

/// Copy frames of a ring from `clock` on, all of them filled.  [audio]
void source_ring_copy(const SourceRing* ring, uint32_t size, int64_t clock,
                      float* const* out, uint32_t frames);

#endif
