// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Steps, curve, times, automatic release and cleanness of the bus compressor.

#include "dsp/gain_computer.h"

enum { N = 655360 };
#define PROCESSOR "bus-compressor"
#include "reduction_rig.h"

static const double rates[] = {44100.0, 48000.0, 96000.0, 192000.0};

/// A step may be written as a person writes it
static void
steps_are_read_in_any_unit(void** state)
{
  (void)state;
  static const struct {
    const char* symbol;
    const char* text;
    float index;
  } rows[] = {{"attack", "0.3 ms", 1}, {"attack", "0.3", 1},
              {"attack", "300 us", 1}, {"attack", "30ms", 5},
              {"release", "1.2 s", 3}, {"release", "1200 ms", 3},
              {"release", "0.1 s", 0}, {"release", "auto", 4},
              {"ratio", "10:1", 2},    {"ratio", "4", 1}};
  const TonProcessor* const p = compressor();
  TonError error;
  float value = -1.0F;
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); ++i) {
    const TonParam* const row = ton_param(p, rows[i].symbol);
    assert_int_equal(ton_param_parse(row, rows[i].text, &value, &error),
                     TON_OK);
    assert_true(value == rows[i].index);
  }
  const TonParam* const attack = ton_param(p, "attack");
  assert_int_equal(ton_param_parse(attack, "5 ms", &value, &error),
                   TON_BAD_TEXT);
  assert_int_equal(ton_param_parse(attack, "4 dB", &value, &error),
                   TON_BAD_TEXT);
  assert_int_equal(ton_param_parse(attack, "slow", &value, &error),
                   TON_BAD_TEXT);
  assert_non_null(strstr(error.text, "0.1 ms, 0.3 ms"));
}

/// The knee is softest at the lowest ratio
static void
dyn_01_three_ratios_with_their_knees(void** state)
{
  (void)state;
  static const char* const ratios[] = {"2", "4", "10"};
  static const double knees[] = {10.0, 5.0, 0.0};
  enum { STEP = 4800, STEPS = 37 };
  for (uint32_t i = 0; i < STEPS; ++i) {
    constant(left, i * STEP, (i + 1) * STEP, -54.0 + 1.5 * i);
  }
  memcpy(right, left, sizeof(left));
  double worst = 0.0;
  for (int k = 0; k < 3; ++k) {
    char settings[80];
    snprintf(settings, sizeof(settings),
             "threshold=-24 ratio=%s attack=0.1 release=0.1s", ratios[k]);
    play(settings, 48000.0, false, STEPS * STEP);
    for (uint32_t i = 0; i < STEPS; ++i) {
      const double wanted = ton_compressor_reduction(
          -54.0 + 1.5 * i, -24.0, strtod(ratios[k], NULL), knees[k]);
      worst = fmax(worst, fabs(reduction((i + 1) * STEP - 1) - wanted));
    }
  }
  EXPECT_AT_MOST("DYN-01 lanes against the curve", worst, 2e-5, "dB");
}

static void
dyn_03_every_step_has_its_time(void** state)
{
  (void)state;
  static const char* const attacks[] = {"0.1", "0.3", "1", "3", "10", "30"};
  static const char* const releases[] = {"0.1s", "0.3s", "0.6s", "1.2s"};
  for (int k = 0; k < 24; ++k) {
    const double rate = rates[k % 4];
    const double ms = rate / 1000.0;
    const uint32_t up = (uint32_t)(0.05 * rate);
    const uint32_t down = (uint32_t)(0.5 * rate);
    const uint32_t frames = (uint32_t)(3.2 * rate);
    const double a = strtod(attacks[k / 4], NULL);
    const double r = 1000.0 * strtod(releases[k % 4], NULL);
    constant(left, 0, frames, -12.0);
    constant(right, 0, frames, -12.0);
    constant(sidechain, 0, frames, -40.0);
    constant(sidechain, up, down, -10.0);
    char s[80];
    snprintf(s, sizeof(s), "threshold=-20 ratio=10 attack=%s release=%s",
             attacks[k / 4], releases[k % 4]);
    play(s, rate, true, frames);
    const double up63 = passes(up, 9.0 * (1.0 - exp(-1.0)), true) / ms;
    const double down63 = passes(down, 9.0 * exp(-1.0), false) / ms;
    EXPECT_NEAR("DYN-03 attack t63", up63, a, 0.02 * a + 1.0 / ms, "ms");
    EXPECT_NEAR("DYN-03 release t63", down63, r, 0.02 * r, "ms");
  }
}

/// Time in which the reduction halves after a burst 10 dB over the threshold
static double
halving_s(double rate, double burst_s)
{
  const uint32_t up = (uint32_t)(0.01 * rate);
  const uint32_t down = up + (uint32_t)(burst_s * rate);
  const uint32_t frames = down + (uint32_t)(4.0 * rate);
  assert_true(frames <= N);
  constant(left, 0, frames, -12.0);
  constant(right, 0, frames, -12.0);
  constant(sidechain, 0, frames, -50.0);
  constant(sidechain, up, down, -10.0);
  play("threshold=-20 ratio=4 attack=0.3 release=auto", rate, true, frames);
  const double from = reduction(down - 1);
  assert_true(from > 7.0);
  return passes(down, 0.5 * from, false) / rate;
}

static void
the_automatic_release_has_two_stages(void** state)
{
  (void)state;
  for (int k = 0; k < 3; ++k) {
    EXPECT_AT_MOST("auto: halves after 10 ms", halving_s(rates[k], 0.010),
                   0.200, "s");
  }
  for (int k = 0; k < 2; ++k) {
    const double late = halving_s(rates[k], 5.0);
    EXPECT_AT_LEAST("auto: halves after 5 s", late, 0.5, "s");
    EXPECT_AT_MOST("auto: halves after 5 s", late, 3.0, "s");
  }
}

static void
dyn_05_the_image_stays(void** state)
{
  (void)state;
  signal_sine(left, N, 48000.0, 1000.37, -6.0, 0.0);
  signal_sine(right, N, 48000.0, 1000.37, -18.0, 0.0);
  play("threshold=-30 ratio=4 attack=3 release=0.1s", 48000.0, false, N);
  EXPECT_DB("DYN-05 left over right",
            20.0 * log10(signal_rms(out, N) / signal_rms(out_right, N)), 12.0,
            0.001);
}

static void
dyn_06_below_the_threshold_every_bit_stays(void** state)
{
  (void)state;
  signal_sine(left, N, 48000.0, 997.0, -26.1, 0.0);
  memcpy(right, left, sizeof(left));
  for (uint32_t i = 5000; i < 9000; ++i) {
    left[i] *= 10.0; // once above, then back to nothing
  }
  play("threshold=-20 ratio=4 attack=1 release=0.1s", 48000.0, false, N);
  for (uint32_t i = 0; i < N; ++i) {
    if (i < 5000 || i > 200000) {
      assert_true((float)out[i] == (float)left[i]);
    }
  }
}

/// Largest line that is no harmonic, from 20 Hz to 20 kHz, re the tone
static double
worst_alias_dbc(double rate, double hz, const char* settings)
{
  enum { WINDOW = 131072 };
  static double lines[WINDOW / 2 + 1];
  const uint32_t k = (uint32_t)lrint(hz * WINDOW / rate);
  const uint32_t frames = WINDOW + (uint32_t)rate;
  signal_sine(left, frames, rate, hz, -4.0, 0.0);
  memcpy(right, left, frames * sizeof(double));
  play(settings, rate, false, frames);
  signal_spectrum(out + frames - WINDOW, WINDOW, lines);
  return signal_worst_alias_db(lines, WINDOW, rate, k);
}

static void
dyn_18_the_fastest_attacks_do_not_alias(void** state)
{
  (void)state;
  static const double tones[] = {997.0, 3010.0, 7013.0, 9990.0};
  for (int r = 0; r < 3; ++r) {
    for (int k = 0; k < 4; ++k) {
      const double hz = signal_coherent_hz(tones[k], rates[r], 131072);
      EXPECT_AT_MOST("DYN-18 attack 0.1 ms",
                     worst_alias_dbc(rates[r], hz,
                                     "threshold=-20 ratio=10 attack=0.1 "
                                     "release=0.1s"),
                     -80.0, "dBc");
      EXPECT_AT_MOST("DYN-18 attack 0.3 ms",
                     worst_alias_dbc(rates[r], hz,
                                     "threshold=-20 ratio=4 attack=0.3 "
                                     "release=auto"),
                     -80.0, "dBc");
    }
  }
}

static void
the_key_high_pass_and_the_mix(void** state)
{
  (void)state;
  signal_sine(left, N, 48000.0, 41.37, -6.0, 0.0);
  memcpy(right, left, sizeof(left));
  play("threshold=-20 ratio=10 sidechain-highpass=185", 48000.0, false, N);
  EXPECT_DB("41 Hz behind a side-chain high-pass of 185 Hz", // 26 dB less
            20.0 * log10(signal_rms(out, N) / signal_rms(left, N)), 0.0, 0.01);
  constant(left, 0, N, -12.0);
  memcpy(right, left, sizeof(left));
  play("threshold=-20 ratio=10 mix=50 make-up=6 release=0.1s", 48000.0, false,
       N);
  const double wet = pow(10.0, (6.0 - 7.2) / 20.0);
  EXPECT_DB("half dry", -reduction(N - 1), 20.0 * log10(0.5 + 0.5 * wet),
            0.001);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(steps_are_read_in_any_unit),
      cmocka_unit_test(dyn_01_three_ratios_with_their_knees),
      cmocka_unit_test(dyn_03_every_step_has_its_time),
      cmocka_unit_test(the_automatic_release_has_two_stages),
      cmocka_unit_test(dyn_05_the_image_stays),
      cmocka_unit_test(dyn_06_below_the_threshold_every_bit_stays),
      cmocka_unit_test(dyn_18_the_fastest_attacks_do_not_alias),
      cmocka_unit_test(the_key_high_pass_and_the_mix),
  };
  return TON_TESTS(tests);
}
