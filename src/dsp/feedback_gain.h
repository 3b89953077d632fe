// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_DSP_FEEDBACK_GAIN_H
#define TON_DSP_FEEDBACK_GAIN_H

/**
   @file
   Gain reduction of a compressor that listens to its own output, in lanes.

       x --- * ------+--> y          X = x - edge    o = X - c
             ^       |               c falls or rises towards h(o), one pole
             c <-- pole <-- h

   Levels are in octaves of amplitude (6.02 dB); `edge` is the lower end of the
   knee, of the output.  h is K = ratio - 1 times what lies beyond the knee.  The
   loop has no delay: of the backward step

     c' = c + a (h(X - c') - c')

   o = X - c' is the root of a line or a parabola, by the part of h it lies on.
   The loop makes the attack faster, 1 + K times: `quick` is divided by it, so
   that the attack takes as long as it says.  A release does so once the output is
   below the knee; above it the reduction follows the sound faster.
*/

#include "dsp/gain_curve.h"

typedef struct {
  TonV quick; ///< a of the attack, without the loop
  TonV slow;  ///< a of the release
  TonV c;     ///< State
  TonV rest;  ///< State: what c lost by rounding
  TonVi lanes;
  bool any;
} TonFeedbackGain;

/// Steepest of all: 100:1
#define TON_FEEDBACK_SLOPE 0.99F

/// Smaller reductions count as none, in octaves
#define TON_FEEDBACK_NOTHING 1e-15F

/// Whether one lane listens to its output, and times in which 63 % are covered,
/// in ms.  [audio]
static inline void
ton_feedback_gain_set(TonFeedbackGain* f, uint32_t lane, bool on,
                      double attack_ms, double release_ms, double rate)
{
  f->lanes[lane] = on ? -1 : 0;
  f->any = ton_vi_any(f->lanes);
  f->quick[lane] = (float)expm1(1000.0 / (attack_ms * rate));
  f->slow[lane] = (float)expm1(1000.0 / (release_ms * rate));
}

/// Forget the sound.  [audio]
static inline void
ton_feedback_gain_reset(TonFeedbackGain* f)
{
  memset(&f->c, 0, sizeof(f->c));
  memset(&f->rest, 0, sizeof(f->rest));
}

/// o where it is the root of  (1 + a) o + a h(o) = b
static inline TonV
ton_feedback_root(TonV b, TonV a, TonV steep, TonV knee)
{
  const TonV one = 1.0F + a;
  const TonV push = a * steep;
  const TonV inside = one * one + 2.0F * (push / knee) * b;
  const TonV bent =
      2.0F * b / (one + ton_v_sqrt(ton_v_max(inside, ton_v(0.0F))));
  const TonV line = (b + 0.5F * push * knee) / (one + push);
  return ton_v_select(b <= 0.0F, b / one,
                      ton_v_select(bent > knee, line, bent));
}

/// Reduction, at most `range`, of a sound `x` octaves over the edge (at least 0);
/// `slope` is 1 - 1 / ratio.  [audio]
static inline TonV
ton_feedback_gain(TonFeedbackGain* f, TonV x, TonV slope, TonV knee, TonV range)
{
  const TonV flat = 1.0F - ton_v_min(slope, ton_v(TON_FEEDBACK_SLOPE));
  const TonV steep = (1.0F - flat) / flat;
  const TonV per_knee = 1.0F / knee;
  const TonV before = steep * ton_beyond(x - f->c, knee, per_knee);
  const TonV a = ton_v_select(before > f->c, f->quick * flat, f->slow);
  const TonV o = ton_feedback_root((x - f->c) + a * x, a, steep, knee);
  const TonV goal = steep * ton_beyond(o, knee, per_knee);
  const TonV step = a * (goal - f->c) / (1.0F + a) + f->rest;
  const TonV c = f->c + step;
  const TonVi some = c > TON_FEEDBACK_NOTHING;
  f->rest = (TonV)((TonVi)(step - (c - f->c)) & some);
  f->c = ton_v_min((TonV)((TonVi)c & some), range);
  return f->c;
}

#endif
