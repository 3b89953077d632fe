// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_ENGINE_AUTOMATION_CURVE_H
#define TON_ENGINE_AUTOMATION_CURVE_H

#include "engine/timeline.h"

#include <tonmeister/automation.h>

#include <stdbool.h>
#include <stdint.h>

/**
   @file
   Automation cut into straight pieces.

   Frames are counted in the song.  Pieces end at breakpoints and, while
   something moves, on a grid of 16 frames from frame 0: so they never depend
   on the blocks of a render.
*/

enum { GRID = 16 };

/// One automation curve, breakpoints at whole frames
typedef struct {
  const TonPoint* points; ///< Borrowed
  uint32_t n_points;
  double rate;
} AutomationCurve;

/// Which side of a jump counts
typedef enum { BEFORE, AFTER } JumpSide;

/// Value at a frame
double curve_value(const AutomationCurve* curve, int64_t frame, JumpSide side);

/// End of the piece that begins at `frame`: the next breakpoint, or the next
/// grid line while the value moves; TIME_NEVER after the last point
int64_t curve_piece_end(const AutomationCurve* curve, int64_t frame);

/// Next grid line after a frame
static inline int64_t
grid_after(int64_t frame)
{
  const int64_t line =
      frame >= 0 ? frame / GRID : -((-frame + GRID - 1) / GRID);
  return (line + 1) * GRID;
}

/// First grid line at or after a frame
static inline int64_t
grid_from(int64_t frame)
{
  return grid_after(frame - 1);
}

/// Two one-pole low-passes in series (10 ms each): every move starts and ends
/// without a corner
typedef struct {
  double a;
  double b;
} Smoother;

static inline void
smooth_reset(Smoother* s, double value)
{
  s->a = value;
  s->b = value;
}

static inline double
smooth(Smoother* s, double target, double keep)
{
  s->a = target + keep * (s->a - target);
  s->b = s->a + keep * (s->b - s->a);
  return s->b;
}

/// What is kept of a smoother's distance over some frames
static inline double
smoothing_keep(uint32_t rate, double frames)
{
  return __builtin_exp(-frames / (0.010 * rate));
}

/// Close enough to stop, and then exactly there
bool smooth_settle(Smoother* s, double target);

#endif
