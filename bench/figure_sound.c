// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Figures of colour, space and width.

#include "figure.h"

#include "processors/reverb_response.h"
#include "signals.h"

enum {
  N = 1 << 17,
  SETTLE = 48000 ///< Frames for which settings may fade in
};

static const double rate = 48000.0;

static void
tone(uint32_t n, double hz, double dbfs)
{
  signal_sine(figure_in[0], n, rate, hz, dbfs, 0.0);
  figure_both_sides(n);
}

static double
distortion(const Trial* trial, const char* text)
{
  const double hz = signal_coherent_hz(1000.0, rate, N / 2);
  tone(N, hz, -6.0);
  figure_play(trial, text, rate, N);
  return figure_harmonics(N - 4096, N / 2, rate, hz);
}

/// SAT-13: largest alias of a tone of 5 kHz, driven so that 1 kHz has 10 % of
/// harmonics, dBc
double
figure_saturation_alias(const Trial* trial)
{
  char text[512] = "";
  const double hz = signal_coherent_hz(5011.0, rate, N / 2);
  figure_tune(trial, &trial->level, -20.0, distortion, text);
  const double got = distortion(trial, text);
  fprintf(stderr, "%s:%s: %.2f dB of harmonics\n", trial->spec.name, text, got);
  if (fabs(got + 20.0) > 0.5) {
    return NAN; // it cannot be driven so
  }
  tone(N, hz, -6.0);
  figure_play(trial, text, rate, N);
  return figure_alias(N - 4096, N / 2, rate, hz);
}

/// SAT-13 of an exciter: largest alias of a tone of 7 kHz, dBc
double
figure_exciter_alias(const Trial* trial)
{
  const double hz = signal_coherent_hz(7001.0, rate, N / 2);
  tone(N, hz, -6.0);
  figure_play(trial, "", rate, N);
  return figure_alias(N - 4096, N / 2, rate, hz);
}

/// Response to an impulse, in figure_out from frame 0
static void
impulse(const Trial* trial, const char* text, uint32_t n)
{
  memset(figure_in, 0, sizeof(figure_in));
  figure_in[0][SETTLE] = figure_in[1][SETTLE] = 0.5;
  figure_play(trial, text, rate, SETTLE + n);
  for (int c = 0; c < 2; ++c) {
    memmove(figure_out[c], figure_out[c] + SETTLE, n * sizeof(double));
  }
}

/// Decay in an octave of the response in figure_out, both sides together: seconds
/// for 60 dB by a line from -5 to -35 dB
static double
decay_s(double hz, uint32_t n)
{
  static float x[FIGURE_MAX];
  static double band[FIGURE_MAX];
  static double energy[FIGURE_MAX];
  memset(energy, 0, sizeof(energy));
  for (int c = 0; c < 2; ++c) {
    for (uint32_t i = 0; i < n; ++i) {
      x[i] = (float)figure_out[c][i];
    }
    response_band(x, band, n, hz, 1.0);
    for (uint32_t i = 0; i < n; ++i) {
      energy[i] += band[i] * band[i];
    }
  }
  response_decay(energy, n);
  return response_decay_s(energy, n, -35.0, rate);
}

/// SPC-01: how far the decay from 250 Hz to 4 kHz is off the 1.6 s asked for, at
/// most, %
double
figure_decay(const Trial* trial)
{
  char text[512] = "";
  double worst = 0.0;
  figure_turn(&trial->level, 1.6, text);
  impulse(trial, text, 3 * N);
  static const double centres[] = {250.0, 500.0, 1000.0, 2000.0, 4000.0};
  for (int i = 0; i < 5; ++i) {
    const double hz = centres[i];
    const double off = fabs(100.0 * (decay_s(hz, 3 * N) / 1.6 - 1.0));
    worst = fmax(worst, off);
  }
  return worst;
}

static double
decay_at_1000(const Trial* trial, const char* text)
{
  impulse(trial, text, 2 * N);
  return decay_s(1000.0, 2 * N);
}

/// SPC-04: strongest bin of the tail against its neighbourhood, from 0.5 to 4 kHz, at
/// a decay of 1.6 s as measured, dB
double
figure_ringing(const Trial* trial)
{
  enum { M = 1 << 16, FROM = 9600, AROUND = 300 };
  static double amplitude[M / 2 + 1];
  char text[512] = "";
  double worst = 0.0;
  figure_tune(trial, &trial->level, 1.6, decay_at_1000, text);
  const double decay = decay_at_1000(trial, text);
  fprintf(stderr, "%s:%s: %.2f s\n", trial->spec.name, text, decay);
  for (uint32_t i = 0; i < M; ++i) { // the decay taken out: a steady noise
    figure_out[0][FROM + i] *= pow(10.0, 3.0 * i / rate / decay);
  }
  signal_spectrum(figure_out[0] + FROM, M, amplitude);
  for (uint32_t k = 683; k < 5461; ++k) {
    double mean = 0.0;
    for (uint32_t i = k - AROUND; i <= k + AROUND; ++i) {
      mean += amplitude[i] * amplitude[i] / (2 * AROUND + 1);
    }
    worst = fmax(worst, 20.0 * log10(amplitude[k]) - 10.0 * log10(mean));
  }
  return fabs(decay - 1.6) < 0.05 ? worst : NAN;
}

/// SPC-11: how far the level of a vibrato on 10 kHz goes up and down, dB
double
figure_vibrato(const Trial* trial)
{
  double low = INFINITY;
  double high = 0.0;
  tone(4 * N - 1, 10000.0, -12.0);
  figure_play(trial, "", rate, 4 * N - 1);
  for (uint32_t i = N; i + 4096 < 4 * N; i += 48) {
    const double a = signal_rms(figure_out[0] + i, 480);
    low = fmin(low, a);
    high = fmax(high, a);
  }
  return 20.0 * log10(high / low);
}

/// SPC-10: how far the first echo of 375 ms lies off, frames
double
figure_echo(const Trial* trial)
{
  impulse(trial, "", N);
  uint32_t at = 0;
  for (uint32_t i = 0; i < N; ++i) {
    at = fabs(figure_out[0][i]) > fabs(figure_out[0][at]) ? i : at;
  }
  return fabs((double)at - 18000.0);
}

/// STE-04: what is not the input in the sum of both sides, dB re the input
double
figure_mono_sum(const Trial* trial)
{
  signal_white(figure_in[0], N, 1);
  signal_white(figure_in[1], N, 2);
  for (uint32_t i = 0; i < N; ++i) {
    for (int c = 0; c < 2; ++c) {
      figure_in[c][i] = (double)(float)(0.1 * figure_in[c][i]);
    }
  }
  figure_play(trial, "", rate, N);
  for (uint32_t i = 0; i < N; ++i) {
    figure_in[0][i] += figure_in[1][i];
    figure_out[0][i] += figure_out[1][i];
  }
  return signal_null_db(figure_out[0] + N / 2, figure_in[0] + N / 2, N / 4);
}
