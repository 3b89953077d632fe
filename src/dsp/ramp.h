// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_DSP_RAMP_H
#define TON_DSP_RAMP_H

/**
   @file
   Coefficients that move in straight lines.
*/

#include "dsp/kernels/lanes.h"

/**
   Coefficients of a bank that move in straight lines, each lane at its time.

           goal ___________
              /
      now ___/            step = (goal - now) / frames
            |--|
           frames

   A processor keeps one TonRamp for its clock and an array of TonRamped for
   its coefficients.  While nothing moves, `now` is constant: the fast loop.
*/
typedef struct {
  uint32_t left[TON_LANES]; ///< Frames until each lane arrives
  uint32_t moving;          ///< Frames until the next arrival, 0 if at rest
} TonRamp;

typedef struct {
  TonV now;
  TonV step;
  TonV goal;
} TonRamped;

/// Move one coefficient of one lane to `value` over `frames`.  [audio]
static inline void
ton_ramp_to(TonRamped* c, uint32_t lane, float value, uint32_t frames)
{
  c->goal[lane] = value;
  if (frames) {
    c->step[lane] = (value - c->now[lane]) / (float)frames;
  } else {
    c->step[lane] = 0.0F;
    c->now[lane] = value;
  }
}

static inline void
ton_ramp_clock(TonRamp* ramp)
{
  ramp->moving = 0;
  for (int i = 0; i < TON_LANES; ++i) {
    const uint32_t left = ramp->left[i];
    if (left && (!ramp->moving || left < ramp->moving)) {
      ramp->moving = left;
    }
  }
}

/// After the coefficients of a lane were sent: start its clock.  [audio]
static inline void
ton_ramp_start(TonRamp* ramp, uint32_t lane, uint32_t frames)
{
  ramp->left[lane] = frames;
  ton_ramp_clock(ramp);
}

/// How many of `frames` can run before a lane arrives.  [audio]
static inline uint32_t
ton_ramp_span(const TonRamp* ramp, uint32_t frames)
{
  return ramp->moving && ramp->moving < frames ? ramp->moving : frames;
}

/// Account for `frames` run; lanes that arrive take their goals exactly
/// (which removes the rounding of the steps).  [audio]
static inline void
ton_ramp_advance(TonRamp* ramp, TonRamped* c, uint32_t n_c, uint32_t frames)
{
  if (!ramp->moving) {
    return;
  }
  for (uint32_t lane = 0; lane < TON_LANES; ++lane) {
    if (!ramp->left[lane]) {
      continue;
    }
    ramp->left[lane] -= frames;
    if (!ramp->left[lane]) {
      for (uint32_t i = 0; i < n_c; ++i) {
        c[i].now[lane] = c[i].goal[lane];
        c[i].step[lane] = 0.0F;
      }
    }
  }
  ton_ramp_clock(ramp);
}

#endif
