// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Samples of 16, 24 and 32 bits to float and back.
*/
#include "dsp/kernels/pcm.h"

#include "dsp/kernels/transpose.h"

#if TON_LANES == 16 && defined(__AVX512BW__)
typedef TonV Wide;
#else
typedef uint8_t PcmBytes __attribute__((vector_size(16)));
typedef int32_t Int4 __attribute__((vector_size(16)));
typedef float Wide __attribute__((vector_size(16)));
#endif
typedef Wide WideAny __attribute__((aligned(4)));

/// Samples of 24 bits in a vector, and how many a load of its size touches
enum { WIDE = sizeof(Wide) / 4, TOUCHED = (4 * WIDE + 2) / 3 };

static float
read24(const uint8_t* in)
{
  const uint32_t bits =
      (uint32_t)in[0] << 8 | (uint32_t)in[1] << 16 | (uint32_t)in[2] << 24;
  return (float)(int32_t)bits * 0x1p-31F;
}

/// Twelve bytes are four samples: bytes 012 345 678 9ab, each put on top of a
/// zero byte
static inline Wide
read24_wide(const uint8_t* in)
{
#if TON_LANES == 16 && defined(__AVX512BW__)
  const __m512i twelve =
      _mm512_setr_epi32(0, 1, 2, 2, 3, 4, 5, 5, 6, 7, 8, 8, 9, 10, 11, 11);
  const __m512i on_top = _mm512_broadcast_i32x4(
      _mm_setr_epi8(-1, 0, 1, 2, -1, 3, 4, 5, -1, 6, 7, 8, -1, 9, 10, 11));
  const __m512i b = _mm512_permutexvar_epi32(twelve, _mm512_loadu_si512(in));
  const TonVi top = (TonVi)_mm512_shuffle_epi8(b, on_top);
#else
  PcmBytes b;
  memcpy(&b, in, 16);
  const PcmBytes zero = {0};
  const Int4 top = (Int4)__builtin_shufflevector(b, zero, 16, 0, 1, 2, 16, 3, 4,
                                                 5, 16, 6, 7, 8, 16, 9, 10, 11);
#endif
  return __builtin_convertvector(top, Wide) * 0x1p-31F;
}

/// Left samples first, right ones second, of two vectors in turn
static inline void
apart(Wide a, Wide b, float* left, float* right)
{
#if TON_LANES == 16 && defined(__AVX512BW__)
  *(WideAny*)left = ton_v_even(a, b);
  *(WideAny*)right = ton_v_odd(a, b);
#else
  *(WideAny*)left = __builtin_shufflevector(a, b, 0, 2, 4, 6);
  *(WideAny*)right = __builtin_shufflevector(a, b, 1, 3, 5, 7);
#endif
}

static void
from24(float* const* out, const uint8_t* in, uint32_t channels, uint32_t frames)
{
  const uint64_t samples = (uint64_t)frames * channels;
  uint64_t i = 0;
  if (channels == 1) {
    for (; i + TOUCHED <= samples; i += WIDE) {
      *(WideAny*)(out[0] + i) = read24_wide(in + 3 * i);
    }
  } else if (channels == 2) {
    for (; i + WIDE + TOUCHED <= samples; i += 2 * (uint64_t)WIDE) {
      apart(read24_wide(in + 3 * i), read24_wide(in + 3 * (i + WIDE)),
            out[0] + i / 2, out[1] + i / 2);
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
