// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The analogue filters that the digital ones follow, and their bilinear
   transform.
*/
#include "dsp/filter_design.h"

#include <math.h>

TonAnalogue
ton_analogue(TonFilterShape shape, double gain_db, double q)
{
  const double a = pow(10.0, gain_db / 40.0);
  const double r = sqrt(a) / q;
  switch (shape) {
  case TON_FILTER_BELL:
    return (TonAnalogue){1.0, a / q, 1.0, 1.0, 1.0 / (a * q), 1.0};
  case TON_FILTER_LOW_SHELF:
    return (TonAnalogue){a, a * r, a * a, a, r, 1.0};
  case TON_FILTER_HIGH_SHELF:
    return (TonAnalogue){a * a, a * r, a, 1.0, r, a};
  case TON_FILTER_HIGHPASS:
    return (TonAnalogue){1.0, 0.0, 0.0, 1.0, 1.0 / q, 1.0};
  case TON_FILTER_LOWPASS:
    return (TonAnalogue){0.0, 0.0, 1.0, 1.0, 1.0 / q, 1.0};
  case TON_FILTER_BANDPASS:
    return (TonAnalogue){0.0, 1.0 / q, 0.0, 1.0, 1.0 / q, 1.0};
  case TON_FILTER_NOTCH:
    return (TonAnalogue){1.0, 0.0, 1.0, 1.0, 1.0 / q, 1.0};
  case TON_FILTER_ALLPASS:
    return (TonAnalogue){1.0, -1.0 / q, 1.0, 1.0, 1.0 / q, 1.0};
  case TON_FILTER_TILT:
    return (TonAnalogue){0.0, a, 1.0, 0.0, 1.0, a};
  case TON_FILTER_HIGHPASS_1:
    return (TonAnalogue){0.0, 1.0, 0.0, 0.0, 1.0, 1.0};
  case TON_FILTER_LOWPASS_1:
    return (TonAnalogue){0.0, 0.0, 1.0, 0.0, 1.0, 1.0};
  case TON_FILTER_ALLPASS_1:
    return (TonAnalogue){0.0, -1.0, 1.0, 0.0, 1.0, 1.0};
  }
  return (TonAnalogue){0.0, 0.0, 1.0, 0.0, 0.0, 1.0};
}

double
ton_analogue_power(const TonAnalogue* h, double x)
{
  const double nr = h->n0 - h->n2 * x * x;
  const double dr = h->d0 - h->d2 * x * x;
  return (nr * nr + h->n1 * h->n1 * x * x) / (dr * dr + h->d1 * h->d1 * x * x);
}

double
ton_filter_prototype_db(TonFilterShape shape, double hz_over_corner,
                        double gain_db, double q)
{
  const TonAnalogue h = ton_analogue(shape, gain_db, q);
  return 10.0 * log10(ton_analogue_power(&h, hz_over_corner));
}

/// s = (1 - 1/z) / (1 + 1/z) / tan(w/2); first orders keep b2 = a2 = 0
TonBiquad
ton_filter_bilinear(TonFilterShape shape, double hz, double gain_db, double q,
                    double rate)
{
  const TonAnalogue h = ton_analogue(shape, gain_db, q);
  const double c = 1.0 / tan(M_PI * fmin(hz, 0.49 * rate) / rate);
  if (h.d2 == 0.0) {
    const double d = h.d1 * c + h.d0;
    return (TonBiquad){.b0 = (h.n1 * c + h.n0) / d,
                       .b1 = (h.n0 - h.n1 * c) / d,
                       .a1 = (h.d0 - h.d1 * c) / d};
  }
  const double d = h.d2 * c * c + h.d1 * c + h.d0;
  return (TonBiquad){
      .b0 = (h.n2 * c * c + h.n1 * c + h.n0) / d,
      .b1 = 2.0 * (h.n0 - h.n2 * c * c) / d,
      .b2 = (h.n2 * c * c - h.n1 * c + h.n0) / d,
      .a1 = 2.0 * (h.d0 - h.d2 * c * c) / d,
      .a2 = (h.d2 * c * c - h.d1 * c + h.d0) / d,
  };
}
