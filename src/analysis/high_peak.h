// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   How high the peaks of a sound stand nearly all of the time.
*/
#ifndef TON_ANALYSIS_HIGH_PEAK_H
#define TON_ANALYSIS_HIGH_PEAK_H

#include <tonmeister/measure.h>
#include <tonmeister/status.h>

/// The highest sample of each 0.1 s that 95 % of them stay below, dBFS, over the
/// time in which `mix` sounds (its own peak no more than 20 dB under its loudness);
/// -INFINITY: it never does.  Both with their timelines, from one start.
/// TON_NO_MEMORY at worst.  [any]
TonStatus ton_high_peak(const TonMeasurement* sound, const TonMeasurement* mix,
                        double* dbfs);

#endif
