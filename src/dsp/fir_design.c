// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Impulse responses with a wanted gain at every frequency, of linear or of
   minimum phase.
*/
#include "dsp/fir_design.h"

#include <math.h>
#include <string.h>

/// Share of a response that is faded out at an end
static const double TAPER = 0.125;
static const double SMALLEST = 1e-7; ///< -140 dB

/// 1, and 0 at the end of the taper, `into` of which lie behind
static double
window(double into, double taper)
{
  return into <= 0.0 ? 1.0 : 0.5 * (1.0 + cos(M_PI * into / taper));
}

void
ton_fir_linear_phase(TonFft* fft, const TonGainCurve* curve, uint32_t length,
                     float* taps)
{
  const uint32_t n = TON_LINEAR_FFT * length;
  const double taper = TAPER * length;
  float* const bins = ton_fft_bins(fft);
  for (uint32_t k = 0; k <= n / 2; ++k) {
    const double h = curve->at(curve->context, curve->rate * k / n);
    bins[(size_t)2 * k] = (float)h;
    bins[(size_t)2 * k + 1] = 0.0F;
  }
  const float* const x = ton_fft_inverse(fft);
  const uint32_t middle = length / 2;
  for (uint32_t i = 0; i <= middle; ++i) {
    const double into = (double)i - (0.5 * length - taper);
    const float tap = (float)(window(into, taper) / n * (double)x[i]);
    taps[middle - i] = taps[middle + i] = tap;
  }
}

/**
   The logarithm of a minimum-phase spectrum is that of a response without
   anything before frame 0.  The logarithm of the gain alone gives the even half
   of that response; what lies before 0 is folded over to behind it.
*/
static void
fold(TonFft* fft, uint32_t n)
{
  const float* const even = ton_fft_inverse(fft);
  float* const folded = ton_fft_time(fft);
  const float scale = 1.0F / (float)n;
  folded[0] = even[0] * scale;
  for (uint32_t i = 1; i < n / 2; ++i) {
    folded[i] = 2.0F * even[i] * scale;
  }
  folded[n / 2] = even[n / 2] * scale;
  memset(folded + n / 2 + 1, 0, (n / 2 - 1) * sizeof(float));
}

void
ton_fir_minimum_phase(TonFft* fft, const TonGainCurve* curve, uint32_t length,
                      float* taps)
{
  const uint32_t n = TON_MINIMUM_FFT * length;
  const double taper = TAPER * length;
  float* const bins = ton_fft_bins(fft);
  for (uint32_t k = 0; k <= n / 2; ++k) {
    const double h = curve->at(curve->context, curve->rate * k / n);
    bins[(size_t)2 * k] = (float)log(fmax(h, SMALLEST));
    bins[(size_t)2 * k + 1] = 0.0F;
  }
  fold(fft, n);
  (void)ton_fft_forward(fft);
  for (uint32_t k = 0; k <= n / 2; ++k) {
    float* const bin = bins + (size_t)2 * k;
    const double gain = exp((double)bin[0]);
    const double phase = (double)bin[1];
    bin[0] = (float)(gain * cos(phase));
    bin[1] = (float)(gain * sin(phase));
  }
  const float* const x = ton_fft_inverse(fft);
  for (uint32_t i = 0; i < length; ++i) {
    const double into = (double)i - (length - taper);
    taps[i] = (float)(window(into, taper) / n * (double)x[i]);
  }
}
