// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Stems made for tests of the assistants.

#include "stems.h"

#include "expect.h"
#include "signals.h"

#include <math.h>
#include <stdlib.h>

void
sound_of(const double* left, const double* right, uint64_t n, uint32_t rate,
         uint32_t chunk, TonSound* sound)
{
  const uint32_t channels = right ? 2 : 1;
  TonAnalysis* const a = ton_analysis_new(
      rate, channels,
      TON_MEASURE_LOUDNESS | TON_MEASURE_LEVELS | TON_MEASURE_STEREO |
          TON_MEASURE_SPECTRUM | TON_MEASURE_TRUE_PEAK);
  assert_non_null(a);
  float* const x[2] = {malloc(chunk * sizeof(float)),
                       malloc(chunk * sizeof(float))};
  for (uint64_t at = 0; at < n; at += chunk) {
    const uint32_t part = n - at < chunk ? (uint32_t)(n - at) : chunk;
    for (uint32_t i = 0; i < part; ++i) {
      x[0][i] = (float)left[at + i];
      x[1][i] = right ? (float)right[at + i] : 0.0F;
    }
    ton_analysis_add(a, (const float* const*)x, part);
  }
  assert_int_equal(ton_analysis_finish(a, sound), TON_OK);
  ton_analysis_free(a);
  free(x[0]);
  free(x[1]);
}

void
stem_bass(double* x, uint64_t n, double rate)
{
  static const double notes[] = {55.0, 65.4, 73.4, 82.4};
  double smooth = 0.0;
  double phase = 0.0;
  for (uint64_t i = 0; i < n; ++i) {
    const double t = (double)i / rate;
    const double in_note = fmod(t, 0.5);
    phase += notes[(uint64_t)(t / 0.5) % 4] / rate;
    const double saw = 2.0 * (phase - floor(phase)) - 1.0;
    const bool rest = fmod(t, 8.0) > 7.0;
    const double level = rest ? 0.0 : 0.5 * exp(-in_note * 1.5);
    smooth += 0.05 * (level * saw - smooth);
    x[i] = smooth;
  }
}

void
stem_voice(double* x, uint64_t n, double rate)
{
  double phase = 0.0;
  for (uint64_t i = 0; i < n; ++i) {
    const double t = (double)i / rate;
    const double phrase = fmod(t, 4.0);
    const double hz = 220.0 + 40.0 * floor(fmod(t * 2.0, 4.0)) +
                      4.0 * sin(2.0 * M_PI * 5.5 * t);
    phase += hz / rate;
    double sum = 0.0;
    for (int k = 1; k <= 16; ++k) {
      const double f = k * hz / 700.0;
      sum += sin(2.0 * M_PI * k * phase) / (1.0 + fabs(f * f - 1.0)) / k;
    }
    const double hiss = fmod(t, 0.5) > 0.42 ? 0.1 : 0.0;
    const double noise = signal_random(7, i) - signal_random(7, i - 1);
    const double loud = 0.15 + 0.1 * sin(0.7 * t);
    x[i] = phrase > 3.0 ? 0.0 : loud * sum + hiss * noise;
  }
}

void
stem_guitar(double* x, uint64_t n, double rate, double detune)
{
  static const double chord[] = {110.0, 164.8, 220.0, 277.2, 329.6};
  for (uint64_t i = 0; i < n; ++i) {
    const double t = (double)i / rate;
    const double strum = fmod(t, 1.0);
    double fall[7];
    for (int h = 1; h <= 6; ++h) {
      fall[h] = exp(-strum * h) / h;
    }
    double sum = 0.0;
    for (int k = 0; k < 5; ++k) {
      for (int h = 1; h <= 6; ++h) {
        const double hz = chord[k] * detune * h;
        sum += sin(2.0 * M_PI * hz * t + k) * fall[h];
      }
    }
    x[i] = 0.08 * sum;
  }
}
