// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_DSP_HALF_BAND_H
#define TON_DSP_HALF_BAND_H

/**
   @file
   Half-band filters that change the rate by two, and how many an
   oversampling needs.
*/

#include <stdint.h>

enum {
  TON_HALF_BAND_STAGES = 3,
  TON_HALF_BAND_SIDE = 40, ///< Most taps a side
};

/**
   Linear-phase half-band filters that take a sound to 352.8 or 384 kHz and
   back: doubled three times from 44.1 and 48 kHz, twice from 88.2 and 96 kHz,
   once from 176.4 and 192 kHz.

   Windowed sincs, Kaiser, 132 dB (Crochiere & Rabiner 1983): below `pass` the
   way up and down keeps the level within 0.001 dB; what mirrors into it is
   more than 120 dB down.  Between `pass` and half the rate it falls by 12 dB and a little
   mirrors, above `pass`.

     2 h[2k] = tap[k] = sinc(o/2) kaiser(o / 2 side),  o = 2k - (2 side - 1)

   and all other taps are zero but the middle one.
*/
typedef struct {
  uint32_t factor; ///< 8, 4 or 2
  uint32_t stages; ///< 3, 2 or 1
  uint32_t side[TON_HALF_BAND_STAGES];
  uint32_t wait;    ///< Frames at the top that make the delay whole
  uint32_t latency; ///< Frames, up, one at the top, and down
  float tap[TON_HALF_BAND_STAGES][TON_HALF_BAND_SIDE]; ///< Half of them
} TonHalfBands;

/// All but the taps, for a rate of 44.1 to 192 kHz.  [any]
TonHalfBands ton_half_bands_plan(double rate);

/// [any]
TonHalfBands ton_half_bands(double rate);

/// To four times a rate and back.  [any]
TonHalfBands ton_half_bands_by_four(double rate);

/// Hz up to which a sound of this rate passes unharmed.  [any]
double ton_half_band_pass(double rate);

#endif
