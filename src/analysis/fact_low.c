// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Facts below 180 Hz, where the spectra of 80 ms are too coarse: the low sum
   resolves 3 Hz.
*/
#include "analysis/features_internal.h"
#include "base/memory.h"
#include "dsp/decibel.h"

#include <math.h>

enum {
  LOW_FRAME = 1024, ///< 0.34 s: lows resolved to 3 Hz
  LOW_BINS = LOW_FRAME / 2 + 1,
  SPLICE_BAND = 9, ///< 160 Hz: bands up to here are read from the low sum
  MATCH_BANDS = 3, ///< Both are brought to one level in the bands above
};

/// Steps that sound between two places of the low sum, as a share
double
low_share_on(const TonFeatures* f, uint64_t from, uint32_t length)
{
  const uint32_t first = (uint32_t)((double)from / f->low_rate / f->level_s);
  const uint32_t last =
      (uint32_t)((double)(from + length) / f->low_rate / f->level_s);
  uint32_t on = 0;
  uint32_t n = 0;
  for (uint32_t i = first; i <= last && i < f->n_levels; ++i) {
    on += f->levels[i].on;
    ++n;
  }
  return n ? (double)on / n : 1.0;
}

/// Add the power spectrum of a Hann-windowed stretch to `sum`, power per bin
void
low_add_spectrum(TonFft* fft, uint32_t n, const float* x, double* sum)
{
  float* const in = ton_fft_time(fft);
  // the cosine of the window turns by one step a sample
  const double turn[2] = {cos(2.0 * M_PI / n), sin(2.0 * M_PI / n)};
  double at[2] = {1.0, 0.0};
  for (uint32_t i = 0; i < n; ++i) {
    in[i] = x[i] * (float)(0.5 - 0.5 * at[0]);
    const double re = at[0] * turn[0] - at[1] * turn[1];
    at[1] = at[0] * turn[1] + at[1] * turn[0];
    at[0] = re;
  }
  const float* const y = ton_fft_forward(fft);
  const double scale = 2.0 / 0.375 / n / n;
  for (uint32_t k = 0; k <= n / 2; ++k) {
    const double re = (double)y[2 * k];
    const double im = (double)y[2 * k + 1];
    sum[k] += scale * (re * re + im * im);
  }
}

static double
band_power(const double* bins, uint32_t n, double rate, uint32_t band)
{
  const double edge = pow(2.0, 1.0 / 6.0);
  const double from = ton_third_hz(band) / edge * n / rate + 0.5;
  const double to = ton_third_hz(band) * edge * n / rate + 0.5;
  double sum = 0.0;
  for (uint32_t k = (uint32_t)from; k <= (uint32_t)to && k <= n / 2; ++k) {
    const double inside = fmin(k + 1.0, to) - fmax(k, from);
    sum += inside * bins[k];
  }
  return sum;
}

/// Replace the bands up to the splice by those of the low sum, brought to the
/// level of the bands above; `bins` are the sums of n spectra
static void
splice(double* bins, uint32_t n, const TonFeatures* f, double* thirds_db)
{
  for (uint32_t k = 0; n && k < LOW_BINS; ++k) {
    bins[k] /= n;
  }
  double ours = 0.0;
  double theirs = 0.0;
  for (uint32_t b = SPLICE_BAND + 1; b <= SPLICE_BAND + MATCH_BANDS; ++b) {
    ours += band_power(bins, LOW_FRAME, f->low_rate, b);
    theirs += pow(10.0, thirds_db[b] / 10.0);
  }
  // The mono sum cancels (one side has opposite polarity): keep the bands
  if (!(ours > 0.05 * theirs) || !(ours < 2.0 * theirs)) {
    return;
  }
  for (uint32_t b = 0; b <= SPLICE_BAND; ++b) {
    thirds_db[b] = ton_power_db(band_power(bins, LOW_FRAME, f->low_rate, b) *
                                theirs / ours);
  }
}

TonStatus
find_low_bands(const TonFeatures* f, TonFacts* t)
{
  TonFft* const fft = ton_fft_new(LOW_FRAME);
  double* const bins = ton_alloc(2 * LOW_BINS * sizeof(double));
  uint32_t active = 0;
  uint32_t pauses = 0;
  const bool good = fft && bins;
  for (uint64_t i = 0; good && i + LOW_FRAME <= f->n_low; i += LOW_FRAME / 2) {
    const double share = low_share_on(f, i, LOW_FRAME);
    if (share >= 0.5) {
      low_add_spectrum(fft, LOW_FRAME, f->low + i, bins);
      ++active;
    } else if (share == 0.0) {
      low_add_spectrum(fft, LOW_FRAME, f->low + i, bins + LOW_BINS);
      ++pauses;
    }
  }
  if (good) {
    splice(bins, active, f, t->active_db);
    splice(bins + LOW_BINS, pauses, f, t->pause_db);
  }
  ton_free(bins);
  ton_fft_free(fft);
  return good ? TON_OK : TON_NO_MEMORY;
}
