// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Figures of limiters: what passes the ceiling, and what is done to the sound.

#include "figure.h"

#include "signals.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { N = 360000, START = 12000 };

static const double rate = 48000.0;
static const double ceiling_db = -1.0;

/// Gain and ceiling as settings
static void
set_up(const Trial* trial, double gain_db, double ceiling, char text[512])
{
  text[0] = '\0';
  if (trial->ceiling.format) {
    figure_turn(&trial->ceiling, ceiling, text);
  }
  figure_turn(&trial->level, gain_db, text);
}

static double
true_peak_db(uint32_t n)
{
  return 20.0 * log10(fmax(signal_true_peak(figure_out[0], n),
                           signal_true_peak(figure_out[1], n)));
}

/// Test signals, each told how loud it goes into the limiter; silence before
static void
make_signal(int which, uint32_t n)
{
  double* const l = figure_in[0] + START;
  double* const r = figure_in[1] + START;
  memset(figure_in, 0, sizeof(figure_in));
  switch (which) {
  case 0:
    signal_clipped_noise(l, n - START, 3);
    break;
  case 1:
    signal_mix(l, r, n - START, rate);
    return;
  case 2:
    for (uint32_t i = 0; i < n - START; ++i) {
      l[i] = sin(2.0 * M_PI * 997.0 * i / rate) >= 0.0 ? 1.0 : -1.0;
    }
    break;
  case 3:
    signal_sine(l, n - START, rate, rate / 4.0, 0.0, 45.0);
    break;
  default:
    signal_white(l, n - START, 8);
    break;
  }
  figure_both_sides(n);
}

/// LIM-01: largest true peak over the ceiling of five signals, dB
double
figure_over_ceiling(const Trial* trial)
{
  enum { M = 96000 };
  static const double gains[] = {0.0, 12.0, 6.0, 6.0, 0.0};
  double worst = -INFINITY;
  for (int k = 0; k < 5; ++k) {
    char text[512];
    make_signal(k, M);
    set_up(trial, gains[k], ceiling_db, text);
    figure_play(trial, text, rate, M);
    const double over = true_peak_db(M) - ceiling_db;
    fprintf(stderr, "%s, signal %d: %.3f dB over\n", trial->spec.name, k, over);
    worst = fmax(worst, over);
  }
  return worst;
}

/// Gain that a signal of true peak `over_db` above the ceiling wants
static double
scale_to(double over_db, uint32_t n)
{
  return ceiling_db + over_db - 20.0 * log10(signal_true_peak(figure_in[0], n));
}

/// LIM-05: sidebands of 1 kHz over 50 Hz at 3 dB of reduction, dB
double
figure_bass_under_treble(const Trial* trial)
{
  enum { M = 4 * 48000 };
  char text[512];
  for (uint32_t i = 0; i < M; ++i) {
    const double t = i / rate;
    figure_in[0][i] =
        0.5 * sin(2.0 * M_PI * 50.0 * t) + 0.125 * sin(2.0 * M_PI * 1000.0 * t);
  }
  figure_both_sides(M);
  set_up(trial, scale_to(3.0, 48000), ceiling_db, text);
  figure_play(trial, text, rate, M);
  const double* const x = figure_out[0] + M / 2;
  double sum = 1e-30;
  for (int k = 1; k <= 10; ++k) {
    const double a = signal_amplitude(x, 48000, rate, 1000.0 - 50.0 * k);
    const double b = signal_amplitude(x, 48000, rate, 1000.0 + 50.0 * k);
    sum += a * a + b * b;
  }
  return 10.0 * log10(sum) -
         20.0 * log10(signal_amplitude(x, 48000, rate, 1000.0));
}

/// LIM-15: harmonics of 25, 31 and 41 Hz, 6 dB over, the largest, dB
double
figure_low_bass(const Trial* trial)
{
  enum { M = 1 << 18, END = 1 << 16 };
  static const double tones[] = {25.0, 31.0, 41.0};
  double worst = -INFINITY;
  for (int k = 0; k < 3; ++k) {
    char text[512];
    const double hz = signal_coherent_hz(tones[k], rate, END);
    signal_sine(figure_in[0], M, rate, hz, -6.0, 0.0);
    figure_both_sides(M);
    set_up(trial, scale_to(6.0, 48000), ceiling_db, text);
    figure_play(trial, text, rate, M);
    worst = fmax(worst, figure_harmonics(M - 2048, END, rate, hz));
  }
  return worst;
}

static double loudness_wanted;

static double
loudness(const Trial* trial, const char* text)
{
  figure_play(trial, text, rate, N);
  return signal_loudness(figure_out[0], figure_out[1], N, rate);
}

/// S-MIX through the limiter, 5 LU louder than under the ceiling alone, and its true
/// peak within 0.3 dB of the ceiling.  Returns the gain, dB; not a number when the
/// ceiling cannot be kept so
static double
play_as_loud(const Trial* trial)
{
  double ceiling = ceiling_db;
  double gain = 0.0;
  signal_mix(figure_in[0], figure_in[1], N, rate);
  loudness_wanted =
      signal_loudness(figure_in[0], figure_in[1], N, rate) + ceiling_db + 5.0;
  for (int again = 0; again < 2; ++again) {
    char text[512] = "";
    if (trial->ceiling.format) {
      figure_turn(&trial->ceiling, ceiling, text);
    }
    gain = figure_tune(trial, &trial->level, loudness_wanted, loudness, text);
    loudness(trial, text);
    const double over = true_peak_db(N) - ceiling_db;
    fprintf(stderr, "%s:%s: %.3f dB over\n", trial->spec.name, text, over);
    if (over < 0.3) {
      return gain;
    }
    ceiling -= over - 0.2;
  }
  return NAN;
}

/// LIM-14: gain for 5 LU more, beyond those 5 dB: what the limiter takes away
double
figure_gain_for_loudness(const Trial* trial)
{
  return play_as_loud(trial) - ceiling_db - 5.0;
}

/// LIM-16: RMS of the gain from 20 to 200 Hz at that loudness, dB
double
figure_gain_moves(const Trial* trial)
{
  enum { HOP = 16, M = 1 << 14 };
  static double trace[M];
  static double amplitude[M / 2 + 1];
  const double gain = pow(10.0, play_as_loud(trial) / 20.0);
  if (isnan(gain)) {
    return NAN;
  }
  double db = 0.0;
  for (uint32_t k = 0; k < M; ++k) {
    double most = 0.0;
    for (uint32_t i = 96000 + HOP * k; i < 96000 + HOP * (k + 1); ++i) {
      const double x = fabs(gain * figure_in[0][i]);
      if (x > 1e-3 && x > most) {
        most = x;
        db = 20.0 * log10(fabs(figure_out[0][i]) / x + 1e-9);
      }
    }
    trace[k] = db;
  }
  signal_spectrum(trace, M, amplitude);
  double sum = 0.0;
  for (uint32_t k = 1; k < M / 2; ++k) {
    const double hz = k * rate / HOP / M;
    sum += hz >= 20.0 && hz <= 200.0 ? 0.5 * amplitude[k] * amplitude[k] : 0.0;
  }
  return sqrt(sum);
}
