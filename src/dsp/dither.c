// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Dither: TPDF noise, with noise shaping, before samples lose bits.
*/
#include "dsp/dither.h"

#include "dsp/kernels/quantise.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

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

const double*
ton_shape_taps(TonShape shape)
{
  static const double taps[][TON_SHAPE_TAPS] = {
      [TON_SHAPE_FLAT] = {0.0},
      [TON_SHAPE_LIPSHITZ] = {2.033, -2.165, 1.959, -1.590, 0.6149},
      [TON_SHAPE_F_WEIGHTED] = {2.412, -3.370, 3.937, -4.174, 3.353, -2.205,
                                1.281, -0.569, 0.0847},
      [TON_SHAPE_MODIFIED_E] = {1.662, -1.263, 0.4827, -0.2913, 0.1268, -0.1124,
                                0.03252, -0.01265, -0.03524},
      [TON_SHAPE_IMPROVED_E] = {2.847, -4.685, 6.214, -7.184, 6.639, -5.032,
                                3.263, -1.632, 0.4191},
  };
  return taps[shape];
}

/**
   Error feedback (Lipshitz, Vanderkooy, Wannamaker 1991):

   x --(+)-- v --(+)-- round -- y      v = x - sum c_k e[n - k]
       -|        d      |              y = round(v + d)
        +-- c <- e = y - v             y = x + (1 - sum c_k z^-k) e

   The error is taken before y is held inside full scale, so that a clip does
   not ring.
*/
static void
quantise_shaped(TonQuantiser* q, uint32_t channel, TonDither dither,
                uint64_t frame, int32_t* out, const float* x, uint32_t frames)
{
  const double top = q->bits == 16 ? 0x1p15 : 0x1p23;
  const double* const c = ton_shape_taps(q->shape);
  double* const e = q->errors[channel];
  for (uint32_t i = 0; i < frames; ++i) {
    const double sound = x[i] == x[i] ? (double)x[i] * top : 0.0;
    const double limited = fmax(-2.0 * top, fmin(2.0 * top, sound));
    double v = limited;
    for (int k = 0; k < TON_SHAPE_TAPS; ++k) {
      v -= c[k] * e[k];
    }
    const double noise =
        (double)ton_dither_noise(dither, (uint32_t)(frame + i)) /
        TON_DITHER_STEP;
    const double y = floor(v + noise + 0.5);
    memmove(e + 1, e, (TON_SHAPE_TAPS - 1) * sizeof(double));
    e[0] = y - v;
    q->clipped += !(sound >= -top && sound < top - 0.5) || x[i] != x[i];
    out[i] = (int32_t)fmax(-top, fmin(top - 1.0, y));
  }
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

static void
run(TonQuantiser* q, uint32_t channel, TonDither dither, uint64_t frame,
    int32_t* out, const float* x, uint32_t frames)
{
  if (q->dither && q->shape != TON_SHAPE_FLAT) {
    quantise_shaped(q, channel, dither, frame, out, x, frames);
    return;
  }
  q->clipped += ton_quantise_kernel()->run(out, x, frames,
                                           q->bits == 16 ? 0x1p15F : 0x1p23F,
                                           q->dither ? &dither : NULL, frame);
}

/// Runs of zeros inside a piece are shorter than blank_after; only one that
/// began before it can be old enough.
static void
run_and_blank(TonQuantiser* q, uint32_t channel, TonDither dither,
              uint64_t frame, int32_t* out, const float* x, uint32_t frames)
{
  const uint64_t age = q->zeros[channel];
  const uint32_t lead = leading_zeros(x, frames);
  const uint64_t young = age < q->blank_after ? q->blank_after - age : 0;
  const uint32_t from = young < lead ? (uint32_t)young : lead;
  run(q, channel, dither, frame, out, x, from);
  for (uint32_t i = from; i < lead; ++i) {
    out[i] = blanked(q, dither, age + i, frame + i);
    memset(q->errors[channel], 0, sizeof(q->errors[channel]));
  }
  run(q, channel, dither, frame + lead, out + lead, x + lead, frames - lead);
  q->zeros[channel] = lead == frames ? age + lead : trailing_zeros(x, frames);
}

/// Frames before the first sample that has to be rounded
static uint32_t
exact_frames(const TonQuantiser* q, const float* x, uint32_t frames)
{
  const float top = q->bits == 16 ? 0x1p15F : 0x1p23F;
  uint32_t n = 0;
  while (n < frames && x[n] >= -1.0F && x[n] < 1.0F &&
         x[n] * top == truncf(x[n] * top)) {
    ++n;
  }
  return n;
}

/// Copy what fits; returns its frames
static uint32_t
copy_exact(TonQuantiser* q, uint32_t channel, int32_t* out, const float* x,
           uint32_t frames)
{
  if (!q->dither || !q->blank_after || q->rounded[channel]) {
    return 0;
  }
  const uint32_t n = exact_frames(q, x, frames);
  q->rounded[channel] = n < frames;
  ton_quantise_kernel()->run(out, x, n, q->bits == 16 ? 0x1p15F : 0x1p23F, NULL,
                             0);
  return n;
}

void
ton_quantise(TonQuantiser* q, uint32_t channel, uint64_t frame, int32_t* out,
             const float* x, uint32_t frames)
{
  enum { PIECE = 1024 };
  const TonDither dither = ton_dither(q->seed, channel);
  uint32_t done = copy_exact(q, channel, out, x, frames);
  while (done < frames) {
    const uint32_t left = frames - done;
    const uint32_t n = left < PIECE ? left : PIECE;
    if (q->dither && q->blank_after > PIECE) {
      run_and_blank(q, channel, dither, frame + done, out + done, x + done, n);
    } else {
      run(q, channel, dither, frame + done, out + done, x + done, n);
    }
    done += n;
  }
}
