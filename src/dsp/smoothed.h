// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_DSP_SMOOTHED_H
#define TON_DSP_SMOOTHED_H

/**
   @file
   Values that follow their goals smoothly, so that a turned knob makes no
   click: for processors that work alone, one step per frame.

       goal        ______________
                  |   .-'
       now  ______|.-'            63 % of the way after one time constant

   A processor numbers its values (enum { DEPTH, MIX, N_SMOOTHED }), fills
   `goal` in update() and reads `now` in process().
*/

#include <math.h>
#include <stdbool.h>
#include <string.h>

enum { TON_SMOOTHED = 8 }; ///< Most values of one processor

typedef struct {
  double now[TON_SMOOTHED];
  double goal[TON_SMOOTHED];
  double share; ///< Part of the distance to the goal gone per frame, 0 to 1
} TonSmoothed;

/// Time constant in seconds, `rate` in Hz.  [main]
static inline void
ton_smoothed_set(TonSmoothed* s, double seconds, double rate)
{
  s->share = 1.0 - exp(-1.0 / (seconds * rate));
}

/// All values take their goals at once.  [audio]
static inline void
ton_smoothed_arrive(TonSmoothed* s)
{
  memcpy(s->now, s->goal, sizeof(s->now));
}

/// Move the first `count` values on by one frame.  [audio]
static inline void
ton_smoothed_step(TonSmoothed* s, int count)
{
  for (int k = 0; k < count; ++k) {
    s->now[k] += s->share * (s->goal[k] - s->now[k]);
  }
}

#endif
