// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_PROCESSORS_SPACE_REVERB_EARLY_H
#define TON_PROCESSORS_SPACE_REVERB_EARLY_H

#include "processors/space/reverb_ring.h"

/**
   @file
   What is heard of the reverb before its lines answer.
*/

#define REVERB_DIFFUSION 0.6F

// Chunks are worked on whole: what is behind their n frames is never kept.

/// Reflections of the n frames written to `past` last, heard on one side
static inline void
reverb_reflect(const ReverbEarly* e, const float* memory, int side, float* out)
{
  TonV sum[VECTORS] = {{0}};
  for (int from = 0; from < 2; ++from) {
#pragma GCC unroll 8
    for (int k = 0; k < TAPS; ++k) {
      const ReverbTap* const tap = &e->taps[side][from][k];
      const float* const x =
          reverb_ring_back(memory, &e->past[from], tap->delay);
      const TonV gain = ton_v(tap->gain);
#pragma GCC unroll 8
      for (int i = 0; i < VECTORS; ++i) {
        sum[i] = sum[i] + gain * ton_v_load_any(x + i * TON_LANES);
      }
    }
  }
#pragma GCC unroll 8
  for (int i = 0; i < VECTORS; ++i) {
    ton_v_store(out + i * TON_LANES, sum[i]);
  }
}

/// All-passes in series (Schroeder 1962): y = late + g in, in = x - g late
static inline void
reverb_diffuse(const ReverbEarly* e, float* memory, int side, float* out,
               uint32_t n)
{
  TonV y[VECTORS];
  const float* const x = reverb_ring_back(memory, &e->past[side], e->predelay);
#pragma GCC unroll 8
  for (int i = 0; i < VECTORS; ++i) {
    y[i] = ton_v_load_any(x + i * TON_LANES);
  }
  for (int k = 0; k < DIFFUSERS; ++k) {
    const ReverbRing* const ring = &e->ring[side][k];
    const float* const late =
        reverb_ring_back(memory, ring, e->length[side][k]);
    TonV in[VECTORS];
#pragma GCC unroll 8
    for (int i = 0; i < VECTORS; ++i) {
      const TonV was = ton_v_load_any(late + i * TON_LANES);
      in[i] = y[i] - REVERB_DIFFUSION * was;
      y[i] = was + REVERB_DIFFUSION * in[i];
    }
    reverb_ring_put(memory, ring, in, n);
  }
#pragma GCC unroll 8
  for (int i = 0; i < VECTORS; ++i) {
    ton_v_store(out + i * TON_LANES, y[i]);
  }
}

#endif
