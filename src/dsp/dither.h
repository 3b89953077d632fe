// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_DSP_DITHER_H
#define TON_DSP_DITHER_H

/**
   @file
   Dither and noise shaping before samples lose bits.
*/

#include <stdbool.h>
#include <stdint.h>

/// Dither of one channel: two keys drawn from the seed
typedef struct {
  uint32_t early;
  uint32_t late;
} TonDither;

enum {
  TON_DITHER_BITS = 16,                  ///< Fraction bits of the noise
  TON_DITHER_STEP = 65536,               ///< One quantiser step
  TON_DITHER_REST = TON_DITHER_STEP - 1, ///< What the two uniforms sum to
};

/// Keys of one channel.  [any]
TonDither ton_dither(uint64_t seed, uint32_t channel);

/**
   Triangular noise of one frame in steps / 65536, -65535 to 65535.

   Sum of two independent uniform +-1/2 step (Lipshitz, Wannamaker,
   Vanderkooy 1992): mean and variance of the total error no longer depend on
   the sound.  A function of seed, channel and frame alone; it comes round
   after 2^32 frames, a day at 48 kHz.  The mixing is Wellons' two-round
   integer hash (2018), with a second key between the rounds so that no
   channel is another one's reordering.
*/
static inline int32_t
ton_dither_noise(TonDither dither, uint32_t frame)
{
  uint32_t h = frame ^ dither.early;
  h = (h ^ h >> 16) * 0x21F0AAADU;
  h = (h ^ h >> 15) + dither.late;
  h *= 0xD35A2D97U;
  h ^= h >> 15;
  return (int32_t)(h & 0xFFFFU) + (int32_t)(h >> 16) - TON_DITHER_REST;
}

/// Curves of noise shaping, for 44.1 and 48 kHz
typedef enum {
  TON_SHAPE_FLAT,
  TON_SHAPE_LIPSHITZ,   ///< Five taps; Lipshitz et al. 1991
  TON_SHAPE_F_WEIGHTED, ///< Nine taps; Wannamaker 1992
  TON_SHAPE_MODIFIED_E, ///< Nine gentle taps
  TON_SHAPE_IMPROVED_E, ///< Nine steep taps
} TonShape;

enum { TON_SHAPE_TAPS = 9 };

/// Coefficients c of a curve; the noise is multiplied by 1 - sum c_k z^-k.
/// Unused ones are 0.  [any]
const double* ton_shape_taps(TonShape shape);

/// Float to integers of one file: scale, dither, round, hold inside full scale
typedef struct {
  uint32_t bits; ///< 16 or 24
  bool dither;
  TonShape shape; ///< Of the noise, where there is dither
  uint64_t seed;
  uint32_t blank_after; ///< Frames of digital silence before dither goes; 0:
                        ///< it never goes
  uint32_t blank_fade;  ///< Frames of its going
  uint64_t zeros[64];   ///< Frames of silence so far, by channel
  bool rounded[64];     ///< A sample of the channel did not fit its bits
  uint64_t clipped;     ///< Samples over full scale so far
  double errors[64][TON_SHAPE_TAPS]; ///< The last ones of a channel, newest
                                     ///< first
} TonQuantiser;

/**
   Quantise `frames` of one channel.

   Samples that fit their bits are copied: dither begins at the first one that
   must be rounded.  So sound of 16 bits passes to 16 bits unchanged, and
   silence before the sound stays silent, unless `blank_after` is 0.

   @param out Steps, -2^(bits-1) to 2^(bits-1) - 1.  Full scale 1.0 is
          2^(bits-1): what came from such integers goes back to them exactly
          when `dither` is off.
   @param frame Number of the first frame in the file; calls of a channel must
          follow each other
*/
void ton_quantise(TonQuantiser* quantiser, uint32_t channel, uint64_t frame,
                  int32_t* out, const float* x, uint32_t frames);

#endif
