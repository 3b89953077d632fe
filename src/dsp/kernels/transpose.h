// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_DSP_KERNELS_TRANSPOSE_H
#define TON_DSP_KERNELS_TRANSPOSE_H

/**
   @file
   From one channel after the other to all channels frame by frame, and back.
*/

#include "dsp/kernels/lanes.h"

typedef float TonVAny __attribute__((vector_size(4 * TON_LANES), aligned(4)));

/// Without alignment
static inline TonV
ton_v_load_any(const float* x)
{
  return *(const TonVAny*)x;
}

static inline void
ton_v_store_any(float* x, TonV v)
{
  *(TonVAny*)x = v;
}

static inline TonV
ton_v_zip_low(TonV a, TonV b)
{
#if TON_LANES == 16
  return __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21,
                                 6, 22, 7, 23);
#elif TON_LANES == 8
  return __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
#else
  return __builtin_shufflevector(a, b, 0, 4, 1, 5);
#endif
}

static inline TonV
ton_v_zip_high(TonV a, TonV b)
{
#if TON_LANES == 16
  return __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13,
                                 29, 14, 30, 15, 31);
#elif TON_LANES == 8
  return __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
#else
  return __builtin_shufflevector(a, b, 2, 6, 3, 7);
#endif
}

/// Lanes 0 2 4 ... of a and b in a row
static inline TonV
ton_v_even(TonV a, TonV b)
{
#if TON_LANES == 16
  return __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20,
                                 22, 24, 26, 28, 30);
#elif TON_LANES == 8
  return __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14);
#else
  return __builtin_shufflevector(a, b, 0, 2, 4, 6);
#endif
}

/// Lanes 1 3 5 ... of a and b in a row
static inline TonV
ton_v_odd(TonV a, TonV b)
{
#if TON_LANES == 16
  return __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21,
                                 23, 25, 27, 29, 31);
#elif TON_LANES == 8
  return __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15);
#else
  return __builtin_shufflevector(a, b, 1, 3, 5, 7);
#endif
}

/// Square transpose: log2(lanes) rounds of zipping row i with row i + lanes/2
static inline void
ton_v_transpose(TonV* v)
{
  TonV w[TON_LANES];
  for (int round = TON_LANES; round > 1; round /= 2) {
#pragma GCC unroll 8
    for (int i = 0; i < TON_LANES / 2; ++i) {
      w[2 * i] = ton_v_zip_low(v[i], v[i + TON_LANES / 2]);
      w[2 * i + 1] = ton_v_zip_high(v[i], v[i + TON_LANES / 2]);
    }
#pragma GCC unroll 16
    for (int i = 0; i < TON_LANES; ++i) {
      v[i] = w[i];
    }
  }
}

#endif
