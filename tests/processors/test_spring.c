// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Chirps, decay, loudness and width of the springs.

#define RESPONSE_RATE response_rate
static double response_rate = 48000.0;

#include "reverb_response.h"
#include "signals.h"

enum { N = 1 << 20 };

static const double rates[] = {44100.0, 48000.0, 96000.0, 192000.0};
static float left[N];
static float right[N];
static double band[N];

/// What comes of one sample of 1 on both sides
static void
respond(const char* settings, double rate, uint32_t frames)
{
  response_rate = rate;
  memset(left, 0, sizeof(left));
  memset(right, 0, sizeof(right));
  left[0] = right[0] = 1.0F;
  lone_apply(ton_processor("spring"), rate, settings, left, right, frames);
}

/// Turns of the phase of the first 55 ms at a frequency: before the second spring of
/// the side answers
static double
phase(double hz)
{
  const uint32_t n = (uint32_t)(0.055 * response_rate);
  double re = 0.0;
  double im = 0.0;
  for (uint32_t i = 0; i < n; ++i) {
    const double turns = fmod(hz / response_rate * i, 1.0);
    re += (double)left[i] * cos(2.0 * M_PI * turns);
    im -= (double)left[i] * sin(2.0 * M_PI * turns);
  }
  return atan2(im, re) / (2.0 * M_PI);
}

/// Delay of the first echo, ms: how fast the phase turns with the frequency
static double
arrival_ms(double hz)
{
  const double turned = phase(hz - 4.0) - phase(hz + 4.0);
  return 1000.0 * (turned - floor(turned)) / 8.0;
}

/// Hundred all-passes of a = 0.62 and K frames delay a tone by
/// 100 K (1 - a^2) / (1 + a^2 + 2 a cos(2 pi f K / rate)) frames
static double
bend_ms(double hz)
{
  const double a = 0.62;
  const double k = rint(response_rate / 8600.0);
  const double c = cos(2.0 * M_PI * hz * k / response_rate);
  return 1e5 * k * (1.0 - a * a) / (1.0 + a * a + 2.0 * a * c) / response_rate;
}

static void
each_echo_is_a_chirp(void** state)
{
  (void)state;
  for (int r = 0; r < 4; ++r) {
    respond("lowpass=5000", rates[r], 32768);
    const double low = arrival_ms(1000.0);
    const double high = arrival_ms(2500.0);
    EXPECT_NEAR("first echo at 1 kHz", low, 41.3 + bend_ms(1000.0), 1.0, "ms");
    EXPECT_NEAR("2.5 kHz after 1 kHz", high - low,
                bend_ms(2500.0) - bend_ms(1000.0), 1.0, "ms");
  }
}

/// Seconds for 60 dB, of a line through -5 dB to -35 dB of what is left
static double
decay_s(double hz, uint32_t n)
{
  response_band(left, band, n, hz, 1.0);
  for (uint32_t i = 0; i < n; ++i) {
    band[i] *= band[i];
  }
  response_decay(band, n);
  return response_decay_s(band, n, -35.0, response_rate);
}

static void
spc_01_decay_is_as_asked(void** state)
{
  (void)state;
  static const double wanted[] = {1.0, 2.0, 5.0};
  for (int i = 0; i < 12; ++i) {
    const double t = wanted[i % 3];
    const double rate = rates[i / 3];
    const uint32_t n = (uint32_t)fmin(N, (0.8 * t + 0.6) * rate);
    char settings[64];
    snprintf(settings, sizeof(settings), "decay=%g lowpass=5000", t);
    respond(settings, rate, n);
    for (double hz = 250.0; hz < 2001.0; hz *= 2.0) {
      char what[64];
      snprintf(what, sizeof(what), "SPC-01 spring at %g Hz", hz);
      EXPECT_NEAR(what, 100.0 * (decay_s(hz, n) / t - 1.0), 0.0, 5.0, "%");
    }
  }
}

static void
spc_05_the_sides_differ(void** state)
{
  (void)state;
  enum { FROM = 4800, TO = 120000 };
  double sum[3] = {0.0};
  respond("", 48000.0, TO);
  for (uint32_t i = FROM; i < TO; ++i) {
    sum[0] += (double)left[i] * (double)left[i];
    sum[1] += (double)right[i] * (double)right[i];
    sum[2] += (double)left[i] * (double)right[i];
  }
  EXPECT_NEAR("SPC-05 spring, correlation of the sides",
              sum[2] / sqrt(sum[0] * sum[1]), 0.0, 0.1, "");
  respond("width=0", 48000.0, TO);
  assert_memory_equal(left, right, TO * sizeof(float));
}

static void
spc_07_it_dies(void** state)
{
  (void)state;
  const TonProcessor* const p = ton_processor("spring");
  float values[LONE_PARAMS];
  lone_values(p, "decay=1", values);
  const uint64_t end = lone_tail(p, 48000.0, values);
  respond("decay=1", 48000.0, N);
  double most = 0.0;
  for (uint64_t i = end; i < N; ++i) {
    most = fmax(most, fabs((double)left[i]));
  }
  EXPECT_AT_MOST("SPC-07 behind the tail", 20.0 * log10(most + 1e-30), -120.0,
                 "dBFS");
  EXPECT_AT_MOST("SPC-07 at the end",
                 20.0 * log10(fabs((double)left[N - 1]) + 1e-30), -140.0,
                 "dBFS");
}

/// Into double, and loudness
static double
loudness(const char* settings)
{
  enum { M = 48000 * 12 };
  static double in[2][M];
  static double out[2][M];
  signal_mix(in[0], in[1], M, 48000.0);
  lone_pair(ton_processor("spring"), 48000.0, settings,
            &(LonePair){in[0], in[1], NULL, out[0], out[1]}, M);
  return signal_loudness(out[0], out[1], M, 48000.0);
}

static void
spc_14_one_loudness_at_any_decay(void** state)
{
  (void)state;
  static const double decays[] = {0.5, 1.0, 2.5, 6.0};
  double low = INFINITY;
  double high = -INFINITY;
  for (int k = 0; k < 4; ++k) {
    char settings[64];
    snprintf(settings, sizeof(settings), "decay=%g", decays[k]);
    const double lufs = loudness(settings);
    low = fmin(low, lufs);
    high = fmax(high, lufs);
  }
  EXPECT_AT_MOST("SPC-14 spring, loudness from 0.5 to 6 s", high - low, 2.0,
                 "LU");
  print_message("# %.1f LUFS, dry %.1f LUFS\n", high, loudness("mix=0"));
}

/// Energy between two times, of a tone that ends after two seconds; dB
static double
of_a_tone(const char* settings, double from_s, double to_s)
{
  memset(left, 0, sizeof(left));
  for (uint32_t i = 0; i < 96000; ++i) {
    left[i] = (float)(0.5 * sin(2.0 * M_PI * 997.0 * i / 48000.0));
  }
  memcpy(right, left, sizeof(left));
  lone_apply(ton_processor("spring"), 48000.0, settings, left, right, 192000);
  double sum = 1e-30;
  for (uint32_t i = (uint32_t)(from_s * 48000.0); i < to_s * 48000.0; ++i) {
    sum += (double)left[i] * (double)left[i];
  }
  return 10.0 * log10(sum);
}

static void
the_springs_duck_under_the_sound(void** state)
{
  (void)state;
  EXPECT_DB("duck while it sounds",
            of_a_tone("decay=5 duck=12", 1.8, 1.9) -
                of_a_tone("decay=5", 1.8, 1.9),
            -12.0, 0.2);
  EXPECT_DB("duck 1.4 s after",
            of_a_tone("decay=5 duck=12", 3.4, 3.5) -
                of_a_tone("decay=5", 3.4, 3.5),
            0.0, 0.1);
}

static void
spc_13_dry_is_exact(void** state)
{
  (void)state;
  for (uint32_t i = 0; i < 48000; ++i) {
    left[i] = (float)signal_random(1, i);
    right[i] = (float)signal_random(2, i);
  }
  lone_apply(ton_processor("spring"), 48000.0, "mix=0", left, right, 48000);
  for (uint32_t i = 0; i < 48000; ++i) {
    assert_true(left[i] == (float)signal_random(1, i));
    assert_true(right[i] == (float)signal_random(2, i));
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_echo_is_a_chirp),
      cmocka_unit_test(spc_01_decay_is_as_asked),
      cmocka_unit_test(spc_05_the_sides_differ),
      cmocka_unit_test(spc_07_it_dies),
      cmocka_unit_test(the_springs_duck_under_the_sound),
      cmocka_unit_test(spc_13_dry_is_exact),
      cmocka_unit_test(spc_14_one_loudness_at_any_decay),
  };
  return TON_TESTS(tests);
}
