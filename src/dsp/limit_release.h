// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_DSP_LIMIT_RELEASE_H
#define TON_DSP_LIMIT_RELEASE_H

/**
   @file
   How a limiter lets go.  The limiter's stage lives by this frame by frame, and
   who foresees what a limiter will do, step by step.
*/

#include <stdint.h>

/// Half a period of a bass guitar's low E
#define TON_LIMIT_HOLD_MS 12.5

/// Reduction, 1 - gain, from which it counts: 0.5 dB
#define TON_LIMIT_REDUCED 0.056

/// What goes deeper than this comes back sooner: 4 dB
#define TON_LIMIT_DEEP 0.37

/// Times in frames
typedef struct {
  double fall;       ///< In which 63 % of the reduction comes back
  uint32_t hold;     ///< Frames for which it stays first
  double slow_rise;  ///< The slow part follows long reduction; 0: there is none
  double slow_fall;  ///< After reduction here and there
  double dense_fall; ///< After steady reduction, for the first decibels
  double pause;      ///< Reduction is steady when no pause is longer
  double memory;     ///< Over which that is averaged
} TonLimitRelease;

/// On auto the longer and the more steadily there is reduction, the more slowly
/// it comes back.  `rate`: frames per second.  The hold is the caller's.  [any]
static inline TonLimitRelease
ton_limit_release_auto(double fall, double rate)
{
  const double slow = 0.48 * rate;
  const double dense = 5.4 * rate;
  return (TonLimitRelease){.fall = fall,
                           .slow_rise = 0.1 * rate,
                           .slow_fall = fall > slow ? fall : slow,
                           .dense_fall = fall > dense ? fall : dense,
                           .pause = 0.6 * rate,
                           .memory = rate};
}

/// Fall of the slow part, in frames: steady reduction, `density` 0 to 1, makes
/// it slower, so that the gain does not move with the beat; what goes deeper
/// than the first decibels comes back sooner.  [any]
static inline double
ton_limit_slow_fall(const TonLimitRelease* r, double slow, double density)
{
  const double dense = slow < TON_LIMIT_DEEP ? density : 0.0;
  return r->slow_fall + dense * (r->dense_fall - r->slow_fall);
}

#endif
