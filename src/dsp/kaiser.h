// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_DSP_KAISER_H
#define TON_DSP_KAISER_H

/**
   @file
   The window of our sincs (Kaiser and Schafer 1980).
*/

#include <math.h>

/**
   I0(beta sqrt(1 - at^2)), with I0 the modified Bessel function of order 0, the
   sum of ((x/2)^k / k!)^2.

   `at` is -1 and 1 at the ends of the window; beyond them it is 1 as there.  Not
   normalised: in the middle it is I0(beta).  [any]
*/
static inline double
ton_kaiser(double at, double beta)
{
  const double x = beta * sqrt(fmax(0.0, 1.0 - at * at));
  double sum = 1.0;
  double term = 1.0;
  for (int k = 1; term * term > 1e-18 * sum; ++k) {
    term *= x / (2.0 * k);
    sum += term * term;
  }
  return sum;
}

#endif
