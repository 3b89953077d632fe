// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_PROCESSORS_DYNAMICS_REDUCTION_H
#define TON_PROCESSORS_DYNAMICS_REDUCTION_H

/**
   @file
   What dynamics processors share: a block in pieces in which no value arrives
   at its goal, and the meter of their gain reduction.
*/

#include "dsp/detector.h"
#include "dsp/ramp.h"

#include <tonmeister/processor.h>

static const TonMeterInfo reduction_meters[] = {
    {"gain-reduction", "Gain reduction", TON_DB, 0.0F},
};

/// What the detector hears from a frame on: the side-chain, or the sound itself.
/// [audio]
static inline const float*
reduction_sidechain(const TonBlock* block, uint32_t from)
{
  return (block->sidechain ? block->sidechain : block->x) +
         (size_t)from * TON_LANES;
}

/// Write the largest reduction of a block, where there is a meter.  [audio]
static inline void
reduction_meter(const TonBlock* block, TonV largest)
{
  if (block->meters) {
    ton_v_store(block->meters, ton_reduction_db(largest));
  }
}

/// Frames of a piece at most
enum { REDUCTION_PIECE = 64 };

/// Frames `from` to `from` + n of a block.  Returns the larger of `largest` and
/// their gain reductions, in octaves of amplitude (6.02 dB)
typedef TonV (*ReductionPiece)(void* state, const TonBlock* block,
                               uint32_t from, uint32_t n, TonV largest);

/// Run a block and write the meter, where there is one: the largest reduction in
/// dB.  `run` is inlined.  [audio]
static inline __attribute__((always_inline)) void
reduction_block(void* state, const TonBlock* block, TonRamp* ramp, TonRamped* c,
                uint32_t n_c, ReductionPiece run)
{
  TonV largest = ton_v(0.0F);
  for (uint32_t at = 0; at < block->frames;) {
    const uint32_t left = block->frames - at;
    const uint32_t n =
        ton_ramp_span(ramp, left < REDUCTION_PIECE ? left : REDUCTION_PIECE);
    largest = run(state, block, at, n, largest);
    ton_ramp_advance(ramp, c, n_c, n);
    at += n;
  }
  reduction_meter(block, largest);
}

#endif
