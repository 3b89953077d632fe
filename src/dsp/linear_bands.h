// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_DSP_LINEAR_BANDS_H
#define TON_DSP_LINEAR_BANDS_H

/**
   @file
   A pair split into bands without any shift of phase.

   A low-pass of linear phase for each crossover, with the slopes of a
   Linkwitz-Riley crossover (24 dB/oct); a band is the difference of two of
   them, so that the bands add up to the input, delayed, whatever the length:

     low[0] | low[1] - low[0] | low[2] - low[1] | delayed - low[2]
*/

#include <stdint.h>

enum { TON_LINEAR_BANDS = 6, TON_LINEAR_CHUNK = 64 };

typedef struct TonLinearBands TonLinearBands;

/**
   @param hz n_bands - 1 crossovers, each above the one before
   @param n_bands 2 to TON_LINEAR_BANDS
   @return Null when memory is refused; freed by caller with
           ton_linear_bands_free().  [main]
*/
TonLinearBands* ton_linear_bands_new(const double* hz, uint32_t n_bands,
                                     double rate);

/// Null is allowed.  [main]
void ton_linear_bands_free(TonLinearBands* b);

/// Forget the sound; the next frame is this one of the song.  [audio]
void ton_linear_bands_reset(TonLinearBands* b, int64_t song_frame);

/// Frames of delay: 2 rate / the lowest crossover, up to a power of two.  [any]
uint32_t ton_linear_bands_latency(const TonLinearBands* b);

/// Frames after which nothing of an input counts any more.  [any]
uint64_t ton_linear_bands_memory(const TonLinearBands* b);

/// Split n (at most TON_LINEAR_CHUNK) frames of a pair, interleaved, which are
/// numbers.  `out`: [frame][band][side].  [audio]
void ton_linear_bands_split(TonLinearBands* b, const float* x2, float* out,
                            uint32_t n);

#endif
