// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_DSP_KERNELS_LANES_H
#define TON_DSP_KERNELS_LANES_H

/**
   @file
   Vectors of TON_LANES channels, and the few operations that the compiler's
   own vector arithmetic (+ - * / and comparisons) lacks.

   A source that includes this is compiled for 4, 8 and 16 lanes.  Every
   operation here is exact or one IEEE operation per lane, so all widths give
   the same bits.  Nothing crosses lanes but ton_v_swap().
*/

#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

#ifndef TON_LANES
#define TON_LANES 4
#endif

typedef float TonV __attribute__((vector_size(4 * TON_LANES)));
typedef int32_t TonVi __attribute__((vector_size(4 * TON_LANES)));
/// Doubles for half of the lanes: low lanes, or high lanes
typedef double TonVd __attribute__((vector_size(4 * TON_LANES)));

#define TON_PASTE_(a, b) a##b
#define TON_PASTE(a, b)  TON_PASTE_(a, b)

/// External name of a variant: TON_LANED(ton_gain) is ton_gain16 and so on
#define TON_LANED(name) TON_PASTE(name, TON_LANES)

/// Clears the upper halves of the registers, or plain code after it runs at a
/// quarter of its speed: gcc 12 forgets it where the last call of a function
/// is one of the same file
static inline void
ton_lanes_done(void)
{
#if defined(__AVX__)
  _mm256_zeroupper();
#endif
}

static inline TonV
ton_v(float x)
{
  return x - (TonV){0}; // x - 0 keeps the sign of zero
}

static inline TonV
ton_v_load(const float* x)
{
  TonV v;
  memcpy(&v, __builtin_assume_aligned(x, 4 * TON_LANES), sizeof(v));
  return v;
}

static inline void
ton_v_store(float* x, TonV v)
{
  memcpy(__builtin_assume_aligned(x, 4 * TON_LANES), &v, sizeof(v));
}

static inline TonVi
ton_vi_load(const int32_t* x)
{
  TonVi v;
  memcpy(&v, x, sizeof(v));
  return v;
}

/// Lanes of `a` where `mask` is -1, of `b` where it is 0
static inline TonV
ton_v_select(TonVi mask, TonV a, TonV b)
{
#if TON_LANES == 16 && defined(__AVX512F__)
  return (TonV)_mm512_mask_mov_ps(
      (__m512)b, _mm512_test_epi32_mask((__m512i)mask, (__m512i)mask),
      (__m512)a);
#elif TON_LANES == 8 && defined(__AVX2__)
  return (TonV)_mm256_blendv_ps((__m256)b, (__m256)a, (__m256)mask);
#else
  return (TonV)((mask & (TonVi)a) | (~mask & (TonVi)b));
#endif
}

/// x where a >= b, else y: without a mask in between
static inline TonV
ton_v_where_ge(TonV a, TonV b, TonV x, TonV y)
{
#if TON_LANES == 16 && defined(__AVX512F__)
  return (TonV)_mm512_mask_mov_ps(
      (__m512)y, _mm512_cmp_ps_mask((__m512)a, (__m512)b, _CMP_GE_OQ),
      (__m512)x);
#else
  return ton_v_select(a >= b, x, y);
#endif
}

/// a > b ? a : b; b if either is not a number
static inline TonV
ton_v_max(TonV a, TonV b)
{
#if TON_LANES == 16 && defined(__AVX512F__)
  return (TonV)_mm512_max_ps((__m512)a, (__m512)b);
#elif TON_LANES == 8 && defined(__AVX2__)
  return (TonV)_mm256_max_ps((__m256)a, (__m256)b);
#elif TON_LANES == 4 && defined(__SSE2__)
  return (TonV)_mm_max_ps((__m128)a, (__m128)b);
#else
  return ton_v_select(a > b, a, b);
#endif
}

/// a < b ? a : b; b if either is not a number
static inline TonV
ton_v_min(TonV a, TonV b)
{
#if TON_LANES == 16 && defined(__AVX512F__)
  return (TonV)_mm512_min_ps((__m512)a, (__m512)b);
#elif TON_LANES == 8 && defined(__AVX2__)
  return (TonV)_mm256_min_ps((__m256)a, (__m256)b);
#elif TON_LANES == 4 && defined(__SSE2__)
  return (TonV)_mm_min_ps((__m128)a, (__m128)b);
#else
  return ton_v_select(a < b, a, b);
#endif
}

static inline TonV
ton_v_abs(TonV a)
{
  return (TonV)((TonVi)a & 0x7FFFFFFF);
}

static inline TonV
ton_v_sqrt(TonV a)
{
#if TON_LANES == 16 && defined(__AVX512F__)
  return (TonV)_mm512_sqrt_ps((__m512)a);
#elif TON_LANES == 8 && defined(__AVX2__)
  return (TonV)_mm256_sqrt_ps((__m256)a);
#elif TON_LANES == 4 && defined(__SSE2__)
  return (TonV)_mm_sqrt_ps((__m128)a);
#else
  for (int i = 0; i < TON_LANES; ++i) {
    a[i] = __builtin_sqrtf(a[i]);
  }
  return a;
#endif
}

/// Each lane's neighbour in its pair: lanes 1 0 3 2 5 4 ...
static inline TonV
ton_v_swap(TonV a)
{
#if TON_LANES == 16
  return __builtin_shufflevector(a, a, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13,
                                 12, 15, 14);
#elif TON_LANES == 8
  return __builtin_shufflevector(a, a, 1, 0, 3, 2, 5, 4, 7, 6);
#else
  return __builtin_shufflevector(a, a, 1, 0, 3, 2);
#endif
}

/// Whether any lane of a mask is set
static inline int
ton_vi_any(TonVi mask)
{
#if TON_LANES == 16 && defined(__AVX512F__)
  return _mm512_test_epi32_mask((__m512i)mask, (__m512i)mask) != 0;
#elif TON_LANES == 8 && defined(__AVX2__)
  return _mm256_movemask_ps((__m256)mask) != 0;
#elif TON_LANES == 4 && defined(__SSE2__)
  return _mm_movemask_ps((__m128)mask) != 0;
#else
  int32_t any = 0;
  for (int i = 0; i < TON_LANES; ++i) {
    any |= mask[i];
  }
  return any != 0;
#endif
}

/// Toward zero
static inline TonVi
ton_v_int(TonV a)
{
  return __builtin_convertvector(a, TonVi);
}

static inline TonV
ton_vi_float(TonVi a)
{
  return __builtin_convertvector(a, TonV);
}

/// Low half of the lanes as doubles, exact
static inline TonVd
ton_v_low(TonV a)
{
#if TON_LANES == 16 && defined(__AVX512F__)
  return (TonVd)_mm512_cvtps_pd(_mm512_castps512_ps256((__m512)a));
#elif TON_LANES == 8 && defined(__AVX2__)
  return (TonVd)_mm256_cvtps_pd(_mm256_castps256_ps128((__m256)a));
#elif TON_LANES == 4 && defined(__SSE2__)
  return (TonVd)_mm_cvtps_pd((__m128)a);
#else
  TonVd d;
  for (int i = 0; i < TON_LANES / 2; ++i) {
    d[i] = (double)a[i];
  }
  return d;
#endif
}

/// High half of the lanes as doubles, exact
static inline TonVd
ton_v_high(TonV a)
{
#if TON_LANES == 16 && defined(__AVX512DQ__)
  return (TonVd)_mm512_cvtps_pd(_mm512_extractf32x8_ps((__m512)a, 1));
#elif TON_LANES == 8 && defined(__AVX2__)
  return (TonVd)_mm256_cvtps_pd(_mm256_extractf128_ps((__m256)a, 1));
#elif TON_LANES == 4 && defined(__SSE2__)
  return (TonVd)_mm_cvtps_pd(_mm_movehl_ps((__m128)a, (__m128)a));
#else
  TonVd d;
  for (int i = 0; i < TON_LANES / 2; ++i) {
    d[i] = (double)a[i + TON_LANES / 2];
  }
  return d;
#endif
}

/// Both halves rounded to float
static inline TonV
ton_vd_join(TonVd low, TonVd high)
{
#if TON_LANES == 16 && defined(__AVX512DQ__)
  return (TonV)_mm512_insertf32x8(
      _mm512_castps256_ps512(_mm512_cvtpd_ps((__m512d)low)),
      _mm512_cvtpd_ps((__m512d)high), 1);
#elif TON_LANES == 8 && defined(__AVX2__)
  return (TonV)_mm256_insertf128_ps(
      _mm256_castps128_ps256(_mm256_cvtpd_ps((__m256d)low)),
      _mm256_cvtpd_ps((__m256d)high), 1);
#elif TON_LANES == 4 && defined(__SSE2__)
  return (TonV)_mm_movelh_ps(_mm_cvtpd_ps((__m128d)low),
                             _mm_cvtpd_ps((__m128d)high));
#else
  TonV v;
  for (int i = 0; i < TON_LANES / 2; ++i) {
    v[i] = (float)low[i];
    v[i + TON_LANES / 2] = (float)high[i];
  }
  return v;
#endif
}

static inline TonVd
ton_vd(double x)
{
  return x - (TonVd){0};
}

/// a > b ? a : b; b if either is not a number
static inline TonVd
ton_vd_max(TonVd a, TonVd b)
{
#if TON_LANES == 16 && defined(__AVX512F__)
  return (TonVd)_mm512_max_pd((__m512d)a, (__m512d)b);
#elif TON_LANES == 8 && defined(__AVX2__)
  return (TonVd)_mm256_max_pd((__m256d)a, (__m256d)b);
#elif TON_LANES == 4 && defined(__SSE2__)
  return (TonVd)_mm_max_pd((__m128d)a, (__m128d)b);
#else
  for (int i = 0; i < TON_LANES / 2; ++i) {
    a[i] = a[i] > b[i] ? a[i] : b[i];
  }
  return a;
#endif
}

/// Lanes of `a` where both words of `mask` are -1, of `b` where they are 0
static inline TonVd
ton_vd_select(TonVi mask, TonVd a, TonVd b)
{
  return (TonVd)ton_v_select(mask, (TonV)a, (TonV)b);
}

/// Terms of p in ton_v_log2(), the highest first
static const float ton_log2_terms[] = {0.17063452F,  -0.27269793F, 0.29726258F,
                                       -0.35896185F, 0.48046502F,  -0.72137588F,
                                       1.44269967F};

enum { TON_LOG2_TERMS = sizeof(ton_log2_terms) / sizeof(float) };

/// Exponent of a positive normal number, and mantissa - 1 in t
static inline TonVi
ton_v_log2_split(TonV x, TonV* t)
{
  const TonVi bits = (TonVi)x - 0x3F3504F3; // sqrt(1/2) as bits
  *t = (TonV)((bits & 0x007FFFFF) + 0x3F3504F3) - 1.0F;
  return bits >> 23;
}

/**
   Base-2 logarithm of a positive normal number, error below 3.3e-7 + half an
   ulp of y (2e-6 dB).  Anything else gives a finite number.

   x = m 2^e with m in [sqrt(1/2), sqrt(2)), t = m - 1;  log2 x = e + t p(t)
   t p: degree 7, least largest error of log2(1 + t).
*/
static inline TonV
ton_v_log2(TonV x)
{
  TonV t;
  const TonVi e = ton_v_log2_split(x, &t);
  TonV p = ton_v(ton_log2_terms[0]);
  for (int i = 1; i < TON_LOG2_TERMS; ++i) {
    p = p * t + ton_log2_terms[i];
  }
  return ton_vi_float(e) + p * t;
}

/**
   2^x for |x| < 126, relative error below 1.6e-7, exact at 0.

   x = n + f, f in [-1/2, 1/2];  2^x = 2^n (1 + f p(f))
   1 + f p: degree 5, least largest relative error of 2^f.
*/
static inline TonV
ton_v_exp2(TonV x)
{
  const TonV magic = ton_v(12582912.0F); // 1.5 x 2^23: adding it rounds
  const TonV shifted = x + magic;
  const TonV f = x - (shifted - magic);
  const TonVi n = (TonVi)shifted << 23; // the bits of magic fall off
  TonV p = ton_v(1.32647273e-3F);
  p = p * f + 9.67151299e-3F;
  p = p * f + 5.55073358e-2F;
  p = p * f + 2.40222424e-1F;
  p = p * f + 6.93147004e-1F;
  p = p * f + 1.0F;
  return (TonV)((TonVi)p + n);
}

#endif
