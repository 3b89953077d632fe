// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_DSP_BIQUAD_PAIR_H
#define TON_DSP_BIQUAD_PAIR_H

/// @file A fixed filter for left and right, in double.

#include "dsp/filter_design.h"

/// Left and right
typedef double TonPair __attribute__((vector_size(16)));

/// Transposed direct form 2
typedef struct {
  TonBiquad c;
  TonPair s1;
  TonPair s2;
} TonBiquadPair;

/// [audio]
static inline TonPair
ton_biquad_pair(TonBiquadPair* f, TonPair x)
{
  const TonPair y = f->c.b0 * x + f->s1;
  f->s1 = f->c.b1 * x - f->c.a1 * y + f->s2;
  f->s2 = f->c.b2 * x - f->c.a2 * y;
  return y;
}

/// Forget the sound.  [audio]
static inline void
ton_biquad_pair_clear(TonBiquadPair* f)
{
  f->s1 = f->s2 = (TonPair){0.0, 0.0};
}

#endif
