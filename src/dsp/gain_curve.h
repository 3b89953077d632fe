// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_DSP_GAIN_CURVE_H
#define TON_DSP_GAIN_CURVE_H

/**
   @file
   Static curves of dynamics processors in lanes, and their two-stage release.
   Levels and gains are in octaves of amplitude (6.02 dB).
*/

#include "dsp/kernels/lanes.h"

#include <math.h>
#include <stdbool.h>

/// Distance from the knee's lower end of a linear level, in factors: at least
/// 1, also for NaN.  `drive` is 2^-(lower end).  [audio]
static inline TonV
ton_over_edge(TonV level, TonV drive)
{
  return ton_v_max(ton_v_abs(level) * drive, ton_v(1.0F));
}

/**
   How far `o` octaves from the knee's lower end count as beyond the threshold.

       |      /      o - knee/2
       |    .'
       |__.-'        o^2 / (2 knee)
       +--|---|----- o
          0  knee

   `knee` is above 0, `per_knee` is 1 / knee.  [audio]
*/
static inline TonV
ton_beyond(TonV o, TonV knee, TonV per_knee)
{
  const TonV t = ton_v_min(ton_v_max(o, ton_v(0.0F)), knee);
  return t * per_knee * (o - 0.5F * t);
}

/**
   Two-stage release: a gain reduction leaves a charge behind, slowly, and no
   release falls below a share of it.  A short peak leaves next to nothing, so
   that the fast release counts; after seconds the charge does.

       gain reduction  ___              ____________
                      |   \            |            \_
                      |    \           |              ''--.._
                      peak             seconds

   In double: in float so slow a pole stops short of its goal.
*/
typedef struct {
  TonVd charge[2]; ///< State: lower and upper half of the lanes
  TonV share;      ///< Of each lane; 0: one stage
  double up;       ///< Share of the way that a charge moves each frame
  double down;
  bool any;
} TonTwoStage;

/// Times in which 63 % are covered.  [main]
static inline void
ton_two_stage_prepare(TonTwoStage* t, double up_s, double down_s, double rate)
{
  t->up = 1.0 - exp(-1.0 / (up_s * rate));
  t->down = 1.0 - exp(-1.0 / (down_s * rate));
}

/// Share of one lane, 0 to 1.  [audio]
static inline void
ton_two_stage_set(TonTwoStage* t, uint32_t lane, float share)
{
  t->share[lane] = share;
  t->any = ton_vi_any(t->share > 0.0F);
}

/// Forget the sound.  [audio]
static inline void
ton_two_stage_reset(TonTwoStage* t)
{
  memset(t->charge, 0, sizeof(t->charge));
}

/// n gain reductions, in place; lanes of one stage keep every bit.  [audio]
static inline void
ton_two_stage(TonTwoStage* t, TonV* c, uint32_t n)
{
  for (uint32_t i = 0; i < n; ++i) {
    const TonVd low = ton_v_low(c[i]) - t->charge[0];
    const TonVd high = ton_v_high(c[i]) - t->charge[1];
    // up is faster than down: the larger step is that of the right direction
    t->charge[0] += ton_vd_max(t->up * low, t->down * low);
    t->charge[1] += ton_vd_max(t->up * high, t->down * high);
    const TonV charge = ton_vd_join(t->charge[0], t->charge[1]);
    c[i] = ton_v_max(t->share * charge, c[i]);
  }
}

#endif
