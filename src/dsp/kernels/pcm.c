// SPDX-License-Identifier: GPL-3.0-or-later
#include "dsp/kernels/pcm.h"

#include "dsp/kernels/lanes.h"

typedef uint8_t Bytes __attribute__((vector_size(16)));
typedef int32_t Int4 __attribute__((vector_size(16)));
typedef float Float4 __attribute__((vector_size(16)));
typedef float Float4Any __attribute__((vector_size(16), aligned(4)));

static float
read24(const uint8_t* in)
{
  const uint32_t bits =
      (uint32_t)in[0] << 8 | (uint32_t)in[1] << 16 | (uint32_t)in[2] << 24;
  return (float)(int32_t)bits * 0x1p-31F;
}

/// Twelve bytes are four samples: bytes 012 345 678 9ab, each put on top of a
/// zero byte
static Float4
read24x4(const uint8_t* in)
{
  Bytes b;
  memcpy(&b, in, 16);
  const Bytes zero = {0};
  const Int4 top = (Int4)__builtin_shufflevector(b, zero, 16, 0, 1, 2, 16, 3, 4,
                                                 5, 16, 6, 7, 8, 16, 9, 10, 11);
  return __builtin_convertvector(top, Float4) * 0x1p-31F;
}

static void
from24(float* const* out, const uint8_t* in, uint32_t channels, uint32_t frames)
{
  const uint64_t samples = (uint64_t)frames * channels;
  uint64_t i = 0;
  // a load of 16 bytes must not pass the end of the last 12
  if (channels == 1) {
    for (; i + 6 <= samples; i += 4) {
      *(Float4Any*)(out[0] + i) = read24x4(in + 3 * i);
    }
  } else if (channels == 2) {
    for (; i + 10 <= samples; i += 8) {
      const Float4 a = read24x4(in + 3 * i);
      const Float4 b = read24x4(in + 3 * i + 12);
      *(Float4Any*)(out[0] + i / 2) = __builtin_shufflevector(a, b, 0, 2, 4, 6);
      *(Float4Any*)(out[1] + i / 2) = __builtin_shufflevector(a, b, 1, 3, 5, 7);
    }
  }
  for (; i < samples; ++i) {
    out[i % channels][i / channels] = read24(in + 3 * i);
  }
}

/// One channel of interleaved samples; inlined once more where `channels` is
/// known, for the compiler to see the stride
static inline void
plane16(float* restrict to, const uint8_t* restrict in, uint32_t channels,
        uint32_t frames)
{
  for (uint32_t i = 0; i < frames; ++i) {
    int16_t sample;
    memcpy(&sample, in + 2 * ((size_t)i * channels), 2);
    to[i] = (float)sample * 0x1p-15F;
  }
}

static void
from16(float* const* out, const uint8_t* in, uint32_t channels, uint32_t frames)
{
  for (uint32_t c = 0; c < channels; ++c) {
    if (channels == 1) {
      plane16(out[c], in, 1, frames);
    } else if (channels == 2) {
      plane16(out[c], in + 2 * c, 2, frames);
    } else {
      plane16(out[c], in + 2 * (size_t)c, channels, frames);
    }
  }
}

static void
from32(float* const* out, const uint8_t* in, uint32_t channels, uint32_t frames)
{
  for (uint32_t c = 0; c < channels; ++c) {
    float* const to = out[c];
    for (uint32_t i = 0; i < frames; ++i) {
      int32_t sample;
      memcpy(&sample, in + 4 * ((size_t)i * channels + c), 4);
      to[i] = (float)((double)sample * 0x1p-31);
    }
  }
}

/// Returns the greatest exponent met: 0x7F800000 is not a finite number
static inline uint32_t
plane_float(float* restrict to, const uint8_t* restrict in, uint32_t channels,
            uint32_t frames)
{
  uint32_t worst = 0;
  for (uint32_t i = 0; i < frames; ++i) {
    uint32_t bits;
    memcpy(&bits, in + 4 * ((size_t)i * channels), 4);
    memcpy(to + i, &bits, 4);
    const uint32_t exponent = bits & 0x7F800000U;
    worst = exponent > worst ? exponent : worst;
  }
  return worst;
}

static uint64_t
silence_bad(float* x, uint32_t frames)
{
  uint64_t bad = 0;
  for (uint32_t i = 0; i < frames; ++i) {
    if (!__builtin_isfinite(x[i])) {
      x[i] = 0.0F;
      ++bad;
    }
  }
  return bad;
}

static uint64_t
from_float(float* const* out, const uint8_t* in, uint32_t channels,
           uint32_t frames)
{
  uint64_t bad = 0;
  for (uint32_t c = 0; c < channels; ++c) {
    const uint8_t* const from = in + 4 * (size_t)c;
    const uint32_t worst = channels == 1 ? plane_float(out[c], from, 1, frames)
                           : channels == 2
                               ? plane_float(out[c], from, 2, frames)
                               : plane_float(out[c], from, channels, frames);
    bad += worst == 0x7F800000U ? silence_bad(out[c], frames) : 0;
  }
  return bad;
}

const TonPcm TON_LANED(ton_pcm) = {from16, from24, from32, from_float};
