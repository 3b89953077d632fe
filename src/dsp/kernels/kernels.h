// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_DSP_KERNELS_KERNELS_H
#define TON_DSP_KERNELS_KERNELS_H

/**
   @file
   Inner loops that are compiled once per vector width.
*/

#include <stdbool.h>
#include <stdint.h>

/// Inner loops of the engine, one variant per vector width, the same bits.
/// All [audio]; planar pointers need no alignment.
typedef struct {
  /// lanes[i][lane] = planar[lane][i] gain[lane]; a null plane is silence
  void (*gather)(float* lanes, const float* const* planar, const float* gain,
                 uint32_t frames);

  /// planar[lane][i] = lanes[i][lane], null planes left out.  False if
  /// anything was not a finite number.
  bool (*scatter)(float* const* planar, const float* lanes, uint32_t frames);

  /// sum[i] += x[0][i] gain[0], then x[1][i] gain[1] and so on.  Gains have 29
  /// bits at most.
  void (*add)(double* sum, const float* const* x, const double* gain,
              uint32_t n_x, uint32_t frames);

  /// sum[i] += x[i] gain[i]
  void (*add_moving)(double* sum, const float* x, const double* gain,
                     uint32_t frames);

  /// out[i] = sum[i], rounded to nearest
  void (*store)(float* out, const double* sum, uint32_t frames);
} TonKernels;

extern const TonKernels ton_kernels4;
extern const TonKernels ton_kernels8;
extern const TonKernels ton_kernels16;

/// Variant for 4, 8 or 16 lanes.  [any]
const TonKernels* ton_kernels(uint32_t lanes);

#endif
