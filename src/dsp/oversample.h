// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_DSP_OVERSAMPLE_H
#define TON_DSP_OVERSAMPLE_H

#include "dsp/half_band.h"
#include "dsp/kernels/lanes.h"

#include <stddef.h>

/**
   @file
   A bank at a higher rate and back: at 352.8 or 384 kHz for curves whose
   harmonics would fold, at four times the rate for filters near its half.

      in --> x2 --> x2 --> x2 --> top | curve | back --> :2 --> :2 --> :2 --> out
             up[0]  up[1]  up[2]                 down[2] down[1] down[0]

   Of every filter the past lies in front of what is new:

      | past ........ | new ................... |
                      ^ up[s], down[s]

   The caller writes `frames` to up[0], calls ton_oversample_up(), reads
   factor x frames from `top`, writes as many, one of them late, to
   ton_oversample_back(), calls ton_oversample_down() and reads `out`.
*/

enum { TON_OVERSAMPLE = 16 }; ///< Most frames at a time

typedef struct {
  TonHalfBands bands;
  TonV* up[TON_HALF_BAND_STAGES];
  TonV* down[TON_HALF_BAND_STAGES];
  TonV* top;
  TonV* out;
} TonOversample;

static inline uint32_t
ton_oversample_past_up(const TonHalfBands* h, uint32_t s)
{
  return 2 * h->side[s] - 1;
}

static inline uint32_t
ton_oversample_past_down(const TonHalfBands* h, uint32_t s)
{
  const uint32_t wait = s + 1 == h->stages ? h->wait : 0;
  return 2 * (2 * h->side[s] - 1) + wait;
}

/// Vectors of memory for these filters.  [any]
static inline size_t
ton_oversample_vectors_of(const TonHalfBands* h)
{
  size_t n = (size_t)(h->factor + 1) * TON_OVERSAMPLE;
  for (uint32_t s = 0; s < h->stages; ++s) {
    n += ton_oversample_past_up(h, s) + (TON_OVERSAMPLE << s);
    n += ton_oversample_past_down(h, s) + (TON_OVERSAMPLE << (s + 1));
  }
  return n;
}

/// Vectors of memory at a rate.  [any]
static inline size_t
ton_oversample_vectors(double rate)
{
  const TonHalfBands h = ton_half_bands_plan(rate);
  return ton_oversample_vectors_of(&h);
}

/// Lay out in zeroed `memory` of ton_oversample_vectors_of() vectors.  [main]
static inline void
ton_oversample_with(TonOversample* o, const TonHalfBands* bands, TonV* memory)
{
  o->bands = *bands;
  const TonHalfBands* const h = &o->bands;
  for (uint32_t s = 0; s < h->stages; ++s) {
    o->up[s] = memory + ton_oversample_past_up(h, s);
    memory = o->up[s] + (TON_OVERSAMPLE << s);
    o->down[s] = memory + ton_oversample_past_down(h, s);
    memory = o->down[s] + (TON_OVERSAMPLE << (s + 1));
  }
  o->top = memory;
  o->out = o->top + (size_t)h->factor * TON_OVERSAMPLE;
}

/// To 352.8 or 384 kHz, in zeroed `memory` of ton_oversample_vectors() vectors.
/// [main]
static inline void
ton_oversample_prepare(TonOversample* o, double rate, TonV* memory)
{
  const TonHalfBands bands = ton_half_bands(rate);
  ton_oversample_with(o, &bands, memory);
}

/// Forget the sound.  [audio]
static inline void
ton_oversample_reset(TonOversample* o)
{
  const TonHalfBands* const h = &o->bands;
  for (uint32_t s = 0; s < h->stages; ++s) {
    const uint32_t up = ton_oversample_past_up(h, s);
    const uint32_t down = ton_oversample_past_down(h, s);
    memset(o->up[s] - up, 0, up * sizeof(TonV));
    memset(o->down[s] - down, 0, down * sizeof(TonV));
  }
}

/// The last `past` of past and n new vectors become the past
static inline void
ton_oversample_pass(TonV* x, uint32_t past, uint32_t n)
{
  memmove(x - past, x - past + n, past * sizeof(TonV));
}

/// Sum of `rows` outputs side by side: tap[k] (x[-k stride] + x[-(2 side - 1 -
/// k) stride]), outputs `stride` apart
static inline __attribute__((always_inline)) void
ton_half_band_sum(const float* tap, uint32_t side, const TonV* x,
                  const size_t stride, TonV* y, const int rows)
{
  TonV sum[8] = {{0}};
  const TonV* near = x;
  const TonV* far = x - (size_t)(2 * side - 1) * stride;
  for (uint32_t k = 0; k < side; ++k, near -= stride, far += stride) {
    const TonV c = ton_v(tap[k]);
#pragma GCC unroll 8
    for (int i = 0; i < rows; ++i) {
      sum[i] += c * (near[(size_t)i * stride] + far[(size_t)i * stride]);
    }
  }
#pragma GCC unroll 8
  for (int i = 0; i < rows; ++i) {
    y[i] = sum[i];
  }
}

/// n frames of x become 2n of y, 2 side - 1 of them late
static inline void
ton_half_band_up(const float* tap, uint32_t side, const TonV* x, TonV* y,
                 uint32_t n)
{
  TonV sum[4];
  uint32_t i = 0;
  for (; i + 4 <= n; i += 4, x += 4) {
    ton_half_band_sum(tap, side, x, 1, sum, 4);
    for (int k = 0; k < 4; ++k) {
      *y++ = sum[k];
      *y++ = x[k + 1 - (int)side];
    }
  }
  for (; i < n; ++i, ++x) {
    ton_half_band_sum(tap, side, x, 1, y++, 1);
    *y++ = x[1 - (int)side];
  }
}

/// 2n frames of x become n of y, 2 side - 1 of x late
static inline void
ton_half_band_down(const float* tap, uint32_t side, const TonV* x, TonV* y,
                   uint32_t n)
{
  const TonV* middle = x - (2 * side - 1);
  uint32_t i = 0;
  for (; i + 4 <= n; i += 4, x += 8, y += 4) {
    ton_half_band_sum(tap, side, x, 2, y, 4);
  }
  for (; i < n; ++i, x += 2, ++y) {
    ton_half_band_sum(tap, side, x, 2, y, 1);
  }
  y -= n;
  for (i = 0; i < n; ++i, middle += 2) {
    y[i] = 0.5F * (*middle + y[i]);
  }
}

/// [audio]
static inline void
ton_oversample_up(TonOversample* o, uint32_t frames)
{
  const TonHalfBands* const h = &o->bands;
  for (uint32_t s = 0; s < h->stages; ++s) {
    TonV* const to = s + 1 < h->stages ? o->up[s + 1] : o->top;
    const uint32_t n = frames << s;
    ton_half_band_up(h->tap[s], h->side[s], o->up[s], to, n);
    ton_oversample_pass(o->up[s], ton_oversample_past_up(h, s), n);
  }
}

/// Where the curve writes.  [audio]
static inline TonV*
ton_oversample_back(TonOversample* o)
{
  return o->down[o->bands.stages - 1];
}

/// [audio]
static inline void
ton_oversample_down(TonOversample* o, uint32_t frames)
{
  const TonHalfBands* const h = &o->bands;
  for (uint32_t s = h->stages; s--;) {
    const uint32_t wait = s + 1 == h->stages ? h->wait : 0;
    TonV* const to = s ? o->down[s - 1] : o->out;
    const uint32_t n = frames << s;
    ton_half_band_down(h->tap[s], h->side[s], o->down[s] - wait, to, n);
    ton_oversample_pass(o->down[s], ton_oversample_past_down(h, s), 2 * n);
  }
}

#endif
