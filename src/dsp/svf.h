// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_DSP_SVF_H
#define TON_DSP_SVF_H

#include "dsp/filter_design.h"
#include "dsp/kernels/lanes.h"

/**
   @file
   One second-order section with states that do not jump when it moves.

       x ---+--> v = x - low ---------- direct ----+
            |         | feed                       |
            |         v                            |
            |    band = keep band + feed v -- tap -+--> y
            |         | up            (band before)|
            |         v                            |
            |    low = low + up band               |
            +------------------ through -----------+

   This is the trapezoidal state-variable filter (Zavalishin 2012, Simper 2013)
   in other coordinates: with its states ic1 and ic2,

       band = ic1,  low = ic2 + g ic1,  up = 2g,
       feed = 2g / (1 + g (g + k)),  keep = 1 - k feed

   three additions for the poles where the usual form needs five.  Its float
   noise is that of the usual form.  When g changes, the old states remain
   valid as ic1 and ic2: add (g - g before) band to low.  In ic1 and ic2 each
   step shrinks ic1^2 + ic2^2 whatever g and k are, so that no movement of
   the coefficients can make it grow.
*/

/// A section of a bank: every lane with coefficients and states of its own
typedef struct {
  TonV keep;
  TonV feed;
  TonV up;
  TonV through;
  TonV direct;
  TonV tap;
  TonV band; ///< State
  TonV low;  ///< State
} TonSvfLanes;

/// Set one lane; its states stay.  [audio]
static inline void
ton_svf_set(TonSvfLanes* s, uint32_t lane, const TonSvf* c)
{
  s->low[lane] += (c->g - 0.5F * s->up[lane]) * s->band[lane];
  s->keep[lane] = c->keep;
  s->feed[lane] = c->feed;
  s->up[lane] = c->up;
  s->through[lane] = c->through;
  s->direct[lane] = c->direct;
  s->tap[lane] = c->tap;
}

/// One frame.  [audio]
static inline TonV
ton_svf_step(TonSvfLanes* s, TonV x)
{
  const TonV v = x - s->low;
  const TonV y = s->direct * v + s->tap * s->band + s->through * x;
  s->band = s->keep * s->band + s->feed * v;
  s->low = s->low + s->up * s->band;
  return y;
}

/// Forget the sound, also NaN.  [audio]
static inline void
ton_svf_clear(TonSvfLanes* s)
{
  memset(&s->band, 0, sizeof(s->band));
  memset(&s->low, 0, sizeof(s->low));
}

/// Clear lanes whose states are not finite.  [audio]
static inline void
ton_svf_heal(TonSvfLanes* s)
{
  // NOLINTNEXTLINE(misc-redundant-expression)
  const TonV sum = s->band - s->band + (s->low - s->low); // 0, or NaN
  const TonVi fine = sum == 0.0F;
  s->band = ton_v_select(fine, s->band, (TonV){0});
  s->low = ton_v_select(fine, s->low, (TonV){0});
}

/// A section in double, for half of the lanes: of a bank, two
typedef struct {
  TonVd keep;
  TonVd feed;
  TonVd up;
  TonVd through;
  TonVd direct;
  TonVd tap;
  TonVd band; ///< State
  TonVd low;  ///< State
} TonSvfHalf;

/// Set one lane (0 to TON_LANES / 2 - 1); its states stay.  [audio]
static inline void
ton_svf_half_set(TonSvfHalf* s, uint32_t lane, const TonSvfDouble* c)
{
  s->keep[lane] = c->keep;
  s->feed[lane] = c->feed;
  s->up[lane] = c->up;
  s->through[lane] = c->through;
  s->direct[lane] = c->direct;
  s->tap[lane] = c->tap;
}

/// One frame.  [audio]
static inline TonVd
ton_svf_half_step(TonSvfHalf* s, TonVd x)
{
  const TonVd v = x - s->low;
  const TonVd y = s->direct * v + s->tap * s->band + s->through * x;
  s->band = s->keep * s->band + s->feed * v;
  s->low = s->low + s->up * s->band;
  return y;
}

/// Clear lanes whose states are not finite.  [audio]
static inline void
ton_svf_half_heal(TonSvfHalf* s)
{
  // NOLINTNEXTLINE(misc-redundant-expression)
  const TonVd sum = s->band - s->band + (s->low - s->low); // 0, or NaN
  const TonVi fine = (TonVi)(sum == 0.0);
  s->band = ton_vd_select(fine, s->band, (TonVd){0});
  s->low = ton_vd_select(fine, s->low, (TonVd){0});
}

#endif
