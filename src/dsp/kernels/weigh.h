// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_DSP_KERNELS_WEIGH_H
#define TON_DSP_KERNELS_WEIGH_H

/**
   @file
   Power of K-weighted sound.
*/

#include "dsp/k_weight.h"

#include <stdint.h>

/// Sums over frames of channels a and b
typedef struct {
  double a;
  double b;
  double aa;
  double bb;
  double ab;
} TonSums;

/**
   Sums of the loudness and level meters.  Each has eight partial sums of double
   on every machine, joined in one order: all variants give the same bits.
   All [any].
*/
typedef struct {
  /// Squares aa, bb and ab of two weighted channels over n frames.
  /// x[c][-4..n+7] is readable and finite (what lies behind n does not count);
  /// y holds the last four outputs of each channel, updated.
  void (*squares)(const TonKWeight* k, const float* const x[2],
                  double y[2][TON_K_HISTORY], uint32_t n, TonSums* out);

  /// Of the samples as they are
  void (*sums)(const float* const x[2], uint32_t n, TonSums* out);
} TonWeigh;

extern const TonWeigh ton_weigh4;
extern const TonWeigh ton_weigh8;
extern const TonWeigh ton_weigh16;

/// Variant for this machine.  [any]
const TonWeigh* ton_weigh(void);

#endif
