// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_DSP_FILTER_FIT_H
#define TON_DSP_FILTER_FIT_H

/**
   @file
   Fit poles and zeros to an analogue curve where a match is too coarse.
*/

#include "dsp/filter_design.h"

#include <stdbool.h>

/// Above this w a bell of q 1 and +12 dB gains from the fit
#define TON_FIT_FROM 0.06

/// Squared magnitude of a polynomial in the basis of filter_match.c
typedef struct {
  double p[3];
} TonPower;

/// The minimum-phase polynomial of a squared magnitude; false if it is
/// negative somewhere.  [any]
bool ton_power_root(const TonPower* power, double* p0, double* p1, double* p2);

/// Poles and zeros nearest to the analogue curve over the audible band: bell,
/// high shelf (boosts) or low-pass.  False if none was found.  [any]
bool ton_filter_fit(TonFilterShape shape, double w, double gain_db, double q,
                    TonBiquad* biquad);

#endif
