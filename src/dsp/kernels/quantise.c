// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Float to whole numbers with dither, in vectors.
*/
#include "dsp/kernels/quantise.h"

#include "dsp/kernels/lanes.h"

typedef uint8_t Bytes __attribute__((vector_size(16)));
typedef int32_t QuantiseInt4 __attribute__((vector_size(16)));

/**
   In integers, so that 24 bits and the noise both fit:

   v = x top = whole + part,  whole an integer, |part| < 1
   q = whole + floor(part + noise + 1/2)

   Scaling by a power of two and taking the whole away are exact; part and
   noise are counted in steps / 65536.
*/
static inline int32_t
quantise(float x, float top, int32_t noise, uint32_t* over)
{
  const float v = x * top;
  *over += !(v >= -top && v < top - 0.5F);
  const float number = v == v ? v : 0.0F;
  const float low = number < -top ? -top : number;
  const float held = low > top ? top : low;
  const int32_t whole = (int32_t)held;
  const int32_t part = (int32_t)((held - (float)whole) * TON_DITHER_STEP);
  const int32_t q =
      whole + ((part + noise + TON_DITHER_STEP / 2) >> TON_DITHER_BITS);
  const int32_t highest = (int32_t)top - 1;
  const int32_t floored = q < ~highest ? ~highest : q;
  return floored > highest ? highest : floored;
}

static uint32_t
run(int32_t* restrict out, const float* restrict x, uint32_t frames, float top,
    const TonDither* dither, uint64_t frame)
{
  uint32_t over = 0;
  if (!dither) {
    for (uint32_t i = 0; i < frames; ++i) {
      out[i] = quantise(x[i], top, 0, &over);
    }
    return over;
  }
  const TonDither d = *dither;
  const uint32_t from = (uint32_t)frame;
  for (uint32_t i = 0; i < frames; ++i) {
    out[i] = quantise(x[i], top, ton_dither_noise(d, from + i), &over);
  }
  return over;
}

/// One channel; inlined once more where `channels` is known
static inline void
plane16(uint8_t* restrict out, const int32_t* restrict in, uint32_t channels,
        uint32_t frames)
{
  for (uint32_t i = 0; i < frames; ++i) {
    const int16_t sample = (int16_t)in[i];
    memcpy(out + 2 * ((uint64_t)i * channels), &sample, 2);
  }
}

static void
interleave16(uint8_t* restrict out, const int32_t* restrict left,
             const int32_t* restrict right, uint32_t frames)
{
  for (uint32_t i = 0; i < frames; ++i) {
    const uint32_t both =
        (uint32_t)right[i] << 16 | ((uint32_t)left[i] & 0xFFFFU);
    memcpy(out + 4 * (uint64_t)i, &both, 4);
  }
}

static void
to16(uint8_t* out, const int32_t* const* planes, uint32_t channels,
     uint32_t frames)
{
  if (channels == 1) {
    plane16(out, planes[0], 1, frames);
  } else if (channels == 2) {
    interleave16(out, planes[0], planes[1], frames);
  } else {
    for (uint32_t c = 0; c < channels; ++c) {
      plane16(out + 2 * (uint64_t)c, planes[c], channels, frames);
    }
  }
}

/// Low three bytes of each of four
static void
pack24x4(uint8_t* out, QuantiseInt4 steps)
{
  const Bytes b = (Bytes)steps;
  const Bytes packed = __builtin_shufflevector(b, b, 0, 1, 2, 4, 5, 6, 8, 9, 10,
                                               12, 13, 14, 15, 15, 15, 15);
  memcpy(out, &packed, 16);
}

static uint32_t
pack24_mono(uint8_t* out, const int32_t* in, uint32_t frames)
{
  uint32_t i = 0;
  for (; i + 6 <= frames; i += 4) { // a store of 16 bytes reaches 4 further
    QuantiseInt4 steps;
    memcpy(&steps, in + i, 16);
    pack24x4(out + 3 * (uint64_t)i, steps);
  }
  return i;
}

static uint32_t
pack24_stereo(uint8_t* out, const int32_t* left, const int32_t* right,
              uint32_t frames)
{
  uint32_t i = 0;
  for (; i + 5 <= frames; i += 4) {
    QuantiseInt4 l;
    QuantiseInt4 r;
    memcpy(&l, left + i, 16);
    memcpy(&r, right + i, 16);
    uint8_t* const to = out + 6 * (uint64_t)i;
    pack24x4(to, __builtin_shufflevector(l, r, 0, 4, 1, 5));
    pack24x4(to + 12, __builtin_shufflevector(l, r, 2, 6, 3, 7));
  }
  return i;
}

static void
to24(uint8_t* restrict out, const int32_t* const* planes, uint32_t channels,
     uint32_t frames)
{
  uint32_t i = channels == 1 ? pack24_mono(out, planes[0], frames)
               : channels == 2
                   ? pack24_stereo(out, planes[0], planes[1], frames)
                   : 0;
  for (; i < frames; ++i) {
    for (uint32_t c = 0; c < channels; ++c) {
      uint8_t* const to = out + 3 * ((uint64_t)i * channels + c);
      const uint32_t steps = (uint32_t)planes[c][i];
      to[0] = (uint8_t)steps;
      to[1] = (uint8_t)(steps >> 8);
      to[2] = (uint8_t)(steps >> 16);
    }
  }
}

const TonQuantiseKernel TON_LANED(ton_quantise) = {run, to16, to24};
