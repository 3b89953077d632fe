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
  SourceStream* stream;
  float* planes[2];
} SourceRing;

typedef struct {
  SourceRing* rings; ///< Of each strip; no stream: a bus
  uint32_t n;
  uint32_t size;          ///< Frames of a ring, a power of two
  _Atomic int64_t filled; ///< Clock frames that are in all rings
  _Atomic int64_t played; ///< Clock frames that are no longer needed
  ChangeRing wishes;      ///< Seeks and loops, from whoever asks
  ChangeRing jumps;       ///< To whoever plays; put before `filled` grows
  // only for the thread that reads
  Timeline timeline; ///< The jump before the last, and the last
  SongJump last_jumps[2];
  uint32_t gap;      ///< Fewest frames between two jumps
  int64_t seek_to;   ///< Song frame, -1: nowhere
  int64_t loop_from; ///< Song frames
  int64_t loop_to;   ///< Not behind `loop_from`: no loop
} ReadAhead;

/// Rings of some frames for the sources of a plan, which stand at song frame
/// `start`.  On failure nothing is left.  [main]
TonStatus read_ahead_new(ReadAhead* ahead, const Plan* plan, uint32_t frames,
                         int64_t start);

void read_ahead_free(ReadAhead* ahead);

/// Fill the rings.  Returns the strip that cannot be read, or UINT32_MAX.
/// One thread, which may block.
uint32_t read_ahead_fill(ReadAhead* ahead);

/// Copy frames of a source from `clock` on, all of them filled.  [audio]
void read_ahead_copy(const ReadAhead* ahead, uint32_t strip, int64_t clock,
                     float* const* out, uint32_t frames);

#endif
