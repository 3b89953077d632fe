// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Sounds and measures in double, made anew for the tests.

#include "signals.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

double
signal_random(uint64_t seed, uint64_t n)
{
  // SplitMix64 of a counter
  uint64_t z = seed * 0xD1342543DE82EF95U + (n + 1) * 0x9E3779B97F4A7C15U;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
  z ^= z >> 31;
  return (double)(int64_t)z * 0x1p-63;
}

void
signal_sine(double* x, uint64_t n, double rate, double hz, double peak_dbfs,
            double phase_deg)
{
  const double a = pow(10.0, peak_dbfs / 20.0);
  for (uint64_t i = 0; i < n; ++i) {
    const double turns = fmod(hz / rate * (double)i, 1.0) + phase_deg / 360.0;
    x[i] = a * sin(2.0 * M_PI * turns);
  }
}

double
signal_coherent_hz(double hz, double rate, uint64_t n)
{
  const double k = floor(hz * (double)n / rate / 2.0) * 2.0 + 1.0;
  return k * rate / (double)n;
}

void
signal_white(double* x, uint64_t n, uint64_t seed)
{
  for (uint64_t i = 0; i < n; ++i) {
    const double u = 0.5 + 0.5 * signal_random(seed, 2 * i);
    const double v = signal_random(seed, 2 * i + 1);
    x[i] = sqrt(-2.0 * log(u + 0x1p-64)) * cos(M_PI * v);
  }
}

static void
scale_to(double* x, uint64_t n, double from, double to)
{
  for (uint64_t i = 0; i < n; ++i) {
    x[i] *= to / from;
  }
}

/**
   Pink from white: poles and zeros alternating at a constant ratio along the
   log-frequency axis approach a slope of -3 dB/oct; ten pairs from 5 Hz.
*/
void
signal_pink(double* x, uint64_t n, uint64_t seed, double rate)
{
  signal_white(x, n, seed);
  for (int k = 0; k < 10; ++k) {
    const double pole = exp(-2.0 * M_PI * 5.0 * pow(2.4, k) / rate);
    const double zero = exp(-2.0 * M_PI * 5.0 * pow(2.4, k + 0.5) / rate);
    double before = 0.0;
    double y = 0.0;
    for (uint64_t i = 0; i < n; ++i) {
      y = pole * y + x[i] - zero * before;
      before = x[i];
      x[i] = y;
    }
  }
  scale_to(x, n, signal_rms(x, n), 1.0);
}

void
signal_kick(double* x, uint64_t n, double rate)
{
  const uint64_t period = (uint64_t)(0.5 * rate);
  double turns = 0.0;
  for (uint64_t i = 0; i < n; ++i) {
    const double t = (double)(i % period) / rate;
    turns = i % period ? turns + (50.0 + 320.0 * exp(-40.0 * t)) / rate : 0.0;
    x[i] = exp(-12.0 * t) * sin(2.0 * M_PI * turns);
  }
}

void
signal_hat(double* x, uint64_t n, double rate)
{
  signal_white(x, n, 77);
  const double a = exp(-2.0 * M_PI * 6000.0 / rate);
  const uint64_t period = (uint64_t)(0.25 * rate);
  double low = 0.0;
  for (uint64_t i = 0; i < n; ++i) {
    low += (1.0 - a) * (x[i] - low);
    x[i] = (x[i] - low) * exp(-60.0 * (double)(i % period) / rate);
  }
}

void
signal_mix(double* left, double* right, uint64_t n, double rate)
{
  signal_pink(left, n, 1, rate);
  signal_pink(right, n, 2, rate);
  const double hz[] = {110.0, 164.8, 220.5};
  const uint64_t kick = (uint64_t)(0.5 * rate);
  const uint64_t hat = (uint64_t)(0.25 * rate);
  const double a = exp(-2.0 * M_PI * 6000.0 / rate);
  double low = 0.0;
  double turns = 0.0;
  double peak = 0.0;
  for (uint64_t i = 0; i < n; ++i) {
    const double t = (double)(i % kick) / rate;
    turns = i % kick ? turns + (50.0 + 320.0 * exp(-40.0 * t)) / rate : 0.0;
    const double white = 1.7 * signal_random(77, i);
    low += (1.0 - a) * (white - low);
    double centre = 6.0 * exp(-12.0 * t) * sin(2.0 * M_PI * turns) +
                    2.0 * (white - low) * exp(-60.0 * (double)(i % hat) / rate);
    for (int k = 0; k < 3; ++k) {
      centre += 0.6 * (2.0 * fmod(hz[k] / rate * (double)i, 1.0) - 1.0);
    }
    left[i] = 0.6 * left[i] + centre;
    right[i] = 0.6 * right[i] + centre;
    peak = fmax(peak, fmax(fabs(left[i]), fabs(right[i])));
  }
  scale_to(left, n, peak, 1.0);
  scale_to(right, n, peak, 1.0);
}

void
signal_clipped_noise(double* x, uint64_t n, uint64_t seed)
{
  signal_white(x, n, seed);
  for (uint64_t i = 0; i < n; ++i) {
    x[i] = fmin(1.0, fmax(-1.0, 3.0 * x[i]));
  }
}

void
signal_sweep(double* x, uint64_t n, double rate, double from_hz, double to_hz)
{
  const double k = log(to_hz / from_hz);
  const double length = (double)n / rate;
  for (uint64_t i = 0; i < n; ++i) {
    const double t = (double)i / rate;
    x[i] = sin(2.0 * M_PI * from_hz * length / k * (exp(k * t / length) - 1.0));
  }
}

double
signal_amplitude(const double* x, uint64_t n, double rate, double hz)
{
  double re = 0.0;
  double im = 0.0;
  for (uint64_t i = 0; i < n; ++i) {
    const double w = 2.0 * M_PI * fmod(hz / rate * (double)i, 1.0);
    re += x[i] * cos(w);
    im += x[i] * sin(w);
  }
  return 2.0 / (double)n * hypot(re, im);
}

double
signal_worst_alias_db(const double* amplitude, uint64_t n, double rate,
                      uint32_t bin)
{
  const double per_hz = (double)n / rate;
  double worst = 1e-20;
  for (uint32_t k = (uint32_t)fmax(7.0, ceil(20.0 * per_hz));
       k < 20000.0 * per_hz; ++k) {
    const uint32_t off = k % bin;
    if (off > 6 && off < bin - 6) {
      worst = fmax(worst, amplitude[k]);
    }
  }
  return 20.0 * log10(worst / amplitude[bin]);
}

/// Phase of a tone in PIECE frames from `at`, under a Hann window
enum { PIECE = 2048 };

static double
phase_of(const double* x, uint64_t at, double rate, double hz)
{
  double re = 0.0;
  double im = 0.0;
  for (uint64_t i = 0; i < PIECE; ++i) {
    const double w = 0.5 - 0.5 * cos(2.0 * M_PI * ((double)i + 0.5) / PIECE);
    const double turns = fmod(hz / rate * (double)(at + i), 1.0);
    re += w * x[at + i] * cos(2.0 * M_PI * turns);
    im -= w * x[at + i] * sin(2.0 * M_PI * turns);
  }
  return atan2(im, re);
}

double
signal_deviation_hz(const double* x, uint64_t n, double rate, double hz)
{
  double most = 0.0;
  double last = phase_of(x, 0, rate, hz);
  for (uint64_t at = PIECE / 8; at + PIECE <= n; at += PIECE / 8) {
    const double phase = phase_of(x, at, rate, hz);
    const double turned = remainder(phase - last, 2.0 * M_PI) / (2.0 * M_PI);
    most = fmax(most, fabs(turned) * rate / (PIECE / 8));
    last = phase;
  }
  return most;
}

double
signal_rms(const double* x, uint64_t n)
{
  double sum = 0.0;
  for (uint64_t i = 0; i < n; ++i) {
    sum += x[i] * x[i];
  }
  return n ? sqrt(sum / (double)n) : 0.0;
}

double
signal_null_db(const double* y, const double* r, uint64_t n)
{
  double difference = 0.0;
  double reference = 0.0;
  for (uint64_t i = 0; i < n; ++i) {
    difference += (y[i] - r[i]) * (y[i] - r[i]);
    reference += r[i] * r[i];
  }
  return difference == 0.0 ? -INFINITY : 10.0 * log10(difference / reference);
}

static double
bessel_i0(double x)
{
  double term = 1.0;
  double sum = 1.0;
  for (int k = 1; k < 60; ++k) {
    term *= (x / 2.0 / k) * (x / 2.0 / k);
    sum += term;
  }
  return sum;
}

enum { PHASES = 16, SIDE = 48, PAD = 100 };

typedef double Taps[2 * SIDE];

static Taps*
interpolator(void)
{
  static Taps h[PHASES];
  for (int p = 0; p < PHASES && h[0][SIDE - 1] == 0.0; ++p) {
    const int q = PHASES - 1 - p; // phase 0 last: it tells that all are there
    for (int k = 0; k < 2 * SIDE; ++k) {
      const double t = (double)(k - SIDE + 1) - (double)q / PHASES;
      const double u = t / SIDE;
      const double w =
          fabs(u) < 1.0 ? bessel_i0(12.0 * sqrt(1.0 - u * u)) / bessel_i0(12.0)
                        : 0.0;
      h[q][k] = w * (t == 0.0 ? 1.0 : sin(M_PI * t) / (M_PI * t));
    }
  }
  return h;
}

static double
product(const double* h, const double* x)
{
  double sum[4] = {0.0};
  for (int k = 0; k < 2 * SIDE; k += 4) {
    for (int j = 0; j < 4; ++j) {
      sum[j] += h[k + j] * x[k + j];
    }
  }
  return sum[0] + sum[1] + sum[2] + sum[3];
}

double
signal_true_peak(const double* x, uint64_t n)
{
  Taps* const h = interpolator();
  const uint64_t points = n + 2 * PAD;
  double* const padded = calloc(points + 2 * SIDE, sizeof(double));
  double best = 0.0;
  double a = 0.0;
  double b = 0.0;
  memcpy(padded + PAD + SIDE - 1, x, n * sizeof(double));
  for (uint64_t i = 0; i < points; ++i) {
    for (int p = 0; p < PHASES; ++p) {
      const double c = fabs(product(h[p], padded + i));
      best = fmax(best, c);
      if (b > a && b > c) {
        const double q = 0.5 * (a - c) / (a - 2.0 * b + c);
        best = fmax(best, b - 0.25 * (a - c) * q);
      }
      a = b;
      b = c;
    }
  }
  free(padded);
  return best;
}

/**
   One section of the K curve at any rate: the coefficients that BS.1770 prints
   for 48 kHz are the bilinear transform of these (De Man 2014).
*/
static void
k_section(double* x, uint64_t n, double rate, double hz, double q,
          double shelf_db)
{
  const double k = tan(M_PI * hz / rate);
  const double high = pow(10.0, shelf_db / 20.0);
  const double band = shelf_db == 0.0 ? 0.0 : pow(high, 0.4996667741545416);
  const double a0 = 1.0 + k / q + k * k;
  const double low = shelf_db == 0.0 ? 0.0 : 1.0;
  const double top = shelf_db == 0.0 ? a0 : high; // high-pass: 1 -2 1
  const double b[3] = {(top + band * k / q + low * k * k) / a0,
                       2.0 * (low * k * k - top) / a0,
                       (top - band * k / q + low * k * k) / a0};
  const double a[2] = {2.0 * (k * k - 1.0) / a0, (1.0 - k / q + k * k) / a0};
  double s[2] = {0.0};
  for (uint64_t i = 0; i < n; ++i) {
    const double y = b[0] * x[i] + s[0];
    s[0] = b[1] * x[i] - a[0] * y + s[1];
    s[1] = b[2] * x[i] - a[1] * y;
    x[i] = y;
  }
}

static double
gated_mean(const double* power, uint64_t n, double least)
{
  double sum = 0.0;
  uint64_t passed = 0;
  for (uint64_t i = 0; i < n; ++i) {
    if (power[i] > least) {
      sum += power[i];
      ++passed;
    }
  }
  return passed ? sum / (double)passed : 0.0;
}

uint64_t
signal_weighted(const double* left, const double* right, uint64_t n,
                double rate, double hop_s, double** power)
{
  const double* const in[2] = {left, right};
  const double hop = hop_s * rate;
  const uint64_t steps = (uint64_t)((double)n / hop);
  double* const x = calloc(n + 1, sizeof(double));
  *power = calloc(steps + 1, sizeof(double));
  for (int c = 0; c < 2; ++c) {
    memcpy(x, in[c], n * sizeof(double));
    k_section(x, n, rate, 1681.974450955533, 0.7071752369554196,
              3.999843853973347);
    k_section(x, n, rate, 38.13547087602444, 0.5003270373238773, 0.0);
    for (uint64_t i = 0; i < steps; ++i) {
      const uint64_t from = (uint64_t)((double)i * hop);
      const uint64_t to = (uint64_t)((double)(i + 1) * hop);
      const double rms = signal_rms(x + from, to - from);
      (*power)[i] += rms * rms;
    }
  }
  free(x);
  return steps;
}

double
signal_loudness(const double* left, const double* right, uint64_t n,
                double rate)
{
  double* power = NULL;
  const uint64_t tenths = signal_weighted(left, right, n, rate, 0.1, &power);
  const uint64_t blocks = tenths >= 4 ? tenths - 3 : 0;
  for (uint64_t b = 0; b < blocks; ++b) {
    power[b] = (power[b] + power[b + 1] + power[b + 2] + power[b + 3]) / 4.0;
  }
  const double absolute = pow(10.0, (-70.0 + 0.691) / 10.0);
  const double relative = 0.1 * gated_mean(power, blocks, absolute);
  const double all =
      gated_mean(power, blocks, relative > absolute ? relative : absolute);
  free(power);
  return 10.0 * log10(all) - 0.691;
}

enum { LONGEST_SPECTRUM = 1 << 17 };

/// cos and -sin of pi k / half at [half + k], for every half that is a power of 2
static double turn_re[LONGEST_SPECTRUM];
static double turn_im[LONGEST_SPECTRUM];

static void
know_turns(uint64_t n)
{
  static uint64_t known = 1;
  for (; known < n; known *= 2) {
    for (uint64_t k = 0; k < known; ++k) {
      turn_re[known + k] = cos(M_PI * (double)k / (double)known);
      turn_im[known + k] = -sin(M_PI * (double)k / (double)known);
    }
  }
}

static void
reverse_bits(double* x, uint64_t n)
{
  for (uint64_t i = 1, j = 0; i < n; ++i) {
    uint64_t bit = n >> 1;
    for (; j & bit; bit >>= 1) {
      j ^= bit;
    }
    j ^= bit;
    if (i < j) {
      const double kept = x[i];
      x[i] = x[j];
      x[j] = kept;
    }
  }
}

/// Radix 2, decimation in time, in double
static void
transform(double* re, double* im, uint64_t n)
{
  know_turns(n);
  reverse_bits(re, n);
  reverse_bits(im, n);
  for (uint64_t half = 1; half < n; half *= 2) {
    const double* const c = turn_re + half;
    const double* const s = turn_im + half;
    for (uint64_t first = 0; first < n; first += 2 * half) {
      double* const r = re + first;
      double* const q = im + first;
      for (uint64_t k = 0; k < half; ++k) {
        const double tr = c[k] * r[k + half] - s[k] * q[k + half];
        const double tq = c[k] * q[k + half] + s[k] * r[k + half];
        r[k + half] = r[k] - tr;
        q[k + half] = q[k] - tq;
        r[k] += tr;
        q[k] += tq;
      }
    }
  }
}

void
signal_spectrum(const double* x, uint64_t n, double* amplitude)
{
  static double re[LONGEST_SPECTRUM];
  static double im[LONGEST_SPECTRUM];
  memcpy(re, x, n * sizeof(double));
  memset(im, 0, n * sizeof(double));
  transform(re, im, n);
  for (uint64_t k = 0; k <= n / 2; ++k) {
    const double scale = k && k < n / 2 ? 2.0 : 1.0;
    amplitude[k] = scale * sqrt(re[k] * re[k] + im[k] * im[k]) / (double)n;
  }
}
