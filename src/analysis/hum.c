// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Mains hum: steady lines at 50 or 60 Hz and their multiples in the low sum.
*/
#include "analysis/features_internal.h"
#include "base/memory.h"
#include "dsp/decibel.h"

#include <math.h>
#include <string.h>

enum {
  HUM_FRAME = 8192, ///< 2.7 s: lines resolved to 0.4 Hz
  MAX_HUM = 24,     ///< Windows that are enough
  HUM_BINS = HUM_FRAME / 2 + 1,
  STEADY = 48,    ///< Windows over the song, when it never pauses
  FEWEST = 16,    ///< Of them
  NOTE_TIMES = 4, ///< Power of a line that comes and goes over its least
  STEP = 15,      ///< 5 ms: the gaps between hits are sought in such steps
  BLOCK = 3,      ///< Steps: 15 ms, about one period of the mains
  SOFT_TIMES = 4, ///< Power over the softest that still counts as soft
  GAP_TIMES = 30, ///< Power of the whole over that of a gap, at least
};

/// The softest moments of a sound, pauses left out
typedef struct {
  double* power;    ///< Mean power of the block that starts at each step
  uint32_t n_steps; ///< Steps where a block starts
  double softest;   ///< Power that 1 % of the blocks stay below
  bool gaps;        ///< They are gaps between hits: far softer, and flat
} Softest;

/// Share of the bins around a line that lie below its surroundings.  Gaps in
/// step put copies of each line at multiples of the tempo: few bins lie between
#define AROUND         0.5
#define AROUND_IN_GAPS 0.15

/// A line that stands out of what lies within 5 Hz around it
typedef struct {
  double power;
  double prominence_db;
  double hz;
  uint32_t bin;
} Line;

static Line
find_line(const double* bins, double rate, double hz, double share)
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
  const double floor_power = percentile(around, n, share) + 1e-30;
  const double power = bins[top - 1] + bins[top] + bins[top + 1];
  return (Line){power, ton_power_db(bins[top] / floor_power), top * width, top};
}

/// Whether a line is one of a comb: a loop has lines at equal distances on both
/// sides of each of its lines, and hum has none within 10 Hz
static bool
in_comb(const double* bins, double rate, uint32_t top)
{
  const double width = rate / HUM_FRAME;
  const uint32_t far = (uint32_t)(10.5 / width);
  for (uint32_t d = (uint32_t)(1.2 / width); d <= far; ++d) {
    const double below = fmax(bins[top - d], bins[top - d + 1]);
    const double above = fmax(bins[top + d], bins[top + d - 1]);
    if (10.0 * fmin(below, above) > bins[top]) {
      return true;
    }
  }
  return false;
}

/// What a line of the mains may lie beside its frequency, Hz
#define MAINS_OFF_HZ 0.7

/// Share of steady lines at multiples of `base_hz` in the power from 20 Hz to
/// nine tenths of the band, 0 where there is no more than one line
static double
mains_share(const double* bins, const double* often, double rate,
            double base_hz)
{
  const double width = rate / HUM_FRAME;
  const double top_hz = 0.45 * rate;
  const uint32_t highest = (uint32_t)((top_hz - 10.0) / base_hz);
  double lines = 0.0;
  double all = 0.0;
  uint32_t n = 0;
  for (uint32_t k = 1; k <= highest; ++k) {
    const double hz = k * base_hz;
    const Line line = find_line(bins, rate, hz, AROUND);
    const bool mains =
        line.prominence_db >= 12.0 && fabs(line.hz - hz) <= MAINS_OFF_HZ;
    n += mains;
    lines += mains ? line.power : 0.0;
  }
  for (uint32_t k = (uint32_t)(20.0 / width); k < top_hz / width; ++k) {
    all += often[k];
  }
  return n > 1 && all > 0.0 ? lines / all : 0.0;
}

/// `often`: median power of each bin, or null where no music sounds; a line
/// whose median is much higher than its minimum belongs to notes.  `least` and
/// `most`: power of a hum
static void
judge_hum(const double* bins, const double* often, double rate, double around,
          double base_hz, double least, double most, TonFacts* t)
{
  TonHum hum = {.hz = base_hz};
  uint32_t n = 0;
  double power = 0.0;
  for (uint32_t k = 1; k <= TON_HUM_LINES; ++k) {
    const Line line = find_line(bins, rate, base_hz * k, around);
    const bool steady =
        !often || (often[line.bin] < NOTE_TIMES * bins[line.bin] &&
                   !in_comb(bins, rate, line.bin));
    if (line.prominence_db >= 12.0 && steady) {
      hum.lines |= 1U << (k - 1);
      hum.line_db[k - 1] = ton_power_db(line.power) - t->active_lufs;
      hum.prominence_db[k - 1] = line.prominence_db;
      ++n;
      power += line.power;
    }
  }
  hum.level_db = ton_power_db(power) - t->active_lufs;
  if (n >= 4 && power >= least && power <= most &&
      (t->hum.hz == 0.0 || hum.level_db > t->hum.level_db)) {
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

/// Power of the block that starts at each step
static void
measure_blocks(const TonFeatures* f, Softest* s)
{
  for (uint32_t i = 0; i < s->n_steps; ++i) {
    const float* const x = f->low + (size_t)i * STEP;
    double sum = 0.0;
    for (uint32_t k = 0; k < BLOCK * STEP; ++k) {
      sum += (double)x[k] * (double)x[k];
    }
    s->power[i] = sum / (BLOCK * STEP);
  }
}

/// A decaying tail takes as long from one level to the next as from that to
/// the one below; between hits the sound falls to a level and stays there.  Gaps
/// that are too short for a period of the mains do not count
static void
find_softest(const TonFeatures* f, Softest* s, double* sorted)
{
  uint32_t n = 0;
  double sum = 0.0;
  measure_blocks(f, s);
  for (uint32_t i = 0; i < s->n_steps; ++i) {
    if (low_share_on(f, (uint64_t)i * STEP, BLOCK * STEP) == 1.0) {
      sorted[n++] = s->power[i];
      sum += s->power[i];
    }
  }
  s->softest = n ? percentile(sorted, n, 0.01) : 0.0;
  const double limit = SOFT_TIMES * s->softest;
  uint32_t soft = 0;
  uint32_t next = 0;
  for (uint32_t i = 0; i < n && sorted[i] <= limit * SOFT_TIMES; ++i) {
    soft += sorted[i] <= limit;
    next += sorted[i] > limit;
  }
  s->gaps = s->softest > 0.0 && 4 * next < 3 * soft && soft > 0.03 * n &&
            sum > (double)n * GAP_TIMES * s->softest;
}

/// Copy a window, silent but for the gaps; returns the share of the gaps
static double
copy_gaps(const TonFeatures* f, const Softest* s, uint32_t from, float* out)
{
  uint32_t in_gaps = 0;
  uint32_t left = 0; // steps that the last soft block still covers
  for (uint32_t i = 0; i < HUM_FRAME / STEP; ++i) {
    const uint32_t step = from + i;
    const bool soft =
        step < s->n_steps && s->power[step] <= SOFT_TIMES * s->softest;
    left = soft ? BLOCK : left;
    for (uint32_t k = 0; left && k < STEP; ++k) {
      out[(size_t)i * STEP + k] = f->low[(size_t)step * STEP + k];
    }
    in_gaps += left > 0;
    left -= left > 0;
  }
  return (double)in_gaps * STEP / HUM_FRAME;
}

/// Mean spectrum of the gaps between hits, lines at the level of a tone that
/// sounds in all of them
static bool
gap_spectrum(TonFft* fft, const TonFeatures* f, const Softest* s, double* bins)
{
  const uint32_t span = (uint32_t)((f->n_low - HUM_FRAME) / STEP);
  float* const window = ton_alloc(HUM_FRAME * sizeof(float));
  double weight = 0.0;
  for (uint32_t w = 0; window && w < MAX_HUM; ++w) {
    memset(window, 0, HUM_FRAME * sizeof(float));
    const double share =
        copy_gaps(f, s, (uint32_t)((uint64_t)span * w / MAX_HUM), window);
    low_add_spectrum(fft, HUM_FRAME, window, bins);
    weight += share * share;
  }
  ton_free(window);
  for (uint32_t k = 0; k < HUM_BINS; ++k) {
    bins[k] = weight > 0.0 ? bins[k] / weight : 0.0;
  }
  return weight > 0.0;
}

/// Level above which a hum found in music without pauses is the music, dB
#define HUM_IN_MUSIC_DB -10.0

static void
judge_both(const double* bins, const double* often, double rate, double around,
           double least, double most, TonFacts* t)
{
  judge_hum(bins, often, rate, around, 50.0, least, most, t);
  judge_hum(bins, often, rate, around, 60.0, least, most, t);
}

/// In music without pauses: from its gaps, where the hum must be most of what
/// sounds; else from the music, whose softest moments must hold the hum
static void
search_music(TonFft* fft, const TonFeatures* f, const Softest* s, double* bins,
             double* often, TonFacts* t)
{
  if (s->gaps && gap_spectrum(fft, f, s, bins)) {
    judge_both(bins, NULL, f->low_rate, AROUND_IN_GAPS, 0.5 * s->softest,
               INFINITY, t);
  }
  if (t->hum.hz == 0.0 && steady_spectrum(fft, f, bins, often)) {
    t->mains_share = fmax(mains_share(bins, often, f->low_rate, 50.0),
                          mains_share(bins, often, f->low_rate, 60.0));
    judge_both(bins, often, f->low_rate, AROUND, 0.0, SOFT_TIMES * s->softest,
               t);
  }
  if (t->hum.level_db > HUM_IN_MUSIC_DB) {
    t->hum = (TonHum){.level_db = -INFINITY};
  }
}

/// From the pauses; from the music if it never pauses
static bool
search_hum(TonFft* fft, const TonFeatures* f, double* bins, double* often,
           TonFacts* t)
{
  if (pause_spectrum(fft, f, bins)) {
    judge_both(bins, NULL, f->low_rate, AROUND, 0.0, INFINITY, t);
    return true;
  }
  if (f->n_low < HUM_FRAME) {
    return true;
  }
  Softest s = {.n_steps = (uint32_t)(f->n_low / STEP) - BLOCK};
  s.power = ton_alloc(s.n_steps * sizeof(double));
  double* const sorted = ton_alloc(s.n_steps * sizeof(double));
  const bool good = s.power && sorted;
  if (good) {
    find_softest(f, &s, sorted);
    search_music(fft, f, &s, bins, often, t);
  }
  ton_free(sorted);
  ton_free(s.power);
  return good;
}

TonStatus
find_hum(const TonFeatures* f, TonFacts* t)
{
  TonFft* const fft = ton_fft_new(HUM_FRAME);
  double* const bins = ton_alloc(HUM_BINS * sizeof(double));
  double* const often = ton_alloc(HUM_BINS * sizeof(double));
  const bool good = fft && bins && often && search_hum(fft, f, bins, often, t);
  ton_free(often);
  ton_free(bins);
  ton_fft_free(fft);
  return good ? TON_OK : TON_NO_MEMORY;
}
