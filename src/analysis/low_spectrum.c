// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Spectra of the low sum: what sounds in a stretch of it, and the power in a band.
*/
#include "analysis/features_internal.h"

#include <math.h>

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

double
low_power(const double* bins, uint32_t n, double rate, double from_hz,
          double to_hz)
{
  const double from = from_hz * n / rate + 0.5;
  const double to = to_hz * n / rate + 0.5;
  double sum = 0.0;
  for (uint32_t k = (uint32_t)from; k <= (uint32_t)to && k <= n / 2; ++k) {
    const double inside = fmin(k + 1.0, to) - fmax(k, from);
    sum += inside * bins[k];
  }
  return sum;
}
