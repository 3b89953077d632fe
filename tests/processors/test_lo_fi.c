// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Lo-fi: steps, held samples, corners, noise and clicks.

#include "signals.h"
#include "single_lane.h"

enum { N = 131072, LAST = 65536 };

static const double rates[] = {44100.0, 48000.0, 96000.0, 192000.0};
static double left[N];
static double right[N];
static double out[N];
static double out_right[N];

static const char off[] = "bits=24 rate=48000 lowpass=20000 highpass=20";

/// Everything off but these settings
static void
play(const char* settings, double rate)
{
  char text[300];
  snprintf(text, sizeof(text), "%s %s", off, settings);
  memcpy(right, left, sizeof(left));
  lone_pair(ton_processor("lo-fi"), rate, text,
            &(LonePair){left, right, NULL, out, out_right}, N);
}

static void
all_off_changes_nothing(void** state)
{
  (void)state;
  signal_sine(left, N, 48000.0, 997.0, -6.0, 0.0);
  play("", 48000.0);
  for (uint32_t i = 0; i < N; ++i) {
    assert_true((float)out[i] == (float)left[i]);
  }
}

/// Steps of 2^(1 - bits); the error of rounding is q^2 / 12
static void
it_rounds_to_its_steps(void** state)
{
  (void)state;
  for (int bits = 4; bits <= 12; bits += 4) {
    char text[20];
    double sum = 0.0;
    const double steps = ldexp(1.0, bits - 1);
    snprintf(text, sizeof(text), "bits=%d", bits);
    for (uint32_t i = 0; i < N; ++i) {
      left[i] = signal_random(4, i);
    }
    play(text, 48000.0);
    for (uint32_t i = 0; i < N; ++i) {
      assert_true(out[i] * steps == rint(out[i] * steps));
      sum += pow(out[i] - (double)(float)left[i], 2.0);
    }
    EXPECT_DB("error of rounding", 10.0 * log10(sum / N),
              -20.0 * log10(steps * sqrt(12.0)), 0.1);
  }
}

/// A tone above half the lower rate comes out as rate - tone.  A held wave is
/// weaker by sin(x) / x, and a sample is taken up to a frame late, which is that
/// once more
static void
a_lower_rate_folds(void** state)
{
  (void)state;
  for (int r = 0; r < 4; ++r) {
    const double lower = 8000.0;
    const double hz = signal_coherent_hz(6000.0, rates[r], LAST);
    const double folded = lower - hz;
    signal_sine(left, N, rates[r], hz, -12.0, 0.0);
    play("rate=8000", rates[r]);
    const double x = M_PI * folded / lower;
    const double late = M_PI * hz / rates[r];
    EXPECT_DB(
        "6 kHz at 8 kHz, as 2 kHz",
        20.0 * log10(signal_amplitude(out + N - LAST, LAST, rates[r], folded) /
                     pow(10.0, -12.0 / 20.0)),
        20.0 * log10(sin(x) / x * sin(late) / late), 0.3);
    uint32_t changes = 0;
    for (uint32_t i = 1; i < N; ++i) {
      changes += out[i] != out[i - 1];
    }
    EXPECT_NEAR("samples a second", changes * rates[r] / N, lower, 4.0, "Hz");
  }
}

static void
its_corners_are_those_asked_for(void** state)
{
  (void)state;
  for (int r = 0; r < 4; ++r) {
    for (int k = 0; k < 2; ++k) {
      const double hz = signal_coherent_hz(k ? 300.0 : 3000.0, rates[r], LAST);
      signal_sine(left, N, rates[r], hz, -12.0, 0.0);
      play(k ? "highpass=300" : "lowpass=3000", rates[r]);
      EXPECT_DB("at a corner",
                20.0 *
                    log10(signal_amplitude(out + N - LAST, LAST, rates[r], hz) /
                          pow(10.0, -12.0 / 20.0)),
                -3.01, 0.1);
    }
  }
}

static void
noise_and_clicks_sound_with_the_music(void** state)
{
  (void)state;
  memset(left, 0, sizeof(left));
  for (uint32_t i = 0; i < N / 2; ++i) {
    left[i] = 1e-7;
  }
  play("noise=-50", 48000.0);
  EXPECT_DB("noise", 20.0 * log10(signal_rms(out, N / 2)), -50.0, 0.1);
  assert_true(signal_rms(out + N - 12000, 12000) == 0.0);
  for (uint32_t i = 0; i < N; ++i) {
    left[i] = 1e-7;
  }
  play("crackle=50", 48000.0);
  uint32_t clicks = 0;
  for (uint32_t i = 1; i < N; ++i) {
    clicks += fabs(out[i]) > fabs(out[i - 1]) + 0.01;
  }
  // 137 in 2.73 s, of which those smaller than 0.01 are not counted
  EXPECT_NEAR("clicks a second", clicks * 48000.0 / N, 50.0, 12.0, "");
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(all_off_changes_nothing),
      cmocka_unit_test(it_rounds_to_its_steps),
      cmocka_unit_test(a_lower_rate_folds),
      cmocka_unit_test(its_corners_are_those_asked_for),
      cmocka_unit_test(noise_and_clicks_sound_with_the_music),
  };
  return TON_TESTS(tests);
}
