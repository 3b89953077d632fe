// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Sum channels with gains, in double.
*/
#include "dsp/kernels/kernels.h"

#include "dsp/kernels/transpose.h"

#include <stdbool.h>

typedef double AnyVd __attribute__((vector_size(4 * TON_LANES), aligned(8)));

static void
gather(float* lanes, const float* const* planar, const float* gain, uint32_t n)
{
  TonV g;
  memcpy(&g, gain, sizeof(g));
  uint32_t i = 0;
  for (; i + TON_LANES <= n; i += TON_LANES) {
    TonV v[TON_LANES];
    for (int lane = 0; lane < TON_LANES; ++lane) {
      v[lane] = planar[lane] ? ton_v_load_any(planar[lane] + i) : ton_v(0.0F);
    }
    ton_v_transpose(v);
    for (int k = 0; k < TON_LANES; ++k) {
      ton_v_store(lanes + (size_t)(i + (uint32_t)k) * TON_LANES, v[k] * g);
    }
  }
  for (; i < n; ++i) {
    for (int lane = 0; lane < TON_LANES; ++lane) {
      lanes[(size_t)i * TON_LANES + (size_t)lane] =
          planar[lane] ? planar[lane][i] * gain[lane] : 0.0F;
    }
  }
}

static bool
scatter(float* const* planar, const float* lanes, uint32_t n)
{
  TonVi bad = {0};
  uint32_t i = 0;
  for (; i + TON_LANES <= n; i += TON_LANES) {
    TonV v[TON_LANES];
    for (int k = 0; k < TON_LANES; ++k) {
      v[k] = ton_v_load(lanes + (size_t)(i + (uint32_t)k) * TON_LANES);
      bad |= ((TonVi)v[k] & 0x7F800000) == 0x7F800000;
    }
    ton_v_transpose(v);
    for (int lane = 0; lane < TON_LANES; ++lane) {
      if (planar[lane]) {
        ton_v_store_any(planar[lane] + i, v[lane]);
      }
    }
  }
  for (; i < n; ++i) {
    const TonV v = ton_v_load(lanes + (size_t)i * TON_LANES);
    bad |= ((TonVi)v & 0x7F800000) == 0x7F800000;
    for (int lane = 0; lane < TON_LANES; ++lane) {
      if (planar[lane]) {
        planar[lane][i] = v[lane];
      }
    }
  }
  return !ton_vi_any(bad);
}

/// sum + x g, rounded once.  The product of a float and a gain of 29 bits has
/// 53 and is exact, so that fused or not the bits are the same
static inline TonVd
add_product(TonVd sum, TonVd x, TonVd g)
{
#if TON_LANES == 16 && defined(__AVX512F__)
  return (TonVd)_mm512_fmadd_pd((__m512d)x, (__m512d)g, (__m512d)sum);
#else
  return sum + x * g;
#endif
}

/// The sums of 2 x TON_LANES frames wait in registers while all flow in
static void
add(double* sum, const float* const* x, const double* gain, uint32_t n_x,
    uint32_t n)
{
  uint32_t i = 0;
  for (; i + 2 * TON_LANES <= n; i += 2 * TON_LANES) {
    AnyVd* const at = (AnyVd*)(sum + i);
    TonVd s[4] = {at[0], at[1], at[2], at[3]};
    for (uint32_t k = 0; k < n_x; ++k) {
      const TonVd g = ton_vd(gain[k]);
      const TonV a = ton_v_load_any(x[k] + i);
      const TonV b = ton_v_load_any(x[k] + i + TON_LANES);
      s[0] = add_product(s[0], ton_v_low(a), g);
      s[1] = add_product(s[1], ton_v_high(a), g);
      s[2] = add_product(s[2], ton_v_low(b), g);
      s[3] = add_product(s[3], ton_v_high(b), g);
    }
    for (int k = 0; k < 4; ++k) {
      at[k] = s[k];
    }
  }
  for (; i < n; ++i) {
    for (uint32_t k = 0; k < n_x; ++k) {
      sum[i] += (double)x[k][i] * gain[k];
    }
  }
}

static void
add_moving(double* sum, const float* x, const double* gain, uint32_t n)
{
  for (uint32_t i = 0; i < n; ++i) {
    sum[i] += (double)x[i] * gain[i];
  }
}

static void
store(float* out, const double* sum, uint32_t n)
{
  uint32_t i = 0;
  for (; i + TON_LANES <= n; i += TON_LANES) {
    ton_v_store_any(out + i,
                    ton_vd_join(*(const AnyVd*)(sum + i),
                                *(const AnyVd*)(sum + i + TON_LANES / 2)));
  }
  for (; i < n; ++i) {
    out[i] = (float)sum[i];
  }
}

const TonKernels TON_LANED(ton_kernels) = {
    .gather = gather,
    .scatter = scatter,
    .add = add,
    .add_moving = add_moving,
    .store = store,
};
