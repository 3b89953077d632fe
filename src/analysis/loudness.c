// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Loudness of ITU-R BS.1770-5 with the gates and windows of EBU Tech 3341 and
   3342.

     x -> high shelf -> RLB high-pass -> square -> sums of 10 ms, of 0.1 s
     40 ticks: momentary   300 ticks: short-term   4 tenths: a gating block
*/

#include "analysis/meters.h"
#include "base/memory.h"
#include "dsp/k_weight.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
  MOMENTARY = 40, ///< Ticks
  SHORT = 300,
  GATE_BLOCK = 4,   ///< Tenths
  RANGE_BLOCK = 30, ///< Tenths
};

/// Powers of the ticks, twice: any window of up to 300 ticks lies in one piece
typedef struct {
  double power[2 * SHORT];
} Ring;

/// Highest window of one length
typedef struct {
  double power;
  uint64_t tick; ///< It begins here
} Highest;

struct Loudness {
  uint32_t rate;
  uint32_t channels;
  bool fold;
  const TonWeigh* weigh;
  TonKWeight k;
  double weight[MAX_CHANNELS];
  double state[MAX_CHANNELS][TON_K_HISTORY];
  uint64_t ticks;
  Ring ring;
  Highest momentary;
  Highest short_term;
  double tenth[2];   ///< Power of song and fold in the 0.1 s under way
  double* tenths[2]; ///< Of all 0.1 s
  size_t capacity[2];
  size_t n_tenths;
  bool failed; ///< Memory was refused: no result
  bool timeline;
  Curve momentary_curve;
  Curve short_term_curve;
};

/// BS.1770-5 table 4, in the order of WAV.  Five: L R C Ls Rs.  Eight: L R C
/// LFE, two behind (135 degrees, weight 1), two at the sides.
static double
channel_weight(uint32_t channel, uint32_t channels)
{
  static const double surround = 1.41;
  switch (channels) {
  case 4:
    return channel >= 2 ? surround : 1.0;
  case 5:
    return channel >= 3 ? surround : 1.0;
  case 6:
    return channel == 3 ? 0.0 : channel >= 4 ? surround : 1.0;
  case 7:
    return channel == 3 ? 0.0 : channel >= 5 ? surround : 1.0;
  case 8:
    return channel == 3 ? 0.0 : channel >= 6 ? surround : 1.0;
  default:
    return 1.0;
  }
}

Loudness*
loudness_new(uint32_t rate, uint32_t channels, bool timeline, bool fold)
{
  Loudness* const l = ton_alloc(sizeof(Loudness));
  if (l) {
    l->rate = rate;
    l->channels = channels;
    l->timeline = timeline;
    l->fold = fold;
    l->weigh = ton_weigh();
    for (uint32_t c = 0; c < channels; ++c) {
      l->weight[c] = channel_weight(c, channels);
    }
    ton_k_weight_design(&l->k, rate);
  }
  return l;
}

void
loudness_weight(Loudness* l, uint32_t channel, double weight)
{
  l->weight[channel] = weight;
}

static double
level(double power)
{
  return power > 1e-20 ? -0.691 + 10.0 * log10(power) : -INFINITY;
}

// Ticks ------------------------------------------------------------------------

/// Mean power of the newest ticks: four partial sums in a fixed order
static double
window(const Loudness* l, uint32_t ticks)
{
  const double* const p = l->ring.power + l->ticks % SHORT + SHORT - ticks;
  double sum[4] = {0.0};
  for (uint32_t i = 0; i < ticks; i += 4) {
    for (uint32_t k = 0; k < 4; ++k) {
      sum[k] += p[i + k];
    }
  }
  return ((sum[0] + sum[1]) + (sum[2] + sum[3])) / ticks;
}

static void
follow(const Loudness* l, Highest* highest, uint32_t ticks)
{
  if (l->ticks >= ticks) {
    const double power = window(l, ticks);
    if (power > highest->power) {
      *highest = (Highest){power, l->ticks - ticks};
    }
  }
}

static void
keep_tenth(Loudness* l)
{
  for (int i = 0; i < 1 + l->fold; ++i) {
    double* const grown = ton_grow(l->tenths[i], &l->capacity[i],
                                   l->n_tenths + 1, sizeof(double));
    if (!grown) {
      l->failed = true;
      return;
    }
    l->tenths[i] = grown;
    l->tenths[i][l->n_tenths] = l->tenth[i] / TICKS_OF_TENTH;
    l->tenth[i] = 0.0;
  }
  ++l->n_tenths;
}

static void
keep_point(Loudness* l)
{
  curve_add(&l->momentary_curve, level(window(l, MOMENTARY)));
  curve_add(&l->short_term_curve, level(window(l, SHORT)));
}

/// Flush denormal filter states to 0
static void
flush(double* y)
{
  for (int i = 0; i < TON_K_HISTORY; ++i) {
    y[i] = fabs(y[i]) < 1e-30 ? 0.0 : y[i];
  }
}

/// Weighted power of a tick; `*fold`: of (L + R) / 2 in both speakers
static double
tick_power(Loudness* l, const Tick* tick, double* fold)
{
  double sum = 0.0;
  for (uint32_t c = 0; c < l->channels; c += 2) {
    const bool alone = c + 1 == l->channels;
    const float* const x[2] = {tick->x[c], tick->x[alone ? c : c + 1]};
    TonSums s;
    l->weigh->squares(&l->k, x, &l->state[c], tick->n, &s);
    flush(l->state[c]);
    sum += l->weight[c] * s.aa;
    if (!alone) {
      flush(l->state[c + 1]);
      sum += l->weight[c + 1] * s.bb;
    }
    *fold = 0.5 * (s.aa + s.bb) + s.ab;
  }
  *fold /= tick->n;
  return sum / tick->n;
}

void
loudness_add(Loudness* l, const Tick* tick)
{
  if (tick->whole) {
    double fold = 0.0;
    const double power = tick_power(l, tick, &fold);
    const uint64_t at = l->ticks++ % SHORT;
    l->ring.power[at] = power;
    l->ring.power[at + SHORT] = power;
    l->tenth[0] += power;
    l->tenth[1] += fold;
    follow(l, &l->momentary, MOMENTARY);
    follow(l, &l->short_term, SHORT);
  }
  if (!tick_ends_tenth(tick)) {
    return;
  }
  if (tick->whole) {
    keep_tenth(l);
  }
  if (l->timeline) {
    keep_point(l);
  }
}

void
loudness_now(const Loudness* l, double* momentary, double* short_term)
{
  *momentary = level(window(l, MOMENTARY));
  *short_term = level(window(l, SHORT));
}

double
loudness_short_power(const Loudness* l)
{
  return l->ticks >= SHORT ? window(l, SHORT) : 0.0;
}

// The whole song ---------------------------------------------------------------

static double
block_power(const double* tenths, size_t first, size_t n)
{
  double sum = 0.0;
  for (size_t i = 0; i < n; ++i) {
    sum += tenths[first + i];
  }
  return sum / (double)n;
}

double
loudness_short_at(const Loudness* l, uint64_t tenth)
{
  if (tenth >= l->n_tenths || tenth + 1 < RANGE_BLOCK) {
    return NAN;
  }
  const size_t first = (size_t)tenth + 1 - RANGE_BLOCK;
  return level(block_power(l->tenths[0], first, RANGE_BLOCK));
}

/// Mean power of the blocks of `n` tenths above -70 LUFS and above `gate`
static double
gated(const Loudness* l, const double* tenths, size_t n, double gate)
{
  double sum = 0.0;
  size_t count = 0;
  for (size_t i = 0; i + n <= l->n_tenths; ++i) {
    const double power = block_power(tenths, i, n);
    const double loudness = level(power);
    if (loudness > -70.0 && loudness > gate) {
      sum += power;
      ++count;
    }
  }
  return count ? sum / (double)count : 0.0;
}

/// BS.1770-5: -70 LUFS, then 10 LU below what passed
static double
integrated(const Loudness* l, const double* tenths)
{
  if (l->failed || l->n_tenths < GATE_BLOCK) {
    return NAN;
  }
  const double gate = level(gated(l, tenths, GATE_BLOCK, -INFINITY)) - 10.0;
  return level(gated(l, tenths, GATE_BLOCK, gate));
}

static int
ascending(const void* a, const void* b)
{
  const double x = *(const double*)a;
  const double y = *(const double*)b;
  return (x > y) - (x < y);
}

/// EBU Tech 3342: -70 LUFS, then 20 LU below what passed; P95 - P10
static bool
find_range(const Loudness* l, TonMeasurement* m)
{
  const double* const tenths = l->tenths[0];
  const double passed = gated(l, tenths, RANGE_BLOCK, -INFINITY);
  double* const levels = ton_alloc((l->n_tenths + 1) * sizeof(double));
  size_t n = 0;
  if (!levels) {
    return false;
  }
  for (size_t i = 0; i + RANGE_BLOCK <= l->n_tenths; ++i) {
    const double loudness = level(block_power(tenths, i, RANGE_BLOCK));
    if (loudness > -70.0 && loudness > level(passed) - 20.0) {
      levels[n++] = loudness;
    }
  }
  if (n) {
    qsort(levels, n, sizeof(double), ascending);
    m->range_low_lufs = levels[lrint((double)(n - 1) * 0.10)];
    m->range_high_lufs = levels[lrint((double)(n - 1) * 0.95)];
    m->loudness_range_lu = m->range_high_lufs - m->range_low_lufs;
  }
  ton_free(levels);
  return true;
}

bool
loudness_finish(Loudness* l, TonMeasurement* m)
{
  m->integrated_lufs = integrated(l, l->tenths[0]);
  if (l->ticks >= MOMENTARY) {
    m->momentary_max_lufs = level(l->momentary.power);
    m->momentary_max_at_s = (double)l->momentary.tick / TICKS_PER_S;
  }
  if (l->ticks >= SHORT) {
    m->short_term_max_lufs = level(l->short_term.power);
    m->short_term_max_at_s = (double)l->short_term.tick / TICKS_PER_S;
  }
  m->range_stable = l->n_tenths >= 600;
  const bool whole = !l->failed && find_range(l, m);
  if (l->timeline) {
    m->momentary_lufs = curve_give(&l->momentary_curve, m);
    m->short_term_lufs = curve_give(&l->short_term_curve, m);
  }
  return whole && !l->momentary_curve.failed && !l->short_term_curve.failed;
}

double
loudness_fold_loss(const Loudness* l)
{
  return integrated(l, l->tenths[1]) - integrated(l, l->tenths[0]);
}

bool
loudness_whole(const Loudness* l)
{
  return !l->failed;
}

void
loudness_free(Loudness* l)
{
  if (l) {
    curve_free(&l->momentary_curve);
    curve_free(&l->short_term_curve);
    ton_free(l->tenths[0]);
    ton_free(l->tenths[1]);
    ton_free(l);
  }
}
