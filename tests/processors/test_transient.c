// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Attack and sustain of the transient shaper.

#include "signals.h"
#include "single_lane.h"

enum { N = 96000, HIT = 24000 };

static const double RATE = 48000.0;
static double kick[N];
static float left[N];
static float right[N];

static double
db(double factor)
{
  return 20.0 * log10(factor);
}

static void
run(const char* settings, double level)
{
  for (uint32_t i = 0; i < N; ++i) {
    left[i] = (float)(level * kick[i]);
  }
  lone_apply(ton_processor("transient"), RATE, settings, left, NULL, N);
}

/// Gain over a time after hit number `k`, by the peaks
static double
gain_db(uint32_t k, double from_ms, double to_ms, double level)
{
  const uint32_t from = k * HIT + (uint32_t)(from_ms * RATE / 1000.0);
  const uint32_t to = k * HIT + (uint32_t)(to_ms * RATE / 1000.0);
  double in = 0.0;
  double out = 0.0;
  for (uint32_t i = from; i < to; ++i) {
    in = fmax(in, fabs(level * kick[i]));
    out = fmax(out, fabs((double)left[i]));
  }
  return db(out / in);
}

static void
dyn_11_attack_of_a_kick(void** state)
{
  (void)state;
  signal_kick(kick, N, RATE);
  for (uint32_t k = 0; k < 3; ++k) {
    run("attack=6", 0.1);
    EXPECT_NEAR("DYN-11 peak in the first 5 ms", gain_db(k, 0.0, 5.0, 0.1),
                5.75, 0.75, "dB");
    EXPECT_DB("DYN-11 after 60 ms", gain_db(k, 60.0, 300.0, 0.1), 0.0, 0.5);
    run("attack=-9", 0.1);
    EXPECT_AT_MOST("less attack", gain_db(k, 0.0, 5.0, 0.1), -5.0, "dB");
    EXPECT_DB("less attack, after 60 ms", gain_db(k, 60.0, 300.0, 0.1), 0.0,
              0.75);
  }
}

static void
dyn_11_the_same_at_any_level(void** state)
{
  (void)state;
  static float loud[N];
  signal_kick(kick, N, RATE);
  run("attack=6 sustain=4", pow(10.0, -10.0 / 20.0));
  memcpy(loud, left, sizeof(left));
  run("attack=6 sustain=4", pow(10.0, -40.0 / 20.0));
  double worst = 0.0;
  for (uint32_t i = 0; i < N; ++i) {
    // where the quiet one is not near the floor of the envelopes
    if (fabs(kick[i]) > 0.01) {
      worst = fmax(worst, fabs(db((double)loud[i] / (double)left[i]) - 30.0));
    }
  }
  EXPECT_AT_MOST("DYN-11 gain at -40 against -10 dB", worst, 0.1, "dB");
}

static void
sustain_lifts_what_rings_on(void** state)
{
  (void)state;
  for (uint32_t i = 0; i < N; ++i) { // decays in 60 ms, over 2 s
    const double t = (i % HIT) / RATE;
    kick[i] = exp(-t / 0.060) * sin(2.0 * M_PI * 400.0 * t);
  }
  run("sustain=8", 0.5);
  EXPECT_DB("sustain, at the hit", gain_db(1, 1.5, 4.5, 0.5), 0.0, 1.0);
  EXPECT_AT_LEAST("sustain, 150 ms later", gain_db(1, 150.0, 200.0, 0.5), 5.0,
                  "dB");
  run("sustain=-8", 0.5);
  EXPECT_AT_MOST("less sustain, 150 ms later", gain_db(1, 150.0, 200.0, 0.5),
                 -5.0, "dB");
}

static void
a_steady_tone_passes(void** state)
{
  (void)state;
  signal_sine(kick, N, RATE, 1000.0, -6.0, 0.0);
  run("attack=15 sustain=15", 1.0);
  const uint32_t from = 48000;
  double in = 0.0;
  double out = 0.0;
  for (uint32_t i = from; i < N; ++i) {
    in += kick[i] * kick[i];
    out += (double)left[i] * (double)left[i];
  }
  EXPECT_DB("steady tone", 10.0 * log10(out / in), 0.0, 0.5);
}

/// Harmonics of a steady tone of -6 dBFS, dB against it
static double
harmonics_db(double rate, double hz, const char* settings)
{
  enum { LONG = 1 << 17 };
  static double x[2 * LONG];
  static float y[2 * LONG];
  static double bins[LONG / 2 + 1];
  const uint64_t n = rate > 100000.0 ? LONG : LONG / 2;
  const double tone = signal_coherent_hz(hz, rate, n);
  const uint64_t first = (uint64_t)lrint(tone * (double)n / rate);
  signal_sine(x, 2 * n, rate, tone, -6.0, 0.0);
  for (uint64_t i = 0; i < 2 * n; ++i) {
    y[i] = (float)x[i];
  }
  lone_apply(ton_processor("transient"), rate, settings, y, NULL,
             (uint32_t)(2 * n));
  for (uint64_t i = 0; i < n; ++i) {
    x[i] = (double)y[n + i];
  }
  signal_spectrum(x, n, bins);
  double power = 0.0;
  for (uint64_t i = 2 * first; i < n / 2; i += first) {
    power += bins[i] * bins[i];
  }
  return db(sqrt(power) / bins[first]);
}

/// An 808 is such a tone for a second: a level that ripples bends it
static void
dyn_19_bass_is_not_bent(void** state)
{
  (void)state;
  static const double rates[] = {44100.0, 48000.0, 96000.0, 192000.0};
  static const double tones[] = {30.0, 41.37, 55.3, 98.7, 220.5};
  for (int i = 0; i < 20; ++i) {
    EXPECT_AT_MOST(
        "DYN-19 harmonics, +15 dB of both",
        harmonics_db(rates[i / 5], tones[i % 5], "attack=15 sustain=15"), -60.0,
        "dB");
    EXPECT_AT_MOST(
        "DYN-19 harmonics, -15 dB of both",
        harmonics_db(rates[i / 5], tones[i % 5], "attack=-15 sustain=-15"),
        -60.0, "dB");
  }
}

static void
both_sides_move_together(void** state)
{
  (void)state;
  signal_kick(kick, N, RATE);
  for (uint32_t i = 0; i < N; ++i) {
    left[i] = (float)(0.5 * kick[i]);
    right[i] = 0.125F * left[i];
  }
  lone_apply(ton_processor("transient"), RATE, "attack=9 sustain=-6", left,
             right, N);
  for (uint32_t i = 0; i < N; ++i) {
    assert_true(right[i] == 0.125F * left[i]);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(dyn_11_attack_of_a_kick),
      cmocka_unit_test(dyn_11_the_same_at_any_level),
      cmocka_unit_test(sustain_lifts_what_rings_on),
      cmocka_unit_test(a_steady_tone_passes),
      cmocka_unit_test(dyn_19_bass_is_not_bent),
      cmocka_unit_test(both_sides_move_together),
  };
  return TON_TESTS(tests);
}
