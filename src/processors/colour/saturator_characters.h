// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_PROCESSORS_COLOUR_SATURATOR_CHARACTERS_H
#define TON_PROCESSORS_COLOUR_SATURATOR_CHARACTERS_H

#include "dsp/sum_curve.h"
#include "processors/colour/saturator_params.h"

/**
   @file
   What makes each character of a saturator.  Part of saturator.c.
*/

/// Clean for longer than a tube, then with a corner
static const TonSumShape transistor = {0.5, {0.5}, {1.0, 1.0}};

/// Turns at 2.6 (w = 4.5), passes 0 (w = 12.6) and ends at -2.6.  Turning
/// earlier would fold treble that is driven by 36 dB to -72 dBc (SAT-13)
static const TonSumShape folder = {0.0, {7.8, -10.4}, {13.0 / 3.0, 13.0}};

/// What makes a character
static const struct {
  double pivot_hz;          ///< Of the emphasis
  double emphasis_db;       ///< Treble before bass
  double bias;              ///< In front of the curve, share of its limit
  double sag;               ///< How far the mean square moves the bias
  const TonSumShape* shape; ///< Of its curve, unless it is tanh or the clipper
} makes[CHARACTERS] = {
    [SOFT] = {1000.0, 0.0, 0.0, 0.0, NULL},
    [TUBE] = {1000.0, 0.0, 0.12, 0.4, NULL},
    [TAPE] = {3180.0, 9.0, 0.0, 0.0,
              NULL}, // 50 us, the corner of IEC and NAB tape
    [TRANSFORMER] = {45.0, -9.0, 0.0, 0.0, NULL},
    [HARD] = {1000.0, 0.0, 0.0, 0.0, NULL},
    [TRANSISTOR] = {1000.0, 0.0, 0.15, 0.0, &transistor},
    [FOLD] = {1000.0, 0.0, 0.0, 0.0, &folder},
};

#endif
