// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_DSP_CONVOLUTION_H
#define TON_DSP_CONVOLUTION_H

/**
   @file
   Convolution with a long response, without latency.

   The response is cut into parts that grow (Gardner 1995): the first 64 taps
   are summed sample by sample, later ones as spectra of 64, 512 and 4096
   frames, each part as soon as the block before it is whole:

       taps   0      64          512             4096
              |direct| 7 x 64     | 7 x 512       | as many as needed
*/

#include "dsp/fir_design.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct TonConvolution TonConvolution;

/// With `n` taps, which are copied.  Null when memory is refused.  Freed by
/// caller with ton_convolution_free().  [main]
TonConvolution* ton_convolution_new(const float* taps, uint64_t n);

/// Two with one response of minimum phase, ton_fir_minimum_phase(), for left and
/// right.  False: memory was refused; what was made is freed by the caller.  [main]
bool ton_convolution_pair(const TonGainCurve* curve, uint32_t length,
                          TonConvolution* pair[2]);

/// Null is allowed.  [main]
void ton_convolution_free(TonConvolution* c);

/// Forget the sound; the next frame is this one of the song.  Blocks lie where
/// they lie in the song, so a start inside it gives the same bits once the
/// response has passed.  [audio]
void ton_convolution_reset(TonConvolution* c, int64_t song_frame);

/// Convolve n frames; `out` may not be `in`.  Any split into calls gives the
/// same bits.  [audio]
void ton_convolution_run(TonConvolution* c, const float* in, float* out,
                         uint32_t n);

/// Frames after which nothing of an input counts any more: the taps, and the
/// longest blocks that they lie in.  [any]
uint64_t ton_convolution_memory(const TonConvolution* c);

#endif
