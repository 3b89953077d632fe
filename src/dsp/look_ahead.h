// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_DSP_LOOK_AHEAD_H
#define TON_DSP_LOOK_AHEAD_H

/**
   @file
   The sound waits while its gain is worked out: a ring of lanes, each lane
   with a delay of its own.  While no lane waits the ring is not touched.
*/

#include "dsp/kernels/lanes.h"

#include <math.h>
#include <stddef.h>

typedef struct {
  uint32_t delay[TON_LANES]; ///< Frames
  uint32_t longest;          ///< Of all lanes
  uint32_t shortest;
  uint32_t mask; ///< Frames of the ring - 1; a power of two
  uint32_t at;   ///< Where the next frame is written
} TonLookAhead;

/// Delay in frames of a time
static inline uint32_t
ton_look_ahead_frames(double ms, double rate)
{
  return (uint32_t)lrint(ms * rate / 1000.0);
}

/// Frames of a ring for delays up to `longest_ms`
static inline uint32_t
ton_look_ahead_ring(double longest_ms, double rate)
{
  uint32_t n = 1;
  while (n <= ton_look_ahead_frames(longest_ms, rate)) {
    n *= 2;
  }
  return n;
}

/// Delay one lane.  [audio]
static inline void
ton_look_ahead_set(TonLookAhead* a, uint32_t lane, uint32_t frames)
{
  a->delay[lane] = frames;
  a->longest = 0;
  a->shortest = UINT32_MAX;
  for (int i = 0; i < TON_LANES; ++i) {
    a->longest = a->delay[i] > a->longest ? a->delay[i] : a->longest;
    a->shortest = a->delay[i] < a->shortest ? a->delay[i] : a->shortest;
  }
}

/// Forget what waits
static inline void
ton_look_ahead_clear(TonLookAhead* a, TonV* ring)
{
  memset(ring, 0, ((size_t)a->mask + 1) * sizeof(TonV));
  a->at = 0;
}

/// Write n frames of x, read them late.  `ring` has mask + 1 frames.  [audio]
static inline void
ton_look_ahead_run(TonLookAhead* a, TonV* ring, const float* x, TonV* late,
                   uint32_t n)
{
  const float* const lanes = (const float*)ring;
  for (uint32_t k = 0; k < n; ++k, ++a->at) {
    ring[a->at & a->mask] = ton_v_load(x + (size_t)k * TON_LANES);
    late[k] = ring[(a->at - a->longest) & a->mask];
    for (int i = 0; a->shortest != a->longest && i < TON_LANES; ++i) {
      const uint32_t from = (a->at - a->delay[i]) & a->mask;
      late[k][i] = lanes[(size_t)from * TON_LANES + (size_t)i];
    }
  }
}

#endif
