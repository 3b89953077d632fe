// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_DSP_INTER_SAMPLE_H
#define TON_DSP_INTER_SAMPLE_H

/**
   @file
   Peaks between the samples, in lanes, for detectors that react within a
   sample or two.

   A detector that sees the samples alone reads the peaks of a steady tone now
   higher, now lower, and its gain beats with the sample rate.  Here a frame's
   level is the largest of |x| and of the sound at three places between two
   frames, REACH frames ago: a sinc of 12 taps in a Kaiser window (beta 6).
*/

#include "dsp/kaiser.h"
#include "dsp/kernels/lanes.h"

#include <math.h>

enum {
  TON_INTER_REACH = 6, ///< Taps to each side; frames that a peak comes late
  TON_INTER_TAPS = 2 * TON_INTER_REACH,
  TON_INTER_FRAMES = 64, ///< Most frames of one call
};

typedef struct {
  float quarter[TON_INTER_TAPS]; ///< A quarter of a frame on; three quarters
                                 ///< are these backwards
  float half[TON_INTER_TAPS];
  TonV past[TON_INTER_TAPS - 1]; ///< State: the frames before, oldest first
} TonInterSample;

static inline void
ton_inter_taps(float* taps, double place)
{
  double h[TON_INTER_TAPS];
  double sum = 0.0;
  for (int i = 0; i < TON_INTER_TAPS; ++i) {
    const double t = i - (TON_INTER_REACH - 1) - place;
    h[i] = sin(M_PI * t) / (M_PI * t) * ton_kaiser(t / TON_INTER_REACH, 6.0);
    sum += h[i];
  }
  for (int i = 0; i < TON_INTER_TAPS; ++i) {
    taps[i] = (float)(h[i] / sum);
  }
}

/// [main]
static inline void
ton_inter_sample_prepare(TonInterSample* s)
{
  ton_inter_taps(s->quarter, 0.25);
  ton_inter_taps(s->half, 0.5);
}

/// Forget the sound.  [audio]
static inline void
ton_inter_sample_reset(TonInterSample* s)
{
  memset(s->past, 0, sizeof(s->past));
}

/// Forget what came while a lane was not looked at.  [audio]
static inline void
ton_inter_sample_forget(TonInterSample* s, uint32_t lane)
{
  for (int i = 0; i < TON_INTER_TAPS - 1; ++i) {
    s->past[i][lane] = 0.0F;
  }
}

/// Largest of the three places in the middle of x[0] to x[TON_INTER_TAPS - 1]
static inline TonV
ton_inter_peak(const TonInterSample* s, const TonV* x)
{
  TonV a = ton_v(0.0F);
  TonV b = ton_v(0.0F);
  TonV c = ton_v(0.0F);
  for (int i = 0; i < TON_INTER_TAPS; ++i) {
    a += s->quarter[i] * x[i];
    b += s->half[i] * x[i];
    c += s->quarter[TON_INTER_TAPS - 1 - i] * x[i];
  }
  return ton_v_max(ton_v_max(ton_v_abs(a), ton_v_abs(b)), ton_v_abs(c));
}

/// n (at most TON_INTER_FRAMES) finite frames become their levels where `lanes`
/// is set; the others keep every bit.  [audio]
static inline void
ton_inter_sample(TonInterSample* s, TonVi lanes, TonV* x, uint32_t n)
{
  TonV line[TON_INTER_TAPS - 1 + TON_INTER_FRAMES];
  memcpy(line, s->past, sizeof(s->past));
  memcpy(line + TON_INTER_TAPS - 1, x, n * sizeof(TonV));
  for (uint32_t i = 0; i < n; ++i) {
    const TonV level = ton_v_max(ton_v_abs(x[i]), ton_inter_peak(s, line + i));
    x[i] = ton_v_select(lanes, level, x[i]);
  }
  memcpy(s->past, line + n, sizeof(s->past));
}

#endif
