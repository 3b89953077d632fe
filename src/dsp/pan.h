// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_DSP_PAN_H
#define TON_DSP_PAN_H

/**
   @file
   Pan laws: the gains of left and right for a position.
*/

#include <math.h>

/**
   Gains of a source at position p, -1 (left) to 1 (right).

     angle t = (p + 1) pi/4
     -3 dB   (cos t, sin t)               constant power
     -6 dB   ((1 - p)/2, (1 + p)/2)       constant voltage
     -4.5 dB sqrt of the product of both  the compromise
      0 dB   (min(1, 1 - p), min(1, 1 + p))
*/
typedef struct {
  double left;
  double right;
} TonPanGains;

static inline TonPanGains
ton_pan_power(double p)
{
  if (p <= -1.0 || p >= 1.0) {
    return (TonPanGains){p < 0.0 ? 1.0 : 0.0, p < 0.0 ? 0.0 : 1.0};
  }
  const double t = (p + 1.0) * (M_PI / 4.0);
  return (TonPanGains){cos(t), sin(t)};
}

static inline TonPanGains
ton_pan_linear(double p)
{
  return (TonPanGains){(1.0 - p) / 2.0, (1.0 + p) / 2.0};
}

static inline TonPanGains
ton_pan_compromise(double p)
{
  const TonPanGains a = ton_pan_power(p);
  const TonPanGains b = ton_pan_linear(p);
  return (TonPanGains){sqrt(a.left * b.left), sqrt(a.right * b.right)};
}

static inline TonPanGains
ton_pan_balance(double p)
{
  return (TonPanGains){fmin(1.0, 1.0 - p), fmin(1.0, 1.0 + p)};
}

#endif
