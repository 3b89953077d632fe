// SPDX-License-Identifier: GPL-3.0-or-later
#include "dsp/kernels/peaks.h"

#include "dsp/kernels/lanes.h"

typedef float AnyV __attribute__((vector_size(4 * TON_LANES), aligned(4)));

static float
largest(const float* x, uint32_t n)
{
  TonV most = ton_v(0.0F);
  uint32_t i = 0;
  for (; i + TON_LANES <= n; i += TON_LANES) {
    most = ton_v_max(most, ton_v_abs(*(const AnyV*)(x + i)));
  }
  float best = 0.0F;
  for (int lane = 0; lane < TON_LANES; ++lane) {
    best = most[lane] > best ? most[lane] : best;
  }
  for (; i < n; ++i) {
    const float a = __builtin_fabsf(x[i]);
    best = a > best ? a : best;
  }
  return best;
}

static void
interpolate16(float* out, const float* x, const float* taps)
{
  for (int i = 0; i < 16; i += TON_LANES) {
    TonV sum[4] = {{0}};
    for (int k = 0; k < TON_PEAK_TAPS; k += 4) {
#pragma GCC unroll 4
      for (int j = 0; j < 4; ++j) {
        sum[j] += taps[k + j] * *(const AnyV*)(x + i + k + j);
      }
    }
    *(AnyV*)(out + i) = (sum[0] + sum[1]) + (sum[2] + sum[3]);
  }
}

const TonPeaks TON_LANED(ton_peaks) = {largest, interpolate16};
