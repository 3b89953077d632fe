// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Third-octave power and stereo per band from one short-time transform.

     Hann, 16384 at 48 kHz (a power of two near 0.34 s), half overlap;
     power of a bin = |X|^2 2 / (n sum w^2), shared among the bands it lies in
*/

#include "analysis/meters.h"
#include "base/memory.h"
#include "dsp/fft.h"

#include <math.h>
#include <string.h>

struct Spectrum {
  uint32_t rate;
  uint32_t channels;
  uint32_t n; ///< Length of the transform
  TonFft* fft;
  float* window;
  double norm;
  float* in[2]; ///< First two channels under way
  float* bins[2];
  uint32_t held;
  uint64_t transforms;
  double* power; ///< Per bin, of all channels
  double* left;
  double* right;
  double* cross;
};

double
ton_third_hz(uint32_t band)
{
  return 1000.0 * pow(10.0, ((double)band - 17.0) / 10.0);
}

static const double edges[TON_STEREO_BANDS + 1] = {0.0,    120.0,  500.0,
                                                   2000.0, 8000.0, 1e9};

Spectrum*
spectrum_new(uint32_t rate, uint32_t channels)
{
  Spectrum* const s = ton_alloc(sizeof(Spectrum));
  if (!s) {
    return NULL;
  }
  s->rate = rate;
  s->channels = channels < 2 ? channels : 2;
  for (s->n = 1024; s->n < rate / 4; s->n *= 2) {
  }
  const size_t bins = s->n / 2 + 1;
  s->fft = ton_fft_new(s->n);
  s->window = ton_alloc(s->n * sizeof(float));
  s->power = ton_alloc(4 * bins * sizeof(double));
  for (int c = 0; c < 2; ++c) {
    s->in[c] = ton_alloc(s->n * sizeof(float));
    s->bins[c] = ton_alloc(2 * bins * sizeof(float));
  }
  if (!s->fft || !s->window || !s->power || !s->in[0] || !s->in[1] ||
      !s->bins[0] || !s->bins[1]) {
    spectrum_free(s);
    return NULL;
  }
  s->left = s->power + bins;
  s->right = s->left + bins;
  s->cross = s->right + bins;
  double squares = 0.0;
  for (uint32_t i = 0; i < s->n; ++i) {
    const double w = 0.5 - 0.5 * cos(2.0 * M_PI * i / s->n);
    s->window[i] = (float)w;
    squares += w * w;
  }
  s->norm = 2.0 / ((double)s->n * squares);
  // the first half window lies before the song: silence
  s->held = s->n / 2;
  return s;
}

static void
transform(Spectrum* s)
{
  const uint32_t bins = s->n / 2 + 1;
  for (uint32_t c = 0; c < s->channels; ++c) {
    float* const time = ton_fft_time(s->fft);
    for (uint32_t i = 0; i < s->n; ++i) {
      time[i] = s->in[c][i] * s->window[i];
    }
    memcpy(s->bins[c], ton_fft_forward(s->fft), 2 * bins * sizeof(float));
  }
  const float* const l = s->bins[0];
  const float* const r = s->bins[1];
  for (uint32_t k = 0; k < bins; ++k) {
    const double ll = (double)l[2 * k] * (double)l[2 * k] +
                      (double)l[2 * k + 1] * (double)l[2 * k + 1];
    const double rr = (double)r[2 * k] * (double)r[2 * k] +
                      (double)r[2 * k + 1] * (double)r[2 * k + 1];
    s->power[k] += ll + (s->channels == 2 ? rr : 0.0);
    s->left[k] += ll;
    s->right[k] += rr;
    s->cross[k] += (double)l[2 * k] * (double)r[2 * k] +
                   (double)l[2 * k + 1] * (double)r[2 * k + 1];
  }
  ++s->transforms;
  for (uint32_t c = 0; c < s->channels; ++c) {
    memmove(s->in[c], s->in[c] + s->n / 2, s->n / 2 * sizeof(float));
  }
  s->held = s->n / 2;
}

void
spectrum_add(Spectrum* s, const float* const* in, uint32_t frames)
{
  for (uint32_t at = 0; at < frames;) {
    const uint32_t room = s->n - s->held;
    const uint32_t n = frames - at < room ? frames - at : room;
    for (uint32_t c = 0; c < s->channels; ++c) {
      memcpy(s->in[c] + s->held, in[c] + at, n * sizeof(float));
    }
    s->held += n;
    at += n;
    if (s->held == s->n) {
      transform(s);
    }
  }
}

/// Power between two frequencies: bins count by the share that lies inside
static double
between(const Spectrum* s, const double* power, double low, double high)
{
  const double width = (double)s->rate / s->n;
  double sum = 0.0;
  const uint32_t top = s->n / 2;
  uint32_t k = (uint32_t)fmax(0.0, floor(low / width - 0.5));
  for (; k <= top; ++k) {
    const double from = ((double)k - 0.5) * width;
    const double inside = fmin(high, from + width) - fmax(low, from);
    if (from > high) {
      break;
    }
    sum += inside > 0.0 ? power[k] * inside / width : 0.0;
  }
  return sum;
}

static void
find_bands(const Spectrum* s, double scale, TonMeasurement* m)
{
  for (int b = 0; b < TON_STEREO_BANDS; ++b) {
    const double l = between(s, s->left, edges[b], edges[b + 1]) * scale;
    const double r = between(s, s->right, edges[b], edges[b + 1]) * scale;
    const double x = between(s, s->cross, edges[b], edges[b + 1]) * scale;
    const bool silent = l < 1e-10 && r < 1e-10;
    m->band_correlation[b] = silent || l * r <= 0.0 ? NAN : x / sqrt(l * r);
    const double mid = l + r + 2.0 * x;
    const double side = l + r - 2.0 * x;
    m->band_side_db[b] =
        silent
            ? NAN
            : 10.0 * log10(fmax(side, 1e-13 * mid) / fmax(mid, 1e-13 * side));
  }
}

void
spectrum_finish(Spectrum* s, TonMeasurement* m)
{
  // run the rest out with silence, so that short files are whole as well
  static const float silence[BLOCK];
  const float* const none[2] = {silence, silence};
  const uint64_t before = s->transforms;
  for (uint32_t i = 0; i < s->n / BLOCK + 1; ++i) {
    spectrum_add(s, none, BLOCK);
  }
  (void)before;
  const double scale =
      m->frames ? s->norm * (double)s->n / 2.0 / (double)m->frames : 0.0;
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    const double hz = ton_third_hz(b);
    const double half = pow(10.0, 0.05);
    const double power = between(s, s->power, hz / half, hz * half) * scale;
    m->thirds_db[b] =
        hz / half < s->rate / 2.0 ? 10.0 * log10(power) : -INFINITY;
  }
  if (s->channels == 2) {
    find_bands(s, scale, m);
  }
}

void
spectrum_free(Spectrum* s)
{
  if (s) {
    ton_fft_free(s->fft);
    ton_free(s->window);
    ton_free(s->power);
    for (int c = 0; c < 2; ++c) {
      ton_free(s->in[c]);
      ton_free(s->bins[c]);
    }
    ton_free(s);
  }
}
