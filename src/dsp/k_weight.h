// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_DSP_K_WEIGHT_H
#define TON_DSP_K_WEIGHT_H

/**
   @file
   The K-weighting filter of ITU-R BS.1770.
*/

enum {
  TON_K_BLOCK = 8,   ///< Frames computed side by side
  TON_K_HISTORY = 4, ///< Order of the whole filter
  TON_K_TAPS = 2,    ///< Second differences needed before a block
};

/**
   K-weighting of ITU-R BS.1770-5 as one block step of eight frames.

   The high-pass is a second difference d[i] = x[i] - 2 x[i-1] + x[i-2], exact
   for 24-bit samples in double, so that constants vanish; the rest of both
   biquads together is y[i] = sum b[k] d[i-k] - sum a[m] y[i-m], k <= 2, m <= 4.
   Written out from four known outputs, eight new ones are

     y[0..7] = sum over j of d[j - 2] input[j] + sum over m of y[m - 4] echo[m]

   so that only the last four outputs are fed back: no rounding but double's,
   and nothing to wait for but `echo`.
*/
typedef struct {
  _Alignas(64) double input[TON_K_TAPS + TON_K_BLOCK][TON_K_BLOCK];
  _Alignas(64) double echo[TON_K_HISTORY][TON_K_BLOCK];
} TonKWeight;

/// Biquad, a0 = 1
typedef struct {
  double b[3];
  double a[3];
} TonKStage;

/// High shelf and high-pass at `rate` Hz; the high-pass is scaled so that its
/// gain does not depend on the rate.  [any]
void ton_k_stages(double rate, TonKStage stages[2]);

/// [any]
void ton_k_weight_design(TonKWeight* k, double rate);

#endif
