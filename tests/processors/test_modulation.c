// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Modulation: chorus, phaser and tremolo against their formulas.

#include "dsp/smoothed.h"
#include "signals.h"
#include "single_lane.h"

enum { N = 192000, RATES = 4 };

static const double rates[RATES] = {44100.0, 48000.0, 96000.0, 192000.0};
static float left[N];
static float right[N];

static void
sine(double rate, double hz, double phase)
{
  for (int i = 0; i < N; ++i) {
    left[i] = (float)(0.5 * sin(2.0 * M_PI * hz * i / rate + phase));
    right[i] = left[i];
  }
}

static void
noise(void)
{
  for (uint64_t i = 0; i < N; ++i) {
    left[i] = (float)(0.25 * signal_random(3, i));
    right[i] = left[i];
  }
}

static void
run(const char* id, double rate, const char* settings)
{
  lone_apply(ton_processor(id), rate, settings, left, right, N);
}

static double
power(const float* x)
{
  double sum = 0.0;
  for (int i = N / 4; i < N; ++i) {
    sum += (double)x[i] * (double)x[i];
  }
  return sum / (N - N / 4);
}

/// Gain in dB of a settled tone
static double
gain_db(const char* id, double rate, double hz, const char* settings)
{
  sine(rate, hz, 0.3);
  const double in = power(left);
  run(id, rate, settings);
  return 10.0 * log10(power(left) / in);
}

/// 63 % of the way after a time constant, whatever the rate
static void
values_follow_their_goals_in_time(void** state)
{
  (void)state;
  for (int k = 0; k < RATES; ++k) {
    TonSmoothed s = {.goal = {1.0, -2.0}};
    ton_smoothed_set(&s, 0.020, rates[k]);
    for (long i = lrint(0.020 * rates[k]); i > 0; --i) {
      ton_smoothed_step(&s, 1);
    }
    EXPECT_NEAR("smoothed value", s.now[0], 1.0 - exp(-1.0), 1e-6, "");
    assert_true(s.now[1] == 0.0);
    ton_smoothed_arrive(&s);
    assert_true(s.now[0] == 1.0 && s.now[1] == -2.0);
  }
}

// Chorus ---------------------------------------------------------------------

/// x(t - d(t)),  d = 10 ms + 2 ms sin(2 pi t)
static void
spc_11_a_vibrato_is_what_the_formula_says(void** state)
{
  (void)state;
  static const double tones[] = {220.5, 1041.4, 5000.0};
  for (int k = 0; k < RATES; ++k) {
    for (int t = 0; t < 3; ++t) {
      const double hz = tones[t];
      double error = 0.0;
      sine(rates[k], hz, 0.0);
      run("chorus", rates[k],
          "voices=1 mix=100 delay=10 depth=2 speed=1 spread=0");
      for (int i = (int)(0.02 * rates[k]); i < N; ++i) {
        const double s = i / rates[k];
        const double d = 0.010 + 0.002 * sin(2.0 * M_PI * s);
        const double y = 0.5 * sin(2.0 * M_PI * hz * (s - d));
        error += ((double)left[i] - y) * ((double)left[i] - y);
        assert_true(left[i] == right[i]);
      }
      error /= 0.125 * (N - (int)(0.02 * rates[k]));
      print_message("# SPC-11 %g Hz at %g Hz:\n", hz, rates[k]);
      EXPECT_AT_MOST("SPC-11 error", 10.0 * log10(error), -90.0, "dB");
    }
  }
}

static void
the_right_side_is_a_quarter_of_a_turn_later(void** state)
{
  (void)state;
  static float first[N];
  noise();
  run("chorus", 48000.0, "voices=1 mix=100 delay=10 depth=2 speed=1 spread=0");
  memcpy(first, left, sizeof(first));
  noise();
  run("chorus", 48000.0,
      "voices=1 mix=100 delay=10 depth=2 speed=1 spread=100");
  assert_memory_equal(left, first, sizeof(first));
  // at 1 s the right side's delay is 8 ms, at 1.25 s it is 10 ms
  noise();
  static float dry[N];
  memcpy(dry, right, sizeof(dry));
  run("chorus", 48000.0,
      "voices=1 mix=100 delay=10 depth=2 speed=1 spread=100");
  EXPECT_NEAR("right side at 1 s", (double)right[48000],
              (double)dry[48000 - 384], 0.01, "");
}

static void
many_voices_are_as_loud_as_one(void** state)
{
  (void)state;
  static const char* const counts[] = {"1", "2", "3", "6"};
  for (int k = 0; k < 4; ++k) {
    char settings[96];
    noise();
    const double in = power(left);
    snprintf(settings, sizeof(settings),
             "voices=%s mix=100 delay=15 depth=3 speed=0.5", counts[k]);
    run("chorus", 48000.0, settings);
    EXPECT_DB("chorus, wet against dry", 10.0 * log10(power(left) / in), 0.0,
              0.5);
  }
}

/// A standing flanger is a comb: |1 / (1 - f e^(-j w d))|
static void
feedback_makes_the_peaks_of_a_comb(void** state)
{
  (void)state;
  static const char* const settings =
      "voices=1 mix=100 delay=5 depth=0 feedback=50";
  EXPECT_DB("comb, on a peak", gain_db("chorus", 48000.0, 1000.0, settings),
            20.0 * log10(1.0 / 0.5), 0.01);
  EXPECT_DB("comb, between two", gain_db("chorus", 48000.0, 1100.0, settings),
            20.0 * log10(1.0 / 1.5), 0.01);
}

static void
the_bass_can_be_left_out(void** state)
{
  (void)state;
  EXPECT_DB("chorus without bass at 400 Hz",
            gain_db("chorus", 48000.0, 400.0,
                    "voices=1 mix=100 depth=0 highpass=400"),
            -3.01, 0.02);
  EXPECT_AT_MOST(
      "chorus without bass at 41.4 Hz",
      gain_db("chorus", 48000.0, 41.4, "voices=1 mix=100 depth=0 highpass=400"),
      -19.0, "dB");
}

// Phaser ---------------------------------------------------------------------

/// Four stages at one frequency turn by 180 degrees each: notches where
/// 4 * 2 atan(f / 1 kHz) is 180 and 540 degrees
static void
notches_are_where_the_phase_says(void** state)
{
  (void)state;
  static const double at[] = {M_PI / 8.0, 3.0 * M_PI / 8.0};
  for (int k = 0; k < RATES; ++k) {
    const double warped = tan(M_PI * 1000.0 / rates[k]);
    for (int i = 0; i < 2; ++i) {
      const double hz = atan(warped * tan(at[i])) * rates[k] / M_PI;
      EXPECT_AT_MOST("phaser, in a notch",
                     gain_db("phaser", rates[k], hz,
                             "low=1000 high=1000 notches=2 feedback=0"),
                     -80.0, "dB");
    }
    EXPECT_DB("phaser, half-way", // 360 degrees
              gain_db("phaser", rates[k], 1000.0,
                      "low=1000 high=1000 notches=2 feedback=0"),
              0.0, 0.01);
  }
}

/// All wet without feedback it is an allpass; with it |1 / (1 - f)| where the
/// phase is a whole turn
static void
the_loop_of_a_phaser_has_no_delay(void** state)
{
  (void)state;
  static const double tones[] = {73.1, 414.0, 1000.0, 9000.0};
  for (int i = 0; i < 4; ++i) {
    EXPECT_DB("phaser, allpass",
              gain_db("phaser", 48000.0, tones[i],
                      "low=1000 high=1000 feedback=0 mix=100"),
              0.0, 0.001);
  }
  EXPECT_DB("phaser, peak of the loop",
            gain_db("phaser", 48000.0, 1000.0,
                    "low=1000 high=1000 notches=2 feedback=50 mix=100"),
            6.02, 0.01);
}

/// From 500 Hz to 2 kHz and back the lower notch, at 0.414 of it, passes 414 Hz
/// twice a turn
static void
the_sweep_takes_its_time(void** state)
{
  (void)state;
  enum { STEP = 48, WINDOW = 240 };
  uint32_t at[8] = {0};
  int found = 0;
  sine(48000.0, 414.2, 0.0);
  run("phaser", 48000.0,
      "speed=1 low=500 high=2000 notches=2 feedback=0 mix=50");
  for (uint32_t i = 52800; i < 52800 + 96000 && found < 8; i += STEP) {
    float loudest = 0.0F;
    for (uint32_t k = 0; k < WINDOW; ++k) {
      loudest = fmaxf(loudest, fabsf(left[i + k]));
    }
    if (loudest < 0.05F && (!found || i - at[found - 1] > 4800)) {
      at[found++] = i;
    }
  }
  assert_int_equal(found, 4); // two turns
  EXPECT_NEAR("phaser, from turn to turn", (at[2] - at[0]) / 48000.0, 1.0,
              0.005, "s");
}

// Tremolo --------------------------------------------------------------------

static void
a_tremolo_is_what_the_formula_says(void** state)
{
  (void)state;
  static float dry[N];
  for (int k = 0; k < RATES; ++k) {
    double worst = 0.0;
    noise();
    memcpy(dry, left, sizeof(dry));
    run("tremolo", rates[k], "speed=4.3 depth=80");
    for (int i = 0; i < N; ++i) {
      const double wave = sin(2.0 * M_PI * (double)4.3F * i / rates[k]);
      const double y = (double)dry[i] * (1.0 - 0.8 * 0.5 * (1.0 + wave));
      worst = fmax(worst, fabs((double)left[i] - y));
      assert_true(left[i] == right[i]);
    }
    EXPECT_AT_MOST("tremolo, error", 20.0 * log10(worst), -140.0, "dBFS");
  }
}

static void
an_auto_pan_moves_what_it_takes(void** state)
{
  (void)state;
  for (int i = 0; i < N; ++i) {
    left[i] = right[i] = 0.5F;
  }
  run("tremolo", 48000.0, "speed=2 depth=100 spread=100");
  for (int i = 0; i < N; ++i) {
    assert_true(fabs((double)left[i] + (double)right[i] - 0.5) < 1e-6);
  }
}

static void
edges_of_a_square_do_not_click(void** state)
{
  (void)state;
  for (int k = 0; k < RATES; ++k) {
    float largest = 0.0F;
    for (int i = 0; i < N; ++i) {
      left[i] = right[i] = 1.0F;
    }
    run("tremolo", rates[k], "speed=20 depth=100 wave=square");
    for (int i = 1; i < N; ++i) {
      largest = fmaxf(largest, fabsf(left[i] - left[i - 1]));
    }
    // steepest in the middle: 1.5 times the mean slope of an edge of 2 ms
    EXPECT_AT_MOST("square, largest step in 1 ms",
                   (double)largest * rates[k] / 1000.0, 0.76, "");
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(values_follow_their_goals_in_time),
      cmocka_unit_test(spc_11_a_vibrato_is_what_the_formula_says),
      cmocka_unit_test(the_right_side_is_a_quarter_of_a_turn_later),
      cmocka_unit_test(many_voices_are_as_loud_as_one),
      cmocka_unit_test(feedback_makes_the_peaks_of_a_comb),
      cmocka_unit_test(the_bass_can_be_left_out),
      cmocka_unit_test(notches_are_where_the_phase_says),
      cmocka_unit_test(the_loop_of_a_phaser_has_no_delay),
      cmocka_unit_test(the_sweep_takes_its_time),
      cmocka_unit_test(a_tremolo_is_what_the_formula_says),
      cmocka_unit_test(an_auto_pan_moves_what_it_takes),
      cmocka_unit_test(edges_of_a_square_do_not_click),
  };
  return TON_TESTS(tests);
}
