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

/// Of each four lanes of a and b: a0 b0 a1 b1
static inline TonV
ton_v_unpack_low(TonV a, TonV b)
{
#if TON_LANES == 16
  return __builtin_shufflevector(a, b, 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25,
                                 12, 28, 13, 29);
#elif TON_LANES == 8
  return __builtin_shufflevector(a, b, 0, 8, 1, 9, 4, 12, 5, 13);
#else
  return __builtin_shufflevector(a, b, 0, 4, 1, 5);
#endif
}

/// a2 b2 a3 b3
static inline TonV
ton_v_unpack_high(TonV a, TonV b)
{
#if TON_LANES == 16
  return __builtin_shufflevector(a, b, 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11,
                                 27, 14, 30, 15, 31);
#elif TON_LANES == 8
  return __builtin_shufflevector(a, b, 2, 10, 3, 11, 6, 14, 7, 15);
#else
  return __builtin_shufflevector(a, b, 2, 6, 3, 7);
#endif
}

/// a0 a1 b0 b1
static inline TonV
ton_v_pairs_low(TonV a, TonV b)
{
#if TON_LANES == 16
  return (TonV)__builtin_shufflevector((TonVd)a, (TonVd)b, 0, 8, 2, 10, 4, 12,
                                       6, 14);
#elif TON_LANES == 8
  return (TonV)__builtin_shufflevector((TonVd)a, (TonVd)b, 0, 4, 2, 6);
#else
  return (TonV)__builtin_shufflevector((TonVd)a, (TonVd)b, 0, 2);
#endif
}

/// a2 a3 b2 b3
static inline TonV
ton_v_pairs_high(TonV a, TonV b)
{
#if TON_LANES == 16
  return (TonV)__builtin_shufflevector((TonVd)a, (TonVd)b, 1, 9, 3, 11, 5, 13,
                                       7, 15);
#elif TON_LANES == 8
  return (TonV)__builtin_shufflevector((TonVd)a, (TonVd)b, 1, 5, 3, 7);
#else
  return (TonV)__builtin_shufflevector((TonVd)a, (TonVd)b, 1, 3);
#endif
}

/// Square transposes of four vectors by each four lanes
static inline void
ton_v_transpose_fours(TonV* v)
{
  const TonV a = ton_v_unpack_low(v[0], v[1]);
  const TonV b = ton_v_unpack_high(v[0], v[1]);
  const TonV c = ton_v_unpack_low(v[2], v[3]);
  const TonV d = ton_v_unpack_high(v[2], v[3]);
  v[0] = ton_v_pairs_low(a, c);
  v[1] = ton_v_pairs_high(a, c);
  v[2] = ton_v_pairs_low(b, d);
  v[3] = ton_v_pairs_high(b, d);
}

#if TON_LANES > 4
/// Fours 0 and 2 of a, then of b
static inline TonV
ton_v_fours_even(TonV a, TonV b)
{
#if TON_LANES == 16
  return __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19,
                                 24, 25, 26, 27);
#else
  return __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11);
#endif
}

/// Fours 1 and 3 of a, then of b
static inline TonV
ton_v_fours_odd(TonV a, TonV b)
{
#if TON_LANES == 16
  return __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22,
                                 23, 28, 29, 30, 31);
#else
  return __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15);
#endif
}
#endif

/// Square transpose: four by four, then the fours among themselves
static inline void
ton_v_transpose(TonV* v)
{
#pragma GCC unroll 4
  for (int k = 0; k < TON_LANES; k += 4) {
    ton_v_transpose_fours(v + k);
  }
#if TON_LANES == 16
#pragma GCC unroll 4
  for (int k = 0; k < 4; ++k) {
    const TonV a = ton_v_fours_even(v[k], v[k + 4]);
    const TonV b = ton_v_fours_odd(v[k], v[k + 4]);
    const TonV c = ton_v_fours_even(v[k + 8], v[k + 12]);
    const TonV d = ton_v_fours_odd(v[k + 8], v[k + 12]);
    v[k] = ton_v_fours_even(a, c);
    v[k + 4] = ton_v_fours_even(b, d);
    v[k + 8] = ton_v_fours_odd(a, c);
    v[k + 12] = ton_v_fours_odd(b, d);
  }
#elif TON_LANES == 8
#pragma GCC unroll 4
  for (int k = 0; k < 4; ++k) {
    const TonV a = v[k];
    v[k] = ton_v_fours_even(a, v[k + 4]);
    v[k + 4] = ton_v_fours_odd(a, v[k + 4]);
  }
#endif
}

/// Four frames of lines k, k + 4, k + 8, ... side by side
static inline TonV
ton_v_quarters(const float* const* from, int k, uint32_t i)
{
#if TON_LANES == 16 && defined(__AVX512F__)
  __m512 v = _mm512_castps128_ps512(_mm_loadu_ps(from[k] + i));
  v = _mm512_insertf32x4(v, _mm_loadu_ps(from[k + 4] + i), 1);
  v = _mm512_insertf32x4(v, _mm_loadu_ps(from[k + 8] + i), 2);
  return (TonV)_mm512_insertf32x4(v, _mm_loadu_ps(from[k + 12] + i), 3);
#elif TON_LANES == 8 && defined(__AVX2__)
  __m256 v = _mm256_castps128_ps256(_mm_loadu_ps(from[k] + i));
  return (TonV)_mm256_insertf128_ps(v, _mm_loadu_ps(from[k + 4] + i), 1);
#else
  TonV v;
  for (int h = 0; h < TON_LANES / 4; ++h) {
    memcpy((float*)&v + 4 * h, from[k + 4 * h] + i, 16);
  }
  return v;
#endif
}

/// Frames i, i + 1, ... of TON_LANES lines: v[frame]
static inline void
ton_v_load_frames(const float* const* from, uint32_t i, TonV* v)
{
#pragma GCC unroll 4
  for (uint32_t q = 0; q < TON_LANES; q += 4) {
#pragma GCC unroll 4
    for (int k = 0; k < 4; ++k) {
      v[q + (uint32_t)k] = ton_v_quarters(from, k, i + q);
    }
    ton_v_transpose_fours(v + q);
  }
}

#endif
