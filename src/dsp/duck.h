// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_DSP_DUCK_H
#define TON_DSP_DUCK_H

/**
   @file
   Ducking of an effect: its echoes or its reverb get softer while the dry sound
   is playing, and come back in its pauses.
*/

#include <math.h>

typedef struct {
  double rise; ///< Share of the way per frame
  double fall;
  double envelope; ///< Of the dry sound
} TonDuck;

static const double TON_DUCK_RISE_S = 0.010;
static const double TON_DUCK_FALL_S = 0.300;
static const double TON_DUCK_HALF = 0.0316; ///< Level ducked by half: -30 dBFS

/// `rate` in Hz.  [main]
static inline void
ton_duck_prepare(TonDuck* duck, double rate)
{
  duck->rise = 1.0 - exp(-1.0 / (TON_DUCK_RISE_S * rate));
  duck->fall = 1.0 - exp(-1.0 / (TON_DUCK_FALL_S * rate));
}

/// What ton_duck_step() takes for a depth of `db` decibels, 0 to 1.  [any]
static inline double
ton_duck_depth(double db)
{
  return 1.0 - pow(10.0, db / -20.0);
}

/// Gain of the effect for the next frame of the dry sound, linear: 1 in silence,
/// 1 - depth where it is loud.  [audio]
static inline double
ton_duck_step(TonDuck* duck, double depth, double left, double right)
{
  const double more = fmax(fabs(left), fabs(right)) - duck->envelope;
  duck->envelope += (more > 0.0 ? duck->rise : duck->fall) * more;
  const double power = duck->envelope * duck->envelope;
  return 1.0 - depth * power / (power + TON_DUCK_HALF * TON_DUCK_HALF);
}

#endif
