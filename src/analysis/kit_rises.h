// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Kick and snare in a recording of the whole kit.
*/
#ifndef TON_ANALYSIS_KIT_RISES_H
#define TON_ANALYSIS_KIT_RISES_H

#include "analysis/features.h"

#include <tonmeister/status.h>

/// Add to each of the `n_rises` level frames the dB by which a kick and a snare rise
/// in a recording of a whole kit.  TON_NO_MEMORY at worst.  [any]
TonStatus add_kit_rises(const TonFeatures* features, float* kick, float* snare);

#endif
