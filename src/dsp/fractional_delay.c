// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The taps that read between the samples of a delay line.
#include "dsp/fractional_delay.h"

#include <math.h>

static const double BETA = 9.0;

/// Modified Bessel function of order 0: sum of ((x/2)^k / k!)^2
static double
bessel(double x)
{
  double sum = 1.0;
  double term = 1.0;
  for (int k = 1; k < 60; ++k) {
    term *= x / (2.0 * k);
    sum += term * term;
  }
  return sum;
}

static double
windowed_sinc(double u)
{
  const double at = u / (TON_FRACTION_TAPS / 2.0);
  const double window = bessel(BETA * sqrt(fmax(0.0, 1.0 - at * at)));
  return u == 0.0 ? window : window * sin(M_PI * u) / (M_PI * u);
}

void
ton_fractions_fill(TonFractions* fractions)
{
  for (int place = 0; place <= TON_FRACTION_PLACES; ++place) {
    double h[TON_FRACTION_TAPS];
    double sum = 0.0;
    for (int i = 0; i < TON_FRACTION_TAPS; ++i) {
      const double centre = TON_FRACTION_TAPS / 2.0 - 1.0;
      h[i] = windowed_sinc((double)place / TON_FRACTION_PLACES + centre - i);
      sum += h[i];
    }
    for (int i = 0; i < TON_FRACTION_TAPS; ++i) {
      fractions->tap[place][i] = (float)(h[i] / sum);
    }
  }
}
