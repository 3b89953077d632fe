// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_DSP_CORRELATION_GUARD_H
#define TON_DSP_CORRELATION_GUARD_H

/**
   @file
   Takes off the side, in lanes, what is too much of it for a least correlation
   of left and right.  Even lanes carry the middle, odd lanes the side.

     gain^2 = E[mid^2] (1 - r) / (E[side^2] (1 + r))
*/

#include "dsp/detector.h"

typedef struct {
  TonVi on;   ///< Side lanes that are held
  TonV share; ///< (1 - r) / (1 + r)
  TonV power; ///< State: mean squares
  TonV gain;  ///< State
  float feed; ///< Of the mean squares
  float down; ///< Of the gain
  float up;
} TonCorrelationGuard;

static const double TON_GUARD_POWER_S = 0.200;
static const double TON_GUARD_UP_S = 0.500;

/// Forget the sound.  [audio]
static inline void
ton_guard_reset(TonCorrelationGuard* g)
{
  memset(&g->power, 0, sizeof(g->power));
  g->gain = ton_v(1.0F);
}

/// [main]
static inline void
ton_guard_prepare(TonCorrelationGuard* g, double rate)
{
  g->feed = ton_average_feed(TON_GUARD_POWER_S, rate);
  g->down = ton_average_feed(0.050, rate);
  g->up = ton_average_feed(TON_GUARD_UP_S, rate);
  ton_guard_reset(g);
}

/// Hold the side lane `lane` to a correlation of at least `least`; -1: off.
/// [audio]
static inline void
ton_guard_set(TonCorrelationGuard* g, uint32_t lane, double least)
{
  const double r = fmin(least + 0.05, 0.95);
  if (least > -1.0 && !g->on[lane]) {
    g->power[lane] = g->power[lane ^ 1U] = 0.0F;
    g->gain[lane] = 1.0F;
  }
  g->on[lane] = least > -1.0 ? -1 : 0;
  g->share[lane] = (float)((1.0 - r) / (1.0 + r));
}

/// The gain of a frame of middle and side, at least -12 dB; 1 where it is off.
/// [audio]
static inline TonV
ton_guard_step(TonCorrelationGuard* g, TonV v)
{
  const TonV square = ton_v_select(ton_v_abs(v) < 1e3F, v * v, ton_v(0.0F));
  g->power += g->feed * (square - g->power);
  const TonV side = ton_v_max(g->power, ton_v(1e-20F));
  const TonV largest = ton_v_sqrt(g->share * (ton_v_swap(g->power) / side));
  const TonV goal =
      ton_v_max(ton_v_min(largest, ton_v(1.0F)), ton_v(0.25118864F));
  // down is faster than up: the smaller step is that of the right direction
  const TonV way = goal - g->gain;
  const TonV next = g->gain + ton_v_min(g->down * way, g->up * way);
  // in float a slow step stops short of its goal; it is there then
  g->gain = ton_v_select(next == g->gain, goal, next);
  return ton_v_select(g->on, g->gain, ton_v(1.0F));
}

#endif
