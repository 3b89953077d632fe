// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Reduction, times and shelves of the dynamic equaliser.

#include "signals.h"
#include "single_lane.h"

enum { N = 131072, HALF = N / 2 };

static const double RATE = 48000.0;
static double in[N];
static double out[N];
static float x[N];

static double
db(double factor)
{
  return 20.0 * log10(factor);
}

static double
near_hz(double hz)
{
  return signal_coherent_hz(hz, RATE, HALF);
}

static void
add_tone(double hz, double peak_dbfs)
{
  static double tone[N];
  signal_sine(tone, N, RATE, hz, peak_dbfs, 0.0);
  for (uint32_t i = 0; i < N; ++i) {
    in[i] += tone[i];
  }
}

static void
run(const char* settings)
{
  for (uint32_t i = 0; i < N; ++i) {
    x[i] = (float)in[i];
  }
  lone_apply(ton_processor("dynamic-eq"), RATE, settings, x, NULL, N);
  for (uint32_t i = 0; i < N; ++i) {
    out[i] = (double)x[i];
  }
}

/// Gain at hz over the second half
static double
gain_db(double hz)
{
  return db(signal_amplitude(out + HALF, HALF, RATE, hz) /
            signal_amplitude(in + HALF, HALF, RATE, hz));
}

static void
eq_12_reduction_and_what_lies_outside(void** state)
{
  (void)state;
  static const double centres[] = {60.0, 200.0, 1000.0, 3000.0};
  for (int k = 0; k < 4; ++k) {
    const double hz = near_hz(centres[k]);
    const double outside = near_hz(8.0 * centres[k]);
    memset(in, 0, sizeof(in));
    add_tone(hz, -10.0);
    add_tone(outside, -60.0);
    char settings[120];
    snprintf(settings, sizeof(settings),
             "at=%.9g threshold=-30 ratio=4 range=24 q=1.5", hz);
    run(settings);
    EXPECT_DB("EQ-12 gain at the centre", gain_db(hz), -15.0, 0.1);
    EXPECT_DB("EQ-12 three octaves away", gain_db(outside), 0.0, 0.3);
    snprintf(settings, sizeof(settings),
             "at=%.9g threshold=-30 ratio=4 range=24 direction=boost", hz);
    run(settings);
    EXPECT_DB("boosted", gain_db(hz), 15.0, 0.1);
    snprintf(settings, sizeof(settings),
             "at=%.9g threshold=-30 ratio=4 range=5", hz);
    run(settings);
    EXPECT_DB("within its range", gain_db(hz), -5.0, 0.05);
  }
}

/// Gain in dB over the period of 48 frames around `at`
static double
gain_at(uint32_t at)
{
  return db(signal_rms(out + at, 48) / signal_rms(in + at, 48));
}

static void
eq_12_attack_and_release_take_their_time(void** state)
{
  (void)state;
  enum { UP = 24000, DOWN = 72000 };
  for (uint32_t i = 0; i < N; ++i) {
    const double level = i >= UP && i < DOWN ? -10.0 : -50.0;
    in[i] = pow(10.0, level / 20.0) * sin(2.0 * M_PI * 1000.0 * i / RATE);
  }
  run("at=1000 threshold=-30 ratio=4 range=24 timing=manual attack=50 "
      "release=200");
  uint32_t at = UP;
  while (at < DOWN && gain_at(at) > -15.0 * (1.0 - exp(-1.0))) {
    ++at;
  }
  EXPECT_NEAR("EQ-12 attack", (at + 24 - UP) / 48.0, 50.0, 2.5, "ms");
  at = DOWN + 96;
  while (at < N - 48 && gain_at(at) < -15.0 * exp(-1.0)) {
    ++at;
  }
  EXPECT_NEAR("EQ-12 release", (at + 24 - DOWN) / 48.0, 200.0, 10.0, "ms");
}

/// |(g s^2 + sqrt(2 g) s + 1) / (s^2 + sqrt(2) s + 1)| or its mirror, s = j u
static double
shelf_db(double g, double u)
{
  const double nr = 1.0 - g * u * u;
  const double ni = sqrt(2.0 * g) * u;
  const double dr = 1.0 - u * u;
  const double di = sqrt(2.0) * u;
  return 10.0 * log10((nr * nr + ni * ni) / (dr * dr + di * di));
}

static void
shelves_are_shelves(void** state)
{
  (void)state;
  static const double probes[] = {150.0,  600.0,  1200.0, 2000.0,
                                  3300.0, 8000.0, 16000.0};
  for (int high = 0; high < 2; ++high) {
    memset(in, 0, sizeof(in));
    add_tone(near_hz(high ? 12000.0 : 100.0), 0.0);
    for (int k = 0; k < 7; ++k) {
      add_tone(near_hz(probes[k]), -80.0);
    }
    run(high ? "shape=high-shelf at=2000 threshold=-60 ratio=100 range=9"
             : "shape=low-shelf at=2000 threshold=-60 ratio=100 range=9");
    for (int k = 0; k < 7; ++k) {
      const double hz = near_hz(probes[k]);
      const double u = tan(M_PI * hz / RATE) / tan(M_PI * 2000.0 / RATE);
      EXPECT_DB("shelf", gain_db(hz),
                shelf_db(pow(10.0, -9.0 / 20.0), high ? u : 1.0 / u), 0.05);
    }
  }
}

/// A tone of 1 kHz at the side-chain moves the band of another sound; its own level
/// then counts no more
static void
eq_12_the_sidechain_decides(void** state)
{
  (void)state;
  static double key[N];
  static double right[N];
  static const char* const settings =
      "at=1000 threshold=-30 ratio=4 range=24 q=1.5";
  const double hz = near_hz(1000.0);
  memset(in, 0, sizeof(in));
  add_tone(hz, -10.0);
  for (int loud = 0; loud < 2; ++loud) {
    signal_sine(key, N, RATE, hz, loud ? -10.0 : -40.0, 0.0);
    lone_pair(ton_processor("dynamic-eq"), RATE, settings,
              &(LonePair){in, in, key, out, right}, N);
    EXPECT_DB("EQ-12 gain by the side-chain", gain_db(hz), loud ? -15.0 : 0.0,
              0.1);
  }
}

static void
below_the_threshold_every_bit_stays(void** state)
{
  (void)state;
  for (uint32_t i = 0; i < N; ++i) {
    in[i] = (double)(float)(0.01 * signal_random(1, i));
  }
  run("at=3000 threshold=-20");
  assert_memory_equal(in, out, sizeof(in));
}

/// A low voice with bursts of high noise, and hiss in the pauses
static void
voice(double level)
{
  static double noise[N];
  signal_white(noise, N, 4);
  for (uint32_t i = 0; i < N; ++i) {
    const double t = i / RATE;
    const double speaks = fmod(t, 0.8) < 0.6 ? 1.0 : 0.0;
    const double ess = fmod(t, 0.4) > 0.3 ? 0.15 * speaks : 0.0;
    const double low =
        speaks * (sin(2.0 * M_PI * 200.0 * t) + sin(2.0 * M_PI * 610.0 * t));
    const double sharp = noise[i] - (i ? noise[i - 1] : 0.0);
    in[i] = level * (0.3 * low * (ess > 0.0 ? 0.2 : 1.0) + ess * sharp +
                     0.0005 * noise[i]);
  }
}

/// What is taken off between two times, in dB of their power
static double
taken_db(double from_s, double to_s)
{
  const uint32_t from = (uint32_t)(from_s * RATE);
  const uint32_t n = (uint32_t)((to_s - from_s) * RATE);
  return db(signal_rms(out + from, n) / signal_rms(in + from, n));
}

static void
sibilants_are_known_at_any_level(void** state)
{
  (void)state;
  static const char* const settings =
      "shape=high-shelf at=5000 against=rest threshold=-4 ratio=4 range=8";
  double first = 0.0;
  for (int k = 0; k < 3; ++k) {
    voice(pow(10.0, -k));
    run(settings);
    const double ess = taken_db(1.92, 2.0);
    first = k ? first : ess;
    EXPECT_AT_MOST("sibilant", ess, -3.0, "dB");
    EXPECT_DB("sibilant, 20 and 40 dB quieter", ess, first, 0.05);
    EXPECT_DB("vowel", taken_db(1.65, 1.88), 0.0, 0.1);
    EXPECT_DB("hiss in a pause", taken_db(2.26, 2.38), 0.0, 0.3);
  }
}

/// As the preset is but for the bell.  0.5 dB off the bell's share of the noise
/// would be -34 dB of it all
static void
dyn_10_a_burst_is_reduced_and_pink_noise_is_not(void** state)
{
  (void)state;
  static const char* const settings =
      "at=7000 q=1.5 against=rest threshold=-4 ratio=4 range=6 timing=manual "
      "attack=1 release=40";
  const double low = near_hz(1000.0);
  const double high = near_hz(7000.0);
  memset(in, 0, sizeof(in));
  add_tone(high, -10.0);
  memset(in, 0, HALF * sizeof(double));
  add_tone(low, -20.0);
  run(settings);
  EXPECT_DB("DYN-10 burst", gain_db(high), -6.0, 1.0);
  EXPECT_DB("DYN-10 1 kHz", gain_db(low), 0.0, 0.1);
  signal_pink(in, N, 5, RATE);
  for (uint32_t i = 0; i < N; ++i) {
    in[i] = (double)(float)(0.1 * in[i]);
  }
  run(settings);
  for (uint32_t i = 0; i < N; ++i) {
    in[i] -= out[i];
  }
  EXPECT_AT_MOST("DYN-10 taken off pink noise",
                 db(signal_rms(in, N) / signal_rms(out, N)), -34.0, "dB");
}

static void
link_turns_both_sides_down(void** state)
{
  (void)state;
  static float left[N];
  static float right[N];
  for (int linked = 0; linked < 2; ++linked) {
    memset(in, 0, sizeof(in));
    add_tone(near_hz(1000.0), -10.0);
    for (uint32_t i = 0; i < N; ++i) {
      left[i] = (float)in[i];
      right[i] = (float)(0.001 * in[i]);
    }
    lone_apply(ton_processor("dynamic-eq"), RATE,
               linked ? "at=1000 threshold=-30 ratio=4 range=24 link=100"
                      : "at=1000 threshold=-30 ratio=4 range=24 link=0",
               left, right, N);
    for (uint32_t i = 0; i < N; ++i) {
      out[i] = 1000.0 * (double)right[i];
    }
    EXPECT_DB("the quiet side", gain_db(near_hz(1000.0)), linked ? -15.0 : 0.0,
              0.1);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(eq_12_reduction_and_what_lies_outside),
      cmocka_unit_test(eq_12_attack_and_release_take_their_time),
      cmocka_unit_test(shelves_are_shelves),
      cmocka_unit_test(eq_12_the_sidechain_decides),
      cmocka_unit_test(below_the_threshold_every_bit_stays),
      cmocka_unit_test(sibilants_are_known_at_any_level),
      cmocka_unit_test(dyn_10_a_burst_is_reduced_and_pink_noise_is_not),
      cmocka_unit_test(link_turns_both_sides_down),
  };
  return TON_TESTS(tests);
}
