// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_DSP_SVF_CASCADE_H
#define TON_DSP_SVF_CASCADE_H

#include "dsp/svf.h"

#include <stdbool.h>
#include <stddef.h>

/**
   @file
   Sections in series over a block, for banks at rest.

   Run one after another, five sections wait for each other's sums most of the
   time.  Here section k works on frame n - k while section 0 works on frame n:

       n         0    1    2    3    4
       section 0 x0   x1   x2   x3   ...
       section 1      y0   y1   y2   ...      ran[k]: what section k - 1 gave
       section 2           z0   z1   ...      in the turn before

   so that within a turn nothing depends on anything, and the adders are
   always busy.  The order of the operations of a sample is that of
   ton_svf_step(), so are the bits.
*/

enum { TON_CASCADE = 8 }; ///< Most sections of one pass

/// What is known of `through` in all lanes: saves a product or a sum
typedef enum {
  TON_THROUGH_ANY,
  TON_THROUGH_ONE,  ///< Bells, notches, low-passes, high shelves
  TON_THROUGH_NONE, ///< High-passes
} TonThrough;

#define TON_INLINE static inline __attribute__((always_inline))

#ifdef __clang__
#define TON_UNROLL _Pragma("clang loop unroll(full)")
#else
#define TON_UNROLL _Pragma("GCC unroll 8")
#endif

/// ton_svf_step() but for the sign of a zero
TON_INLINE TonV
ton_cascade_step(TonSvfLanes* s, TonV x, TonThrough through)
{
  const TonV v = x - s->low;
  TonV y = s->direct * v + s->tap * s->band;
  if (through == TON_THROUGH_ONE) {
    y = y + x;
  } else if (through == TON_THROUGH_ANY) {
    y = y + s->through * x;
  }
  s->band = s->keep * s->band + s->feed * v;
  s->low = s->low + s->up * s->band;
  return y;
}

/// + 0 makes every zero a positive one: the shortcuts leave no trace
TON_INLINE void
ton_cascade_store(float* to, TonV y, TonVi on)
{
  ton_v_store(to, ton_v_select(on, y + 0.0F, ton_v_load(to)));
}

/// Turn n, where some of the sections are outside the block and rest
static __attribute__((noinline)) void
ton_cascade_edge(TonSvfLanes* s, TonV* ran, unsigned count, float* x, TonVi on,
                 uint32_t n, uint32_t frames)
{
  for (unsigned k = count; k--;) {
    if (n >= k && n - k < frames) {
      const TonV in = k ? ran[k] : ton_v_load(x + (size_t)n * TON_LANES);
      ran[k + 1] = ton_cascade_step(&s[k], in, TON_THROUGH_ANY);
    }
  }
  if (n + 1 >= count && n + 1 - count < frames) {
    ton_cascade_store(x + (size_t)(n + 1 - count) * TON_LANES, ran[count], on);
  }
}

/// The turns in which every section works; returns the number of the next
TON_INLINE uint32_t
ton_cascade_middle(TonSvfLanes* sections, TonV* before, const unsigned count,
                   const unsigned n_none, TonThrough others, float* x, TonVi on,
                   uint32_t frames)
{
  TonSvfLanes s[TON_CASCADE];
  TonV ran[TON_CASCADE + 1];
  TON_UNROLL
  for (unsigned k = 0; k < count; ++k) {
    s[k] = sections[k];
    ran[k] = before[k];
  }
  ran[count] = (TonV){0};
  uint32_t n = count - 1;
  const float* from = x + (size_t)n * TON_LANES;
  for (; n < frames; ++n, from += TON_LANES, x += TON_LANES) {
    TON_UNROLL
    for (unsigned j = 0; j < count; ++j) {
      const unsigned k = count - 1 - j;
      const TonV in = k ? ran[k] : ton_v_load(from);
      ran[k + 1] =
          ton_cascade_step(&s[k], in, k < n_none ? TON_THROUGH_NONE : others);
    }
    ton_cascade_store(x, ran[count], on);
  }
  TON_UNROLL
  for (unsigned k = 0; k < count; ++k) {
    sections[k].band = s[k].band;
    sections[k].low = s[k].low;
    before[k] = ran[k];
  }
  return n;
}

/**
   Run `count` sections (a constant of the caller's, 1 to TON_CASCADE).

   @param n_none How many of the first have through = 0 in every lane
   @param others What is known of the rest
   @param x Audio, lane-interleaved, in place
   @param on Lanes that work; the others keep every bit.  [audio]
*/
TON_INLINE void
ton_cascade(TonSvfLanes* sections, const unsigned count, const unsigned n_none,
            TonThrough others, float* x, TonVi on, uint32_t frames)
{
  TonV ran[TON_CASCADE + 1] = {{0}};
  uint32_t n = 0;
  for (; n < count - 1; ++n) {
    ton_cascade_edge(sections, ran, count, x, on, n, frames);
  }
  if (frames >= count) {
    n = ton_cascade_middle(sections, ran, count, n_none, others, x, on, frames);
  }
  for (; n < frames + count - 1; ++n) {
    ton_cascade_edge(sections, ran, count, x, on, n, frames);
  }
}

#endif
