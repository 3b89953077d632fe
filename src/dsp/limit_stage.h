// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_DSP_LIMIT_STAGE_H
#define TON_DSP_LIMIT_STAGE_H

#include "dsp/kernels/peak_scan.h"
#include "dsp/limit_release.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
   @file
   One look-ahead limiting stage for a pair, 16 frames at a time.

     x -+-> peaks between samples -> C/p -> minimum of L -> release -> three
        |                                                   boxes = g
        +-> delay ------------------------------------------------ x --> y

   Every value that enters the boxes is at most the target of the frame that
   leaves, and an average of such values is so too: the detected peaks keep the
   ceiling (Haemaelaeinen, DAFx-02).  Boxes add whole numbers: no drift.
   Sixteen frames that can hold nothing above the ceiling (TonPeakTable has the
   bound) are not interpolated.
*/

enum {
  TON_LIMIT_STEP = TON_SCAN_GROUP,
  TON_LIMIT_GROUPS = 7, ///< Looked at: the middle one, two before, two after
  TON_LIMIT_PAST = 2 + TON_LIMIT_GROUPS * TON_LIMIT_STEP,
};

/// From the targets of one side, or of both together, to a gain
typedef struct {
  // sliding minimum: a queue of rising values
  double* queue_value;
  uint64_t* queue_frame;
  uint32_t queue_head;
  uint32_t queue_tail;
  TonReduction reduction;
  // boxes
  int64_t sum[3];
  int64_t* box_ring[3];
  uint32_t box_at[3];
  uint32_t calm; ///< Frames since the reduction ended, up to `reach`
} TonLimitGain;

typedef struct {
  const TonPeakScan* scan;
  TonPeakTable table;
  float past[2][TON_LIMIT_PAST]; ///< The last 16 are the newest
  float level[2][TON_LIMIT_GROUPS];
  float bend[2][TON_LIMIT_GROUPS];
  float eighth[2];         ///< |y| an eighth before the group looked at
  bool eighth_known;       ///< It was worked out with the group before
  float between_before[2]; ///< Highest between the frame before and this one
  double ceiling;
  double link;    ///< 1: both sides are turned down alike; 0: each for itself
  bool apart;     ///< Since the link was first less than 1 there are two gains
  uint32_t look;  ///< L, frames
  uint32_t reach; ///< After so many frames of no reduction all is at rest
  uint64_t frame;
  uint32_t queue_mask;
  uint32_t box[3];
  int64_t one;             ///< A gain of 1 as the boxes count
  double full;             ///< What boxes full of ones add up to
  TonLimitRelease release; ///< May change between two steps
  TonLimitGain gain[2];
  float* late[2]; ///< Delay rings
  uint32_t late_mask;
  double deepest; ///< Most reduction since last asked, 0 to 1
} TonLimitStage;

/// Bytes of rings for a look-ahead of `look` frames
size_t ton_limit_bytes(uint32_t look);

/// Lay the rings into `memory` (zeroed, 64-byte aligned).  [main]
void ton_limit_prepare(TonLimitStage* s, uint32_t look, void* memory);

/// Forget the sound.  [audio]
void ton_limit_reset(TonLimitStage* s);

/// Delay in frames
static inline uint32_t
ton_limit_latency(uint32_t look)
{
  return look + TON_PEAK_SIDE;
}

/// Share of the reduction that both sides have in common, 0 to 1.  [audio]
void ton_limit_link(TonLimitStage* s, double link);

/// 16 frames of both channels, in place.  [audio]
void ton_limit_step(TonLimitStage* s, float* left, float* right);

#endif
