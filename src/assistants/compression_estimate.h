// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_ASSISTANTS_COMPRESSION_ESTIMATE_H
#define TON_ASSISTANTS_COMPRESSION_ESTIMATE_H

#include "analysis/stem.h"
#include "base/memory.h"

/**
   @file
   What a compressor would do to a sound, by its static curve on the 400 ms
   levels.
*/

/// Levels over 400 ms re active loudness where the sound never pauses, rising
typedef struct {
  double* levels; ///< dB; owned by the arena
  uint32_t n;
} Levels;

/// The loud parts of a song: where the loudness over 3 s is among the highest
/// 40 %
typedef struct {
  Levels levels;   ///< Over 400 ms re their own mean loudness, rising
  double lufs;     ///< Mean loudness; NaN: shorter than 400 ms
  double range_lu; ///< P95 - P10 of the levels
} Loud;

typedef struct {
  double threshold_db; ///< Re active loudness
  double mean_db;      ///< Gain reduction
  double range_lu;     ///< P95 - P10 behind it
  double lost_lu;      ///< Loudness
} Trial;

Levels levels_read(TonArena* arena, const TonSoundFeatures* facts);

Loud loud_read(TonArena* arena, const TonSoundFeatures* facts);

/// Needs at least one level.
Trial levels_try(const Levels* levels, double threshold_db, double ratio);

#endif
