// SPDX-License-Identifier: GPL-3.0-or-later
/// @file How two microphones on one source add up, worked out without the program's
/// analysis.
#include "heard.h"

#include <math.h>
#include <stdlib.h>

enum { SLOWER = 8, TAPS = 256, REACH = 128 };

/// Samples before the first and behind the last that a filter reaches
enum { AROUND = TAPS * SLOWER / 2 };

/// The sum of both channels, with silence around it
static double*
sum_of(const Sound* s)
{
  double* const sum = calloc(s->n + 2 * AROUND + 1, sizeof(double));
  for (uint64_t i = 0; i < s->n; ++i) {
    sum[AROUND + i] = s->x[0][i] + (s->channels > 1 ? s->x[1][i] : 0.0);
  }
  return sum;
}

/// Four sums side by side: one alone waits for itself at every step
static double
dot(const double* a, const double* b, int n)
{
  double sum[4] = {0.0};
  for (int k = 0; k + 4 <= n; k += 4) {
    for (int j = 0; j < 4; ++j) {
      sum[j] += a[k + j] * b[k + j];
    }
  }
  return sum[0] + sum[1] + sum[2] + sum[3];
}

/// The sum of both channels between two frequencies, of every eighth sample;
/// returns how many
static uint64_t
band_of(const Sound* s, double from_hz, double to_hz, double** band)
{
  const uint64_t n = s->n / SLOWER;
  static double h[2 * AROUND + 1];
  for (int i = -AROUND; i <= AROUND; ++i) {
    const double t = i ? M_PI * i / s->rate : 1.0;
    const double window = 0.5 + 0.5 * cos(M_PI * i / AROUND);
    const double cut = i ? (sin(2.0 * to_hz * t) - sin(2.0 * from_hz * t)) / t
                         : 2.0 * (to_hz - from_hz);
    h[i + AROUND] = window * cut / s->rate;
  }
  double* const sum = sum_of(s);
  *band = calloc(n + 1, sizeof(double));
  for (uint64_t i = 0; i < n; ++i) {
    (*band)[i] = dot(h, sum + i * SLOWER, 2 * AROUND); // the last of h is 0
  }
  free(sum);
  return n;
}

typedef struct {
  double aa;
  double bb;
  double ab;
} Products;

/// Of what both play, b later by some samples
static Products
products_at(const Sound* a, const Sound* b, const double* x, const double* y,
            uint64_t n, int lag)
{
  Products p = {0};
  const double step = HEARD_STEP_S * a->rate / SLOWER;
  for (uint64_t i = REACH; i + REACH < n; ++i) {
    const uint64_t at = (uint64_t)((double)i / step);
    if (at < a->steps && at < b->steps && a->on[at] && b->on[at]) {
      const double other = y[(int64_t)i + lag];
      p.aa += x[i] * x[i];
      p.bb += other * other;
      p.ab += x[i] * other;
    }
  }
  return p;
}

PairSums
pair_sums(Sound* a, Sound* b)
{
  double* x = NULL;
  double* y = NULL;
  find_playing(a);
  find_playing(b);
  const uint64_t n = band_of(a, 60.0, 400.0, &x);
  const uint64_t m = band_of(b, 60.0, 400.0, &y);
  const Products p = products_at(a, b, x, y, n < m ? n : m, 0);
  const double gain =
      pow(10.0, (playing_loudness(a, a) - playing_loudness(b, b)) / 20.0);
  const double both = p.aa + gain * gain * p.bb;
  const double common = 2.0 * gain * p.ab;
  free(x);
  free(y);
  return (PairSums){(both + common) / both, (both - common) / both};
}

double
likeness_of(Sound* a, Sound* b, double longest_ms, double* lag_ms)
{
  double* x = NULL;
  double* y = NULL;
  find_playing(a);
  find_playing(b);
  const uint64_t n = band_of(a, 60.0, 1200.0, &x);
  const uint64_t m = band_of(b, 60.0, 1200.0, &y);
  const double step_ms = 1000.0 * SLOWER / a->rate;
  const int most = (int)fmin(longest_ms / step_ms, REACH);
  double best = 0.0;
  for (int lag = -most; lag <= most; ++lag) {
    const Products p = products_at(a, b, x, y, n < m ? n : m, lag);
    const double like = fabs(p.ab) / sqrt(p.aa * p.bb);
    if (like > best) {
      best = like;
      *lag_ms = lag * step_ms;
    }
  }
  free(x);
  free(y);
  return best;
}
