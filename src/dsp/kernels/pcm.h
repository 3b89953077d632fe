// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_DSP_KERNELS_PCM_H
#define TON_DSP_KERNELS_PCM_H

/**
   @file
   Samples of 16, 24 and 32 bits to float and back.
*/

#include <stdint.h>

/// Little-endian PCM as it lies in files, to planar float, full scale 1.0.
/// Interleaved `channels` samples a frame.  Exact.  All [any].
typedef struct {
  void (*from16)(float* const* out, const uint8_t* in, uint32_t channels,
                 uint32_t frames);
  void (*from24)(float* const* out, const uint8_t* in, uint32_t channels,
                 uint32_t frames);
  void (*from32)(float* const* out, const uint8_t* in, uint32_t channels,
                 uint32_t frames);
  /// Copies; not-a-number and infinity become 0.  Returns how many did.
  uint64_t (*from_float)(float* const* out, const uint8_t* in,
                         uint32_t channels, uint32_t frames);
} TonPcm;

extern const TonPcm ton_pcm4;
extern const TonPcm ton_pcm8;
extern const TonPcm ton_pcm16;

/// Variant for this machine.  [any]
const TonPcm* ton_pcm(void);

#endif
