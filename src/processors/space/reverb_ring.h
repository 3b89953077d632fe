// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_PROCESSORS_SPACE_REVERB_RING_H
#define TON_PROCESSORS_SPACE_REVERB_RING_H

/**
   @file
   Delay lines of the reverb, read and written in vectors.
*/

#include "dsp/kernels/transpose.h"
#include "processors/space/reverb.h"

/// What was written `delay` frames before the frame to be written next
static inline const float*
reverb_ring_back(const float* memory, const ReverbRing* ring, uint32_t delay)
{
  const uint32_t wrap = ring->at < delay ? ring->size : 0;
  return memory + ring->start + (ring->at + wrap - delay);
}

/// The first n floats of a vector
static inline TonV
reverb_read(const float* from, uint32_t n)
{
  if (n >= TON_LANES) {
    return ton_v_load_any(from);
  }
  TonV v = {0};
  memcpy(&v, from, n * sizeof(float));
  return v;
}

static inline void
reverb_write(float* to, TonV v, uint32_t n)
{
  if (n >= TON_LANES) {
    ton_v_store_any(to, v);
  } else {
    memcpy(to, &v, n * sizeof(float));
  }
}

enum { VECTORS = CHUNK / TON_LANES };

/// The first n frames of a chunk become the next ones; those that begin the
/// ring go behind its end as well
static inline __attribute__((always_inline)) void
reverb_ring_put(float* memory, const ReverbRing* ring, const TonV v[VECTORS],
                uint32_t n)
{
  float* const to = memory + ring->start + ring->at;
  const uint32_t mirror = ring->at < MIRROR ? ring->size : 0;
  if (n < CHUNK) {
    memcpy(to, v, n * sizeof(float));
    memcpy(to + mirror, v, n * sizeof(float));
    return;
  }
#pragma GCC unroll 8
  for (int i = 0; i < VECTORS; ++i) {
    ton_v_store_any(to + i * TON_LANES, v[i]);
  }
  if (mirror) {
    memcpy(to + mirror, v, CHUNK * sizeof(float));
  }
}

/// After n frames were written at the place of the next ones
static inline void
reverb_ring_mirror(float* memory, const ReverbRing* ring, uint32_t n)
{
  if (ring->at < MIRROR) {
    float* const from = memory + ring->start + ring->at;
    memcpy(from + ring->size, from, n * sizeof(float));
  }
}

static inline void
reverb_ring_advance(ReverbRing* rings, uint32_t n_rings, uint32_t n)
{
  for (uint32_t k = 0; k < n_rings; ++k) {
    const uint32_t at = rings[k].at + n;
    rings[k].at = at == rings[k].size ? 0 : at;
  }
}

#endif
