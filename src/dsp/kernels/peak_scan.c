// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   True peaks of groups of frames, in vectors.
*/
#include "dsp/kernels/peak_scan.h"

#include "dsp/kernels/lanes.h"

enum {
  GROUP = TON_SCAN_GROUP,
  PHASES = TON_PEAK_PHASES,
  SIDE = TON_PEAK_SIDE,
  STRIDE = GROUP - 1, ///< Frames told by one group: the first is a neighbour
  ROW = GROUP,
};

/// Beyond the rounding of any sum here
static const float margin = 1.00001F;

static inline TonV
load(const float* x)
{
  TonV v;
  memcpy(&v, x, sizeof(v));
  return v;
}

static inline void
store(float* x, TonV v)
{
  memcpy(x, &v, sizeof(v));
}

// Scan -------------------------------------------------------------------------

/// Positive floats compare as their bits do, and so do what is no number
static inline TonVi
max_bits(TonVi a, TonVi b)
{
#if TON_LANES == 16 && defined(__AVX512F__)
  return (TonVi)_mm512_max_epi32((__m512i)a, (__m512i)b);
#elif TON_LANES == 8 && defined(__AVX2__)
  return (TonVi)_mm256_max_epi32((__m256i)a, (__m256i)b);
#else
  const TonVi more = a > b;
  return (more & a) | (~more & b);
#endif
}

static inline int32_t
largest(TonVi v)
{
#if TON_LANES == 16 && defined(__AVX512F__)
  return _mm512_reduce_max_epi32((__m512i)v);
#else
  int32_t best = v[0];
  for (int i = 1; i < TON_LANES; ++i) {
    best = v[i] > best ? v[i] : best;
  }
  return best;
#endif
}

static inline int32_t
scan_group(const float* x, float* level, float* bend)
{
  TonVi high = {0};
  TonVi bent = {0};
#pragma GCC unroll 4
  for (int i = 0; i < GROUP; i += TON_LANES) {
    const TonV a = load(x + i);
    const TonV b = load(x + i - 1);
    const TonV c = load(x + i - 2);
    high = max_bits(high, (TonVi)ton_v_abs(a));
    bent = max_bits(bent, (TonVi)ton_v_abs((a - b) + (c - b)));
  }
  const int32_t top = largest(high);
  const int32_t turn = largest(bent);
  memcpy(level, &top, sizeof(top));
  memcpy(bend, &turn, sizeof(turn));
  return top;
}

static uint32_t
scan(const float* x, uint32_t n, TonScan out)
{
  int32_t top = 0;
  uint32_t g = 0;
  for (; (g + 1) * GROUP <= n; ++g) {
    const int32_t here =
        scan_group(x + (size_t)g * GROUP, out.level + g, out.bend + g);
    top = here > top ? here : top;
  }
  if (n % GROUP) {
    const int32_t here = scan_group(x + n - GROUP, out.level + g, out.bend + g);
    top = here > top ? here : top;
  }
  return (uint32_t)top;
}

// Interpolation ----------------------------------------------------------------

/// |y| at 16 frames and 8 points each: row p holds x + p/8, row 8 is x + 1
static void
find_points(const TonPeakTable* t, const float* x, float* y)
{
#pragma GCC unroll 1
  for (int i = 0; i < GROUP; i += TON_LANES) {
    TonV even[5] = {{0}};
    TonV odd[4] = {{0}};
#pragma GCC unroll 2
    for (int k = 0; k < SIDE; ++k) {
      const TonV before = load(x + i - k);
      const TonV after = load(x + i + 1 + k);
      const TonV s = before + after;
      const TonV d = before - after;
      even[1] += t->even[k][0] * s;
      even[2] += t->even[k][1] * s;
      even[3] += t->even[k][2] * s;
      even[4] += t->even[k][3] * s;
      odd[1] += t->odd[k][0] * d;
      odd[2] += t->odd[k][1] * d;
      odd[3] += t->odd[k][2] * d;
    }
    store(y + i, ton_v_abs(load(x + i)));
#pragma GCC unroll 3
    for (int p = 1; p < 4; ++p) {
      store(y + p * ROW + i, ton_v_abs(even[p] + odd[p]));
      store(y + (PHASES - p) * ROW + i, ton_v_abs(even[p] - odd[p]));
    }
    store(y + 4 * ROW + i, ton_v_abs(even[4]));
    store(y + PHASES * ROW + i, ton_v_abs(load(x + i + 1)));
  }
}

/// The neighbour 1/8 before row p of frame i, and 1/8 after
static inline const float*
point_before(const float* y, int p, int i)
{
  return p ? y + (p - 1) * ROW + i : y + (PHASES - 1) * ROW + i - 1;
}

/**
   No parabola through three points with the highest, b, in the middle rises
   above b + ((b - a) + (b - c)) / 8.  Largest such bound in frames 1..n.
*/
static float
highest_bound(const float* y, int n)
{
  _Alignas(64) float bound[GROUP];
  for (int i = 0; i < GROUP; i += TON_LANES) {
    TonV high = ton_v(0.0F);
#pragma GCC unroll 8
    for (int p = 0; p < PHASES; ++p) {
      const TonV a = load(point_before(y, p, i));
      const TonV b = load(y + p * ROW + i);
      const TonV c = load(y + (p + 1) * ROW + i);
      const TonVi top = (b >= a) & (b >= c);
      const TonV over = b + 0.125F * ((b - a) + (b - c));
      high = ton_v_max(high, ton_v_select(top, over, b));
    }
    store(bound + i, high);
  }
  float best = 0.0F;
  for (int i = 1; i <= n; ++i) {
    best = bound[i] > best ? bound[i] : best;
  }
  return best;
}

/// Parabolas of frames 1..n; `from` is the place of frame 1
static bool
refine(const float* y, int n, uint32_t from, TonPeak* peak)
{
  bool raised = false;
  for (int i = 1; i <= n; ++i) {
    for (int p = 0; p < PHASES; ++p) {
      const float a = *point_before(y, p, i);
      const float b = y[p * ROW + i];
      const float c = y[(p + 1) * ROW + i];
      const float bow = (b - a) + (b - c);
      if (b < a || b < c) {
        continue;
      }
      const float value = bow > 0.0F ? b + (a - c) * (a - c) / (8.0F * bow) : b;
      if (value > peak->value) {
        peak->value = value;
        peak->at = (double)from + (i - 1) + p / (double)PHASES;
        raised = true;
      }
    }
  }
  return raised;
}

static bool
run(const TonPeakTable* t, const float* x, uint32_t from, uint32_t to,
    TonPeak* peak)
{
  _Alignas(64) float buffer[GROUP + (PHASES + 1) * ROW];
  float* const y = buffer + GROUP;
  bool raised = false;
  buffer[GROUP - 1] = 0.0F;
  for (uint32_t at = from; at < to; at += STRIDE) {
    const int n = to - at < STRIDE ? (int)(to - at) : STRIDE;
    find_points(t, x + at - 1, y);
    if (highest_bound(y, n) * margin > peak->value) {
      raised |= refine(y, n, at, peak);
    }
  }
  return raised;
}

/// Entries g .. g + TON_LANES - 1 that may hold something above `floor`
static inline TonVi
may_rise(const TonPeakTable* t, TonScan s, uint32_t g, float floor)
{
  TonV level = ton_v(0.0F);
  TonV bend = ton_v(0.0F);
#pragma GCC unroll 8
  for (int k = -TON_SCAN_REACH; k <= TON_SCAN_REACH; ++k) {
    level = ton_v_max(level, load(s.level + (int64_t)g + k));
    bend = ton_v_max(bend, load(s.bend + (int64_t)g + k));
  }
  const TonV line = ton_v_max(load(s.level + g), load(s.level + g + 1));
  const TonV bound = (line + t->bend * bend) + t->leak * level;
  return bound * margin > floor;
}

static bool
interpolate(const TonPeakTable* t, const float* x, uint32_t n, TonScan s,
            TonPeak* peak)
{
  const uint32_t groups = (n + GROUP - 1) / GROUP;
  bool raised = false;
  for (uint32_t g = 0; g < groups; g += TON_LANES) {
    const TonVi may = may_rise(t, s, g, peak->value);
    if (!ton_vi_any(may)) {
      continue;
    }
    for (uint32_t i = 0; i < TON_LANES && g + i < groups; ++i) {
      if (may[i]) {
        const uint32_t from = (g + i) * GROUP;
        while (i + 1 < TON_LANES && g + i + 1 < groups && may[i + 1]) {
          ++i;
        }
        const uint32_t to = (g + i + 1) * GROUP;
        raised |= run(t, x, from, to < n ? to : n, peak);
      }
    }
  }
  return raised;
}

// Frames ------------------------------------------------------------------------

/// b, or the top of the parabola through a, b and c when b is the highest
static inline TonV
crest(TonV a, TonV b, TonV c)
{
  const TonV bow = (b - a) + (b - c);
  const TonVi top = (b >= a) & (b >= c) & (bow > 0.0F);
  const TonV over =
      (a - c) * (a - c) / ton_v_select(top, 8.0F * bow, ton_v(1.0F));
  return b + ton_v_select(top, over, ton_v(0.0F));
}

static float
crests(const TonPeakTable* t, const float* x, float before, float* at,
       float* between)
{
  _Alignas(64) float y[(PHASES + 1) * ROW];
  float back[1 + GROUP]; ///< An eighth before each frame, and before the next
  find_points(t, x, y);
  back[0] = before;
  memcpy(back + 1, y + (PHASES - 1) * ROW, GROUP * sizeof(float));
  for (int i = 0; i < GROUP; i += TON_LANES) {
    TonV high = ton_v(0.0F);
#pragma GCC unroll 7
    for (int p = 1; p < PHASES; ++p) {
      const float* const here = y + p * ROW + i;
      high = ton_v_max(high,
                       crest(load(here - ROW), load(here), load(here + ROW)));
    }
    store(between + i, high);
    store(at + i, crest(load(back + i), load(y + i), load(y + ROW + i)));
  }
  return back[GROUP];
}

const TonPeakScan TON_LANED(ton_peak_scan) = {scan, interpolate, crests};
