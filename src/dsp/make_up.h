// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_DSP_MAKE_UP_H
#define TON_DSP_MAKE_UP_H

/**
   @file
   The gain that makes a compressed sound as loud as it came, in lanes.

   x - K-weighting - power p -+------------ mean over 3 s - before
                              +- * gain^2 - mean over 3 s - after

     make-up = before / after, in octaves, eased

   Both means begin with a little of the same power, so that the make-up begins
   at nothing, and with shorter times, so that a beginning is soon forgotten.
   Below -50 LUFS they stand still.  The weighting of the output is
   taken to be that of the input times the gain, which moves slowly beside it.
*/

#include "dsp/k_weight.h"
#include "dsp/svf.h"

#include <math.h>
#include <stdbool.h>

typedef struct {
  TonSvfLanes stage[2];
  TonVi on;
  TonVi pair;   ///< The sum of both sides counts
  TonV longest; ///< Time of the means at last, in frames
  TonV shortest;
  TonV near_feed;
  TonV ease;
  TonV now;    ///< State: mean power of 100 ms
  TonV time;   ///< State: of the means, in frames
  TonV before; ///< State
  TonV after;  ///< State
  TonV gain;   ///< State, octaves
  bool any;
} TonMakeUp;

/// Power that reads -50 LUFS on one channel: 10^((-50 + 0.691) / 10)
#define TON_MAKE_UP_MIN_POWER 1.1725e-5F

/// As much as reads -40 LUFS stands in the means at the start
#define TON_MAKE_UP_START 1.1725e-4F

/// Most make-up, in octaves: 24 dB
#define TON_MAKE_UP_MAX 3.9863137F

/// Forget the sound.  [audio]
static inline void
ton_make_up_reset(TonMakeUp* m)
{
  ton_svf_clear(&m->stage[0]);
  ton_svf_clear(&m->stage[1]);
  m->now = ton_v(0.0F);
  m->time = m->shortest;
  m->before = ton_v(TON_MAKE_UP_START);
  m->after = ton_v(TON_MAKE_UP_START);
  m->gain = ton_v(0.0F);
}

static inline float
ton_make_up_share(double seconds, double rate)
{
  return (float)(1.0 - exp(-1.0 / (seconds * rate)));
}

/// [main]
static inline void
ton_make_up_prepare(TonMakeUp* m, double rate)
{
  TonKStage stages[2];
  ton_k_stages(rate, stages);
  for (int i = 0; i < 2; ++i) {
    const TonKStage* const k = &stages[i];
    const TonSvf svf =
        ton_svf(&(TonBiquad){k->b[0], k->b[1], k->b[2], k->a[1], k->a[2]});
    for (uint32_t lane = 0; lane < TON_LANES; ++lane) {
      ton_svf_set(&m->stage[i], lane, &svf);
    }
  }
  m->longest = ton_v((float)(3.0 * rate));
  m->shortest = ton_v((float)(0.3 * rate));
  m->near_feed = ton_v(ton_make_up_share(0.1, rate));
  m->ease = ton_v(ton_make_up_share(0.3, rate));
  ton_make_up_reset(m);
}

/// Switch one lane.  [audio]
static inline void
ton_make_up_set(TonMakeUp* m, uint32_t lane, bool on, bool pair)
{
  m->on[lane] = on ? -1 : 0;
  m->pair[lane] = pair ? -1 : 0;
  m->any = ton_vi_any(m->on);
}

static inline TonV
ton_make_up_both(const TonMakeUp* m, TonV power)
{
  return power + (TonV)((TonVi)ton_v_swap(power) & m->pair);
}

/// One frame of sound x under a gain in octaves: the make-up, in octaves; 0 in
/// lanes that are not switched on.  [audio]
static inline TonV
ton_make_up_step(TonMakeUp* m, TonV x, TonV gain)
{
  const TonV zero = ton_v(0.0F);
  const TonV sane = ton_v_select(ton_v_abs(x) < 16.0F, x, zero);
  const TonV k = ton_svf_step(&m->stage[1], ton_svf_step(&m->stage[0], sane));
  const TonV p = ton_v_max(k * k, ton_v(1e-20F));
  m->now += m->near_feed * (p - m->now);
  const TonVi sounds = ton_make_up_both(m, m->now) > TON_MAKE_UP_MIN_POWER;
  const TonV grown = ton_v_min(m->time + 0.25F, m->longest);
  m->time = ton_v_select(sounds, grown, m->time);
  const TonV feed = ton_v_select(sounds, 1.0F / m->time, zero);
  m->before += feed * (p - m->before);
  m->after += feed * (p * ton_v_exp2(gain + gain) - m->after);
  const TonV lost =
      ton_make_up_both(m, m->before) / ton_make_up_both(m, m->after);
  const TonV goal = ton_v_max(0.5F * ton_v_log2(lost), zero);
  m->gain += m->ease * (ton_v_min(goal, ton_v(TON_MAKE_UP_MAX)) - m->gain);
  return ton_v_select(m->on, m->gain, zero);
}

#endif
