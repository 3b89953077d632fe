// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Figures of equalisers: shape near the Nyquist frequency, undoing, noise.

#include "figure.h"

#include "signals.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
  N = 1 << 16,
  SETTLE = 48000 ///< Frames for which settings may fade in
};

/// Level in dB at `hz` of the response to an impulse in figure_out[0]
static double
level_at(double hz, double rate)
{
  return 20.0 * log10(signal_amplitude(figure_out[0] + SETTLE, N, rate, hz) *
                      N / 2.0 / 0.125);
}

/// Level of a bell of 12 dB at 500 Hz an octave below its centre, dB
static double
width_of_bell(const Trial* trial, const char* more)
{
  char text[512];
  snprintf(text, sizeof(text), "%s", more);
  figure_turn(&trial->level, 500.0, text);
  figure_play(trial, text, 44100.0, SETTLE + N);
  return level_at(250.0, 44100.0);
}

/// EQ-01 without a convention of Q: a bell of 12 dB at 10 kHz, as wide as one of Q 1,
/// against the same bell at 500 Hz moved up; the largest difference from 200 Hz to 20 kHz, dB
double
figure_bell_shape(const Trial* trial)
{
  static const double rate = 44100.0;
  double low[120];
  double worst = 0.0;
  char width[512] = "";
  memset(figure_in, 0, sizeof(figure_in));
  figure_in[0][SETTLE] = figure_in[1][SETTLE] = 0.125;
  figure_tune(trial, &trial->attack, 3.96, width_of_bell, width);
  for (int high = 0; high < 2; ++high) {
    char text[512];
    memcpy(text, width, sizeof(text));
    figure_turn(&trial->level, high ? 10000.0 : 500.0, text);
    figure_play(trial, text, rate, SETTLE + N);
    for (int i = 0; i < 120; ++i) {
      const double hz = 20000.0 * pow(2.0, -i / 18.0);
      const double db = level_at(high ? hz : hz / 20.0, rate);
      worst = high ? fmax(worst, fabs(db - low[i])) : worst;
      low[i] = db;
    }
  }
  return worst;
}

/// EQ-03: what is left of a tone in a low bell when a boost of 12 dB and its cut
/// have followed each other, dB re the tone
double
figure_undone(const Trial* trial)
{
  static const double rate = 48000.0;
  static double tone[N];
  signal_sine(tone, N, rate, 30.11, -12.0, 5.0);
  memcpy(figure_in[0], tone, sizeof(tone));
  for (int cut = 0; cut < 2; ++cut) {
    char text[512] = "";
    figure_both_sides(N);
    figure_turn(&trial->level, cut ? -12.0 : 12.0, text);
    figure_play(trial, text, rate, N);
    for (int i = 0; i < N; ++i) { // as floats between the two, as in a chain
      figure_in[0][i] = (double)(float)figure_out[0][i];
    }
  }
  for (int i = 0; i < N; ++i) {
    tone[i] = (double)(float)tone[i];
  }
  // settings that fade in are let settle
  return signal_null_db(figure_out[0] + N / 2, tone + N / 2, N / 2);
}

/// EQ-04: all that is not the tone behind a high-pass at 20 Hz at 192 kHz, dBFS
double
figure_filter_noise(const Trial* trial)
{
  static const double rate = 192000.0;
  enum { M = 1 << 17, END = 3 * M };
  const double hz = signal_coherent_hz(997.0, rate, M);
  static double amplitude[M / 2 + 1];
  signal_sine(figure_in[0], END, rate, hz, -6.0, 0.0);
  figure_both_sides(END);
  figure_play(trial, "", rate, END);
  signal_spectrum(figure_out[0] + END - M, M, amplitude);
  const uint64_t tone = (uint64_t)lrint(hz * M / rate);
  double sum = 0.0;
  for (uint64_t k = 1; k < M / 2; ++k) {
    sum += k == tone ? 0.0 : 0.5 * amplitude[k] * amplitude[k];
  }
  return 10.0 * log10(sum);
}
