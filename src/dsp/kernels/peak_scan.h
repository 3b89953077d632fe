// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_DSP_KERNELS_PEAK_SCAN_H
#define TON_DSP_KERNELS_PEAK_SCAN_H

/**
   @file
   True peaks of groups of frames.
*/

#include "dsp/true_peak.h"

#include <stdbool.h>
#include <stdint.h>

enum {
  TON_SCAN_GROUP = 16, ///< Frames that share one entry of a scan
  TON_SCAN_REACH = 3,  ///< Entries looked at before and after
  TON_SCAN_SLACK = 32, ///< Entries readable behind the last
};

/// Largest values of each 16 frames; the last entry covers the last 16
typedef struct {
  float* level; ///< |x[i]|
  float* bend;  ///< |x[i] - 2 x[i-1] + x[i-2]|
} TonScan;

typedef struct {
  float value; ///< Linear
  double at;   ///< Frames from the start
} TonPeak;

/// Inner loops of the true-peak meter.  `x` needs no alignment.  All [any].
typedef struct {
  /// Scan n >= 16 frames; x[-2..n-1] is readable.  Returns the bits of the
  /// largest |x|: from 0x7F800000 something is infinite or not a number.
  uint32_t (*scan)(const float* x, uint32_t n, TonScan out);

  /// Raise `peak` to the largest |y| between and on the n frames from x, if
  /// that is larger; true if so.  Frames that cannot raise it are left out,
  /// which changes nothing: the bound is rigorous.  x[-50..n+64] is readable,
  /// the scan from TON_SCAN_REACH before its first entry on.
  bool (*interpolate)(const TonPeakTable* table, const float* x, uint32_t n,
                      TonScan scan, TonPeak* peak);

  /// Highest |y| at each of 16 frames and between it and the next, parabolas
  /// through the eighths included.  `before` is |y| an eighth before x[0];
  /// returns that of x[16].  x[-31..47] is readable.
  float (*crests)(const TonPeakTable* table, const float* x, float before,
                  float* at, float* between);
} TonPeakScan;

extern const TonPeakScan ton_peak_scan4;
extern const TonPeakScan ton_peak_scan8;
extern const TonPeakScan ton_peak_scan16;

/// Variant for this machine.  [any]
const TonPeakScan* ton_peak_scan(void);

#endif
