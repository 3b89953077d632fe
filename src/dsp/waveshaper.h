// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_DSP_WAVESHAPER_H
#define TON_DSP_WAVESHAPER_H

#include "dsp/kernels/lanes.h"

/**
   @file
   Curves that saturate, in lanes.
*/

/**
   tanh x, relative error below 1e-6, odd to the bit.

     e = exp(2 |x|) - 1,  tanh |x| = e / (e + 2)

   With 2 |x| / ln 2 = n + f and 2^f = 1 + q,  e = 2^n q + (2^n - 1): nothing is
   lost where x is small.  q as in ton_v_exp2().
*/
static inline TonV
ton_v_tanh(TonV x)
{
  const TonV magic = ton_v(12582912.0F); // 1.5 x 2^23: adding it rounds
  const TonV a = ton_v_min(ton_v_abs(x), ton_v(20.0F)) * 2.88539008F;
  const TonV shifted = a + magic;
  const TonV f = a - (shifted - magic);
  const TonV whole = (TonV)(((TonVi)shifted << 23) + 0x3F800000); // 2^n
  TonV q = ton_v(1.32647273e-3F);
  q = q * f + 9.67151299e-3F;
  q = q * f + 5.55073358e-2F;
  q = q * f + 2.40222424e-1F;
  q = q * f + 6.93147181e-1F;
  const TonV e = whole * (q * f) + (whole - 1.0F);
  const TonV y = e / (e + 2.0F);
  return (TonV)((TonVi)y | ((TonVi)x & (TonVi)ton_v(-0.0F)));
}

/**
   Hard clipping at +-1 without the aliasing of its corner: antiderivative
   anti-aliasing of second order (Parker, Zavalishin, Le Bivic 2016), of the
   excess alone, so that what does not clip stays as it is.

             .*  b = w - 1          y[n] = clip(x[n]) - what the line through
       -----/------- limit                 x[n-1], x[n], x[n+1], weighed by a
           /                               triangle around n, has in excess
          *  a = last - 1                  beside x[n]'s own

   Of one piece of the line, with p = max(a, 0), q = max(b, 0), and r the share
   of the piece that is in excess, min(1, max(p, q) / |b - a|):

     head = (p (r (3 - r) - 3) + q r^2) / 6    weighed 1 to 0, less p / 2
     tail = (p r^2 + q (r (3 - r) - 3)) / 6    weighed 0 to 1, less q / 2

   No differences of antiderivatives, so float will do: constants are exact.
*/
typedef struct {
  TonV last; ///< x[n]
  TonV tail; ///< Of the piece before it
} TonClipCurve;

static inline void
ton_clip_piece(TonV a, TonV b, TonV per_way, TonV* head, TonV* tail)
{
  const TonV p = ton_v_max(a, ton_v(0.0F));
  const TonV q = ton_v_max(b, ton_v(0.0F));
  const TonV r = ton_v_min(ton_v_max(p, q) * per_way, ton_v(1.0F));
  const TonV less = r * r;
  const TonV more = r * (3.0F - r) - 3.0F;
  *head = p * more + q * less;
  *tail = p * less + q * more;
}

/// One frame late.  [audio]
static inline TonV
ton_clip_step(TonClipCurve* c, TonV w)
{
  const TonV way = ton_v_max(ton_v_abs(w - c->last), ton_v(1e-30F));
  const TonV per_way = 1.0F / way;
  TonV head[2];
  TonV tail[2];
  ton_clip_piece(c->last - 1.0F, w - 1.0F, per_way, &head[0], &tail[0]);
  ton_clip_piece(-1.0F - c->last, -1.0F - w, per_way, &head[1], &tail[1]);
  const TonV excess = (head[0] - head[1]) + c->tail;
  const TonV clipped = ton_v_max(ton_v_min(c->last, ton_v(1.0F)), ton_v(-1.0F));
  const TonV y = clipped - (1.0F / 6.0F) * excess;
  c->tail = tail[0] - tail[1];
  c->last = w;
  return y;
}

/**
   tanh without the aliasing of steep waves, in the manner of TonClipCurve: of
   the excess e(w) = w - tanh w alone, so that what is quiet stays as it is.

     y[n] = tanh x[n] - (what the line through x[n-1], x[n], x[n+1], weighed by
                         a triangle around n, has in excess beside x[n]'s own)

   A flat piece is e at its ends and its middle.  Of a steep one the excess of
   the clipper is exact, and what is left, clip - tanh, has integrals that do
   not grow, so float will do.  With u = exp(-2 |w|), m = min(|w| - 1, 0):

     first  = m^2 / 2 - log(1 + u)
     second = sign(w) (m^3 / 6 + 1/6 - pi^2/24 - Li2(-u) / 2)
*/
typedef struct {
  TonV last;  ///< x[n]
  TonV bent;  ///< Its tanh,
  TonV first; ///< and both integrals of clip - tanh there
  TonV second;
  TonV tail; ///< Of the piece before it
} TonTanhCurve;

/// Steps of the curve's input that are flatter are taken as flat
#define TON_TANH_FLAT 0.2F

static inline TonV
ton_v_polynomial(const float* c, int degree, TonV x)
{
  TonV y = ton_v(c[degree]);
  for (int i = degree - 1; i >= 0; --i) {
    y = y * x + c[i];
  }
  return y;
}

/// tanh of x and the integrals of clip - tanh there
static inline TonTanhCurve
ton_tanh_at(TonV x)
{
  static const float log_terms[] = {
      0.999999781F, -0.499971745F, 0.332719284F,  -0.244747742F,
      0.176874767F, -0.106850029F, 0.0434938998F, -0.00837115255F};
  static const float li_terms[] = {
      0.999999774F,  -0.249977668F,  0.110739771F,  -0.0600937651F,
      0.0321110209F, -0.0129000067F, 0.00258803723F};
  const TonV bent = ton_v_tanh(x);
  const TonV size = ton_v_abs(bent);
  const TonV u = (1.0F - size) / (1.0F + size);
  const TonV m = ton_v_min(ton_v_abs(x) - 1.0F, ton_v(0.0F));
  const TonV square = m * m;
  const TonV second = (1.0F / 6.0F) * (m * square) - 0.244566850F +
                      0.5F * (u * ton_v_polynomial(li_terms, 6, u));
  const TonVi sign = (TonVi)x & (TonVi)ton_v(-0.0F);
  return (TonTanhCurve){.last = x,
                        .bent = bent,
                        .first = 0.5F * square -
                                 u * ton_v_polynomial(log_terms, 7, u),
                        .second = (TonV)((TonVi)second ^ sign)};
}

static inline TonV
ton_v_clip(TonV x)
{
  return ton_v_max(ton_v_min(x, ton_v(1.0F)), ton_v(-1.0F));
}

/// One frame late.  [audio]
static inline TonV
ton_tanh_step(TonTanhCurve* c, TonV w)
{
  const TonTanhCurve next = ton_tanh_at(w);
  const TonV way = w - c->last;
  const TonV size = ton_v_max(ton_v_abs(way), ton_v(1e-30F));
  const TonVi flat = size < TON_TANH_FLAT;
  const TonV per_size = 1.0F / ton_v_max(size, ton_v(TON_TANH_FLAT));
  const TonV per_way =
      (TonV)((TonVi)per_size | ((TonVi)way & (TonVi)ton_v(-0.0F)));
  const TonV half = 0.5F * way;
  const TonV middle = ton_v_tanh(c->last + half);
  TonV head[2];
  TonV tail[2];
  ton_clip_piece(c->last - 1.0F, w - 1.0F, per_size, &head[0], &tail[0]);
  ton_clip_piece(-1.0F - c->last, -1.0F - w, per_size, &head[1], &tail[1]);
  const TonV mean = (next.second - c->second) * per_way;
  const TonV own = ton_v_clip(c->last) - c->bent;
  const TonV next_own = ton_v_clip(w) - next.bent;
  const TonV steep_head = (1.0F / 6.0F) * (head[0] - head[1]) +
                          ((mean - c->first) * per_way - 0.5F * own);
  const TonV steep_tail = (1.0F / 6.0F) * (tail[0] - tail[1]) +
                          ((next.first - mean) * per_way - 0.5F * next_own);
  const TonV flat_head = (half - (middle - c->bent)) * (1.0F / 3.0F);
  const TonV flat_tail = ((next.bent - middle) - half) * (1.0F / 3.0F);
  const TonV y =
      c->bent - (ton_v_select(flat, flat_head, steep_head) + c->tail);
  c->tail = ton_v_select(flat, flat_tail, steep_tail);
  c->last = w;
  c->bent = next.bent;
  c->first = next.first;
  c->second = next.second;
  return y;
}

/// Lanes of a mask stand at x, as if it had always been there.  [audio]
static inline void
ton_tanh_start(TonTanhCurve* c, TonVi lanes, TonV x)
{
  const TonTanhCurve at = ton_tanh_at(x);
  c->last = ton_v_select(lanes, at.last, c->last);
  c->bent = ton_v_select(lanes, at.bent, c->bent);
  c->first = ton_v_select(lanes, at.first, c->first);
  c->second = ton_v_select(lanes, at.second, c->second);
  c->tail = ton_v_select(lanes, ton_v(0.0F), c->tail);
}

#endif
