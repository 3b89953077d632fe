// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_DSP_FIR_DESIGN_H
#define TON_DSP_FIR_DESIGN_H

/**
   @file
   Impulse responses with a wanted gain at every frequency, of linear or of
   minimum phase.
*/

#include "dsp/fft.h"

/// A gain by frequency
typedef struct {
  double (*at)(const void* context, double hz); ///< As a factor
  const void* context;                          ///< First argument of at()
  double rate;                                  ///< Hz
} TonGainCurve;

enum {
  TON_LINEAR_FFT = 4,   ///< Lengths of the transform for linear phase
  TON_MINIMUM_FFT = 16, ///< And for minimum phase
};

/**
   Linear phase: symmetric, the middle `length` / 2 frames late.

   @param fft Of TON_LINEAR_FFT times `length`; scratch
   @param curve Gain, which may be negative
   @param length Even; the outer eighths are faded out
   @param taps Filled: `length` + 1 of them.  [main]
*/
void ton_fir_linear_phase(TonFft* fft, const TonGainCurve* curve,
                          uint32_t length, float* taps);

/**
   Minimum phase: the same gain without a delay, and as little ringing behind
   the first frame as there can be (real cepstrum, folded).

   @param fft Of TON_MINIMUM_FFT times `length`; scratch
   @param curve Gain, 0 or more; below -140 dB it is -140 dB
   @param length Frames; the last eighth is faded out
   @param taps Filled: `length` of them.  [main]
*/
void ton_fir_minimum_phase(TonFft* fft, const TonGainCurve* curve,
                           uint32_t length, float* taps);

#endif
