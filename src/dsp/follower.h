// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_DSP_FOLLOWER_H
#define TON_DSP_FOLLOWER_H

/**
   @file
   Attack, hold and release of a gain reduction, in lanes.

   Smooth decoupled detector (Giannoulis, Massberg, Reiss 2012, eq. 17):

     y[n] = max(c, stay y[n-1] + (1 - stay) c)
     r[n] = rise r[n-1] + (1 - rise) y[n]

   in double, since a float stands still long before it arrives.  The sum
   r / (1 - rise) is kept: one multiplication less.
*/

#include "dsp/gain_computer.h"
#include "dsp/kernels/lanes.h"

#include <math.h>
#include <stdbool.h>

typedef struct {
  // Low and high half of the lanes
  TonVd stay[2];        ///< Share of the peak kept each frame
  TonVd leave[2];       ///< 1 - stay
  TonVd rise[2];        ///< Share of the gain reduction kept, upwards
  TonVd fall[2];        ///< The same downwards
  TonVd fall_weight[2]; ///< (1 - fall) / (1 - rise)
  TonVd hold[2];        ///< Frames
  TonV weight;          ///< 1 - rise
  TonVd peak[2];        ///< State: y
  TonVd held[2];        ///< State: frames of hold left
  TonVd sum[2];         ///< State: r / weight
  bool odd;             ///< Some lane holds, or falls unlike it rises
} TonFollower;

/// Times of one lane, in frames.  The gain reduction stays.  [audio]
static inline void
ton_follower_set(TonFollower* f, uint32_t lane, double attack, double hold,
                 double release)
{
  const TonBallistics t = ton_ballistics(attack, release);
  const uint32_t h = lane / (TON_LANES / 2);
  const uint32_t k = lane % (TON_LANES / 2);
  const float weight = f->weight[lane];
  f->stay[h][k] = exp(-1.0 / t.hold_peak);
  f->leave[h][k] = 1.0 - f->stay[h][k];
  f->rise[h][k] = exp(-1.0 / t.rise);
  f->fall[h][k] = exp(-1.0 / t.fall);
  f->fall_weight[h][k] = (1.0 - f->fall[h][k]) / (1.0 - f->rise[h][k]);
  f->hold[h][k] = rint(hold);
  f->held[h][k] = fmin(f->held[h][k], f->hold[h][k]);
  f->weight[lane] = (float)(1.0 - f->rise[h][k]);
  f->sum[h][k] *=
      weight > 0.0F ? (double)weight / (double)f->weight[lane] : 0.0;
  f->odd = false;
  for (int i = 0; i < 2; ++i) {
    const TonVd more = f->hold[i] + (f->rise[i] - f->fall[i]);
    for (int j = 0; j < TON_LANES / 2; ++j) {
      f->odd = f->odd || more[j] != 0.0;
    }
  }
}

/// Forget the sound.  [audio]
static inline void
ton_follower_reset(TonFollower* f)
{
  memset(f->peak, 0, sizeof(f->peak));
  memset(f->held, 0, sizeof(f->held));
  memset(f->sum, 0, sizeof(f->sum));
}

static inline void
ton_follow_plain(TonFollower* f, TonV* c, uint32_t n)
{
  const TonVd stay[2] = {f->stay[0], f->stay[1]};
  const TonVd leave[2] = {f->leave[0], f->leave[1]};
  const TonVd rise[2] = {f->rise[0], f->rise[1]};
  const TonV weight = f->weight;
  TonVd peak[2] = {f->peak[0], f->peak[1]};
  TonVd sum[2] = {f->sum[0], f->sum[1]};
  for (uint32_t i = 0; i < n; ++i) {
    const TonVd in[2] = {ton_v_low(c[i]), ton_v_high(c[i])};
#pragma GCC unroll 2
    for (int h = 0; h < 2; ++h) {
      peak[h] = ton_vd_max(in[h], stay[h] * peak[h] + leave[h] * in[h]);
      sum[h] = rise[h] * sum[h] + peak[h];
    }
    c[i] = weight * ton_vd_join(sum[0], sum[1]);
  }
  memcpy(f->peak, peak, sizeof(peak));
  memcpy(f->sum, sum, sizeof(sum));
}

/// With a hold, and a fall of the second pole apart from its rise: the lesser
/// of both ways is the rise upwards and the fall downwards
static inline void
ton_follow_odd(TonFollower* f, TonV* c, uint32_t n)
{
  for (uint32_t i = 0; i < n; ++i) {
    const TonVd in[2] = {ton_v_low(c[i]), ton_v_high(c[i])};
    for (int h = 0; h < 2; ++h) {
      const TonVd y = f->peak[h];
      const TonVd fallen = f->stay[h] * y + f->leave[h] * in[h];
      f->held[h] =
          ton_vd_select((TonVi)(in[h] >= y), f->hold[h], f->held[h] - 1.0);
      const TonVi holds = (TonVi)(f->held[h] > 0.0);
      f->peak[h] = ton_vd_max(in[h], ton_vd_select(holds, y, fallen));
      const TonVd up = f->rise[h] * f->sum[h] + f->peak[h];
      const TonVd down =
          f->fall[h] * f->sum[h] + f->fall_weight[h] * f->peak[h];
      f->sum[h] = ton_vd_select((TonVi)(down < up), down, up);
    }
    c[i] = f->weight * ton_vd_join(f->sum[0], f->sum[1]);
  }
}

/// n frames of wanted reduction c >= 0 become the reduction, in place; both
/// ways give the same bits where both apply.  [audio]
static inline void
ton_follow(TonFollower* f, TonV* c, uint32_t n)
{
  if (f->odd) {
    ton_follow_odd(f, c, n);
  } else {
    ton_follow_plain(f, c, n);
  }
}

/// States too small ever to be heard become zero before they are denormal.
/// No later sum can tell: the least reduction that counts is 1e-38.  [audio]
static inline void
ton_follower_settle(TonFollower* f)
{
  for (int h = 0; h < 2; ++h) {
    const TonVd zero = ton_vd(0.0);
    f->peak[h] = ton_vd_select((TonVi)(f->peak[h] > 1e-100), f->peak[h], zero);
    f->sum[h] = ton_vd_select((TonVi)(f->sum[h] > 1e-100), f->sum[h], zero);
  }
}

#endif
