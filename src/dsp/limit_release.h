// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_DSP_LIMIT_RELEASE_H
#define TON_DSP_LIMIT_RELEASE_H

/**
   @file
   The release of a limiter: how its reduction falls behind the peaks.  The
   limiter's stage applies it per frame, the limiter's model per step of 1 ms.
   Reduction is 1 - gain.

   The release is a single exponential, so that the limiter reduces peaks and
   leaves the level of a song's sections alone.  Two things differ on auto:

   - Peaks that come at even distances, as those of a bass note do, hold the
     reduction from one to the next: the gain stands still and the bass keeps
     its shape.  Peaks at uneven distances are not held, because holding them
     would ask for more gain at the same loudness.
   - Where there is reduction only here and there, it falls three times as slowly
     as where there is reduction most of the time.  A kick keeps its balance of
     attack and body; in dense music slow release would only ask for more gain.
*/

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

/// Peaks up to 2 % below the reduction count as reaching it: two halves of a
/// bass note's period are rarely equal
#define TON_LIMIT_TOUCH 0.98

/// Reduction that counts for the density: 0.5 dB
#define TON_LIMIT_REDUCED 0.056

/// Release after single peaks, in release times
#define TON_LIMIT_LONE 2.5

/// Densities between which the release changes from one to the other
#define TON_LIMIT_SPARSE 0.25
#define TON_LIMIT_DENSE  0.5

/// A release law; times in frames
typedef struct {
  double touch;        ///< Share of the reduction that a peak must ask for
  double lone_keep;    ///< Share kept per frame after single peaks
  double dense_keep;   ///< Share kept per frame in dense limiting
  double memory;       ///< Over which the density is averaged
  uint64_t max_pause;  ///< Longest pause between peaks that is held; 0: none
  uint64_t hold_extra; ///< By which the hold is longer than the pause
} TonLimitRelease;

/// Where a limiter's reduction stands; zeroed at the start
typedef struct {
  double reduction;
  double density; ///< Share of the time with reduction, 0 to 1
  double keep;    ///< Share of the reduction kept per frame
  uint64_t pause; ///< Frames since a peak asked for this reduction
  uint64_t pause_before;
  uint64_t hold; ///< Frames for which the reduction does not fall
} TonReduction;

/// Single exponential, 63 % in `fall` frames.  [any]
static inline TonLimitRelease
ton_limit_release_plain(double fall)
{
  const double keep = exp(-1.0 / fall);
  return (TonLimitRelease){
      .touch = 1.0, .lone_keep = keep, .dense_keep = keep, .memory = 1e9};
}

/// `fall`: frames for 63 % in dense limiting; `rate`: frames per second.  [any]
static inline TonLimitRelease
ton_limit_release_auto(double fall, double rate)
{
  return (TonLimitRelease){.touch = TON_LIMIT_TOUCH,
                           .lone_keep = exp(-1.0 / (TON_LIMIT_LONE * fall)),
                           .dense_keep = exp(-1.0 / fall),
                           .memory = 0.5 * rate,
                           .max_pause = (uint64_t)(0.022 * rate),
                           .hold_extra = (uint64_t)ceil(0.001 * rate)};
}

/// Release time of the next `frames` frames, from the density so far.  [audio]
static inline void
ton_limit_follow_density(const TonLimitRelease* law, TonReduction* r,
                         double frames)
{
  const double now = r->reduction > TON_LIMIT_REDUCED ? 1.0 : 0.0;
  r->density += frames / law->memory * (now - r->density);
  const double way =
      (r->density - TON_LIMIT_SPARSE) / (TON_LIMIT_DENSE - TON_LIMIT_SPARSE);
  const double dense = way < 0.0 ? 0.0 : way > 1.0 ? 1.0 : way;
  r->keep = law->lone_keep + dense * (law->dense_keep - law->lone_keep);
}

/// A peak has ended a pause: when the one before was about as long, the next
/// will be too, and the reduction is held until then
static inline void
ton_limit_end_pause(const TonLimitRelease* law, TonReduction* r)
{
  const uint64_t pause = r->pause;
  const uint64_t before = r->pause_before;
  const uint64_t apart = pause > before ? pause - before : before - pause;
  const bool even = apart <= pause / 8 + law->hold_extra;
  r->hold = even && pause <= law->max_pause ? pause + law->hold_extra : 0;
  r->pause_before = pause;
  r->pause = 0;
}

/// Reduction of the next frame, in which the peaks ask for `need`.  [audio]
static inline double
ton_limit_reduce(const TonLimitRelease* law, TonReduction* r, double need)
{
  if (need > 0.0 && need >= r->reduction * law->touch) {
    if (r->pause) {
      ton_limit_end_pause(law, r);
    }
    r->reduction = need > r->reduction ? need : r->reduction;
  } else if (++r->pause > r->hold) {
    const double fallen = r->reduction * r->keep;
    r->reduction = need > fallen ? need : fallen;
  }
  return r->reduction;
}

#endif
