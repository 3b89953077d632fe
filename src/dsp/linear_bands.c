// SPDX-License-Identifier: GPL-3.0-or-later
/// @file A pair split into bands without any shift of phase.
#include "dsp/linear_bands.h"

#include "base/memory.h"
#include "dsp/convolution.h"

#include <string.h>

enum { MIN_LENGTH = 512 };

struct TonLinearBands {
  uint32_t n_bands;
  uint32_t length; ///< Of the responses
  TonConvolution* low[TON_LINEAR_BANDS - 1][2];
  float* late; ///< Ring of length / 2 frames of the pair
  uint32_t at;
};

typedef struct {
  double hz;
} Crossover;

/// Of two Butterworth low-passes of second order in a row
static double
low_gain(const void* context, double hz)
{
  const double w = hz / ((const Crossover*)context)->hz;
  return 1.0 / (1.0 + w * w * w * w);
}

static uint32_t
length_for(double lowest_hz, double rate)
{
  uint32_t n = MIN_LENGTH;
  while (n < 4.0 * rate / lowest_hz) {
    n *= 2;
  }
  return n;
}

static bool
make_responses(TonLinearBands* b, const double* hz, double rate)
{
  TonFft* const fft = ton_fft_new_for_sound(TON_LINEAR_FFT * b->length);
  float* const taps = ton_alloc(((size_t)b->length + 1) * sizeof(float));
  bool made = fft && taps;
  for (uint32_t k = 0; made && k + 1 < b->n_bands; ++k) {
    const Crossover crossover = {hz[k]};
    const TonGainCurve curve = {low_gain, &crossover, rate};
    ton_fir_linear_phase(fft, &curve, b->length, taps);
    for (int side = 0; side < 2; ++side) {
      b->low[k][side] = ton_convolution_new(taps, b->length + 1);
      made = made && b->low[k][side];
    }
  }
  ton_free(taps);
  ton_fft_free(fft);
  return made;
}

TonLinearBands*
ton_linear_bands_new(const double* hz, uint32_t n_bands, double rate)
{
  TonLinearBands* const b = ton_alloc(sizeof(*b));
  if (b) {
    b->n_bands = n_bands;
    b->length = length_for(hz[0], rate);
    b->late = ton_alloc(b->length * sizeof(float));
  }
  if (!b || !b->late || !make_responses(b, hz, rate)) {
    ton_linear_bands_free(b);
    return NULL;
  }
  return b;
}

void
ton_linear_bands_free(TonLinearBands* b)
{
  for (int i = 0; b && i < 2 * (TON_LINEAR_BANDS - 1); ++i) {
    ton_convolution_free(b->low[i / 2][i % 2]);
  }
  if (b) {
    ton_free(b->late);
  }
  ton_free(b);
}

void
ton_linear_bands_reset(TonLinearBands* b, int64_t song_frame)
{
  for (uint32_t i = 0; i < 2 * (b->n_bands - 1); ++i) {
    ton_convolution_reset(b->low[i / 2][i % 2], song_frame);
  }
  memset(b->late, 0, b->length * sizeof(float));
  b->at = 0;
}

uint32_t
ton_linear_bands_latency(const TonLinearBands* b)
{
  return b->length / 2;
}

uint64_t
ton_linear_bands_memory(const TonLinearBands* b)
{
  return ton_convolution_memory(b->low[0][0]);
}

/// n frames of the pair, half the length late, side after side
static void
delay(TonLinearBands* b, const float* x2, float (*late)[TON_LINEAR_CHUNK],
      uint32_t n)
{
  for (uint32_t i = 0; i < n; ++i) {
    float* const past = b->late + 2 * (size_t)b->at;
    for (uint32_t side = 0; side < 2; ++side) {
      late[side][i] = past[side];
      past[side] = x2[2 * (size_t)i + side];
    }
    b->at = (b->at + 1) % (b->length / 2);
  }
}

void
ton_linear_bands_split(TonLinearBands* b, const float* x2, float* out,
                       uint32_t n)
{
  float late[2][TON_LINEAR_CHUNK];
  float in[TON_LINEAR_CHUNK];
  float low[TON_LINEAR_CHUNK];
  const size_t step = 2 * (size_t)b->n_bands;
  delay(b, x2, late, n);
  for (uint32_t side = 0; side < 2; ++side) {
    float below[TON_LINEAR_CHUNK] = {0};
    float* to = out + side;
    for (uint32_t i = 0; i < n; ++i) {
      in[i] = x2[2 * (size_t)i + side];
    }
    for (uint32_t k = 0; k < b->n_bands; ++k, to += 2) {
      const bool last = k + 1 == b->n_bands;
      if (!last) {
        ton_convolution_run(b->low[k][side], in, low, n);
      }
      for (uint32_t i = 0; i < n; ++i) {
        const float upper = last ? late[side][i] : low[i];
        to[i * step] = upper - below[i];
        below[i] = upper;
      }
    }
  }
}
