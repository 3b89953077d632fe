// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Collecting the spectra of a sound: third and twelfth octaves of half
   overlapping Hann windows.
*/
#include "analysis/features_internal.h"
#include "base/memory.h"

#include <math.h>
#include <string.h>

/// A Hann window keeps 3/8 of the power
#define HANN_POWER       0.375
#define TWELFTHS_FROM_HZ 200.0

static uint32_t
frame_length(double rate)
{
  uint32_t n = 512;
  while (n < 0.08 * rate) {
    n *= 2;
  }
  return n;
}

static void
find_edges(SpectrumCollector* f)
{
  const double edge = pow(2.0, 1.0 / 6.0);
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    f->third_hz[b][0] = ton_third_hz(b) / edge;
    f->third_hz[b][1] = ton_third_hz(b) * edge;
  }
  for (uint32_t b = 0; b < TON_TWELFTHS; ++b) {
    f->twelfth_hz[b] = TWELFTHS_FROM_HZ * pow(2.0, (b + 1) / 12.0);
  }
}

bool
spectra_open(SpectrumCollector* f, double rate, uint32_t channels)
{
  f->rate = rate;
  f->channels = channels;
  f->every = 1;
  f->n = frame_length(rate);
  find_edges(f);
  f->fft = ton_fft_new(f->n);
  f->window = ton_alloc(f->n * sizeof(float));
  f->in = ton_alloc(channels * sizeof(float*));
  f->sum = ton_alloc((f->n / 2 + 2) * sizeof(double));
  bool ok = f->fft && f->window && f->in && f->sum;
  for (uint32_t c = 0; ok && c < channels; ++c) {
    f->in[c] = ton_alloc(f->n * sizeof(float));
    ok = f->in[c] != NULL;
  }
  for (uint32_t i = 0; ok && i < f->n; ++i) {
    f->window[i] = (float)(0.5 - 0.5 * cos(2.0 * M_PI * i / f->n));
  }
  return ok;
}

void
spectra_close(SpectrumCollector* f)
{
  for (uint32_t c = 0; f->in && c < f->channels; ++c) {
    ton_free(f->in[c]);
  }
  ton_free(f->in);
  ton_free(f->window);
  ton_free(f->sum);
  ton_free(f->frames);
  ton_fft_free(f->fft);
}

/// sum[k] = power of the bins below k, all channels
static void
transform(SpectrumCollector* f)
{
  const uint32_t bins = f->n / 2 + 1;
  memset(f->sum, 0, (bins + 1) * sizeof(double));
  for (uint32_t c = 0; c < f->channels; ++c) {
    float* const x = ton_fft_time(f->fft);
    for (uint32_t i = 0; i < f->n; ++i) {
      x[i] = f->in[c][i] * f->window[i];
    }
    const float* const y = ton_fft_forward(f->fft);
    for (uint32_t k = 0; k < bins; ++k) {
      const double re = (double)y[2 * k];
      const double im = (double)y[2 * k + 1];
      f->sum[k + 1] += re * re + im * im;
    }
  }
  const double scale = 2.0 / HANN_POWER / f->n / f->n;
  double run = 0.0;
  for (uint32_t k = 1; k <= bins; ++k) {
    run += f->sum[k] * scale;
    f->sum[k] = run;
  }
}

/// Power below `hz`; bin k reaches from k - 1/2 to k + 1/2
static double
power_below(const SpectrumCollector* f, double hz)
{
  const uint32_t bins = f->n / 2 + 1;
  const double at = hz * f->n / f->rate + 0.5;
  if (at >= bins) {
    return f->sum[bins];
  }
  const uint32_t k = (uint32_t)at;
  return f->sum[k] + (at - k) * (f->sum[k + 1] - f->sum[k]);
}

/// Every second frame makes room for as many again
static void
thin_out(SpectrumCollector* f)
{
  for (uint32_t i = 0; i < f->n_frames / 2; ++i) {
    f->frames[i] = f->frames[2 * (size_t)i];
  }
  f->n_frames /= 2;
  f->every *= 2;
}

static void
take_frame(SpectrumCollector* f)
{
  TonSpectrumFrame* const grown =
      ton_grow(f->frames, &f->capacity, (size_t)f->n_frames + 1,
               sizeof(TonSpectrumFrame));
  if (!grown) {
    f->failed = true;
    return;
  }
  f->frames = grown;
  TonSpectrumFrame* const frame = &grown[f->n_frames++];
  transform(f);
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    frame->thirds[b] = (float)(power_below(f, f->third_hz[b][1]) -
                               power_below(f, f->third_hz[b][0]));
  }
  double below = power_below(f, TWELFTHS_FROM_HZ);
  for (uint32_t b = 0; b < TON_TWELFTHS; ++b) {
    const double next = power_below(f, f->twelfth_hz[b]);
    frame->twelfths[b] = (float)(next - below);
    below = next;
  }
  if (f->n_frames == TON_MAX_SPECTRA) {
    thin_out(f);
  }
}

void
spectra_add(SpectrumCollector* f, const float* const* in, uint32_t n)
{
  for (uint32_t at = 0; at < n;) {
    const uint32_t space = f->n - f->held;
    const uint32_t part = n - at < space ? n - at : space;
    for (uint32_t c = 0; c < f->channels; ++c) {
      memcpy(f->in[c] + f->held, in[c] + at, part * sizeof(float));
    }
    f->held += part;
    at += part;
    if (f->held == f->n) {
      if (f->n_windows++ % f->every == 0) {
        take_frame(f);
      }
      for (uint32_t c = 0; c < f->channels; ++c) {
        memcpy(f->in[c], f->in[c] + f->n / 2, f->n / 2 * sizeof(float));
      }
      f->held = f->n / 2;
    }
  }
}

void
spectra_finish(SpectrumCollector* f, TonFeatures* features)
{
  features->spectrum_hop = f->n / 2 * f->every;
  features->spectrum_window = f->n;
  features->n_spectra = f->n_frames;
  features->spectra = f->frames;
  f->frames = NULL;
}
