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

#endif
