// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_DSP_FILTER_MATCH_H
#define TON_DSP_FILTER_MATCH_H

/**
   @file
   Match digital filters to analogue curves (Vicanek 2016).
*/

#include "dsp/filter_design.h"

/// Bell, high shelf or tilt that follows the analogue curve; gain above 0 dB,
/// w = 2 pi hz / rate above 0, also beyond pi.  [any]
TonBiquad ton_match_boost(TonFilterShape shape, double w, double gain_db,
                          double q);

/// High-pass, low-pass, band-pass or notch of either order; w below pi.  [any]
TonBiquad ton_match_pass(TonFilterShape shape, double w, double q);

#endif
