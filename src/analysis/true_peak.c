// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   True peak: the largest value of the sound between its samples.

   Eight points a sample of a Kaiser-windowed sinc, 48 taps a side, and the
   parabola through every local maximum (BS.1770-5 Annex 2 asks for four points
   a sample; this one errs by less than 0.01 dB up to 0.46 of the rate).  The
   meter lives one tick behind, because it looks 48 frames ahead; before and
   after the song lies silence.

   Samples that cannot hold the peak are skipped without changing the result: see
   TonPeakTable for the bound.
*/

#include "dsp/true_peak.h"

#include "analysis/meters.h"
#include "base/memory.h"
#include "dsp/decibel.h"

#include <math.h>
#include <stdlib.h>

enum { WINDOW = 30 }; ///< Tenths of a second

struct TruePeak {
  uint32_t rate;
  uint32_t channels;
  const TonPeakScan* scanner;
  TonPeakTable table;
  float best;
  double best_frame;
  uint32_t best_channel;
  bool windows;
  float tenth; ///< Peak of the 0.1 s under way
  Curve tenths;
};

TruePeak*
true_peak_new(uint32_t rate, uint32_t channels, bool windows)
{
  TruePeak* const t = ton_alloc(sizeof(TruePeak));
  if (t) {
    t->rate = rate;
    t->channels = channels;
    t->windows = windows;
    t->scanner = ton_peak_scan();
    ton_true_peak_design(&t->table);
  }
  return t;
}

static void
find_peak(TruePeak* t, const Tick* tick, uint32_t c, int64_t first)
{
  const uint32_t entries =
      (tick->n_before + TON_SCAN_GROUP - 1) / TON_SCAN_GROUP;
  const TonScan scan = {tick->scan[c].level - entries,
                        tick->scan[c].bend - entries};
  const float* const x = tick->x[c] - tick->n_before;
  TonPeak peak = {t->windows ? t->tenth : t->best, 0.0};
  if (!t->scanner->interpolate(&t->table, x, tick->n_before, scan, &peak)) {
    return;
  }
  t->tenth = peak.value;
  if (peak.value > t->best) {
    t->best = peak.value;
    t->best_frame = (double)first + peak.at;
    t->best_channel = c;
  }
}

static void
end_tenth(TruePeak* t)
{
  if (t->windows) {
    curve_add(&t->tenths, (double)t->tenth);
  }
  t->tenth = 0.0F;
}

void
true_peak_add(TruePeak* t, const Tick* tick)
{
  const int64_t first = (int64_t)tick->first - tick->n_before;
  for (uint32_t c = 0; c < t->channels; ++c) {
    find_peak(t, tick, c, first);
  }
  if (tick->index && tick->index % TICKS_OF_TENTH == 0) {
    end_tenth(t);
  }
}

void
true_peak_finish(TruePeak* t, TonMeasurement* m)
{
  const double last = m->frames ? (double)(m->frames - 1) : 0.0;
  end_tenth(t);
  m->true_peak_dbtp = ton_to_db((double)t->best);
  m->true_peak_at_s = fmin(fmax(t->best_frame, 0.0), last) / t->rate;
  m->true_peak_channel = t->best_channel;
}

static int
ascending(const void* a, const void* b)
{
  const float x = *(const float*)a;
  const float y = *(const float*)b;
  return (x > y) - (x < y);
}

static float
window_peak(const TruePeak* t, uint32_t end)
{
  float peak = 0.0F;
  for (uint32_t i = end - WINDOW; i < end; ++i) {
    peak = fmaxf(peak, t->tenths.values[i]);
  }
  return peak;
}

bool
true_peak_psr(const TruePeak* t, const Loudness* l, TonMeasurement* m)
{
  float* const all = ton_alloc((t->tenths.n + 1) * sizeof(float));
  uint32_t n = 0;
  if (!all || t->tenths.failed) {
    ton_free(all);
    return false;
  }
  for (uint32_t end = WINDOW; end <= t->tenths.n; ++end) {
    const double loudness = loudness_short_at(l, end - 1);
    if (loudness > -60.0) {
      const double peak = ton_to_db((double)window_peak(t, end));
      all[n++] = (float)(peak - loudness);
    }
  }
  if (n) {
    qsort(all, n, sizeof(float), ascending);
    m->psr_min_lu = (double)all[0];
    m->psr_median_lu = (double)all[n / 2];
  }
  ton_free(all);
  return true;
}

void
true_peak_free(TruePeak* t)
{
  if (t) {
    curve_free(&t->tenths);
    ton_free(t);
  }
}
