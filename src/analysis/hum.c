// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Mains hum: steady lines at 50 or 60 Hz and their multiples in the low sum.
*/
#include "analysis/features_internal.h"
#include "base/memory.h"
#include "dsp/decibel.h"

#include <math.h>

enum {
  HUM_FRAME = 8192, ///< 2.7 s: lines resolved to 0.4 Hz
  MAX_HUM = 24,     ///< Windows that are enough
  HUM_BINS = HUM_FRAME / 2 + 1,
  STEADY = 48,    ///< Windows over the song, when it never pauses
  FEWEST = 16,    ///< Of them
  NOTE_TIMES = 4, ///< Power of a line that comes and goes over its least
};

/// A line that stands out of what lies within 5 Hz around it
typedef struct {
  double power;
  double prominence_db;
  double hz;
  uint32_t bin;
} Line;

static Line
find_line(const double* bins, double rate, double hz)
{
  const double width = rate / HUM_FRAME;
  const uint32_t middle = (uint32_t)lrint(hz / width);
  const uint32_t near = (uint32_t)ceil(0.6 / width) + 1;
  const uint32_t far = (uint32_t)ceil(5.0 / width);
  uint32_t top = middle;
  double around[64];
  uint32_t n = 0;
  for (uint32_t k = middle - far; k <= middle + far; ++k) {
    const uint32_t off = k > middle ? k - middle : middle - k;
    if (off <= near) {
      top = bins[k] > bins[top] ? k : top;
    } else if (off > near + 2 && n < 64) {
      around[n++] = bins[k];
    }
  }
  const double floor_power = percentile(around, n, 0.5) + 1e-30;
  const double power = bins[top - 1] + bins[top] + bins[top + 1];
  return (Line){power, ton_power_db(bins[top] / floor_power), top * width, top};
}

/// `often`: median power of each bin, or null; a line whose median is much
/// higher than its minimum belongs to notes
static void
judge_hum(const double* bins, const double* often, double rate, double base_hz,
          TonFacts* t)
{
  TonHum hum = {.hz = base_hz};
  uint32_t n = 0;
  double power = 0.0;
  for (uint32_t k = 1; k <= TON_HUM_LINES; ++k) {
    const Line line = find_line(bins, rate, base_hz * k);
    const bool steady = !often || often[line.bin] < NOTE_TIMES * bins[line.bin];
    if (line.prominence_db >= 12.0 && steady) {
      hum.lines |= 1U << (k - 1);
      hum.line_db[k - 1] = ton_power_db(line.power) - t->active_lufs;
      hum.prominence_db[k - 1] = line.prominence_db;
      ++n;
      power += line.power;
    }
  }
  hum.level_db = ton_power_db(power) - t->active_lufs;
  if (n >= 4 && (t->hum.hz == 0.0 || hum.level_db > t->hum.level_db)) {
    t->hum = hum;
  }
}

/// Mean spectrum of the pauses; false when none is long enough
static bool
pause_spectrum(TonFft* fft, const TonFeatures* f, double* bins)
{
  uint32_t n = 0;
  for (uint64_t i = 0; i + HUM_FRAME <= f->n_low && n < MAX_HUM;) {
    const bool pause = low_share_on(f, i, HUM_FRAME) == 0.0;
    if (pause) {
      low_add_spectrum(fft, HUM_FRAME, f->low + i, bins);
      ++n;
    }
    i += pause ? HUM_FRAME / 2 : HUM_FRAME / 16;
  }
  for (uint32_t k = 0; n && k < HUM_BINS; ++k) {
    bins[k] /= n;
  }
  return n > 0;
}

/// Power that each bin exceeds in nine tenths of the active time (`bins`), and
/// in half of it (`often`): notes come and go, hum stays
static bool
steady_spectrum(TonFft* fft, const TonFeatures* f, double* bins, double* often)
{
  double* const all = ton_alloc((size_t)STEADY * HUM_BINS * sizeof(double));
  const uint64_t span = f->n_low < HUM_FRAME ? 0 : f->n_low - HUM_FRAME;
  const uint32_t wanted =
      (uint32_t)fmin((double)(4 * span / HUM_FRAME), STEADY);
  uint32_t n = 0;
  for (uint32_t w = 0; all && w < wanted; ++w) {
    const uint64_t at = span * w / wanted;
    if (low_share_on(f, at, HUM_FRAME) > 0.9) {
      low_add_spectrum(fft, HUM_FRAME, f->low + at,
                       all + (size_t)n++ * HUM_BINS);
    }
  }
  for (uint32_t k = 0; n >= FEWEST && k < HUM_BINS; ++k) {
    double column[STEADY];
    for (uint32_t w = 0; w < n; ++w) {
      column[w] = all[(size_t)w * HUM_BINS + k];
    }
    bins[k] = percentile(column, n, 0.10);
    often[k] = percentile(column, n, 0.50);
  }
  ton_free(all);
  return n >= FEWEST;
}

/// Level above which a hum found in music without pauses is the music, dB
#define HUM_IN_MUSIC_DB -10.0

/// From the pauses; from the music if it never pauses
static void
search_hum(TonFft* fft, const TonFeatures* f, double* bins, double* often,
           TonFacts* t)
{
  const bool pauses = pause_spectrum(fft, f, bins);
  if (pauses || steady_spectrum(fft, f, bins, often)) {
    judge_hum(bins, pauses ? NULL : often, f->low_rate, 50.0, t);
    judge_hum(bins, pauses ? NULL : often, f->low_rate, 60.0, t);
  }
  if (!pauses && t->hum.level_db > HUM_IN_MUSIC_DB) {
    t->hum = (TonHum){.level_db = -INFINITY};
  }
}

TonStatus
find_hum(const TonFeatures* f, TonFacts* t)
{
  TonFft* const fft = ton_fft_new(HUM_FRAME);
  double* const bins = ton_alloc(HUM_BINS * sizeof(double));
  double* const often = ton_alloc(HUM_BINS * sizeof(double));
  const bool good = fft && bins && often;
  if (good) {
    search_hum(fft, f, bins, often, t);
  }
  ton_free(often);
  ton_free(bins);
  ton_fft_free(fft);
  return good ? TON_OK : TON_NO_MEMORY;
}
