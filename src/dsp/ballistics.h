// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_DSP_BALLISTICS_H
#define TON_DSP_BALLISTICS_H

/**
   @file
   Attack, hold and release of a gain reduction, in lanes.

   Smooth decoupled detector (Giannoulis, Massberg, Reiss 2012, eq. 17), whose
   second pole is bounded:

     y[n] = max(c, stay y[n-1] + (1 - stay) c)                     release
     r[n] = min(r[n-1] + (1 - late) (y[n] - r[n-1]), y[n] + e[n])  attack
     e[n] = fade e[n-1] + what y rose above its own fall

        c __     _     _
            |   | |   | |
            |_ _| |_ _| |____________
        y  ___  /\    /\                   falls at every pause
              \/  \  /  \,
                   \/     '-.._
        r  .................                the attack rounds the ripple,
                            '-.._           yet a release is y itself

   A tone keeps pushing y up: e lets the second pole smooth its ripple.  When
   nothing comes any more e fades, and the release is y's own: one pole with
   the time it says.

   State is float.  A one-pole in float stops short of its goal, because its
   steps become smaller than the rounding of its value; so the distance to the
   goal is stored instead, which shrinks to zero:  x = y - c,  lag = y - r.
*/

#include "dsp/kernels/lanes.h"

#include <math.h>
#include <stdbool.h>

typedef struct {
  TonV stay;  ///< Share of x kept each frame
  TonV late;  ///< Share of the lag kept
  TonV fade;  ///< Share of e kept
  TonV hold;  ///< Frames
  TonV last;  ///< State: c
  TonV peak;  ///< State: y
  TonV above; ///< State: x
  TonV lag;
  TonV smallest; ///< State: -e, the least lag
  TonV held;     ///< State: frames of hold left
  bool holds;    ///< Some lane does
} TonBallistics;

/// Times in which 63 % are covered
typedef struct {
  double attack_ms;
  double hold_ms; ///< Bridges what lies between two peaks of a tone whose
                  ///< period is known; a hold of any length: sliding_max.h
  double release_ms;
} TonBallisticsTimes;

/// Longest time over which the ripple of a tone is known, ms: half a period at
/// 20 Hz
#define TON_BALLISTICS_RIPPLE_MS 25.0

/// Smaller reductions count as none, in octaves
#define TON_BALLISTICS_NOTHING 1e-15F

/// Times of one lane.  The gain reduction stays.  [audio]
static inline void
ton_ballistics_set(TonBallistics* f, uint32_t lane, const TonBallisticsTimes* t,
                   double rate)
{
  const double frames = rate / 1000.0;
  const double ripple = fmin(TON_BALLISTICS_RIPPLE_MS, 0.5 * t->release_ms);
  f->stay[lane] = (float)exp(-1.0 / (t->release_ms * frames));
  f->late[lane] = (float)exp(-1.0 / (t->attack_ms * frames));
  f->fade[lane] = (float)exp(-1.0 / (ripple * frames));
  f->hold[lane] = (float)rint(t->hold_ms * frames);
  f->held[lane] = fminf(f->held[lane], f->hold[lane]);
  f->holds = ton_vi_any(f->hold > 0.0F);
}

/// Forget the sound.  [audio]
static inline void
ton_ballistics_reset(TonBallistics* f)
{
  memset(&f->last, 0, sizeof(f->last));
  memset(&f->peak, 0, sizeof(f->peak));
  memset(&f->above, 0, sizeof(f->above));
  memset(&f->lag, 0, sizeof(f->lag));
  memset(&f->smallest, 0, sizeof(f->smallest));
  memset(&f->held, 0, sizeof(f->held));
}

/// A bank's poles and their states, in registers
typedef struct {
  TonV stay;
  TonV late;
  TonV fade;
  TonV last;
  TonV peak;
  TonV above;
  TonV lag;
  TonV smallest;
} TonBallisticsRun;

static inline TonBallisticsRun
ton_ballistics_begin(const TonBallistics* f)
{
  return (TonBallisticsRun){f->stay, f->late,  f->fade, f->last,
                            f->peak, f->above, f->lag,  f->smallest};
}

static inline void
ton_ballistics_end(TonBallistics* f, const TonBallisticsRun* v)
{
  f->last = v->last;
  f->peak = v->peak;
  f->above = v->above;
  f->lag = v->lag;
  f->smallest = v->smallest;
}

/// One frame, whose peak falls (or not) to `fallen` above c
static inline TonV
ton_ballistics_step(TonBallisticsRun* v, TonV c, TonV fallen)
{
  v->above = ton_v_max(fallen, ton_v(TON_BALLISTICS_NOTHING));
  const TonV peak = c + v->above;
  v->smallest = v->fade * v->smallest + (fallen - v->above);
  v->lag = ton_v_max(v->late * (v->lag + (peak - v->peak)), v->smallest);
  v->last = c;
  v->peak = peak;
  return peak - v->lag;
}

/// One frame of wanted reduction c >= 0 becomes the reduction, where no lane
/// holds.  [audio]
static inline TonV
ton_ballistics_plain(TonBallisticsRun* v, TonV c)
{
  return ton_ballistics_step(v, c, v->stay * (v->above + (v->last - c)));
}

/// n frames, in place; a lane that does not hold gets the same bits either
/// way.  [audio]
static inline void
ton_ballistics(TonBallistics* f, TonV* c, uint32_t n)
{
  TonBallisticsRun v = ton_ballistics_begin(f);
  for (uint32_t i = 0; !f->holds && i < n; ++i) {
    c[i] = ton_ballistics_plain(&v, c[i]);
  }
  for (uint32_t i = 0; f->holds && i < n; ++i) {
    const TonV s = v.above + (v.last - c[i]);
    f->held =
        ton_v_select(s <= TON_BALLISTICS_NOTHING, f->hold, f->held - 1.0F);
    const TonV fallen = ton_v_select(f->held > 0.0F, s, v.stay * s);
    c[i] = ton_ballistics_step(&v, c[i], fallen);
  }
  ton_ballistics_end(f, &v);
}

/// Lags too small to be heard become zero before they are denormal.  No later
/// sum can tell: the peak's steps are at least 1e-22.  [audio]
static inline void
ton_ballistics_settle(TonBallistics* f)
{
  const TonV zero = ton_v(0.0F);
  f->lag = ton_v_select(ton_v_abs(f->lag) > 1e-33F, f->lag, zero);
  f->smallest = ton_v_select(f->smallest < -1e-33F, f->smallest, zero);
}

#endif
