// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_DSP_TRUE_PEAK_H
#define TON_DSP_TRUE_PEAK_H

/**
   @file
   The interpolator that finds peaks between samples.
*/

enum {
  TON_PEAK_PHASES = 8,
  TON_PEAK_SIDE = 48, ///< Taps a side
};

/**
   Interpolator of the true-peak meter and of the limiter: a sinc in a Kaiser
   window, beta 12, 8 points a sample.  With 32 taps a side, beta 10, noise that
   is full up to half the rate reads 0.3 dB less; with 8 points and no parabola
   half the rate itself reads 0.17 dB less.

   The point at q + p/8 and its mirror at q + 1 - p/8 use the same taps turned
   round.  With s[k] = x[q-k] + x[q+1+k] and d[k] = x[q-k] - x[q+1+k]

     y(p)     = sum even[p] s + sum odd[p] d
     y(8 - p) = sum even[p] s - sum odd[p] d,   p = 1..4, odd[4] = 0

   and no point can lie above the straight line between two samples by more than
   `bend` times the largest |x[i-1] - 2 x[i] + x[i+1]| in reach, plus `leak`
   times the largest |x| in reach; both include what the parabola may add.
*/
typedef struct {
  float even[TON_PEAK_SIDE][4]; ///< Of k: phases 1 to 4
  float odd[TON_PEAK_SIDE][3];  ///< Phases 1 to 3
  float bend;
  float leak;
} TonPeakTable;

/// [any]
void ton_true_peak_design(TonPeakTable* table);

#endif
