// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_DSP_SUM_CURVE_H
#define TON_DSP_SUM_CURVE_H

/**
   @file
   Curves made of others, in lanes: a share of the clipper and two tanh of
   different sizes, each without aliases by itself.

     f(w) = clip min(max(w, -1), 1) + sum of part tanh(w / size)

   A smaller one minus a larger one folds: f rises, falls, and comes out with
   the other sign.
*/

#include "dsp/waveshaper.h"

#include <math.h>

enum { TON_SUM_TERMS = 2 };

typedef struct {
  double clip;
  double part[TON_SUM_TERMS];
  double size[TON_SUM_TERMS]; ///< Over 0
} TonSumShape;

typedef struct {
  TonV clip;
  TonV part[TON_SUM_TERMS];
  TonV per_size[TON_SUM_TERMS];
  TonClipCurve clipper;
  TonTanhCurve tanh[TON_SUM_TERMS];
} TonSumCurve;

/// Slope of f at w, for |w| < 1.  [any]
static inline double
ton_sum_slope(const TonSumShape* shape, double w)
{
  double slope = shape->clip;
  for (int i = 0; i < TON_SUM_TERMS; ++i) {
    const double bent = tanh(w / shape->size[i]);
    slope += shape->part[i] / shape->size[i] * (1.0 - bent * bent);
  }
  return slope;
}

/// [audio]
static inline void
ton_sum_curve_set(TonSumCurve* c, uint32_t lane, const TonSumShape* shape)
{
  c->clip[lane] = (float)shape->clip;
  for (int i = 0; i < TON_SUM_TERMS; ++i) {
    c->part[i][lane] = (float)shape->part[i];
    c->per_size[i][lane] = (float)(1.0 / shape->size[i]);
  }
}

/// Lanes of a mask stand at x, as if it had always been there.  [audio]
static inline void
ton_sum_curve_start(TonSumCurve* c, TonVi lanes, TonV x)
{
  c->clipper.last = ton_v_select(lanes, x, c->clipper.last);
  c->clipper.tail = ton_v_select(lanes, ton_v(0.0F), c->clipper.tail);
  for (int i = 0; i < TON_SUM_TERMS; ++i) {
    ton_tanh_start(&c->tanh[i], lanes, x * c->per_size[i]);
  }
}

/// f where the sound rests at w.  [audio]
static inline TonV
ton_sum_curve_at(const TonSumCurve* c, TonV w)
{
  TonV y = c->clip * ton_v_clip(w);
  for (int i = 0; i < TON_SUM_TERMS; ++i) {
    y += c->part[i] * ton_v_tanh(w * c->per_size[i]);
  }
  return y;
}

/// One frame late.  [audio]
static inline TonV
ton_sum_curve_step(TonSumCurve* c, TonV w)
{
  TonV y = c->clip * ton_clip_step(&c->clipper, w);
  for (int i = 0; i < TON_SUM_TERMS; ++i) {
    y += c->part[i] * ton_tanh_step(&c->tanh[i], w * c->per_size[i]);
  }
  return y;
}

#endif
