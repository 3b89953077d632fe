// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_DSP_KERNELS_PEAKS_H
#define TON_DSP_KERNELS_PEAKS_H

#include <stdint.h>

enum {
  TON_PEAK_PHASES = 8,
  TON_PEAK_SIDE = 32,                ///< Taps a side
  TON_PEAK_TAPS = 2 * TON_PEAK_SIDE, ///< Taps of a phase
};

/// Inner loops of peak meters.  `x` needs no alignment.  All [any].
typedef struct {
  /// Largest |x[i]|
  float (*largest)(const float* x, uint32_t n);

  /// out[i] = sum over k of taps[k] x[i + k], i < 16, k < TON_PEAK_TAPS,
  /// added in four chains (k mod 4), joined (0 + 1) + (2 + 3)
  void (*interpolate16)(float* out, const float* x, const float* taps);
} TonPeaks;

extern const TonPeaks ton_peaks4;
extern const TonPeaks ton_peaks8;
extern const TonPeaks ton_peaks16;

/// Variant for this machine.  [any]
const TonPeaks* ton_peaks(void);

#endif
