// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The K-weighting filter of ITU-R BS.1770 at any rate.
*/
#include "dsp/k_weight.h"

#include "dsp/decibel.h"

#include <math.h>
#include <string.h>

// Analogue prototypes that give the standard's coefficients at 48 kHz, to the
// last printed digit (ITU-R BS.1770-5, tables 1 and 2)
static const double shelf_hz = 1681.974450955533;
static const double shelf_db = 3.999843853973347;
static const double shelf_q = 0.7071752369554196;
static const double shelf_mid = 0.4996667741545416;
static const double pass_hz = 38.13547087602444;
static const double pass_q = 0.5003270373238773;

static double
denominator(double rate, double hz, double q, double* a)
{
  const double k = tan(M_PI * hz / rate);
  const double a0 = 1.0 + k / q + k * k;
  a[0] = 1.0;
  a[1] = 2.0 * (k * k - 1.0) / a0;
  a[2] = (1.0 - k / q + k * k) / a0;
  return a0;
}

void
ton_k_stages(double rate, TonKStage stages[2])
{
  TonKStage* const shelf = &stages[0];
  const double k = tan(M_PI * shelf_hz / rate);
  const double vh = ton_from_db(shelf_db);
  const double vb = pow(vh, shelf_mid);
  const double a0 = denominator(rate, shelf_hz, shelf_q, shelf->a);
  shelf->b[0] = (vh + vb * k / shelf_q + k * k) / a0;
  shelf->b[1] = 2.0 * (k * k - vh) / a0;
  shelf->b[2] = (vh - vb * k / shelf_q + k * k) / a0;

  TonKStage* const pass = &stages[1];
  double standard[3];
  denominator(48000.0, pass_hz, pass_q, standard);
  denominator(rate, pass_hz, pass_q, pass->a);
  const double g =
      (1.0 - pass->a[1] + pass->a[2]) / (1.0 - standard[1] + standard[2]);
  pass->b[0] = g;
  pass->b[1] = -2.0 * g;
  pass->b[2] = g;
}

static void
multiply(const double* p, const double* q, double* product)
{
  memset(product, 0, (TON_K_HISTORY + 1) * sizeof(double));
  for (int i = 0; i < 3; ++i) {
    for (int k = 0; k < 3; ++k) {
      product[i + k] += p[i] * q[k];
    }
  }
}

/// Eight outputs after d[-2..7] and y[-4..-1]
static void
run(const double* b, const double* a, const double* d, const double* before,
    double* out)
{
  enum { H = TON_K_HISTORY };
  double y[H + TON_K_BLOCK];
  memcpy(y, before, H * sizeof(double));
  for (int i = 0; i < TON_K_BLOCK; ++i) {
    double sum = b[0] * d[i + 2] + b[1] * d[i + 1] + b[2] * d[i];
    for (int k = 1; k <= H; ++k) {
      sum -= a[k] * y[H + i - k];
    }
    y[H + i] = sum;
  }
  memcpy(out, y + H, TON_K_BLOCK * sizeof(double));
}

void
ton_k_weight_design(TonKWeight* k, double rate)
{
  enum { INPUTS = TON_K_TAPS + TON_K_BLOCK };
  TonKStage s[2];
  double a[TON_K_HISTORY + 1];
  double b[3];
  ton_k_stages(rate, s);
  multiply(s[0].a, s[1].a, a);
  for (int i = 0; i < 3; ++i) {
    b[i] = s[0].b[i] * s[1].b[0];
  }
  for (int j = 0; j < INPUTS; ++j) {
    double d[INPUTS] = {0.0};
    double y[TON_K_HISTORY] = {0.0};
    d[j] = 1.0;
    run(b, a, d, y, k->input[j]);
  }
  for (int j = 0; j < TON_K_HISTORY; ++j) {
    double d[INPUTS] = {0.0};
    double y[TON_K_HISTORY] = {0.0};
    y[j] = 1.0;
    run(b, a, d, y, k->echo[j]);
  }
}
