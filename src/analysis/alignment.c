// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Comparing two microphones on one source: time between them, and whether
   their lows add up as they are or with one polarity flipped.
*/
#include "analysis/alignment.h"

#include "base/memory.h"
#include "dsp/decibel.h"
#include "dsp/fft.h"

#include <math.h>
#include <string.h>

enum { WINDOW = 4096, MAX_WINDOWS = 64 };

/// 60-400 Hz, where the bodies of drums and amplifiers add up or cancel
#define BODY_FROM_HZ 60.0
#define BODY_TO_HZ   400.0

/// Sums over the windows in which both sound
typedef struct {
  double aa; ///< Energies in the body band
  double bb;
  double ab;
  float* cross; ///< X conj(Y) of the band up to 1.2 kHz, re, im
  double all_aa;
  double all_bb;
  uint32_t n;
} CrossSums;

static bool
both_sound(const TonFeatures* a, const TonFeatures* b, uint64_t from)
{
  const uint32_t first = (uint32_t)((double)from / a->low_rate * 10.0);
  const uint32_t last =
      (uint32_t)((double)(from + WINDOW / 2) / a->low_rate * 10.0);
  bool on_a = false;
  bool on_b = false;
  for (uint32_t t = first; t <= last; ++t) {
    on_a = on_a || (t < a->n_tenths && a->tenth_on[t]);
    on_b = on_b || (t < b->n_tenths && b->tenth_on[t]);
  }
  return on_a && on_b;
}

/// Half a window of sound and half of silence, so that lags do not wrap
static const float*
transform(TonFft* fft, const float* x, uint32_t n)
{
  float* const in = ton_fft_time(fft);
  memset(in, 0, WINDOW * sizeof(float));
  memcpy(in, x, n * sizeof(float));
  return ton_fft_forward(fft);
}

static void
add_window(CrossSums* p, TonFft* fft, float* kept, const float* a,
           const float* b, double rate)
{
  memcpy(kept, transform(fft, a, WINDOW / 2), (WINDOW + 2) * sizeof(float));
  const float* const y = transform(fft, b, WINDOW / 2);
  for (uint32_t k = 1; k < WINDOW / 2; ++k) {
    const double hz = k * rate / WINDOW;
    const float* const u = kept + 2 * (size_t)k;
    const float* const v = y + 2 * (size_t)k;
    const float re = u[0] * v[0] + u[1] * v[1];
    const float im = u[1] * v[0] - u[0] * v[1];
    const double uu = (double)(u[0] * u[0] + u[1] * u[1]);
    const double vv = (double)(v[0] * v[0] + v[1] * v[1]);
    if (hz >= BODY_FROM_HZ && hz <= BODY_TO_HZ) {
      p->aa += uu;
      p->bb += vv;
      p->ab += (double)re;
    }
    if (hz >= BODY_FROM_HZ && hz <= 1200.0) {
      p->cross[2 * k] += re;
      p->cross[2 * k + 1] += im;
      p->all_aa += uu;
      p->all_bb += vv;
    }
  }
  ++p->n;
}

/// Value of the cross-correlation at a lag, b later than a
static double
at_lag(const float* x, int lag)
{
  return (double)x[(lag + WINDOW) % WINDOW];
}

/// The highest peak of either sign, placed between samples by a parabola
static void
find_peak(CrossSums* p, TonFft* fft, double rate, double longest_ms,
          TonAlignment* result)
{
  float* const bins = ton_fft_bins(fft);
  for (uint32_t k = 0; k <= WINDOW / 2; ++k) {
    bins[2 * k] = k < WINDOW / 2 ? p->cross[2 * k] : 0.0F;
    bins[2 * k + 1] = k < WINDOW / 2 ? -p->cross[2 * k + 1] : 0.0F;
  }
  const float* const r = ton_fft_inverse(fft);
  const int reach = (int)fmin(longest_ms * rate / 1000.0 + 1.0, WINDOW / 2 - 2);
  int best = 0;
  for (int lag = -reach; lag <= reach; ++lag) {
    best = fabs(at_lag(r, lag)) > fabs(at_lag(r, best)) ? lag : best;
  }
  const double before = fabs(at_lag(r, best - 1));
  const double here = fabs(at_lag(r, best));
  const double behind = fabs(at_lag(r, best + 1));
  const double bend = before - 2.0 * here + behind;
  const double off = bend < 0.0 ? 0.5 * (before - behind) / bend : 0.0;
  result->lag_ms = 1000.0 * (best + fmin(fmax(off, -0.5), 0.5)) / rate;
  // The inverse sums both halves of the spectrum
  result->likeness = 0.5 * here / sqrt(p->all_aa * p->all_bb);
}

/// Product of both in the body band, b moved to be earlier
static double
product_moved(const CrossSums* p, double rate, double ms)
{
  double sum = 0.0;
  for (uint32_t k = 1; k < WINDOW / 2; ++k) {
    const double hz = k * rate / WINDOW;
    const double turn = 2.0 * M_PI * hz * ms / 1000.0;
    if (hz >= BODY_FROM_HZ && hz <= BODY_TO_HZ) {
      sum += (double)p->cross[2 * k] * cos(turn) +
             (double)p->cross[2 * k + 1] * sin(turn);
    }
  }
  return sum;
}

static void
add_up(const CrossSums* p, double gain, double rate, TonAlignment* result)
{
  // b brought to the active loudness of a
  const double both = p->aa + p->bb * gain * gain;
  const double ab = 2.0 * gain * p->ab / both;
  const double moved =
      2.0 * gain * product_moved(p, rate, result->lag_ms) / both;
  result->as_is_db = ton_power_db(1.0 + ab);
  result->flip_db = ton_power_db(1.0 - ab);
  result->aligned_db = ton_power_db(1.0 + moved);
  result->aligned_flipped_db = ton_power_db(1.0 - moved);
}

static void
compare_windows(CrossSums* p, TonFft* fft, float* kept, const TonFeatures* a,
                const TonFeatures* b)
{
  const uint64_t n = a->n_low < b->n_low ? a->n_low : b->n_low;
  for (uint64_t i = 0; i + WINDOW / 2 <= n && p->n < MAX_WINDOWS;
       i += WINDOW / 2) {
    if (both_sound(a, b, i)) {
      add_window(p, fft, kept, a->low + i, b->low + i, a->low_rate);
    }
  }
}

static bool
can_compare(const TonSound* a, const TonSound* b)
{
  return a->features.low && b->features.low &&
         a->features.low_rate == b->features.low_rate &&
         a->facts.active_s > 0.0 && b->facts.active_s > 0.0;
}

TonStatus
ton_align(const TonSound* a, const TonSound* b, double longest_ms,
          TonAlignment* result)
{
  *result = (TonAlignment){0};
  if (!can_compare(a, b)) {
    return TON_NOT_FOUND;
  }
  TonFft* const fft = ton_fft_new(WINDOW);
  float* const kept = ton_alloc((WINDOW + 2) * sizeof(float));
  CrossSums p = {.cross = ton_alloc((WINDOW + 2) * sizeof(float))};
  const bool good = fft && kept && p.cross;
  if (good) {
    compare_windows(&p, fft, kept, &a->features, &b->features);
  }
  const bool found = p.n && p.aa > 0.0 && p.bb > 0.0;
  if (found) {
    find_peak(&p, fft, a->features.low_rate, longest_ms, result);
    add_up(&p, pow(10.0, (a->facts.active_lufs - b->facts.active_lufs) / 20.0),
           a->features.low_rate, result);
  }
  ton_free(p.cross);
  ton_free(kept);
  ton_fft_free(fft);
  return !good ? TON_NO_MEMORY : found ? TON_OK : TON_NOT_FOUND;
}
