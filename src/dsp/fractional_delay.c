// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The taps that read between the samples of a delay line.
#include "dsp/fractional_delay.h"

#include "dsp/kaiser.h"

#include <math.h>

static const double BETA = 9.0;

static double
windowed_sinc(double u)
{
  const double at = u / (TON_FRACTION_TAPS / 2.0);
  const double window = ton_kaiser(at, BETA);
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
