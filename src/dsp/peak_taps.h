// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_DSP_PEAK_TAPS_H
#define TON_DSP_PEAK_TAPS_H

#include "dsp/kernels/peaks.h"

/**
   The filters between two samples: eight phases of a sinc in a Kaiser window,
   beta 10.  Phase p of frame n stands for the time n + p/8; its tap k meets
   sample n - TON_PEAK_SIDE + 1 + k.

   @param h Filled
   @return Largest sum of |h| of a phase: no peak exceeds max|x| times this.
   [any]
*/
float ton_peak_taps(float h[TON_PEAK_PHASES][TON_PEAK_TAPS]);

#endif
