// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   What became of the level of a sound behind a chain of processors.
*/
#ifndef TON_ANALYSIS_LEVELS_BEHIND_H
#define TON_ANALYSIS_LEVELS_BEHIND_H

#include "analysis/features.h"

#include <tonmeister/status.h>

/// Over the 400 ms blocks of which the sound itself plays at least half; NaN:
/// it never does
typedef struct {
  double lufs;     ///< Gated 10 LU under their mean, as TonFacts.active_lufs
  double range_lu; ///< P95 - P10, as TonFacts.range_lu
  double loss_db;  ///< Mean of the level before less that behind
} TonLevelsBehind;

/// `behind` is the measurement of what comes out, with its timeline, from the
/// same start as the sound.  TON_NO_MEMORY at worst.  [any]
TonStatus ton_levels_behind(const TonFeatures* sound,
                            const TonMeasurement* behind,
                            TonLevelsBehind* levels);

#endif
