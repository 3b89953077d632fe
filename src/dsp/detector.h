// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   What the detectors of dynamics processors share, in lanes: side-chain filters,
   averages, stereo link, and the meter of the gain reduction.
*/
#ifndef TON_DSP_DETECTOR_H
#define TON_DSP_DETECTOR_H

#include "dsp/svf.h"

#include <math.h>

/// An octave of amplitude in dB: 20 log10 2
#define TON_OCTAVE_DB 6.0205999132796239

/// Share of the way that a one-pole average moves each frame.  [any]
static inline float
ton_average_feed(double seconds, double rate)
{
  return (float)(1.0 - exp(-1.0 / (seconds * rate)));
}

/// NaN, infinity and more than 120 dBFS become 0: they would stay in filters
/// and averages.  [audio]
static inline TonV
ton_sane(TonV x)
{
  return ton_v_select(ton_v_abs(x) < 1e6F, x, ton_v(0.0F));
}

/// Stereo link: raise the lower level of a pair towards the higher one by a
/// share of 0 to 1.  [audio]
static inline TonV
ton_link(TonV x, TonV link)
{
  const TonV both = ton_v_max(x, ton_v_swap(x));
  return (1.0F - link) * x + link * both;
}

/// Filter of the side-chain of one lane, 12 dB/oct.  [audio]
static inline void
ton_sidechain_filter(TonSvfLanes* s, uint32_t lane, TonFilterShape shape,
                     double hz, double rate)
{
  const TonBiquad b = ton_filter(shape, hz, 0.0, sqrt(0.5), rate);
  const TonSvf svf = ton_svf(&b);
  ton_svf_set(s, lane, &svf);
}

/// Octaves of gain reduction as a meter shows them, in dB.  [audio]
static inline TonV
ton_reduction_db(TonV octaves)
{
  const TonV db = octaves * (float)TON_OCTAVE_DB;
  return ton_v_select(db > 1e-6F, db, ton_v(0.0F));
}

#endif
