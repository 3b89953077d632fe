// SPDX-License-Identifier: GPL-3.0-or-later
#include "dsp/dither.h"

#include "dsp/kernels/quantise.h"

#include <stddef.h>

/// Well-mixed bits of a counter (SplitMix64; Steele, Lea, Flood 2014)
static uint64_t
mix(uint64_t z)
{
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31);
}

TonDither
ton_dither(uint64_t seed, uint32_t channel)
{
  const uint64_t golden = 0x9E3779B97F4A7C15U;
  const uint64_t key = mix(mix(seed + golden) + golden * (channel + 1U));
  return (TonDither){(uint32_t)key, (uint32_t)(key >> 32)};
}

static uint32_t
leading_zeros(const float* x, uint32_t frames)
{
  uint32_t n = 0;
  while (n < frames && x[n] == 0.0F) {
    ++n;
  }
  return n;
}

static uint32_t
trailing_zeros(const float* x, uint32_t frames)
{
  uint32_t n = 0;
  while (n < frames && x[frames - 1 - n] == 0.0F) {
    ++n;
  }
  return n;
}

/// The `age`-th frame of silence: noise fades to nothing from blank_after on
static int32_t
blanked(const TonQuantiser* q, TonDither dither, uint64_t age, uint64_t frame)
{
  const uint64_t gone = age - q->blank_after;
  if (gone >= q->blank_fade) {
    return 0;
  }
  const int64_t noise = (int64_t)ton_dither_noise(dither, (uint32_t)frame) *
                        (int64_t)(q->blank_fade - gone) / q->blank_fade;
  return (int32_t)((noise + TON_DITHER_STEP / 2) >> TON_DITHER_BITS);
}

/// Runs of zeros inside a piece are shorter than blank_after; only one that
/// began before it can be old enough.
static void
blank(TonQuantiser* q, uint32_t channel, TonDither dither, uint64_t frame,
      int32_t* out, const float* x, uint32_t frames)
{
  const uint64_t age = q->zeros[channel];
  const uint32_t lead = leading_zeros(x, frames);
  for (uint32_t i = 0; i < lead; ++i) {
    if (age + i >= q->blank_after) {
      out[i] = blanked(q, dither, age + i, frame + i);
    }
  }
  q->zeros[channel] = lead == frames ? age + lead : trailing_zeros(x, frames);
}

void
ton_quantise(TonQuantiser* q, uint32_t channel, uint64_t frame, int32_t* out,
             const float* x, uint32_t frames)
{
  const TonDither dither = ton_dither(q->seed, channel);
  const float top = q->bits == 16 ? 0x1p15F : 0x1p23F;
  uint32_t done = 0;
  while (done < frames) {
    const uint32_t left = frames - done;
    const uint32_t n = left < 1024 ? left : 1024;
    q->clipped += ton_quantise_kernel()->run(
        out + done, x + done, n, top, q->dither ? &dither : NULL, frame + done);
    if (q->dither && q->blank_after > n) {
      blank(q, channel, dither, frame + done, out + done, x + done, n);
    }
    done += n;
  }
}
