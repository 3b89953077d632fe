// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_DSP_K_WEIGHT_H
#define TON_DSP_K_WEIGHT_H

enum {
  TON_K_BLOCK = 8,   ///< Frames computed side by side
  TON_K_HISTORY = 4, ///< Order of the whole filter
};

/**
   K-weighting of ITU-R BS.1770-5 as one block step of eight frames.

   Both biquads together are y[i] = sum b[k] x[i-k] - sum a[k] y[i-k], k <= 4.
   Written out from four known outputs, eight new ones are

     y[0..7] = sum over j of x[j - 4] input[j] + sum over m of y[m - 4] echo[m]

   so that only the last four outputs are fed back: no rounding but double's,
   and nothing to wait for but `echo`.
*/
typedef struct {
  _Alignas(64) double input[TON_K_HISTORY + TON_K_BLOCK][TON_K_BLOCK];
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

/// Gain at `hz`, dB (997 Hz at 48 kHz: +0.691).  [any]
double ton_k_weight_db(double rate, double hz);

#endif
