// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Word lengths are reduced with dither, once.

#include "dsp/dither.h"
#include "dsp/kernels/quantise.h"
#include "expect.h"
#include "signals.h"

#include <string.h>

enum { N = 1 << 18 };
static float x[N];
static int32_t y[N];
static int32_t z[N];

static TonQuantiser
sixteen_bits(uint64_t seed)
{
  return (TonQuantiser){.bits = 16, .dither = true, .seed = seed};
}

static void
out_05_the_error_does_not_depend_on_the_sound(void** state)
{
  (void)state;
  double worst_mean = 0.0;
  double worst_variance = 0.0;
  for (int k = 0; k <= 32; ++k) {
    TonQuantiser q = sixteen_bits(7);
    const double step = k / 32.0;
    for (uint32_t i = 0; i < N; ++i) {
      x[i] = (float)(step / 32768.0);
    }
    ton_quantise(&q, 0, 0, y, x, N);
    double sum = 0.0;
    double squares = 0.0;
    for (uint32_t i = 0; i < N; ++i) {
      sum += y[i] - step;
      squares += (y[i] - step) * (y[i] - step);
    }
    const double mean = sum / N;
    worst_mean = fmax(worst_mean, fabs(mean));
    worst_variance =
        fmax(worst_variance, fabs(squares / N - mean * mean - 0.25));
  }
  EXPECT_AT_MOST("OUT-05 mean of the error", worst_mean, 0.005, "LSB");
  EXPECT_AT_MOST("OUT-05 variance off 0.25 LSB^2", worst_variance, 0.005,
                 "LSB^2");
}

static void
out_07_the_floor_of_digital_silence(void** state)
{
  (void)state;
  TonQuantiser q = sixteen_bits(1);
  memset(x, 0, sizeof(x));
  ton_quantise(&q, 0, 0, y, x, N);
  double squares = 0.0;
  for (uint32_t i = 0; i < N; ++i) {
    squares += (double)y[i] * y[i];
  }
  EXPECT_DB("OUT-07 floor", 10.0 * log10(squares / N) - 20.0 * log10(32768.0),
            -96.33, 0.1);
}

/// |1 - sum c_k z^-k| in dB, as published
static double
curve_db(const double* c, double hz)
{
  double re = 1.0;
  double im = 0.0;
  for (int k = 0; k < TON_SHAPE_TAPS; ++k) {
    const double w = 2.0 * M_PI * hz / 44100.0 * (k + 1);
    re -= c[k] * cos(w);
    im += c[k] * sin(w);
  }
  return 10.0 * log10(re * re + im * im);
}

/// Power of the error around a frequency: a Hann-windowed bin, averaged over
/// the pieces of the signal
static double
power_around(double hz)
{
  enum { PIECE = 512 };
  double power = 0.0;
  for (uint32_t at = 0; at + PIECE <= N; at += PIECE / 2) {
    double re = 0.0;
    double im = 0.0;
    for (uint32_t i = 0; i < PIECE; ++i) {
      const double w = 0.5 - 0.5 * cos(2.0 * M_PI * (i + 0.5) / PIECE);
      const double turn = 2.0 * M_PI * hz / 44100.0 * i;
      re += w * y[at + i] * cos(turn);
      im += w * y[at + i] * sin(turn);
    }
    power += re * re + im * im;
  }
  return power / (2.0 * N / PIECE) / (0.375 * PIECE);
}

static void
out_07_shaped_noise_follows_its_curve(void** state)
{
  (void)state;
  static const double totals[] = {0.0, 12.2, 18.4, 7.6, 23.1};
  memset(x, 0, sizeof(x));
  for (int k = 0; k <= TON_SHAPE_IMPROVED_E; ++k) {
    TonQuantiser q = sixteen_bits(2);
    q.shape = (TonShape)k;
    ton_quantise(&q, 0, 0, y, x, N);
    double squares = 0.0;
    for (uint32_t i = 0; i < N; ++i) {
      squares += (double)y[i] * y[i];
    }
    EXPECT_DB("OUT-07 noise in all", 10.0 * log10(squares / N / 0.25),
              totals[k], 0.3);
    for (double hz = 1000.0; hz < 22000.0; hz += 3500.0) {
      EXPECT_DB("OUT-07 noise curve", 10.0 * log10(power_around(hz) / 0.25),
                curve_db(ton_shape_taps(q.shape), hz), 0.5);
    }
  }
}

static double
correlation(const int32_t* a, const int32_t* b, uint32_t n)
{
  double ab = 0.0;
  double aa = 0.0;
  double bb = 0.0;
  for (uint32_t i = 0; i < n; ++i) {
    ab += (double)a[i] * b[i];
    aa += (double)a[i] * a[i];
    bb += (double)b[i] * b[i];
  }
  return fabs(ab / sqrt(aa * bb));
}

static void
out_08_channels_and_moments_are_independent(void** state)
{
  (void)state;
  double worst = 0.0;
  for (uint32_t c = 1; c < 8; ++c) {
    const TonDither a = ton_dither(0, 0);
    const TonDither b = ton_dither(0, c);
    for (uint32_t i = 0; i < N; ++i) {
      y[i] = ton_dither_noise(a, i);
      z[i] = ton_dither_noise(b, i);
    }
    worst = fmax(worst, correlation(y, z, N));
  }
  EXPECT_AT_MOST("OUT-08 correlation of channels", worst, 0.01, "");
  worst = 0.0;
  for (uint32_t lag = 1; lag < 64; ++lag) {
    worst = fmax(worst, correlation(y, y + lag, N - lag));
  }
  EXPECT_AT_MOST("OUT-08 correlation in time", worst, 0.01, "");
}

static void
out_08_blocks_and_vector_widths_give_the_same_steps(void** state)
{
  (void)state;
  for (uint32_t i = 0; i < N; ++i) {
    x[i] = (float)(0.9 * signal_random(5, i) * (i / 1000 % 3 != 0));
  }
  TonQuantiser q = sixteen_bits(9);
  q.blank_after = 1500;
  q.blank_fade = 300;
  TonQuantiser again = q;
  ton_quantise(&q, 1, 0, y, x, N);
  for (uint32_t at = 0, k = 0; at < N; ++k) {
    const uint32_t wanted = 1 + (uint32_t)(1000.0 * fabs(signal_random(1, k)));
    const uint32_t n = wanted < N - at ? wanted : N - at;
    ton_quantise(&again, 1, at, z + at, x + at, n);
    at += n;
  }
  assert_memory_equal(y, z, sizeof(y));
  q = sixteen_bits(9);
  q.shape = TON_SHAPE_F_WEIGHTED;
  q.blank_after = 1500;
  q.blank_fade = 300;
  again = q;
  ton_quantise(&q, 0, 0, y, x, N);
  for (uint32_t at = 0; at < N; at += 64) {
    ton_quantise(&again, 0, at, z + at, x + at, 64);
  }
  assert_memory_equal(y, z, sizeof(y));
  const TonDither d = ton_dither(3, 0);
  const TonQuantiseKernel* const here = ton_quantise_kernel();
  const uint32_t over = here->run(y, x, 10007, 0x1p23F, &d, 77);
  assert_int_equal(ton_quantise4.run(z, x, 10007, 0x1p23F, &d, 77), over);
  assert_memory_equal(y, z, 10007 * sizeof(int32_t));
}

static void
out_14_full_scale_is_held(void** state)
{
  (void)state;
  static const float in[] = {1.0F,   -1.0F,      1.5F,     -1.5F, 1e30F,
                             -1e30F, (float)NAN, INFINITY, 0.5F};
  static const int32_t wanted[] = {8388607,  -8388608, 8388607,
                                   -8388608, 8388607,  -8388608,
                                   0,        8388607,  4194304};
  TonQuantiser q = {.bits = 24};
  ton_quantise(&q, 0, 0, y, in, 9);
  assert_memory_equal(y, wanted, sizeof(wanted));
  assert_int_equal(q.clipped, 7);
}

static void
packing_agrees_with_the_definition(void** state)
{
  (void)state;
  static uint8_t bytes[6 * 1024 + 64];
  const TonQuantiseKernel* const kernel = ton_quantise_kernel();
  const int32_t* const planes[] = {y, z, y};
  for (uint32_t i = 0; i < 1024; ++i) {
    y[i] = (int32_t)(8388607.0 * signal_random(1, i));
    z[i] = (int32_t)(8388607.0 * signal_random(2, i));
  }
  static const uint32_t sizes[] = {0, 1, 3, 4, 5, 7, 8, 253, 512};
  for (uint32_t channels = 1; channels <= 3; ++channels) {
    for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); ++s) {
      memset(bytes, 0xA5, sizeof(bytes));
      kernel->to24(bytes, planes, channels, sizes[s]);
      const size_t samples = (size_t)sizes[s] * channels;
      for (size_t i = 0; i < samples; ++i) {
        const int32_t value = planes[i % channels][i / channels];
        const uint8_t* const b = bytes + 3 * i;
        assert_int_equal(value & 0xFFFFFF, b[0] | b[1] << 8 | b[2] << 16);
      }
      assert_int_equal(bytes[3 * samples], 0xA5);
    }
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(out_05_the_error_does_not_depend_on_the_sound),
      cmocka_unit_test(out_07_the_floor_of_digital_silence),
      cmocka_unit_test(out_07_shaped_noise_follows_its_curve),
      cmocka_unit_test(out_08_channels_and_moments_are_independent),
      cmocka_unit_test(out_08_blocks_and_vector_widths_give_the_same_steps),
      cmocka_unit_test(out_14_full_scale_is_held),
      cmocka_unit_test(packing_agrees_with_the_definition),
  };
  return TON_TESTS(tests);
}
