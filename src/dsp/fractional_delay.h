// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_DSP_FRACTIONAL_DELAY_H
#define TON_DSP_FRACTIONAL_DELAY_H

/**
   @file
   Reading between the samples of a delay line.

   A sinc of 16 taps in a Kaiser window (beta 9; Laakso et al. 1996), for 512
   places between two samples and straight lines between those; the taps of each
   place add up to 1.  A vibrato of 2 ms on 5 kHz comes out with errors of
   -100 dB.
*/

#include <stdint.h>
#include <string.h>

enum { TON_FRACTION_TAPS = 16, TON_FRACTION_PLACES = 512 };

/// Shortest delay that can be read, in frames
enum { TON_FRACTION_MIN = TON_FRACTION_TAPS / 2 + 1 };

typedef struct {
  float tap[TON_FRACTION_PLACES + 1][TON_FRACTION_TAPS];
} TonFractions;

/// [main]
void ton_fractions_fill(TonFractions* fractions);

/// A line whose last frames stand side by side: each is written twice
typedef struct {
  float* memory; ///< 2 * frames of them
  uint32_t frames;
} TonLine;

/// Put a frame at `at`, 0 to frames - 1.  [audio]
static inline void
ton_line_write(TonLine line, uint32_t at, float x)
{
  line.memory[at] = x;
  line.memory[at + line.frames] = x;
}

/// Four neighbours, worked on at once
typedef float TonFourTaps __attribute__((vector_size(16)));

static inline TonFourTaps
ton_four_taps(const float* x)
{
  TonFourTaps four;
  memcpy(&four, x, sizeof(four));
  return four;
}

/// What was written `delay` frames before frame `at`, which is not yet written;
/// from TON_FRACTION_MIN to frames - TON_FRACTION_MIN.  [audio]
static inline float
ton_line_read(TonLine line, uint32_t at, double delay, const TonFractions* f)
{
  enum { BEFORE = TON_FRACTION_TAPS / 2 - 1 };
  const uint32_t before = (uint32_t)delay + 1;
  const double place = ((double)before - delay) * (double)TON_FRACTION_PLACES;
  const uint32_t k = (uint32_t)place;
  const float between = (float)(place - (double)k);
  const uint32_t last = k < TON_FRACTION_PLACES ? k + 1 : k;
  const uint32_t centre = at < before ? at + line.frames - before : at - before;
  const float* const x =
      line.memory + (centre >= BEFORE ? centre : centre + line.frames) - BEFORE;
  TonFourTaps sum = {0.0F, 0.0F, 0.0F, 0.0F};
  for (int i = 0; i < TON_FRACTION_TAPS; i += 4) {
    const TonFourTaps low = ton_four_taps(&f->tap[k][i]);
    const TonFourTaps high = ton_four_taps(&f->tap[last][i]);
    sum += (low + between * (high - low)) * ton_four_taps(&x[i]);
  }
  return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

#endif
