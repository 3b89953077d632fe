// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_DSP_SONG_NOISE_H
#define TON_DSP_SONG_NOISE_H

/**
   @file
   Noise that belongs to the frames of a song, so that a render which starts
   anywhere has the same; and when it sounds.
*/

#include <math.h>
#include <stdint.h>

/// 64 random bits of a frame of a side (splitmix64).  [audio]
static inline uint64_t
ton_song_bits(int64_t frame, int side)
{
  uint64_t x = ((uint64_t)frame * 2 + (uint64_t)side) * 0x9E3779B97F4A7C15ULL;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31);
}

/// White noise of variance 1: the sum of two uniforms.  [audio]
static inline double
ton_song_noise(int64_t frame, int side)
{
  const uint64_t bits = ton_song_bits(frame, side);
  const double a = (double)(int32_t)(uint32_t)(bits >> 32) * 0x1p-31;
  const double b = (double)(int32_t)(uint32_t)bits * 0x1p-31;
  return (a + b) * 1.2247448713915890; // sqrt(3/2)
}

/// Seconds of silence behind which a noise fades, for as long
#define TON_NOISE_LASTS_S 0.5

/// Frames since a pair was not silent, with the next one; begins at UINT32_MAX.
/// [audio]
static inline uint32_t
ton_quiet_frames(uint32_t quiet, const float* x2)
{
  if (x2[0] != 0.0F || x2[1] != 0.0F) {
    return 0;
  }
  return quiet < UINT32_MAX ? quiet + 1 : quiet;
}

/// Gain of a noise that sounds with the music: 1, and 0 in long silence.
/// [audio]
static inline double
ton_noise_gain(uint32_t quiet, double rate)
{
  const double over = quiet / rate / TON_NOISE_LASTS_S - 1.0;
  return fmin(fmax(1.0 - over, 0.0), 1.0);
}

#endif
