// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_DSP_KERNELS_QUANTISE_H
#define TON_DSP_KERNELS_QUANTISE_H

/**
   @file
   Float to whole numbers with dither.
*/

#include "dsp/dither.h"

/// Float to little-endian PCM.  All [any], the same bits at every width.
typedef struct {
  /// out[i] = x[i] top + noise, rounded half up, held inside [-top, top - 1].
  /// Returns samples that were outside before the noise, or not a number.
  /// `dither` may be null: no noise.
  uint32_t (*run)(int32_t* out, const float* x, uint32_t frames, float top,
                  const TonDither* dither, uint64_t frame);

  /// Interleave planes of steps as 16 or 24 bit samples
  void (*to16)(uint8_t* out, const int32_t* const* planes, uint32_t channels,
               uint32_t frames);
  void (*to24)(uint8_t* out, const int32_t* const* planes, uint32_t channels,
               uint32_t frames);
} TonQuantiseKernel;

extern const TonQuantiseKernel ton_quantise4;
extern const TonQuantiseKernel ton_quantise8;
extern const TonQuantiseKernel ton_quantise16;

/// Variant for this machine.  [any]
const TonQuantiseKernel* ton_quantise_kernel(void);

#endif
