// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Power below 178 Hz, Hz by Hz: how much lies below the lowest note.

   In spectra of 0.34 s a note of 47 Hz reaches from 41 to 53 Hz, and softer
   sound close below it cannot be told from the note.  Spectra of 1.4 s under a
   window whose side lobes lie 92 dB down (Blackman-Harris with four terms:
   F. J. Harris, "On the use of windows for harmonic analysis with the discrete
   Fourier transform", Proc. IEEE 66, 1978) keep a tone within 3 Hz.
*/
#include "analysis/features_internal.h"
#include "base/memory.h"

#include <math.h>
#include <string.h>

enum {
  FRAME = 4096, ///< 1.4 s of the low sum
  HOP = FRAME / 4,
  BINS = FRAME / 2 + 1,
};

/// Where the lowest third octave begins: what lies below is not counted
#define LOWEST_HZ 17.8

static void
fill_window(float* window)
{
  for (uint32_t i = 0; i < FRAME; ++i) {
    const double turn = 2.0 * M_PI * (i + 0.5) / FRAME;
    window[i] = (float)(0.35875 - 0.48829 * cos(turn) +
                        0.14128 * cos(2 * turn) - 0.01168 * cos(3 * turn));
  }
}

/// Add the power spectrum of a frame to `sum`; silence surrounds the sound
static void
add_spectrum(TonFft* fft, const float* window, const TonFeatures* f, int64_t at,
             double* sum)
{
  float* const in = ton_fft_time(fft);
  for (int64_t i = 0; i < FRAME; ++i) {
    const bool inside = at + i >= 0 && at + i < (int64_t)f->n_low;
    in[i] = inside ? f->low[at + i] * window[i] : 0.0F;
  }
  const float* const y = ton_fft_forward(fft);
  for (uint32_t k = 0; k < BINS; ++k) {
    const double re = (double)y[2 * k];
    const double im = (double)y[2 * k + 1];
    sum[k] += re * re + im * im;
  }
}

/// Whether nothing sounds in a frame
static bool
is_pause(const TonFeatures* f, int64_t at)
{
  const int64_t end =
      at + FRAME < (int64_t)f->n_low ? at + FRAME : (int64_t)f->n_low;
  const int64_t from = at > 0 ? at : 0;
  return low_share_on(f, (uint64_t)from, (uint32_t)(end - from)) == 0.0;
}

/// What sounds for less than a frame
static bool
is_short(const TonFeatures* f)
{
  return f->n_low < FRAME ||
         low_share_on(f, 0, (uint32_t)f->n_low) * (double)f->n_low < FRAME;
}

/// Sum of the spectra in which something sounds, or in which nothing does; the
/// number of them.  Frames reach over both ends of a short sound, or a hit at its
/// start would hardly count; a lasting note has no attack where its file begins
static uint32_t
sum_spectra(TonFft* fft, float* window, const TonFeatures* f, bool pauses,
            double* bins)
{
  const int64_t over = is_short(f) ? FRAME - HOP : 0;
  const int64_t last = (int64_t)f->n_low - FRAME + over;
  uint32_t found = 0;
  fill_window(window);
  for (int64_t at = -over; at <= last; at += HOP) {
    if (is_pause(f, at) == pauses) {
      add_spectrum(fft, window, f, at, bins);
      ++found;
    }
  }
  return found;
}

/// Third octave below 178 Hz that holds a frequency
static uint32_t
band_of(double hz)
{
  uint32_t band = 0;
  while (band + 1 < LOW_BANDS &&
         hz >= ton_third_hz(band) * pow(2.0, 1.0 / 6.0)) {
    ++band;
  }
  return band;
}

/// Power in each Hz: that of the spectrum brought to all channels, or where
/// their mean cancels, that of the third octave spread evenly
static void
spread(const double* bins, uint32_t n, double rate, double gain,
       const LowSpectrum* coarse, double* low)
{
  const double width = pow(2.0, 1.0 / 6.0) - pow(2.0, -1.0 / 6.0);
  for (uint32_t hz = 0; hz < TON_LOW_HZ; ++hz) {
    const double from = fmax(hz, LOWEST_HZ);
    const double to = hz + 1.0;
    const uint32_t band = band_of(hz + 0.5);
    const double even = pow(10.0, coarse->thirds_db[band] / 10.0) /
                        (width * ton_third_hz(band));
    low[hz] =
        from >= to ? 0.0
        : coarse->channels[band] > 0.0
            ? gain * coarse->channels[band] * low_power(bins, n, rate, from, to)
            : (to - from) * even;
  }
}

bool
find_low_hz(const TonFeatures* f, bool pauses, const LowSpectrum* coarse,
            double* low)
{
  TonFft* const fft = ton_fft_new(FRAME);
  double* const bins = ton_alloc(BINS * sizeof(double));
  float* const window = ton_alloc(FRAME * sizeof(float));
  const bool good = fft && bins && window;
  if (good && sum_spectra(fft, window, f, pauses, bins)) {
    const double had =
        low_power(coarse->bins, LOW_FRAME, f->low_rate, LOWEST_HZ, TON_LOW_HZ);
    const double has =
        low_power(bins, FRAME, f->low_rate, LOWEST_HZ, TON_LOW_HZ);
    spread(bins, FRAME, f->low_rate, has > 0.0 ? had / has : 0.0, coarse, low);
  } else if (good) {
    spread(coarse->bins, LOW_FRAME, f->low_rate, 1.0, coarse, low);
  }
  ton_free(window);
  ton_free(bins);
  ton_fft_free(fft);
  return good;
}
