// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_DSP_DITHER_H
#define TON_DSP_DITHER_H

#include <stdint.h>

/// 64 well-mixed bits of a counter (SplitMix64, Steele et al. 2014)
static inline uint64_t
ton_mix_bits(uint64_t z)
{
  z *= 0x9E3779B97F4A7C15U;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31);
}

/**
   Triangular noise of +-1 quantiser step for one sample, in steps.

   Sum of two independent uniform +-1/2 (Lipshitz, Wannamaker, Vanderkooy
   1992): mean and variance of the total error no longer depend on the sound.
   A function of seed, channel and frame alone.
*/
static inline double
ton_dither(uint64_t seed, uint32_t channel, uint64_t frame)
{
  const uint64_t bits =
      ton_mix_bits(seed + ton_mix_bits(frame * 64 + channel + 1));
  const double a = (double)(uint32_t)bits * 0x1p-32;
  const double b = (double)(bits >> 32) * 0x1p-32;
  return a + b - 1.0;
}

#endif
