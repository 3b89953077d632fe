// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Third-octave power and stereo per band from one short-time transform.

     sine window, 32768 at 44.1 and 48 kHz (0.65 s or more), half overlap:
     sin^2 + cos^2 = 1, every sample counts once, the bands add up to the power

   A bin is |X|^2 2 / n, and is shared among the bands it lies in.  Half a
   window of silence lies before and behind the song.  Selectivity against a
   sine, from its band edge: -40 dB at 9 Hz (48 kHz), -12 dB per octave beyond.
*/

#include "analysis/meters.h"
#include "base/memory.h"
#include "dsp/decibel.h"
#include "dsp/fft.h"

#include <math.h>
#include <string.h>

struct Spectrum {
  uint32_t rate;
  uint32_t channels;
  bool thirds;
  bool bands;
  uint32_t n; ///< Length of the transform
  TonFft* fft;
  float* window;
  float* in[MAX_CHANNELS];
  float* left_bins; ///< Kept while the right side is transformed
  uint32_t held;
  double* power; ///< Per bin, of all channels
  double* left;
  double* cross; ///< Re L R*
};

double
ton_third_hz(uint32_t band)
{
  return 1000.0 * pow(10.0, ((double)band - 17.0) / 10.0);
}

static const double edges[TON_STEREO_BANDS + 1] = {0.0,    120.0,  500.0,
                                                   2000.0, 8000.0, 1e9};

static bool
make_buffers(Spectrum* s)
{
  const size_t bins = s->n / 2 + 1;
  s->fft = ton_fft_new(s->n);
  s->window = ton_alloc(s->n * sizeof(float));
  s->left_bins = ton_alloc(2 * bins * sizeof(float));
  s->power = ton_alloc(3 * bins * sizeof(double));
  bool ok = s->fft && s->window && s->left_bins && s->power;
  for (uint32_t c = 0; c < s->channels; ++c) {
    s->in[c] = ton_alloc(s->n * sizeof(float));
    ok &= s->in[c] != NULL;
  }
  if (ok) {
    s->left = s->power + bins;
    s->cross = s->left + bins;
  }
  return ok;
}

Spectrum*
spectrum_new(uint32_t rate, uint32_t channels, bool thirds, bool bands)
{
  Spectrum* const s = ton_alloc(sizeof(Spectrum));
  if (!s) {
    return NULL;
  }
  s->rate = rate;
  s->channels = channels;
  s->thirds = thirds;
  s->bands = bands;
  for (s->n = 1024; s->n < 0.65 * rate; s->n *= 2) {
  }
  if (!make_buffers(s)) {
    spectrum_free(s);
    return NULL;
  }
  for (uint32_t i = 0; i < s->n; ++i) {
    s->window[i] = (float)sin(M_PI * (i + 0.5) / s->n);
  }
  s->held = s->n / 2;
  return s;
}

/// sum[k] += Re A B* of every bin
static void
gather(double* restrict sum, const float* restrict a, const float* restrict b,
       uint32_t bins)
{
  for (uint32_t k = 0; k < bins; ++k) {
    const float re = a[2 * k] * b[2 * k];
    const float im = a[2 * k + 1] * b[2 * k + 1];
    sum[k] += (double)(re + im);
  }
}

static void
gather_bands(Spectrum* s, uint32_t c, const float* bins)
{
  const uint32_t n = s->n / 2 + 1;
  if (c == 0) {
    memcpy(s->left_bins, bins, 2 * n * sizeof(float));
    gather(s->left, bins, bins, n);
  } else if (c == 1) {
    gather(s->cross, s->left_bins, bins, n);
  }
}

static void
transform(Spectrum* s)
{
  const uint32_t half = s->n / 2;
  for (uint32_t c = 0; c < s->channels; ++c) {
    float* const time = ton_fft_time(s->fft);
    for (uint32_t i = 0; i < s->n; ++i) {
      time[i] = s->in[c][i] * s->window[i];
    }
    const float* const bins = ton_fft_forward(s->fft);
    gather(s->power, bins, bins, half + 1);
    if (s->bands) {
      gather_bands(s, c, bins);
    }
    memcpy(s->in[c], s->in[c] + half, half * sizeof(float));
  }
  s->held = half;
}

void
spectrum_add(Spectrum* s, const Tick* tick)
{
  for (uint32_t at = 0; at < tick->n;) {
    const uint32_t space = s->n - s->held;
    const uint32_t n = tick->n - at < space ? tick->n - at : space;
    for (uint32_t c = 0; c < s->channels; ++c) {
      memcpy(s->in[c] + s->held, tick->x[c] + at, n * sizeof(float));
    }
    s->held += n;
    at += n;
    if (s->held == s->n) {
      transform(s);
    }
  }
}

/// Transform the rest, followed by half a window of silence
static void
run_out(Spectrum* s)
{
  for (int i = 0; i < 2; ++i) {
    for (uint32_t c = 0; c < s->channels; ++c) {
      memset(s->in[c] + s->held, 0, (s->n - s->held) * sizeof(float));
    }
    transform(s);
  }
}

/// Power between two frequencies; bins count by the share that lies inside.
/// The bins at 0 and at half the rate stand for themselves alone: half.
static double
between(const Spectrum* s, const double* power, double low, double high)
{
  const double width = (double)s->rate / s->n;
  const uint32_t top = s->n / 2;
  double sum = 0.0;
  uint32_t k = (uint32_t)fmax(0.0, floor(low / width - 0.5));
  for (; k <= top && ((double)k - 0.5) * width < high; ++k) {
    const double from = fmax(0.0, ((double)k - 0.5) * width);
    const double to = fmin(0.5 * s->rate, ((double)k + 0.5) * width);
    const double inside = fmin(high, to) - fmax(low, from);
    sum += inside > 0.0 ? power[k] * inside / width : 0.0;
  }
  return sum;
}

/// Mean over the song
static double
mean_power(const Spectrum* s, const double* power, double low, double high,
           const TonMeasurement* m)
{
  const double scale = 2.0 / s->n / (double)(m->frames ? m->frames : 1);
  return between(s, power, low, high) * scale;
}

static void
find_thirds(const Spectrum* s, TonMeasurement* m)
{
  const double half = pow(10.0, 0.05);
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    const double hz = ton_third_hz(b);
    const double power = mean_power(s, s->power, hz / half, hz * half, m);
    m->thirds_db[b] = ton_power_db(power);
  }
}

static void
find_bands(const Spectrum* s, TonMeasurement* m)
{
  for (int b = 0; b < TON_STEREO_BANDS; ++b) {
    const double all = mean_power(s, s->power, edges[b], edges[b + 1], m);
    const double l = mean_power(s, s->left, edges[b], edges[b + 1], m);
    const double x = mean_power(s, s->cross, edges[b], edges[b + 1], m);
    const double r = fmax(0.0, all - l);
    if (all < 1e-10) {
      continue;
    }
    if (l > 1e-10 && r > 1e-10) {
      m->band_correlation[b] = x / sqrt(l * r);
    }
    // 130 dB below the other side counts as nothing
    const double mid = all + 2.0 * x;
    const double side = all - 2.0 * x;
    m->band_side_db[b] =
        ton_power_db(fmax(side, 1e-13 * mid) / fmax(mid, 1e-13 * side));
  }
}

void
spectrum_finish(Spectrum* s, TonMeasurement* m)
{
  run_out(s);
  if (s->thirds) {
    find_thirds(s, m);
  }
  if (s->bands) {
    find_bands(s, m);
  }
}

void
spectrum_free(Spectrum* s)
{
  if (!s) {
    return;
  }
  ton_fft_free(s->fft);
  ton_free(s->window);
  ton_free(s->left_bins);
  ton_free(s->power);
  for (uint32_t c = 0; c < s->channels; ++c) {
    ton_free(s->in[c]);
  }
  ton_free(s);
}
