// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_DSP_SVF_RAMP_H
#define TON_DSP_SVF_RAMP_H

#include "dsp/ramp.h"
#include "dsp/svf.h"

#include <stdbool.h>

/**
   @file
   A section of a bank whose coefficients move.

   The poles go from one place to another as g and k in straight lines, the
   outputs as through, direct and tap.  Whatever g and k are on the way, the
   section is a trapezoidal filter, so that nothing can grow.  The clock is
   the processor's: a TonRamp.
*/
typedef struct {
  TonRamped g;
  TonRamped k;
  TonRamped through;
  TonRamped direct;
  TonRamped tap;
  TonV keep; ///< Goals of what follows from g and k
  TonV feed;
  TonV up;
  TonVi lanes; ///< Which move
} TonSvfRamp;

/// The ramp of a lane ends: it takes its goals exactly.  [audio]
static inline void
ton_svf_ramp_finish(TonSvfRamp* m, TonSvfLanes* s, uint32_t lane)
{
  TonRamped* const ramped[] = {&m->g, &m->k, &m->through, &m->direct, &m->tap};
  for (size_t i = 0; i < sizeof(ramped) / sizeof(ramped[0]); ++i) {
    ramped[i]->now[lane] = ramped[i]->goal[lane];
    ramped[i]->step[lane] = 0.0F;
  }
  s->keep[lane] = m->keep[lane];
  s->feed[lane] = m->feed[lane];
  s->up[lane] = m->up[lane];
  s->through[lane] = m->through.now[lane];
  s->direct[lane] = m->direct.now[lane];
  s->tap[lane] = m->tap.now[lane];
  m->lanes[lane] = 0;
}

/// Move a lane to new coefficients over `ramp` frames, 0: at once.  [audio]
static inline void
ton_svf_ramp_to(TonSvfRamp* m, TonSvfLanes* s, uint32_t lane, const TonSvf* c,
                uint32_t ramp)
{
  if (!ramp) {
    // low = ic2 + g ic1, see dsp/svf.h
    s->low[lane] += (c->g - m->g.now[lane]) * s->band[lane];
  }
  m->keep[lane] = c->keep;
  m->feed[lane] = c->feed;
  m->up[lane] = c->up;
  ton_ramp_to(&m->g, lane, c->g, ramp);
  ton_ramp_to(&m->k, lane, c->k, ramp);
  ton_ramp_to(&m->through, lane, c->through, ramp);
  ton_ramp_to(&m->direct, lane, c->direct, ramp);
  ton_ramp_to(&m->tap, lane, c->tap, ramp);
  m->lanes[lane] = -1;
  if (!ramp) {
    ton_svf_ramp_finish(m, s, lane);
  }
}

/// Coefficients of the next frame; before ton_svf_step().  [audio]
static inline void
ton_svf_ramp_step(TonSvfRamp* m, TonSvfLanes* s)
{
  const TonV before = m->g.now;
  m->g.now += m->g.step;
  m->k.now += m->k.step;
  m->through.now += m->through.step;
  m->direct.now += m->direct.step;
  m->tap.now += m->tap.step;
  const TonV g = m->g.now;
  const TonV feed = (g + g) / (1.0F + g * (g + m->k.now));
  s->keep = ton_v_select(m->lanes, 1.0F - m->k.now * feed, s->keep);
  s->feed = ton_v_select(m->lanes, feed, s->feed);
  s->up = ton_v_select(m->lanes, g + g, s->up);
  s->low = ton_v_select(m->lanes, s->low + (g - before) * s->band, s->low);
  s->through = m->through.now;
  s->direct = m->direct.now;
  s->tap = m->tap.now;
}

/// Whether a lane lets everything through, at rest.  [audio]
static inline bool
ton_svf_is_flat(const TonSvfRamp* m, const TonSvfLanes* s, uint32_t lane)
{
  return !m->lanes[lane] && s->through[lane] == 1.0F &&
         s->direct[lane] == 0.0F && s->tap[lane] == 0.0F;
}

#endif
