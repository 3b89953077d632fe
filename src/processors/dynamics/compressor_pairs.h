// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_PROCESSORS_DYNAMICS_COMPRESSOR_PAIRS_H
#define TON_PROCESSORS_DYNAMICS_COMPRESSOR_PAIRS_H

#include "processors/dynamics/compressor_groups.h"

/**
   @file
   The usual case of a compressor where one stereo pair is alone in four lanes:
   two frames in each vector.  Part of compressor.c.

       lane      0       1       2       3
               frame 0 frame 0 frame 1 frame 1
                left    right   left    right

   Logarithm, curve and power take half the time.  Attack and release, which
   need one frame after the other, run on lanes 0 and 1; what 2 and 3 hold there
   is never heard.
*/

#if TON_LANES == 4

static inline TonV
twice(TonV v)
{
  return __builtin_shufflevector(v, v, 0, 1, 0, 1);
}

typedef double PairOfTwo __attribute__((vector_size(16)));

/// The pairs of two frames
static inline TonV
load_pairs(const float* x)
{
  double first;
  double second;
  memcpy(&first, x, sizeof(first));
  memcpy(&second, x + TON_LANES, sizeof(second));
  return (TonV)(PairOfTwo){first, second};
}

static inline void
store_pairs(float* x, TonV v)
{
  const PairOfTwo two = (PairOfTwo)v;
  const double first = two[0];
  const double second = two[1];
  memcpy(x, &first, sizeof(first));
  memcpy(x + TON_LANES, &second, sizeof(second));
}

/// Wanted reductions of two frames become their reductions
static inline __attribute__((always_inline)) TonV
pair_poles(TonBallisticsRun* f, TonV c)
{
  const TonV first = ton_ballistics_plain(f, c);
  const TonV second =
      ton_ballistics_plain(f, __builtin_shufflevector(c, c, 2, 3, 2, 3));
  return __builtin_shufflevector(first, second, 0, 1, 4, 5);
}

/// What a stretch needs to know, for two frames in each vector
typedef struct {
  CompressorCurve curve;
  TonV drive;
  TonV makeup;
  TonV mix;
  TonVi off;
  bool linked;
  bool mixed;
} PairLaw;

static PairLaw
pair_law(const Compressor* s, TonVi off)
{
  const CompressorCurve v = curve_now(s);
  return (PairLaw){{twice(v.knee), twice(v.bend), twice(v.range), twice(v.link),
                    (TonVi)twice((TonV)v.linked)},
                   twice(s->drive),
                   twice(s->c[MAKEUP].now),
                   twice(s->c[MIX].now),
                   (TonVi)twice((TonV)off),
                   s->any_link,
                   s->mixed};
}

/// reduce_group() of twice as many frames
static inline __attribute__((always_inline)) void
reduce_pairs(const PairLaw* v, const float* sidechain, TonV* c,
             TonBallisticsRun* f, TonV* before)
{
  TonUnrolledLog2 g;
  TON_EACH_FRAME(k)
  c[k] = ton_over_edge(load_pairs(sidechain + (size_t)2 * k * TON_LANES),
                       v->drive);
  if (before) {
    before[0] = pair_poles(f, before[0]);
  }
  ton_unrolled_log2_begin(&g, c);
  _Pragma("GCC unroll 8") for (int i = 1; i < TON_LOG2_TERMS; ++i)
  {
    ton_unrolled_log2_term(&g, i);
    if (before) {
      before[i] = pair_poles(f, before[i]);
    }
  }
  ton_unrolled_log2_end(&g, c);
  if (before) {
    before[7] = pair_poles(f, before[7]);
  }
  TON_EACH_FRAME(k) c[k] = reduction(&v->curve, c[k]);
  if (v->linked) {
    TON_EACH_FRAME(k) c[k] = whole_linked(&v->curve, c[k]);
  }
}

/// apply_group() of twice as many frames
static inline __attribute__((always_inline)) TonV
apply_pairs(const PairLaw* v, TonV* c, const float* late, float* x,
            TonV largest)
{
  TON_EACH_FRAME(k) largest = ton_v_max(largest, c[k]);
  TON_EACH_FRAME(k) c[k] = v->makeup - c[k];
  ton_unrolled_exp2(c);
  if (v->mixed) {
    TON_EACH_FRAME(k) c[k] = c[k] * v->mix + (1.0F - v->mix);
  }
  TON_EACH_FRAME(k)
  c[k] = load_pairs(late + (size_t)2 * k * TON_LANES) * c[k];
  if (ton_vi_any(v->off)) {
    TON_EACH_FRAME(k)
    c[k] =
        ton_v_select(v->off, load_pairs(x + (size_t)2 * k * TON_LANES), c[k]);
  }
  TON_EACH_FRAME(k) store_pairs(x + (size_t)2 * k * TON_LANES, c[k]);
  return largest;
}

/// n frames, a multiple of 2 TON_UNROLLED
static TonV
run_pairs(Compressor* s, Stretch t, uint32_t n, TonV largest)
{
  enum { FRAMES = 2 * TON_UNROLLED, GROUP = FRAMES * TON_LANES };
  const PairLaw v = pair_law(s, t.off);
  TonBallisticsRun f = ton_ballistics_begin(&s->ballistics);
  TonV both = twice(largest);
  TonV c[TON_UNROLLED];
  TonV before[TON_UNROLLED];
  reduce_pairs(&v, t.sidechain, before, &f, NULL);
  for (n -= FRAMES; n; n -= FRAMES) {
    t.sidechain += GROUP;
    reduce_pairs(&v, t.sidechain, c, &f, before);
    both = apply_pairs(&v, before, t.late, t.x, both);
    TON_EACH_FRAME(k) before[k] = c[k];
    t.late += GROUP;
    t.x += GROUP;
  }
  TON_EACH_FRAME(k) before[k] = pair_poles(&f, before[k]);
  both = apply_pairs(&v, before, t.late, t.x, both);
  ton_ballistics_end(&s->ballistics, &f);
  return ton_v_max(both, __builtin_shufflevector(both, both, 2, 3, 0, 1));
}

/// Whole groups: by pairs of frames where a pair is alone, and the rest
static TonV
run_alone(Compressor* s, Stretch t, uint32_t n, TonV largest)
{
  const uint32_t even = n - n % (2 * TON_UNROLLED);
  if (even) {
    largest = run_pairs(s, t, even, largest);
  }
  if (even == n) {
    return largest;
  }
  const size_t at = (size_t)even * TON_LANES;
  t.sidechain += at;
  t.late += at;
  t.x += at;
  return run_groups(s, t, n - even, largest);
}

#else

static TonV
run_alone(Compressor* s, Stretch t, uint32_t n, TonV largest)
{
  return run_groups(s, t, n, largest);
}

#endif

#endif
