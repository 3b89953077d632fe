// SPDX-License-Identifier: GPL-3.0-or-later
/// @file What tests of compressors share: N frames of a pair and a side-chain
/// through PROCESSOR, and the reduction at each frame.  Both are defined before.
#ifndef TON_TEST_REDUCTION_RIG_H
#define TON_TEST_REDUCTION_RIG_H

#include "signals.h"
#include "single_lane.h"

enum { LANES = 4 };

static double left[N];
static double right[N];
static double sidechain[N];
static double out[N];
static double out_right[N];

static inline const TonProcessor*
compressor(void)
{
  return ton_processor_lanes(ton_processor(PROCESSOR), LANES);
}

/// Left and right, listening to sidechain[] on request
static inline void
play(const char* settings, double rate, bool listens, uint32_t frames)
{
  lone_pair(
      compressor(), rate, settings,
      &(LonePair){left, right, listens ? sidechain : NULL, out, out_right},
      frames);
}

static inline void
constant(double* x, uint32_t from, uint32_t to, double dbfs)
{
  for (uint32_t i = from; i < to; ++i) {
    x[i] = pow(10.0, dbfs / 20.0);
  }
}

/// dB, of left[] at a frame
static inline double
reduction(uint32_t i)
{
  return 20.0 * log10(left[i] / out[i]);
}

/// Frames from `from` on until the reduction passes `limit`
static inline double
passes(uint32_t from, double limit, bool upwards)
{
  uint32_t i = from;
  while (i + 1 < N && (reduction(i) < limit) == upwards) {
    ++i;
  }
  return i - from + 1.0;
}

#endif
