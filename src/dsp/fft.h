// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_DSP_FFT_H
#define TON_DSP_FFT_H

/**
   @file
   Real Fourier transform.
*/

#include <stdint.h>

/// Real transform of one length.  The only door to the FFT library.
typedef struct TonFft TonFft;

/// Length `n`, a power of two from 16.  The plan is found by rule, never by
/// timing, so results repeat.  Null when memory is refused.  Freed by caller
/// with ton_fft_free().  [main]
TonFft* ton_fft_new(uint32_t n);

/// The same without vectors, whose sums differ from machine to machine: for what
/// is heard, so that a render has the same bits everywhere.  [main]
TonFft* ton_fft_new_for_sound(uint32_t n);

void ton_fft_free(TonFft* fft);

/// Where the n samples to transform are written; aligned.  Owned by `fft`.
float* ton_fft_time(TonFft* fft);

/// X[k] = sum x[i] e^(-2 pi j k i / n), k = 0 .. n/2, as re, im pairs.  Owned
/// by `fft`, valid until the next call.  [any]
const float* ton_fft_forward(TonFft* fft);

/// The n/2 + 1 bins to turn back, re, im pairs; overwritten by inverse.
float* ton_fft_bins(TonFft* fft);

/// x[i] = sum X[k] e^(2 pi j k i / n): n times the signal.  Owned by `fft`.
const float* ton_fft_inverse(TonFft* fft);

#endif
