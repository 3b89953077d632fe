// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Playing, tuning to equal conditions, and what the figures share.

#include "figure.h"

#include "signals.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

double figure_in[2][FIGURE_MAX];
double figure_out[2][FIGURE_MAX];
char figure_found[512];

void
figure_play(const Trial* trial, const char* more, double rate, uint32_t n)
{
  static float x[2][FIGURE_MAX];
  static float y[2][FIGURE_MAX];
  char text[2048];
  snprintf(text, sizeof(text), "%s %s", trial->spec.settings, more);
  const SubjectSpec spec = {trial->spec.name, trial->spec.id, text};
  Subject* const s = subject_open(&spec, rate, 1);
  for (int c = 0; c < 2; ++c) {
    for (uint32_t i = 0; i < n; ++i) {
      x[c][i] = (float)figure_in[c][i];
    }
  }
  subject_run(s, (const float* const[2]){x[0], x[1]},
              (float* const[2]){y[0], y[1]}, n);
  const uint32_t late = subject_latency(s);
  const int right = subject_channels(s) > 1;
  subject_close(s);
  for (uint32_t i = 0; i < n; ++i) {
    const uint32_t at = i + late;
    figure_out[0][i] = at < n ? (double)y[0][at] : 0.0;
    figure_out[1][i] = at < n ? (double)y[right][at] : 0.0;
  }
}

void
figure_turn(const Knob* knob, double value, char text[512])
{
  const size_t used = strlen(text);
  const double said = knob->sign < 0.0 ? knob->plus - value : value;
  text[used] = ' ';
  snprintf(text + used + 1, 511 - used, knob->format, said);
}

double
figure_tune(const Trial* trial, const Knob* knob, double wanted,
            double (*measure)(const Trial*, const char*), char text[512])
{
  double low = knob->low;
  double high = knob->high;
  const bool times = low > 0.0 && high > 0.0; // in equal ratios
  double value = low;
  for (int i = 0; i < 14; ++i) {
    char tried[512];
    memcpy(tried, text, sizeof(tried));
    value = times ? sqrt(low * high) : 0.5 * (low + high);
    figure_turn(knob, value, tried);
    *(measure(trial, tried) < wanted ? &low : &high) = value;
  }
  figure_turn(knob, value, text);
  memcpy(figure_found, text, sizeof(figure_found));
  return value;
}

void
figure_both_sides(uint32_t n)
{
  memcpy(figure_in[1], figure_in[0], n * sizeof(double));
}

double
figure_harmonics(uint32_t end, uint32_t n, double rate, double hz)
{
  const double* const x = figure_out[0] + end - n;
  double sum = 1e-30;
  for (int h = 2; h <= 20 && h * hz < 20000.0; ++h) {
    const double a = signal_amplitude(x, n, rate, h * hz);
    sum += a * a;
  }
  return 10.0 * log10(sum) - 20.0 * log10(signal_amplitude(x, n, rate, hz));
}

double
figure_alias(uint32_t end, uint32_t n, double rate, double hz)
{
  static double amplitude[FIGURE_MAX / 2 + 1];
  const uint64_t k = (uint64_t)lrint(hz * n / rate);
  double worst = 1e-15;
  signal_spectrum(figure_out[0] + end - n, n, amplitude);
  for (uint64_t i = 7; i < n / 2 && (double)i * rate / n < 20e3; ++i) {
    const uint64_t off = i % k;
    if (off > 6 && k - off > 6) {
      worst = fmax(worst, amplitude[i]);
    }
  }
  return 20.0 * log10(worst / amplitude[k]);
}
