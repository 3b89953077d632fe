// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Convolution with a long response, without latency.
#include "dsp/convolution.h"

#include "base/memory.h"
#include "dsp/fft.h"

#include <stdbool.h>
#include <string.h>

enum { LEVELS = 3, DIRECT = 64, LONGEST = 4096 };

static const uint32_t sizes[LEVELS + 1] = {DIRECT, 512, LONGEST, 0};

/// Parts of one length; a spectrum is size + 1 real and as many imaginary
/// numbers
typedef struct {
  TonFft* fft;
  uint32_t size;
  uint32_t n_parts;
  uint32_t newest; ///< Of past
  float* impulse;  ///< Spectra of the parts
  float* past;     ///< Spectra of the last n_parts inputs: a ring
  float* in;       ///< The block before, and the one that is filled
  float* out;      ///< Of the block that is filled
} Level;

struct TonConvolution {
  float direct[DIRECT];
  Level level[LEVELS];
  uint32_t n_levels;
  uint32_t at; ///< Song frame, modulo the longest block
  uint64_t n_taps;
};

static size_t
spectrum_floats(const Level* l)
{
  return 2 * ((size_t)l->size + 1);
}

/// Of what was written to ton_fft_time(): re, im pairs apart
static void
transform(const Level* l, float* spectrum)
{
  const float* const pairs = ton_fft_forward(l->fft);
  float* const re = spectrum;
  float* const im = spectrum + l->size + 1;
  for (uint32_t k = 0; k <= l->size; ++k) {
    re[k] = pairs[(size_t)2 * k];
    im[k] = pairs[(size_t)2 * k + 1];
  }
}

/// Parts j = 1 .. n of `size` taps each, scaled for the inverse
static void
take_parts(Level* l, const float* taps, uint64_t n)
{
  const float scale = 0.5F / (float)l->size;
  for (uint32_t j = 0; j < l->n_parts; ++j) {
    const uint64_t from = (uint64_t)(j + 1) * l->size;
    float* const time = ton_fft_time(l->fft);
    memset(time, 0, 2 * (size_t)l->size * sizeof(float));
    for (uint32_t i = 0; i < l->size && from + i < n; ++i) {
      time[i] = scale * taps[from + i];
    }
    transform(l, l->impulse + j * spectrum_floats(l));
  }
}

/// Taps from `size` to `end`; false when memory is refused
static bool
level_open(Level* l, uint32_t size, const float* taps, uint64_t end)
{
  l->size = size;
  l->n_parts = (uint32_t)((end - 1) / size);
  const size_t bytes = l->n_parts * spectrum_floats(l) * sizeof(float);
  l->fft = ton_fft_new_for_sound(2 * size);
  l->impulse = ton_alloc(bytes);
  l->past = ton_alloc(bytes);
  l->in = ton_alloc(2 * (size_t)size * sizeof(float));
  l->out = ton_alloc(size * sizeof(float));
  if (!l->fft || !l->impulse || !l->past || !l->in || !l->out) {
    return false;
  }
  take_parts(l, taps, end);
  return true;
}

TonConvolution*
ton_convolution_new(const float* taps, uint64_t n)
{
  TonConvolution* const c = ton_alloc(sizeof(TonConvolution));
  if (!c) {
    return NULL;
  }
  c->n_taps = n;
  memcpy(c->direct, taps, (n < DIRECT ? n : DIRECT) * sizeof(float));
  // the first level keeps the last inputs for the direct part, too
  for (uint32_t i = 0; i < LEVELS && (!i || n > sizes[i]); ++i) {
    const bool last = !sizes[i + 1] || n <= sizes[i + 1];
    const uint64_t end = last ? n : sizes[i + 1];
    ++c->n_levels;
    if (!level_open(&c->level[i], sizes[i], taps, end ? end : 1)) {
      ton_convolution_free(c);
      return NULL;
    }
  }
  return c;
}

bool
ton_convolution_pair(const TonGainCurve* curve, uint32_t length,
                     TonConvolution* pair[2])
{
  TonFft* const fft = ton_fft_new_for_sound(TON_MINIMUM_FFT * length);
  float* const taps = ton_alloc(length * sizeof(float));
  if (fft && taps) {
    ton_fir_minimum_phase(fft, curve, length, taps);
    pair[0] = ton_convolution_new(taps, length);
    pair[1] = ton_convolution_new(taps, length);
  }
  ton_free(taps);
  ton_fft_free(fft);
  return pair[0] && pair[1];
}

void
ton_convolution_free(TonConvolution* c)
{
  for (uint32_t i = 0; c && i < c->n_levels; ++i) {
    Level* const l = &c->level[i];
    ton_fft_free(l->fft);
    ton_free(l->impulse);
    ton_free(l->past);
    ton_free(l->in);
    ton_free(l->out);
  }
  ton_free(c);
}

void
ton_convolution_reset(TonConvolution* c, int64_t song_frame)
{
  for (uint32_t i = 0; i < c->n_levels; ++i) {
    Level* const l = &c->level[i];
    memset(l->past, 0, l->n_parts * spectrum_floats(l) * sizeof(float));
    memset(l->in, 0, 2 * (size_t)l->size * sizeof(float));
    memset(l->out, 0, l->size * sizeof(float));
    l->newest = 0;
  }
  c->at = (uint32_t)(((song_frame % LONGEST) + LONGEST) % LONGEST);
}

/// sum += x h, complex
static void
multiply_add(float* restrict sum, const float* restrict x,
             const float* restrict h, uint32_t n)
{
  for (uint32_t k = 0; k < n; ++k) {
    sum[k] += x[k] * h[k] - x[n + k] * h[n + k];
    sum[n + k] += x[k] * h[n + k] + x[n + k] * h[k];
  }
}

/// A block is whole: what the next one gets of it and of those before
static void
next_block(Level* l)
{
  enum { MOST = 2 * (LONGEST + 1) };
  float sum[MOST];
  const size_t floats = spectrum_floats(l);
  const uint32_t bins = l->size + 1;
  l->newest = l->newest + 1 < l->n_parts ? l->newest + 1 : 0;
  memcpy(ton_fft_time(l->fft), l->in, 2 * (size_t)l->size * sizeof(float));
  transform(l, l->past + l->newest * floats);
  memset(sum, 0, floats * sizeof(float));
  for (uint32_t j = 0; j < l->n_parts; ++j) {
    const uint32_t k = (l->newest + l->n_parts - j) % l->n_parts;
    multiply_add(sum, l->past + k * floats, l->impulse + j * floats, bins);
  }
  float* const pairs = ton_fft_bins(l->fft);
  for (uint32_t k = 0; k < bins; ++k) {
    pairs[(size_t)2 * k] = sum[k];
    pairs[(size_t)2 * k + 1] = sum[bins + k];
  }
  memcpy(l->out, ton_fft_inverse(l->fft) + l->size, l->size * sizeof(float));
}

/// n frames that lie in one block of the shortest level
static void
run_direct(const TonConvolution* c, const float* x, float* out, uint32_t n)
{
  for (uint32_t i = 0; i < n; ++i) {
    out[i] = c->direct[0] * x[i];
  }
  for (uint32_t k = 1; k < DIRECT; ++k) {
    for (uint32_t i = 0; i < n; ++i) {
      out[i] += c->direct[k] * x[(int64_t)i - k];
    }
  }
}

static void
run_part(TonConvolution* c, const float* in, float* out, uint32_t n)
{
  for (uint32_t i = 0; i < c->n_levels; ++i) {
    Level* const l = &c->level[i];
    memcpy(l->in + l->size + c->at % l->size, in, n * sizeof(float));
  }
  run_direct(c, c->level[0].in + DIRECT + c->at % DIRECT, out, n);
  for (uint32_t i = 0; i < c->n_levels; ++i) {
    Level* const l = &c->level[i];
    const uint32_t from = c->at % l->size;
    for (uint32_t k = 0; k < n; ++k) {
      out[k] += l->out[from + k];
    }
    if (from + n == l->size) {
      if (l->n_parts) {
        next_block(l);
      }
      memcpy(l->in, l->in + l->size, l->size * sizeof(float));
    }
  }
  c->at = (c->at + n) % LONGEST;
}

void
ton_convolution_run(TonConvolution* c, const float* in, float* out, uint32_t n)
{
  while (n) {
    const uint32_t rest = DIRECT - c->at % DIRECT;
    const uint32_t now = n < rest ? n : rest;
    run_part(c, in, out, now);
    in += now;
    out += now;
    n -= now;
  }
}

uint64_t
ton_convolution_memory(const TonConvolution* c)
{
  const Level* const l = &c->level[c->n_levels - 1];
  return c->n_taps + 2 * (uint64_t)l->size;
}
