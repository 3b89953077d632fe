// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_DSP_ONE_POLE_H
#define TON_DSP_ONE_POLE_H

/// @file Coefficients of one-pole filters, 6 dB/oct.

#include <math.h>

/// a of y += a (x - y), -3 dB at `hz`:  a = sqrt(b^2 + 2 b) - b, b = 1 - cos w
static inline double
ton_one_pole(double hz, double rate)
{
  const double b = 1.0 - cos(2.0 * M_PI * fmin(hz, 0.45 * rate) / rate);
  return sqrt(b * b + 2.0 * b) - b;
}

/// G of v = G (x - s), low = s + v, s += 2 v: bilinear (TPT, Zavalishin 2012).
/// High-pass: x - low; allpass: 2 low - x
static inline double
ton_one_pole_bilinear(double hz, double rate)
{
  const double g = tan(M_PI * fmin(hz, 0.49 * rate) / rate);
  return g / (1.0 + g);
}

#endif
