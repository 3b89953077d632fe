// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Loudness of ITU-R BS.1770-5 with the gates and windows of EBU Tech 3341 and
   3342.

     x -> high shelf -> RLB high-pass -> square -> sum of 10 ms
     40 hops: momentary   300 hops: short-term   every 10 hops: a gating block
*/

#include "analysis/meters.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOMENTARY = 40, SHORT = 300 };

typedef double Pair __attribute__((vector_size(16)));

typedef struct {
  double b0, b1, b2, a1, a2;
} Biquad;

/// Two channels side by side
typedef struct {
  Pair s[4];
} Weighting;

struct Loudness {
  uint32_t rate;
  uint32_t channels;
  Biquad shelf;
  Biquad rlb;
  double gain[64];
  Weighting state[32];
  Pair energy[32]; ///< Of the hop under way
  uint64_t frames;
  uint64_t hop_end; ///< Frame at which the hop ends
  uint64_t hops;
  double ring[SHORT]; ///< Weighted mean squares of the last hops
  double tenth;       ///< Sum of the hops of the 0.1 s under way
  double* tenths;     ///< All 0.1 s
  size_t n_tenths;
  size_t capacity;
  double momentary;
  double short_term;
  double momentary_max;
  double short_term_max;
  uint64_t momentary_max_hop;
  uint64_t short_term_max_hop;
  bool timeline;
  Curve momentary_curve;
  Curve short_term_curve;
};

/**
   Analog prototypes of the standard's two stages, bilinear at any rate.  The
   standard's RLB numerator 1 -2 1 is not normalised: its gain at 48 kHz is
   kept at every rate, so that all rates agree.
*/
static void
design(Loudness* l)
{
  const double f1 = 1681.974450955533;
  const double q1 = 0.7071752369554196;
  const double vh = pow(10.0, 3.999843853973347 / 20.0);
  const double vb = pow(vh, 0.4996667741545416);
  double k = tan(M_PI * f1 / l->rate);
  double a0 = 1.0 + k / q1 + k * k;
  l->shelf = (Biquad){(vh + vb * k / q1 + k * k) / a0, 2.0 * (k * k - vh) / a0,
                      (vh - vb * k / q1 + k * k) / a0, 2.0 * (k * k - 1.0) / a0,
                      (1.0 - k / q1 + k * k) / a0};
  const double f2 = 38.13547087602444;
  const double q2 = 0.5003270373238773;
  k = tan(M_PI * f2 / l->rate);
  a0 = 1.0 + k / q2 + k * k;
  l->rlb = (Biquad){1.0, -2.0, 1.0, 2.0 * (k * k - 1.0) / a0,
                    (1.0 - k / q2 + k * k) / a0};
  const double at_48k = 1.0 + 1.99004745483398 + 0.99007225036621;
  const double g = (1.0 - l->rlb.a1 + l->rlb.a2) / at_48k;
  l->rlb.b0 *= g;
  l->rlb.b1 *= g;
  l->rlb.b2 *= g;
}

/// Order of WAV: L R C LFE Ls Rs; five channels have no LFE
static double
channel_gain(uint32_t channel, uint32_t channels)
{
  if (channels == 5) {
    return channel >= 3 ? 1.41 : 1.0;
  }
  if (channels == 6 || channels == 8) {
    return channel == 3 ? 0.0 : channel == 4 || channel == 5 ? 1.41 : 1.0;
  }
  return 1.0;
}

static uint64_t
frame_of_hop(const Loudness* l, uint64_t hop)
{
  return (hop * l->rate + 50) / 100;
}

Loudness*
loudness_new(uint32_t rate, uint32_t channels, bool timeline)
{
  Loudness* const l = ton_alloc(sizeof(Loudness));
  if (l) {
    l->rate = rate;
    l->channels = channels;
    l->timeline = timeline;
    l->momentary = -INFINITY;
    l->short_term = -INFINITY;
    l->momentary_max = -INFINITY;
    l->short_term_max = -INFINITY;
    l->hop_end = frame_of_hop(l, 1);
    for (uint32_t c = 0; c < channels; ++c) {
      l->gain[c] = channel_gain(c, channels);
    }
    design(l);
  }
  return l;
}

/// Both stages as transposed direct form 2 in double; the sum of squares
static Pair
weigh(Loudness* l, uint32_t p, const float* a, const float* b, uint32_t n)
{
  const Biquad u = l->shelf;
  const Biquad v = l->rlb;
  Weighting w = l->state[p];
  Pair sum = {0.0, 0.0};
  for (uint32_t i = 0; i < n; ++i) {
    const Pair x = {(double)a[i], (double)b[i]};
    const Pair y = u.b0 * x + w.s[0];
    w.s[0] = (u.b1 * x + w.s[1]) - u.a1 * y;
    w.s[1] = u.b2 * x - u.a2 * y;
    const Pair z = v.b0 * y + w.s[2];
    w.s[2] = (v.b1 * y + w.s[3]) - v.a1 * z;
    w.s[3] = v.b2 * y - v.a2 * z;
    sum += z * z;
  }
  for (int k = 0; k < 4; ++k) {
    for (int c = 0; c < 2; ++c) {
      if (fabs(w.s[k][c]) < 1e-30) {
        w.s[k][c] = 0.0;
      }
    }
  }
  l->state[p] = w;
  return sum;
}

static double
level(double mean_square)
{
  return mean_square > 0.0 ? -0.691 + 10.0 * log10(mean_square) : -INFINITY;
}

static double
window(const Loudness* l, uint32_t hops)
{
  double sum = 0.0;
  for (uint32_t i = 0; i < hops; ++i) {
    sum += l->ring[(l->hops - hops + i) % SHORT];
  }
  return level(sum / hops);
}

static void
keep_tenth(Loudness* l)
{
  double* const grown =
      ton_grow(l->tenths, &l->capacity, l->n_tenths + 1, sizeof(double));
  if (grown) {
    l->tenths = grown;
    l->tenths[l->n_tenths++] = l->tenth / 10.0;
  }
  l->tenth = 0.0;
  if (l->timeline) {
    curve_add(&l->momentary_curve, l->momentary);
    curve_add(&l->short_term_curve, l->short_term);
  }
}

static void
end_hop(Loudness* l)
{
  const uint64_t length = l->hop_end - frame_of_hop(l, l->hops);
  double sum = 0.0;
  for (uint32_t c = 0; c < l->channels; ++c) {
    sum += l->gain[c] * l->energy[c / 2][c % 2];
  }
  memset(l->energy, 0, sizeof(l->energy));
  l->ring[l->hops % SHORT] = sum / (double)length;
  l->tenth += sum / (double)length;
  ++l->hops;
  l->hop_end = frame_of_hop(l, l->hops + 1);
  if (l->hops >= MOMENTARY) {
    l->momentary = window(l, MOMENTARY);
    if (l->momentary > l->momentary_max) {
      l->momentary_max = l->momentary;
      l->momentary_max_hop = l->hops - MOMENTARY;
    }
  }
  if (l->hops >= SHORT) {
    l->short_term = window(l, SHORT);
    if (l->short_term > l->short_term_max) {
      l->short_term_max = l->short_term;
      l->short_term_max_hop = l->hops - SHORT;
    }
  }
  if (l->hops % 10 == 0) {
    keep_tenth(l);
  }
}

void
loudness_add(Loudness* l, const float* const* in, uint32_t frames)
{
  for (uint32_t at = 0; at < frames;) {
    const uint64_t left = l->hop_end - l->frames;
    const uint32_t n = left < frames - at ? (uint32_t)left : frames - at;
    for (uint32_t c = 0; c < l->channels; c += 2) {
      const uint32_t d = c + 1 < l->channels ? c + 1 : c;
      l->energy[c / 2] += weigh(l, c / 2, in[c] + at, in[d] + at, n);
    }
    l->frames += n;
    at += n;
    if (l->frames == l->hop_end) {
      end_hop(l);
    }
  }
}

void
loudness_now(const Loudness* l, double* momentary, double* short_term)
{
  *momentary = l->momentary;
  *short_term = l->short_term;
}

static double
block_power(const Loudness* l, size_t first, size_t tenths)
{
  double sum = 0.0;
  for (size_t i = 0; i < tenths; ++i) {
    sum += l->tenths[first + i];
  }
  return sum / (double)tenths;
}

/// Mean power of the blocks above both levels; counts them
static double
gated(const Loudness* l, size_t tenths, double gate, size_t* count)
{
  double sum = 0.0;
  *count = 0;
  for (size_t i = 0; i + tenths <= l->n_tenths; ++i) {
    const double power = block_power(l, i, tenths);
    const double loudness = level(power);
    if (loudness > -70.0 && loudness > gate) {
      sum += power;
      ++*count;
    }
  }
  return *count ? sum / (double)*count : 0.0;
}

static int
ascending(const void* a, const void* b)
{
  const double x = *(const double*)a;
  const double y = *(const double*)b;
  return (x > y) - (x < y);
}

/// EBU Tech 3342: 3 s blocks, gates -70 LUFS and -20 LU, P95 - P10
static void
find_range(const Loudness* l, TonMeasurement* m)
{
  m->loudness_range_lu = NAN;
  m->range_low_lufs = NAN;
  m->range_high_lufs = NAN;
  size_t count = 0;
  const double gate = level(gated(l, 30, -INFINITY, &count)) - 20.0;
  double* const levels = ton_alloc((count + 1) * sizeof(double));
  if (!count || !levels) {
    ton_free(levels);
    return;
  }
  size_t n = 0;
  for (size_t i = 0; i + 30 <= l->n_tenths; ++i) {
    const double loudness = level(block_power(l, i, 30));
    if (loudness > -70.0 && loudness > gate) {
      levels[n++] = loudness;
    }
  }
  qsort(levels, n, sizeof(double), ascending);
  m->range_low_lufs = levels[lrint((double)(n - 1) * 0.10)];
  m->range_high_lufs = levels[lrint((double)(n - 1) * 0.95)];
  m->loudness_range_lu = m->range_high_lufs - m->range_low_lufs;
  ton_free(levels);
}

void
loudness_finish(Loudness* l, TonMeasurement* m)
{
  size_t count = 0;
  m->integrated_lufs = l->n_tenths < 4 ? NAN : -INFINITY;
  const double gate = level(gated(l, 4, -INFINITY, &count)) - 10.0;
  const double power = gated(l, 4, gate, &count);
  if (count) {
    m->integrated_lufs = level(power);
  }
  m->momentary_max_lufs = l->hops < MOMENTARY ? NAN : l->momentary_max;
  m->short_term_max_lufs = l->hops < SHORT ? NAN : l->short_term_max;
  m->momentary_max_at_s = (double)l->momentary_max_hop / 100.0;
  m->short_term_max_at_s = (double)l->short_term_max_hop / 100.0;
  m->range_stable = l->n_tenths >= 600;
  find_range(l, m);
  if (l->timeline) {
    m->momentary_lufs = l->momentary_curve.values;
    m->short_term_lufs = l->short_term_curve.values;
    m->n_points = l->momentary_curve.n;
  }
}

const float*
loudness_curve(const Loudness* l, uint32_t* n)
{
  *n = l->short_term_curve.n;
  return l->short_term_curve.values;
}

void
loudness_free(Loudness* l)
{
  if (l) {
    curve_free(&l->momentary_curve);
    curve_free(&l->short_term_curve);
    ton_free(l->tenths);
    ton_free(l);
  }
}
