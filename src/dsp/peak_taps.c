// SPDX-License-Identifier: GPL-3.0-or-later
#include "dsp/peak_taps.h"

#include <math.h>

static double
bessel_i0(double x)
{
  double term = 1.0;
  double sum = 1.0;
  for (int k = 1; k < 50; ++k) {
    term *= (x / 2.0 / k) * (x / 2.0 / k);
    sum += term;
  }
  return sum;
}

float
ton_peak_taps(float h[TON_PEAK_PHASES][TON_PEAK_TAPS])
{
  const double beta = 10.0;
  float most = 0.0F;
  for (int p = 0; p < TON_PEAK_PHASES; ++p) {
    float sum = 0.0F;
    for (int k = 0; k < TON_PEAK_TAPS; ++k) {
      const double x =
          (double)(k - TON_PEAK_SIDE + 1) - (double)p / TON_PEAK_PHASES;
      const double u = x / TON_PEAK_SIDE;
      const double w =
          fabs(u) < 1.0 ? bessel_i0(beta * sqrt(1.0 - u * u)) / bessel_i0(beta)
                        : 0.0;
      const double s = x == 0.0 ? 1.0 : sin(M_PI * x) / (M_PI * x);
      h[p][k] = (float)(w * s);
      sum += fabsf(h[p][k]);
    }
    most = sum > most ? sum : most;
  }
  return most;
}
