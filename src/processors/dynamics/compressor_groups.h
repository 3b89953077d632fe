// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_PROCESSORS_DYNAMICS_COMPRESSOR_GROUPS_H
#define TON_PROCESSORS_DYNAMICS_COMPRESSOR_GROUPS_H

#include "dsp/ballistics.h"
#include "dsp/detector.h"
#include "dsp/feedback_gain.h"
#include "dsp/gain_curve.h"
#include "dsp/inter_sample.h"
#include "dsp/kernels/lanes_unrolled.h"
#include "dsp/look_ahead.h"
#include "dsp/make_up.h"
#include "dsp/ramp.h"
#include "dsp/sliding_max.h"
#include "dsp/svf.h"

/**
   @file
   State of the compressor, its curve, and its usual case in whole groups of
   frames.  Part of compressor.c.
*/

/**
   Coefficients with a ramp.  Levels are in octaves of amplitude (6.02 dB) re full scale;
   `edge` is the level at which the knee begins.
*/
enum { EDGE, SLOPE, KNEE, RANGE, LINK, MAKEUP, MIX, N_RAMPED };

/**
   sidechain -+- high-pass -+- |x| --------+- log2 - curve - range - link
                      +- mean square-+                           |
        +----------------------------- ballistics <- hold <------+
        v
   x - look-ahead - * 2^(make-up - gain reduction) - mix - out

   Lanes that listen to their output (fet, opto) have a law in place of curve and
   ballistics, and link and hold the level.  Behind both stands the second stage
   of a release.
*/
typedef struct {
  TonRamp ramp;
  TonRamped c[N_RAMPED];
  double rate;
  bool alone; ///< One pair, in lanes 0 and 1 of four
  TonBallistics ballistics;
  TonFeedbackGain feedback; ///< In place of curve and ballistics
  TonTwoStage release;
  // Detector
  TonV power; ///< State: mean square
  TonV power_feed;
  TonVi rms;
  TonVi filtered;
  TonVi quick; ///< Lanes that look between the samples
  TonInterSample between;
  TonSvfLanes highpass;
  // What the lanes need: the rest is left out
  bool any_rms;
  bool any_quick;
  bool any_filter;
  bool any_link;
  bool half_link; ///< A link that is neither 0 nor 1, now or on its way
  bool mixed;     ///< A dry share, now or on its way
  // Of the coefficients at rest
  TonVi linked;
  TonV drive; ///< 2^-edge
  TonV bend;  ///< slope / knee
  TonMakeUp loudness;
  TonSlidingMax hold;
  TonLookAhead ahead;
  TonV ring[];
} Compressor;

enum { CHUNK = 64 };

/// Coefficients of one frame, in registers
typedef struct {
  TonV knee;
  TonV bend;
  TonV range;
  TonV link;
  TonVi linked;
} CompressorCurve;

static inline CompressorCurve
curve_now(const Compressor* s)
{
  return (CompressorCurve){s->c[KNEE].now, s->bend, s->c[RANGE].now,
                           s->c[LINK].now, s->linked};
}

/**
   Static curve as gain reduction over the distance o from the knee's lower end

     c = slope / knee  t (o - t / 2),  t = min(o, knee),  o >= 0
*/
static inline TonV
reduction(const CompressorCurve* v, TonV o)
{
  const TonV t = ton_v_min(o, v->knee);
  return ton_v_min(v->bend * t * (o - 0.5F * t), v->range);
}

/// ton_link() where no link lies between 0 and 1
static inline TonV
whole_linked(const CompressorCurve* v, TonV c)
{
  return ton_v_max(c, (TonV)((TonVi)ton_v_swap(c) & v->linked));
}

/// A group's sidechain becomes the wanted reduction c, while the poles follow the
/// group before it, in place: they wait for each other, the logarithms do not
static inline __attribute__((always_inline)) void
reduce_group(const Compressor* s, const float* sidechain, TonV* c,
             TonBallisticsRun* f, TonV* before)
{
  const CompressorCurve v = curve_now(s);
  TonUnrolledLog2 g;
  TON_EACH_FRAME(k)
  c[k] = ton_over_edge(ton_v_load(sidechain + (size_t)k * TON_LANES), s->drive);
  if (before) {
    before[0] = ton_ballistics_plain(f, before[0]);
  }
  ton_unrolled_log2_begin(&g, c);
  _Pragma("GCC unroll 8") for (int i = 1; i < TON_LOG2_TERMS; ++i)
  {
    ton_unrolled_log2_term(&g, i);
    if (before) {
      before[i] = ton_ballistics_plain(f, before[i]);
    }
  }
  ton_unrolled_log2_end(&g, c);
  if (before) {
    before[7] = ton_ballistics_plain(f, before[7]);
  }
  TON_EACH_FRAME(k) c[k] = reduction(&v, c[k]);
  if (s->any_link) {
    TON_EACH_FRAME(k) c[k] = whole_linked(&v, c[k]);
  }
}

static inline __attribute__((always_inline)) TonV
apply_group(const Compressor* s, TonV* c, const float* late, float* x,
            TonV largest, TonVi off)
{
  const TonV makeup = s->c[MAKEUP].now;
  const TonV mix = s->c[MIX].now;
  TonV dry[TON_UNROLLED];
  TON_EACH_FRAME(k) largest = ton_v_max(largest, c[k]);
  TON_EACH_FRAME(k) c[k] = makeup - c[k];
  ton_unrolled_exp2(c);
  if (s->mixed) {
    TON_EACH_FRAME(k) c[k] = c[k] * mix + (1.0F - mix);
  }
  TON_EACH_FRAME(k) c[k] = ton_v_load(late + (size_t)k * TON_LANES) * c[k];
  TON_EACH_FRAME(k) dry[k] = ton_v_load(x + (size_t)k * TON_LANES);
  if (ton_vi_any(off)) {
    TON_EACH_FRAME(k) c[k] = ton_v_select(off, dry[k], c[k]);
  }
  TON_EACH_FRAME(k) ton_v_store(x + (size_t)k * TON_LANES, c[k]);
  return largest;
}

/// Sound of n frames in whole groups, in the order it comes
typedef struct {
  const float* sidechain;
  const float* late; ///< What waited for the gain; x itself if nothing waits
  float* x;
  TonVi off;
} Stretch;

static TonV
run_groups(Compressor* s, Stretch t, uint32_t n, TonV largest)
{
  enum { GROUP = TON_UNROLLED * TON_LANES };
  TonBallisticsRun f = ton_ballistics_begin(&s->ballistics);
  TonV c[TON_UNROLLED];
  TonV before[TON_UNROLLED];
  reduce_group(s, t.sidechain, before, &f, NULL);
  for (n -= TON_UNROLLED; n; n -= TON_UNROLLED) {
    t.sidechain += GROUP;
    reduce_group(s, t.sidechain, c, &f, before);
    largest = apply_group(s, before, t.late, t.x, largest, t.off);
    TON_EACH_FRAME(k) before[k] = c[k];
    t.late += GROUP;
    t.x += GROUP;
  }
  TON_EACH_FRAME(k) before[k] = ton_ballistics_plain(&f, before[k]);
  largest = apply_group(s, before, t.late, t.x, largest, t.off);
  ton_ballistics_end(&s->ballistics, &f);
  return largest;
}

#endif
