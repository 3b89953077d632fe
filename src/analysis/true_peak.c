// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   True peak: the largest value of the sound between its samples.

   Eight phases of a Kaiser-windowed sinc, 32 taps a side, and a parabola
   through the highest three points (BS.1770-5 Annex 2 asks for four phases;
   this one errs by less than 0.01 dB up to 0.45 of the rate).

   Most of it is skipped. |y| <= max|x| sum|h| (a rigorous bound) lets quiet
   stretches of 16 samples go at once. A band-limited sound cannot exceed its
   values on a grid of twice the rate by more than 1 / cos(pi/4) (Ehlich and
   Zeller 1964); so a first look at the half-way points with a short filter,
   with a margin of 1.6 for its error and for looking at a neighbourhood only,
   lets most of the rest go.
*/

#include "analysis/meters.h"
#include "base/memory.h"
#include "dsp/peak_taps.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
  SIDE = TON_PEAK_SIDE,
  TAPS = TON_PEAK_TAPS,
  PHASES = TON_PEAK_PHASES,
  STEP = 16,
  ROOM = BLOCK + TAPS + STEP,
};

struct TruePeak {
  uint32_t rate;
  uint32_t channels;
  float h[PHASES][TAPS];       ///< Phase p lies p/8 behind tap SIDE - 1
  float look[TON_PEAK_SCREEN]; ///< Short filter for the half-way points
  float bound;                 ///< Largest sum|h| of a phase
  float* past[64]; ///< [TAPS] samples before the block, then the block
  uint64_t frames; ///< Pushed so far
  uint32_t held;   ///< Samples in `past`
  double best;
  uint64_t best_frame;
  uint32_t best_channel;
  bool windows;
  Curve curve; ///< Peak of each 0.1 s
  double window_best;
  uint64_t window_end;
};

static void
design(TruePeak* t)
{
  t->bound = ton_peak_taps(t->h);
  for (int k = 0; k < TON_PEAK_SCREEN; ++k) {
    const double x = (double)(k - TON_PEAK_SCREEN / 2) + 0.5;
    const double w = cos(M_PI * x / (TON_PEAK_SCREEN + 2));
    t->look[k] = (float)(w * sin(M_PI * x) / (M_PI * x));
  }
  t->bound *= 1.03F; // the parabola may add 2 % to the highest point
}

TruePeak*
true_peak_new(uint32_t rate, uint32_t channels, bool windows)
{
  TruePeak* const t = ton_alloc(sizeof(TruePeak));
  if (!t) {
    return NULL;
  }
  t->rate = rate;
  t->channels = channels;
  t->windows = windows;
  t->held = TAPS;
  t->window_end = rate / 10;
  design(t);
  for (uint32_t c = 0; c < channels; ++c) {
    t->past[c] = ton_alloc(ROOM * sizeof(float));
    if (!t->past[c]) {
      true_peak_free(t);
      return NULL;
    }
  }
  return t;
}

static double
point(const TruePeak* t, const float* x, int i)
{
  const int frame = i >= 0 ? i / PHASES : -((-i + PHASES - 1) / PHASES);
  const float* const h = t->h[i - frame * PHASES];
  double y = 0.0;
  for (int k = 0; k < TAPS; ++k) {
    y += (double)h[k] * (double)x[frame + k];
  }
  return fabs(y);
}

/// Highest point of the parabola through three
static double
parabola(double a, double b, double c)
{
  const double d = a - 2.0 * b + c;
  return d < 0.0 ? b - 0.125 * (a - c) * (a - c) / d : b;
}

/// Refine around the points of one frame that could count
static double
refine(const TruePeak* t, const float* x, float floor)
{
  double y[PHASES + 2];
  double best = 0.0;
  for (int p = 0; p < PHASES + 2; ++p) {
    y[p] = point(t, x, p - 1);
  }
  for (int p = 1; p <= PHASES; ++p) {
    if (y[p] >= y[p - 1] && y[p] >= y[p + 1] && y[p] * 1.03 > (double)floor) {
      best = fmax(best, parabola(y[p - 1], y[p], y[p + 1]));
    }
  }
  return best;
}

/// One stretch of 16 frames from x: frame i lies at x[i + SIDE - 1]
static void
scan(TruePeak* t, const TonPeaks* k, uint32_t c, const float* x, uint64_t frame)
{
  const double floor = t->windows ? t->window_best : t->best;
  if ((double)(k->largest(x - 1, STEP + TAPS) * t->bound) <= floor) {
    return;
  }
  // the stretch and 16 samples on either side
  const float* const near = x + SIDE - 1 - STEP;
  const float seen =
      fmaxf(k->largest(near, 3 * STEP),
            k->screen(near - TON_PEAK_SCREEN / 2 + 1, 3 * STEP, t->look));
  if ((double)seen * 1.6 <= floor) {
    return;
  }
  float top[STEP];
  for (int i = 0; i < STEP; ++i) {
    top[i] = fabsf(x[i + SIDE - 1]);
  }
  // half-way points first, then quarters, then eighths: each grid bounds the
  // next by 1 / cos(pi / 4) and 1 / cos(pi / 8), taken with a margin
  static const int order[] = {4, 2, 6, 1, 3, 5, 7};
  float highest = 0.0F;
  for (int p = 0; p < PHASES - 1; ++p) {
    if ((p == 1 && (double)highest * 1.46 <= floor) ||
        (p == 3 && (double)highest * 1.12 <= floor)) {
      return;
    }
    float y[STEP];
    k->interpolate16(y, x, t->h[order[p]]);
    for (int i = 0; i < STEP; ++i) {
      const float a = fabsf(y[i]);
      top[i] = a > top[i] ? a : top[i];
      highest = top[i] > highest ? top[i] : highest;
    }
  }
  for (int i = 0; i < STEP; ++i) {
    const double now = t->windows ? t->window_best : t->best;
    if ((double)top[i] * 1.03 > now) {
      const double peak = fmax((double)top[i], refine(t, x + i, (float)now));
      t->window_best = fmax(t->window_best, peak);
      if (peak > t->best) {
        t->best = peak;
        t->best_frame = frame + (uint64_t)i;
        t->best_channel = c;
      }
    }
  }
}

/// Work off whole stretches; keep what the next ones need
static void
work(TruePeak* t)
{
  const TonPeaks* const k = ton_peaks();
  uint32_t at = 1; // one sample before, for the first parabola
  const uint64_t first = t->frames - (t->held - TAPS);
  for (; at + STEP + TAPS <= t->held; at += STEP) {
    const uint64_t frame = first + at - 1;
    if (t->windows && frame >= t->window_end + SIDE) {
      curve_add(&t->curve, t->window_best);
      t->window_best = 0.0;
      t->window_end += t->rate / 10;
    }
    for (uint32_t c = 0; c < t->channels; ++c) {
      scan(t, k, c, t->past[c] + at, frame > SIDE ? frame - SIDE : 0);
    }
  }
  const uint32_t done = at - 1;
  for (uint32_t c = 0; c < t->channels; ++c) {
    memmove(t->past[c], t->past[c] + done, (t->held - done) * sizeof(float));
  }
  t->held -= done;
}

void
true_peak_add(TruePeak* t, const float* const* in, uint32_t frames)
{
  for (uint32_t at = 0; at < frames;) {
    const uint32_t room = ROOM - t->held;
    const uint32_t n = frames - at < room ? frames - at : room;
    for (uint32_t c = 0; c < t->channels; ++c) {
      memcpy(t->past[c] + t->held, in[c] + at, n * sizeof(float));
    }
    t->held += n;
    t->frames += n;
    at += n;
    work(t);
  }
}

static int
by_size(const void* a, const void* b)
{
  const float x = *(const float*)a;
  const float y = *(const float*)b;
  return (x > y) - (x < y);
}

/// PSR: true peak of the last 3 s minus short-term loudness there
static void
find_psr(const TruePeak* t, const float* loud, uint32_t n, TonMeasurement* m)
{
  float* const all = ton_alloc((n + 1) * sizeof(float));
  uint32_t count = 0;
  for (uint32_t i = 30; all && i <= n && i <= t->curve.n; ++i) {
    float peak = 0.0F;
    for (uint32_t k = i - 30; k < i; ++k) {
      peak = fmaxf(peak, t->curve.values[k]);
    }
    if (loud[i - 1] > -60.0F && peak > 0.0F) {
      all[count++] = 20.0F * log10f(peak) - loud[i - 1];
    }
  }
  if (count) {
    qsort(all, count, sizeof(float), by_size);
    m->psr_min_lu = (double)all[0];
    m->psr_median_lu = (double)all[count / 2];
  }
  ton_free(all);
}

void
true_peak_finish(TruePeak* t, const float* short_term, uint32_t n,
                 TonMeasurement* m)
{
  static const float silence[TAPS + 2 * STEP];
  const float* in[64];
  for (uint32_t c = 0; c < t->channels; ++c) {
    in[c] = silence;
  }
  true_peak_add(t, in, TAPS + 2 * STEP);
  if (t->windows) {
    curve_add(&t->curve, t->window_best);
  }
  m->true_peak_dbtp = 20.0 * log10(t->best);
  m->true_peak_at_s = (double)t->best_frame / t->rate;
  m->true_peak_channel = t->best_channel;
  if (short_term && t->windows) {
    find_psr(t, short_term, n, m);
  }
}

void
true_peak_free(TruePeak* t)
{
  if (t) {
    for (uint32_t c = 0; c < t->channels; ++c) {
      ton_free(t->past[c]);
    }
    curve_free(&t->curve);
    ton_free(t);
  }
}
