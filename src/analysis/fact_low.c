// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Facts below 180 Hz, where the spectra of 80 ms are too coarse: the low sum
   resolves 3 Hz, and where nothing changes within a second, 1 Hz.
*/
#include "analysis/features_internal.h"
#include "base/memory.h"
#include "dsp/decibel.h"

#include <math.h>
#include <string.h>

/// 10th percentile of a level over its mean, as a power: above for what never
/// changes, below for what does
#define STEADY 0.25
#define MOVING 0.1

enum {
  LOW_BINS = LOW_FRAME / 2 + 1,
  SPLICE_BAND = LOW_BANDS - 1, ///< 160 Hz: read from the low sum up to here
};

static double
band_power(const double* bins, uint32_t n, double rate, uint32_t band)
{
  const double edge = pow(2.0, 1.0 / 6.0);
  return low_power(bins, n, rate, ton_third_hz(band) / edge,
                   ton_third_hz(band) * edge);
}

/// Share of a line's power that a Hann window puts into the bin so many bins away
static double
leak(double bins)
{
  const double x = M_PI * bins;
  const double h = fabs(bins) < 1e-6 ? 1.0
                   : fabs(fabs(bins) - 1.0) < 1e-6
                       ? 0.5
                       : sin(x) / x / (1.0 - bins * bins);
  return h * h / 1.5;
}

/// Power of a bin as the coarse spectra would have it, whose bins are so many
/// bins of the low sum
static double
coarse_power(const double* bins, double width, uint32_t bin)
{
  enum { REACH = 4 };
  const double from = fmax((bin - (double)REACH) * width, 0.0);
  double sum = 0.0;
  for (uint32_t k = (uint32_t)from; k < (bin + REACH) * width && k < LOW_BINS;
       ++k) {
    sum += leak(k / width - bin) * bins[k];
  }
  return sum;
}

/// The same of a band
static double
coarse_band(const double* bins, const TonFeatures* f, uint32_t band)
{
  const double edge = pow(2.0, 1.0 / 6.0);
  const double step = f->rate / f->spectrum_window;
  const double from = ton_third_hz(band) / edge / step + 0.5;
  const double to = ton_third_hz(band) * edge / step + 0.5;
  double sum = 0.0;
  for (uint32_t k = (uint32_t)from; k <= (uint32_t)to; ++k) {
    const double inside = fmin(k + 1.0, to) - fmax(k, from);
    sum += inside * coarse_power(bins, step * LOW_FRAME / f->low_rate, k);
  }
  return sum;
}

/// Replace the bands up to the splice by those of the low sum, which is mono:
/// each is brought to the power that all channels have there, with its neighbours;
/// `bins` are the sums of n spectra, `channels` the power of all channels over
/// that of their mean
static void
splice(double* bins, uint32_t n, const TonFeatures* f, double* thirds_db,
       double* channels)
{
  double ours[SPLICE_BAND + 2];
  double theirs[SPLICE_BAND + 2];
  for (uint32_t k = 0; n && k < LOW_BINS; ++k) {
    bins[k] /= n;
  }
  for (uint32_t b = 0; b <= SPLICE_BAND + 1; ++b) {
    ours[b] = coarse_band(bins, f, b);
    theirs[b] = pow(10.0, thirds_db[b] / 10.0);
  }
  for (uint32_t b = 0; b <= SPLICE_BAND; ++b) {
    const uint32_t below = b ? b - 1 : b;
    const double mono = ours[below] + ours[b] + ours[b + 1];
    const double all = theirs[below] + theirs[b] + theirs[b + 1];
    // Where the mono sum cancels, the coarse band stays
    channels[b] = mono > 0.05 * all && mono < 2.0 * all ? all / mono : 0.0;
    if (channels[b] > 0.0) {
      thirds_db[b] = ton_power_db(band_power(bins, LOW_FRAME, f->low_rate, b) *
                                  channels[b]);
    }
  }
}

/// Powers over time: of the bands up to the splice in stretches of four spectra,
/// so that those of steady noise differ little, and of what lies between 180 Hz
/// and 1.2 kHz in each spectrum, so that short pauses are seen
enum { STRETCH = 4 };

typedef struct {
  double* bands[SPLICE_BAND + 1];
  double* above;
  uint32_t n; ///< Spectra
} LowTimes;

/// Add one spectrum, the difference of two running sums
static void
add_time(LowTimes* t, const double* bins, const double* before, double rate)
{
  double here[LOW_BINS];
  for (uint32_t k = 0; k < LOW_BINS; ++k) {
    here[k] = bins[k] - before[k];
  }
  for (uint32_t b = 0; b <= SPLICE_BAND; ++b) {
    t->bands[b][t->n / STRETCH] += band_power(here, LOW_FRAME, rate, b);
  }
  for (uint32_t b = SPLICE_BAND + 1; ton_third_hz(b) < 0.4 * rate; ++b) {
    t->above[t->n] += band_power(here, LOW_FRAME, rate, b);
  }
  ++t->n;
}

/// 10th percentile over the mean
static double
steadiness(double* powers, uint32_t n)
{
  double sum = 0.0;
  for (uint32_t i = 0; i < n; ++i) {
    sum += powers[i];
  }
  return sum > 0.0 ? percentile(powers, n, 0.1) * n / sum : 0.0;
}

/// Bands that never change below a sound that does
static uint32_t
count_rumble_bands(const LowTimes* t)
{
  uint32_t n = 0;
  const uint32_t stretches = t->n / STRETCH;
  if (stretches < 8 || steadiness(t->above, t->n) > MOVING) {
    return 0;
  }
  for (uint32_t b = 0; b <= SPLICE_BAND; ++b) {
    n = steadiness(t->bands[b], stretches) > STEADY ? b + 1 : n;
  }
  return n;
}

/// Spectra of a sound and of its pauses, and the stretches of the sound; false
/// when memory is refused
static bool
read_spectra(TonFft* fft, const TonFeatures* f, TonFacts* t, double* bins,
             LowTimes* times)
{
  double before[LOW_BINS] = {0.0};
  uint32_t active = 0;
  uint32_t pauses = 0;
  for (uint64_t i = 0; i + LOW_FRAME <= f->n_low; i += LOW_FRAME / 2) {
    const double share = low_share_on(f, i, LOW_FRAME);
    if (share >= 0.5) {
      low_add_spectrum(fft, LOW_FRAME, f->low + i, bins);
      add_time(times, bins, before, f->low_rate);
      memcpy(before, bins, sizeof(before));
      ++active;
    } else if (share == 0.0) {
      low_add_spectrum(fft, LOW_FRAME, f->low + i, bins + LOW_BINS);
      ++pauses;
    }
  }
  LowSpectrum sound = {.bins = bins, .thirds_db = t->active_db};
  LowSpectrum pause = {.bins = bins + LOW_BINS, .thirds_db = t->pause_db};
  splice(bins, active, f, t->active_db, sound.channels);
  splice(bins + LOW_BINS, pauses, f, t->pause_db, pause.channels);
  return find_low_hz(f, false, &sound, t->low) &&
         find_low_hz(f, true, &pause, t->low_pause);
}

TonStatus
find_low_bands(const TonFeatures* f, TonFacts* t)
{
  TonFft* const fft = ton_fft_new(LOW_FRAME);
  double* const bins = ton_alloc(2 * LOW_BINS * sizeof(double));
  const uint32_t max_frames = (uint32_t)(f->n_low / (LOW_FRAME / 2)) + 1;
  double* const powers =
      ton_alloc((SPLICE_BAND + 2) * max_frames * sizeof(double));
  LowTimes times = {.above = powers};
  for (uint32_t b = 0; powers && b <= SPLICE_BAND; ++b) {
    times.bands[b] = powers + (size_t)(b + 1) * max_frames;
  }
  const bool good =
      fft && bins && powers && read_spectra(fft, f, t, bins, &times);
  if (good) {
    t->rumble_bands = t->has_pauses ? 0 : count_rumble_bands(&times);
  }
  ton_free(powers);
  ton_free(bins);
  ton_fft_free(fft);
  return good ? TON_OK : TON_NO_MEMORY;
}
