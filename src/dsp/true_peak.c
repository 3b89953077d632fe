// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Design of the interpolator that finds peaks between samples.
*/
#include "dsp/true_peak.h"

#include "dsp/kaiser.h"

#include <math.h>
#include <string.h>

enum { SIDE = TON_PEAK_SIDE, TAPS = 2 * SIDE + 2, ZERO = SIDE };

static const double beta = 12.0;

/// Taps of phase -1..9 of 8: h[ZERO + j] weighs x[q + j]; their sum is 1
static void
phase(int p, double* h)
{
  memset(h, 0, TAPS * sizeof(double));
  double sum = 0.0;
  for (int j = -SIDE; j <= SIDE + 1; ++j) {
    const double t = j - p / (double)TON_PEAK_PHASES;
    const double u = t / SIDE;
    if (fabs(u) >= 1.0) {
      continue;
    }
    const double sinc = t == 0.0 ? 1.0 : sin(M_PI * t) / (M_PI * t);
    const double whole = p % TON_PEAK_PHASES == 0 && t != 0.0;
    h[ZERO + j] = whole ? 0.0 : sinc * ton_kaiser(u, beta);
    sum += h[ZERO + j];
  }
  for (int i = 0; i < TAPS; ++i) {
    h[i] /= sum;
  }
}

/**
   |sum r x| <= bend max|x[i-1] - 2 x[i] + x[i+1]| + leak max|x|:
   summing r by parts twice leaves its double integral on second differences.
*/
static void
bound(const double* r, double* bend, double* leak)
{
  double once = 0.0;
  double twice = 0.0;
  *bend = 0.0;
  for (int i = 0; i < TAPS; ++i) {
    once += r[i];
    twice += once;
    *bend += fabs(twice);
  }
  // Taps with two zeros at 0 Hz leave nothing here; what ours leave falls on the
  // last sample and on the last step, of at most twice the largest sample
  *leak = 3.0 * fabs(once) + 2.0 * fabs(twice);
}

static void
design_bound(TonPeakTable* table)
{
  double h[3][TAPS];
  double max_bend = 0.0;
  double max_leak = 0.0;
  for (int p = 0; p < TON_PEAK_PHASES; ++p) {
    double r[TAPS];
    double e[TAPS];
    for (int k = 0; k < 3; ++k) {
      phase(p + k - 1, h[k]);
    }
    memcpy(r, h[1], sizeof(r));
    r[ZERO] -= 1.0 - p / (double)TON_PEAK_PHASES;
    r[ZERO + 1] -= p / (double)TON_PEAK_PHASES;
    for (int i = 0; i < TAPS; ++i) {
      e[i] = h[0][i] - 2.0 * h[1][i] + h[2][i];
    }
    double bend[2];
    double leak[2];
    bound(r, &bend[0], &leak[0]);
    bound(e, &bend[1], &leak[1]);
    max_bend = fmax(max_bend, bend[0] + bend[1] / 8.0);
    max_leak = fmax(max_leak, leak[0] + leak[1] / 8.0);
  }
  table->bend = (float)(max_bend * 1.0001);
  table->leak = (float)(max_leak + 1e-5); // and the rounding of the sums
}

void
ton_true_peak_design(TonPeakTable* table)
{
  memset(table, 0, sizeof(*table));
  for (int p = 1; p <= 4; ++p) {
    double h[TAPS];
    phase(p, h);
    for (int k = 0; k < SIDE; ++k) {
      const double left = h[ZERO - k];
      const double right = h[ZERO + 1 + k];
      table->even[k][p - 1] = (float)(0.5 * (left + right));
      if (p < 4) {
        table->odd[k][p - 1] = (float)(0.5 * (left - right));
      }
    }
  }
  design_bound(table);
}
