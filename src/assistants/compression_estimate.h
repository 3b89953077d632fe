// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   What a compressor would do to a sound, by its static curve on the 400 ms
   levels.
*/
#ifndef TON_ASSISTANTS_COMPRESSION_ESTIMATE_H
#define TON_ASSISTANTS_COMPRESSION_ESTIMATE_H

#include "analysis/facts.h"
#include "assistants/plan.h"

/// Levels of blocks of 400 ms in which the sound never pauses, rising
typedef struct {
  double* levels; ///< dB; owned by the plan
  uint32_t n;
} BlockLevels;

/// The loud parts of a song: where the loudness over 3 s is among the highest
/// 40 %
typedef struct {
  BlockLevels levels; ///< Re their own mean loudness
  double lufs;        ///< Mean loudness; NaN: shorter than 400 ms
  double range_lu;    ///< P95 - P10 of the levels
} LoudParts;

typedef struct {
  double threshold_db; ///< Re active loudness
  double mean_db;      ///< Gain reduction
  double range_lu;     ///< P95 - P10 behind it
  double lost_lu;      ///< Loudness
} CompressionEstimate;

/// Levels re active loudness; the plan fails when memory is refused.
BlockLevels block_levels(TonPlan* plan, const TonSound* sound);

/// The plan fails when memory is refused.
LoudParts loud_parts(TonPlan* plan, const TonFeatures* features);

/// Mean of what a compressor takes away in the loud parts, dB.  Curves as
/// TonMeasurement.momentary_lufs, n points each, without it and with it.  The plan
/// fails when memory is refused.
double loud_reduction(TonPlan* plan, const TonFeatures* features,
                      const float* without, const float* with, uint32_t n);

/// Needs at least one level.
CompressionEstimate estimate_compression(const BlockLevels* levels,
                                         double threshold_db, double ratio);

#endif
