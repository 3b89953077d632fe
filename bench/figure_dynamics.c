// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Figures of compressors, at equal reduction and at equal speed: "attack" and
   "release" mean other things to each maker, so both are found by measuring.
*/

#include "figure.h"

#include "signals.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { N = 1 << 17, UP = 24000, DOWN = 60000, STEP_END = 96000 };

static const double rate = 48000.0;
static const double wanted_db = 8.0; ///< Reduction of a tone of -6 dBFS
static double tone_hz;

static void
tone(uint32_t n, double hz, double dbfs)
{
  signal_sine(figure_in[0], n, rate, hz, dbfs, 0.0);
  figure_both_sides(n);
}

/// A tone of -60 dBFS, then of -6 dBFS, then of -60 dBFS again
static void
play_step(const Trial* trial, const char* text, double hz, uint32_t down,
          uint32_t n)
{
  tone(n, hz, -6.0);
  for (uint32_t i = 0; i < n; ++i) {
    const double gain = i >= UP && i < down ? 1.0 : 0.002;
    figure_in[0][i] *= gain;
    figure_in[1][i] = figure_in[0][i];
  }
  figure_play(trial, text, rate, n);
}

/// Gain over some frames, dB
static double
gain_db(uint32_t from, uint32_t n)
{
  return 20.0 * log10(signal_rms(figure_out[0] + from, n) /
                      signal_rms(figure_in[0] + from, n));
}

/// Reduction of a steady tone against a quiet one, so that a built-in make-up gain
/// does not count, dB
static double
steady_reduction(const Trial* trial, const char* text)
{
  enum { M = 96000 };
  play_step(trial, text, tone_hz, M, M);
  return gain_db(UP - 12000, 12000) - gain_db(M - 24000, 12000);
}

/// Frame at which the reduction passes `limit` dB after `from`, upwards or down
static double
passes(uint32_t from, double limit, int upwards)
{
  const double quiet_db = gain_db(UP - 12000, 12000);
  for (uint32_t i = from; i < STEP_END - 64; ++i) {
    const double x = fabs(figure_in[0][i]);
    if (fabs(sin(2.0 * M_PI * 1000.0 * i / rate)) > 0.7 &&
        (quiet_db - 20.0 * log10(fabs(figure_out[0][i]) / x) >= limit) ==
            upwards) {
      return i - from;
    }
  }
  return STEP_END - from;
}

/// Time for 63 % of the reduction, ms
static double
attack_ms(const Trial* trial, const char* text)
{
  play_step(trial, text, 1000.0, DOWN, STEP_END);
  return passes(UP, wanted_db * (1.0 - exp(-1.0)), 1) / rate * 1e3;
}

static double
release_ms(const Trial* trial, const char* text)
{
  play_step(trial, text, 1000.0, DOWN, STEP_END);
  return passes(DOWN, wanted_db * exp(-1.0), 0) / rate * 1e3;
}

/// Threshold for the reduction of a tone, with attack and release of 10 and 100 ms
/// as measured on 1 kHz
static void
make_equal(const Trial* trial, double hz, char text[512])
{
  char speed[512] = "";
  char times[512] = "";
  tone_hz = 1000.0;
  for (int again = 0; again < 2; ++again) {
    memcpy(speed, times, sizeof(speed));
    figure_tune(trial, &trial->level, wanted_db, steady_reduction, speed);
    times[0] = '\0';
    char with[512];
    memcpy(with, speed, sizeof(with));
    const double attack =
        figure_tune(trial, &trial->attack, 10.0, attack_ms, with);
    const double release =
        figure_tune(trial, &trial->release, 100.0, release_ms, with);
    figure_turn(&trial->attack, attack, times);
    figure_turn(&trial->release, release, times);
  }
  tone_hz = hz;
  memcpy(text, times, sizeof(times));
  figure_tune(trial, &trial->level, wanted_db, steady_reduction, text);
  fprintf(stderr, "%s at %g Hz:%s\n", trial->spec.name, hz, text);
}

/// DYN-02: how far 10 dB more of a loud tone miss 10 dB over the ratio of 4, dB
double
figure_slope(const Trial* trial)
{
  char text[512] = "";
  tone_hz = 1000.0;
  Knob deep = trial->level;
  figure_tune(trial, &deep, 15.0, steady_reduction, text);
  double level[2];
  for (int loud = 0; loud < 2; ++loud) {
    tone(N, 1000.0, loud ? -6.0 : -16.0);
    figure_play(trial, text, rate, N);
    level[loud] = 20.0 * log10(signal_rms(figure_out[0] + N / 2, N / 2));
  }
  return fabs(level[1] - level[0] - 2.5);
}

static double
detector(const Trial* trial, double near_hz)
{
  char text[512] = "";
  const double hz = signal_coherent_hz(near_hz, rate, N / 2);
  make_equal(trial, hz, text);
  tone(N, hz, -6.0);
  figure_play(trial, text, rate, N);
  return figure_harmonics(N, N / 2, rate, hz);
}

/// DYN-04: harmonics of a tone, dB
double
figure_detector_low(const Trial* trial)
{
  return detector(trial, 41.4);
}

double
figure_detector_middle(const Trial* trial)
{
  return detector(trial, 73.1);
}

double
figure_detector_high(const Trial* trial)
{
  return detector(trial, 220.5);
}

/// DYN-16: peak to peak of the gain on a steady tone of 41.37 Hz, dB
double
figure_ripple(const Trial* trial)
{
  char text[512] = "";
  make_equal(trial, 41.37, text);
  tone(N, 41.37, -6.0);
  figure_play(trial, text, rate, N);
  double low = INFINITY;
  double high = -INFINITY;
  for (uint32_t i = N / 2; i < N - 1024; ++i) {
    if (fabs(figure_in[0][i]) > 0.05) {
      const double db = 20.0 * log10(fabs(figure_in[0][i] / figure_out[0][i]));
      low = fmin(low, db);
      high = fmax(high, db);
    }
  }
  return high - low;
}

/// DYN-18: largest alias of the gain with an attack of 0.1 ms, dBc
double
figure_quick_attack(const Trial* trial)
{
  char text[512] = "";
  const double hz = signal_coherent_hz(5011.0, rate, N / 2);
  figure_turn(&trial->attack, 0.1, text);
  figure_turn(&trial->release, 50.0, text);
  tone_hz = hz;
  figure_tune(trial, &trial->level, wanted_db, steady_reduction, text);
  tone(N, hz, -6.0);
  figure_play(trial, text, rate, N);
  return figure_alias(N, N / 2, rate, hz);
}

/// DYN-12: largest change of level from 30 Hz to 18 kHz while no band works, dB
double
figure_flatness(const Trial* trial)
{
  double worst = 0.0;
  memset(figure_in, 0, sizeof(figure_in));
  figure_in[0][N / 2] = figure_in[1][N / 2] = 0.01;
  figure_play(trial, "", rate, N);
  for (int i = 0; i < 216; ++i) {
    const double hz = 30.0 * pow(1.03, i);
    const double a =
        signal_amplitude(figure_out[0] + N / 2, N / 2, rate, hz) * N / 4.0;
    worst = fmax(worst, fabs(20.0 * log10(a / 0.01)));
  }
  return worst;
}

/// DYN-19: harmonics of a steady tone of 31 Hz with all of both controls, dB
double
figure_transient_bass(const Trial* trial)
{
  const double hz = signal_coherent_hz(31.0, rate, N / 2);
  tone(2 * N, hz, -20.0);
  figure_play(trial, "", rate, 2 * N);
  return figure_harmonics(2 * N, N / 2, rate, hz);
}
