// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Power of K-weighted sound, in vectors.
*/
#include "dsp/kernels/weigh.h"

#include "dsp/kernels/lanes.h"

enum {
  B = TON_K_BLOCK,
  H = TON_K_HISTORY,
  T = TON_K_TAPS,
  W = TON_LANES / 2, ///< Doubles of a vector
  PARTS = B / W,     ///< Vectors of a block
  CHUNK = 256,       ///< Frames turned into doubles at a time
};

typedef struct {
  TonVd part[PARTS];
} Block;

static inline TonVd
load(const double* x)
{
  TonVd v;
  memcpy(&v, x, sizeof(v));
  return v;
}

/// ((0 + 1) + (2 + 3)) + ((4 + 5) + (6 + 7))
static double
joined(const Block* s)
{
  double v[B];
  memcpy(v, s, sizeof(v));
  return ((v[0] + v[1]) + (v[2] + v[3])) + ((v[4] + v[5]) + (v[6] + v[7]));
}

/// One of the last four outputs in every lane: i = 0 is the oldest
static inline TonVd
last(const Block* y, int i)
{
#if TON_LANES == 16
  const TonVd v = y->part[0];
  switch (i) {
  case 0:
    return __builtin_shufflevector(v, v, 4, 4, 4, 4, 4, 4, 4, 4);
  case 1:
    return __builtin_shufflevector(v, v, 5, 5, 5, 5, 5, 5, 5, 5);
  case 2:
    return __builtin_shufflevector(v, v, 6, 6, 6, 6, 6, 6, 6, 6);
  default:
    return __builtin_shufflevector(v, v, 7, 7, 7, 7, 7, 7, 7, 7);
  }
#elif TON_LANES == 8
  const TonVd v = y->part[1];
  switch (i) {
  case 0:
    return __builtin_shufflevector(v, v, 0, 0, 0, 0);
  case 1:
    return __builtin_shufflevector(v, v, 1, 1, 1, 1);
  case 2:
    return __builtin_shufflevector(v, v, 2, 2, 2, 2);
  default:
    return __builtin_shufflevector(v, v, 3, 3, 3, 3);
  }
#else
  const TonVd v = y->part[2 + i / 2];
  return i % 2 ? __builtin_shufflevector(v, v, 1, 1)
               : __builtin_shufflevector(v, v, 0, 0);
#endif
}

/**
   Eight outputs from d[-2..7] and the four outputs before.

     even = sum input[j] d[j], j even;  odd alike
     y = (even + odd) + ((e0 y0 + e1 y1) + (e2 y2 + e3 y3))

   Rows of input[j] before d[j] are zero: parts of zeros only are left out.
*/
static inline __attribute__((always_inline)) void
step(const TonKWeight* k, const double* d, Block* y)
{
  TonVd y0 = last(y, 0);
  TonVd y1 = last(y, 1);
  TonVd y2 = last(y, 2);
  TonVd y3 = last(y, 3);
#pragma GCC unroll 4
  for (int p = 0; p < PARTS; ++p) {
    TonVd even = load(&k->input[0][p * W]) * d[0];
    TonVd odd = load(&k->input[1][p * W]) * d[1];
#pragma GCC unroll 8
    for (int j = 2; j < T + B; j += 2) {
      if (j - T <= p * W + W - 1) {
        even += load(&k->input[j][p * W]) * d[j];
        odd += load(&k->input[j + 1][p * W]) * d[j + 1];
      }
    }
    const TonVd older =
        load(&k->echo[0][p * W]) * y0 + load(&k->echo[1][p * W]) * y1;
    const TonVd newer =
        load(&k->echo[2][p * W]) * y2 + load(&k->echo[3][p * W]) * y3;
    y->part[p] = (even + odd) + (older + newer);
  }
}

static inline __attribute__((always_inline)) void
add_product(Block* sum, const Block* a, const Block* b)
{
#pragma GCC unroll 4
  for (int p = 0; p < PARTS; ++p) {
    sum->part[p] += a->part[p] * b->part[p];
  }
}

/// Two channels under way
typedef struct {
  Block y[2];
  Block aa;
  Block bb;
  Block ab;
} WeighedPair;

static inline __attribute__((always_inline)) void
add_squares(WeighedPair* p)
{
  add_product(&p->aa, &p->y[0], &p->y[0]);
  add_product(&p->bb, &p->y[1], &p->y[1]);
  add_product(&p->ab, &p->y[0], &p->y[1]);
}

static inline double*
last_four(Block* y)
{
  return (double*)y + B - H;
}

/// n < 8 frames: compute eight, keep n
static void
run_rest(const TonKWeight* k, const double* const in[2], uint32_t n,
         WeighedPair* p)
{
  double v[2][H + B];
  for (int c = 0; c < 2; ++c) {
    memcpy(v[c], last_four(&p->y[c]), H * sizeof(double));
    step(k, in[c], &p->y[c]);
    memcpy(v[c] + H, &p->y[c], B * sizeof(double));
    memset((double*)&p->y[c] + n, 0, (B - n) * sizeof(double));
  }
  add_squares(p);
  for (int c = 0; c < 2; ++c) {
    memcpy(last_four(&p->y[c]), v[c] + n, H * sizeof(double));
  }
}

static void
run(const TonKWeight* k, const double* const in[2], uint32_t n,
    WeighedPair* pair)
{
  WeighedPair p = *pair;
  uint32_t i = 0;
  for (; i + B <= n; i += B) {
    step(k, in[0] + i, &p.y[0]);
    step(k, in[1] + i, &p.y[1]);
    add_squares(&p);
  }
  *pair = p;
  if (i < n) {
    const double* const rest[2] = {in[0] + i, in[1] + i};
    run_rest(k, rest, n - i, pair);
  }
}

/// Second differences of frames -2 .. n-1
static void
difference(const float* x, uint32_t n, double* d)
{
  for (int64_t i = 0; i < T + (int64_t)n; ++i) {
    const double now = (double)x[i - T];
    const double before = (double)x[i - T - 1];
    d[i] = (now - before) + ((double)x[i - T - 2] - before);
  }
}

static void
squares(const TonKWeight* k, const float* const x[2], double y[2][H],
        uint32_t n, TonSums* out)
{
  _Alignas(64) double d[2][T + CHUNK + B];
  const double* const both[2] = {d[0], d[1]};
  WeighedPair p;
  memset(&p, 0, sizeof(p));
  for (int c = 0; c < 2; ++c) {
    memcpy(last_four(&p.y[c]), y[c], H * sizeof(double));
  }
  for (uint32_t at = 0; at < n; at += CHUNK) {
    const uint32_t frames = n - at < CHUNK ? n - at : CHUNK;
    for (int c = 0; c < 2; ++c) {
      difference(x[c] + at, (frames + B - 1) / B * B, d[c]);
    }
    run(k, both, frames, &p);
  }
  for (int c = 0; c < 2; ++c) {
    memcpy(y[c], last_four(&p.y[c]), H * sizeof(double));
  }
  *out =
      (TonSums){.aa = joined(&p.aa), .bb = joined(&p.bb), .ab = joined(&p.ab)};
}

typedef float Floats __attribute__((vector_size(4 * W)));

/// W samples, those from frame n on as zero
static inline TonVd
widened(const float* x, uint32_t n)
{
  float v[W] = {0.0F};
  memcpy(v, x, (n < W ? n : W) * sizeof(float));
  Floats f;
  memcpy(&f, v, sizeof(f));
  return __builtin_convertvector(f, TonVd);
}

static inline __attribute__((always_inline)) void
add_sums(Block s[5], const float* a, const float* b, uint32_t n)
{
#pragma GCC unroll 4
  for (uint32_t p = 0; p < PARTS; ++p) {
    const uint32_t left = n > p * W ? n - p * W : 0;
    const TonVd u = widened(a + p * W, left);
    const TonVd v = widened(b + p * W, left);
    s[0].part[p] += u;
    s[1].part[p] += v;
    s[2].part[p] += u * u;
    s[3].part[p] += v * v;
    s[4].part[p] += u * v;
  }
}

static void
sums(const float* const x[2], uint32_t n, TonSums* out)
{
  Block s[5];
  memset(s, 0, sizeof(s));
  uint32_t i = 0;
  for (; i + B <= n; i += B) {
    add_sums(s, x[0] + i, x[1] + i, B);
  }
  if (i < n) {
    add_sums(s, x[0] + i, x[1] + i, n - i);
  }
  *out = (TonSums){joined(&s[0]), joined(&s[1]), joined(&s[2]), joined(&s[3]),
                   joined(&s[4])};
}

const TonWeigh TON_LANED(ton_weigh) = {squares, sums};
