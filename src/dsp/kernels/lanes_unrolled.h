// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_DSP_KERNELS_LANES_UNROLLED_H
#define TON_DSP_KERNELS_LANES_UNROLLED_H

/**
   @file
   Several frames of lanes side by side.

   A polynomial is one long chain: each operation waits for the one before.
   The machine looks only some sixty operations ahead, so the chains of
   neighbouring frames must stand interleaved in the program to run at once.
   The operations of each frame are those of lanes.h: the same bits.
*/

#include "dsp/kernels/lanes.h"

enum { TON_UNROLLED = 8 };

/// Repeat for the frames of a group, unrolled
#define TON_EACH_FRAME(k)                                                      \
  _Pragma("GCC unroll 8") for (int k = 0; k < TON_UNROLLED; ++k)

/// A logarithm of a group on its way
typedef struct {
  TonVi e[TON_UNROLLED];
  TonV t[TON_UNROLLED];
  TonV p[TON_UNROLLED];
} TonUnrolledLog2;

static inline __attribute__((always_inline)) void
ton_unrolled_log2_begin(TonUnrolledLog2* g, const TonV x[TON_UNROLLED])
{
  TON_EACH_FRAME(k) g->e[k] = ton_v_log2_split(x[k], &g->t[k]);
  TON_EACH_FRAME(k) g->p[k] = ton_v(ton_log2_terms[0]);
}

/// Terms 1 to TON_LOG2_TERMS - 1
static inline __attribute__((always_inline)) void
ton_unrolled_log2_term(TonUnrolledLog2* g, int i)
{
  TON_EACH_FRAME(k) g->p[k] = g->p[k] * g->t[k] + ton_log2_terms[i];
}

static inline __attribute__((always_inline)) void
ton_unrolled_log2_end(const TonUnrolledLog2* g, TonV x[TON_UNROLLED])
{
  TON_EACH_FRAME(k)
  x[k] = ton_vi_float(g->e[k]) + g->p[k] * g->t[k];
}

/// ton_v_log2() of a group, in place
static inline __attribute__((always_inline)) void
ton_unrolled_log2(TonV x[TON_UNROLLED])
{
  TonUnrolledLog2 g;
  ton_unrolled_log2_begin(&g, x);
  _Pragma("GCC unroll 8") for (int i = 1; i < TON_LOG2_TERMS; ++i)
  {
    ton_unrolled_log2_term(&g, i);
  }
  ton_unrolled_log2_end(&g, x);
}

/// ton_v_exp2() of a group, in place
static inline __attribute__((always_inline)) void
ton_unrolled_exp2(TonV x[TON_UNROLLED])
{
  const TonV magic = ton_v(12582912.0F);
  TonV f[TON_UNROLLED];
  TonV p[TON_UNROLLED];
  TonVi n[TON_UNROLLED];
  TON_EACH_FRAME(k)
  {
    const TonV shifted = x[k] + magic;
    f[k] = x[k] - (shifted - magic);
    n[k] = (TonVi)shifted << 23;
  }
  TON_EACH_FRAME(k) p[k] = 1.32647273e-3F * f[k] + 9.67151299e-3F;
  TON_EACH_FRAME(k) p[k] = p[k] * f[k] + 5.55073358e-2F;
  TON_EACH_FRAME(k) p[k] = p[k] * f[k] + 2.40222424e-1F;
  TON_EACH_FRAME(k) p[k] = p[k] * f[k] + 6.93147004e-1F;
  TON_EACH_FRAME(k) p[k] = p[k] * f[k] + 1.0F;
  TON_EACH_FRAME(k) x[k] = (TonV)((TonVi)p[k] + n[k]);
}

/// ton_v_log2() of n frames, in place
static inline void
ton_frames_log2(TonV* x, uint32_t n)
{
  uint32_t i = 0;
  for (; i + TON_UNROLLED <= n; i += TON_UNROLLED) {
    ton_unrolled_log2(x + i);
  }
  for (; i < n; ++i) {
    x[i] = ton_v_log2(x[i]);
  }
}

/// ton_v_exp2() of n frames, in place
static inline void
ton_frames_exp2(TonV* x, uint32_t n)
{
  uint32_t i = 0;
  for (; i + TON_UNROLLED <= n; i += TON_UNROLLED) {
    ton_unrolled_exp2(x + i);
  }
  for (; i < n; ++i) {
    x[i] = ton_v_exp2(x[i]);
  }
}

#endif
