// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The compressor where it behaves like a FET or an opto compressor: curve,
/// times, memory and distortion.

enum { N = 480000 };
#define PROCESSOR "compressor"
#include "reduction_rig.h"

static const double rates[] = {44100.0, 48000.0, 96000.0, 192000.0};

/// Reduction in dB of a steady level: what the compressor's own output asks for,
/// found by halving
static double
fed_back(double in_db, double threshold, double ratio, double knee)
{
  double low = 0.0;
  double high = 200.0;
  for (int i = 0; i < 100; ++i) {
    const double c = 0.5 * (low + high);
    const double over = in_db - c - threshold + 0.5 * knee;
    const double beyond = over <= 0.0    ? 0.0
                          : over >= knee ? over - 0.5 * knee
                                         : over * over / (2.0 * knee);
    *((ratio - 1.0) * beyond > c ? &low : &high) = c;
  }
  return low;
}

static void
dyn_01_the_curve_is_that_of_the_output(void** state)
{
  (void)state;
  static const double knees[] = {0.0, 4.0, 24.0};
  static const double ratios[] = {1.5, 4.0, 20.0};
  enum { STEP = 9600, STEPS = 37 };
  double worst = 0.0;
  for (int k = 0; k < 18; ++k) {
    char settings[160];
    snprintf(settings, sizeof(settings),
             "threshold=-24 ratio=%g knee=%g attack=0.02 release=5 "
             "behaviour=%s",
             ratios[k / 3 % 3], knees[k % 3], k < 9 ? "fet" : "opto");
    for (uint32_t i = 0; i < STEPS; ++i) {
      constant(left, i * STEP, (i + 1) * STEP, -54.0 + 1.5 * i);
    }
    memcpy(right, left, sizeof(left));
    play(settings, 48000.0, false, STEPS * STEP);
    for (uint32_t i = 0; i < STEPS; ++i) {
      const double wanted =
          fed_back(-54.0 + 1.5 * i, -24.0, ratios[k / 3 % 3], knees[k % 3]);
      worst = fmax(worst, fabs(reduction((i + 1) * STEP - 1) - wanted));
    }
  }
  // the steps overshoot between the samples, and the second stage remembers it
  EXPECT_AT_MOST("DYN-01 fet and opto against their curve", worst, 1e-3, "dB");
}

/// A side-chain that is loud from `up` to `down`, or to the end
static void
loud_between(double rate, double up_s, double down_s)
{
  constant(left, 0, N, -12.0);
  constant(right, 0, N, -12.0);
  constant(sidechain, 0, N, -60.0);
  constant(sidechain, (uint32_t)(up_s * rate), (uint32_t)fmin(down_s * rate, N),
           -10.0);
}

static void
dyn_03_times_are_those_of_the_knobs(void** state)
{
  (void)state;
  static const double attacks[] = {0.8, 10.0, 100.0};
  static const double releases[] = {50.0, 300.0, 1100.0};
  for (int k = 0; k < 12; ++k) {
    const double rate = rates[k / 3];
    const double a = attacks[k % 3];
    const double r = releases[k % 3];
    const uint32_t up = (uint32_t)(0.05 * rate);
    const double ms = rate / 1000.0;
    char s[160];
    snprintf(s, sizeof(s),
             "threshold=-20 ratio=4 knee=0 behaviour=fet attack=%g release=%g",
             a, r);
    loud_between(rate, 0.05, 10.0);
    play(s, rate, true, N);
    EXPECT_NEAR("DYN-03 attack t63, fet",
                passes(up, 7.5 * (1.0 - exp(-1.0)), true) / ms, a,
                0.02 * a + 0.021, "ms");
    loud_between(rate, 0.05, 0.05 + 0.003 * a);
    play(s, rate, true, N);
    const uint32_t down = (uint32_t)((0.05 + 0.003 * a) * rate);
    const double from = reduction(down - 1);
    EXPECT_NEAR("DYN-03 release t63, fet",
                passes(down, from * exp(-1.0), false) / ms, r, 0.02 * r, "ms");
  }
}

/// Half of a long reduction is gone within 40 to 80 ms, the rest within seconds;
/// nothing of a short one stays
static void
opto_releases_in_two_stages(void** state)
{
  (void)state;
  static const char* const s =
      "threshold=-20 ratio=4 knee=0 behaviour=opto attack=10 release=85";
  for (int r = 0; r < 2; ++r) {
    const double rate = rates[r];
    const uint32_t down = (uint32_t)(5.0 * rate);
    loud_between(rate, 0.0, 5.0);
    play(s, rate, true, N);
    const double from = reduction(down - 1);
    EXPECT_NEAR("opto: half of a long release",
                1000.0 * passes(down, 0.51 * from, false) / rate, 60.0, 20.0,
                "ms");
    EXPECT_NEAR("opto: 63 % of the rest",
                passes(down, 0.5 * exp(-1.0) * from, false) / rate, 2.75, 2.25,
                "s");
    const uint32_t end = (uint32_t)(1.02 * rate);
    loud_between(rate, 1.0, 1.02);
    play(s, rate, true, N);
    EXPECT_AT_MOST("opto: 90 % of a release after 20 ms",
                   1000.0 * passes(end, 0.1 * reduction(end - 1), false) / rate,
                   300.0, "ms");
  }
}

/// Time in which the reduction halves after `burst_s` of 10 dB over the threshold
static double
halving_s(double rate, double burst_s, const char* settings)
{
  const uint32_t down = (uint32_t)((0.05 + burst_s) * rate);
  loud_between(rate, 0.05, 0.05 + burst_s);
  play(settings, rate, true, N);
  return passes(down, 0.5 * reduction(down - 1), false) / rate;
}

/// The reference's figures for an automatic release; without it a long burst is
/// released as soon as a short one
static void
an_automatic_release_follows_the_sound(void** state)
{
  (void)state;
  static const char* const of[] = {"clean", "fet", "opto"};
  for (int k = 0; k < 3; ++k) {
    char s[160];
    snprintf(s, sizeof(s),
             "threshold=-20 ratio=4 attack=1 release=100 behaviour=%s "
             "auto-release=on",
             of[k]);
    EXPECT_AT_MOST("auto: halves after 10 ms", halving_s(48000.0, 0.010, s),
                   0.200, "s");
    EXPECT_NEAR("auto: halves after 5 s", halving_s(48000.0, 5.0, s), 1.75,
                1.25, "s");
  }
  const char* const fixed = "threshold=-20 ratio=4 attack=1 release=100";
  EXPECT_AT_MOST("fixed: halves after 5 s", halving_s(48000.0, 5.0, fixed),
                 0.200, "s");
}

/// Milliseconds in which 63 % of a release are made when a side-chain of 0 dBFS falls
/// to `dbfs`, at 8:1
static double
release_to(double dbfs, const char* behaviour)
{
  enum { FROM = 96000 };
  char s[160];
  snprintf(s, sizeof(s),
           "threshold=-20 ratio=8 knee=0 release=400 attack=1 behaviour=%s",
           behaviour);
  constant(left, 0, N, -12.0);
  constant(right, 0, N, -12.0);
  constant(sidechain, 0, FROM, 0.0);
  constant(sidechain, FROM, N, dbfs);
  play(s, 48000.0, true, N);
  const double from = reduction(FROM - 1);
  const double after = fed_back(dbfs, -20.0, 8.0, 0.0);
  return passes(FROM, after + (from - after) * exp(-1.0), false) / 48.0;
}

/// Over the threshold the loop helps, 8 times; below it the gain is on its way to
/// none at all, from 17.5 dB by way of 12 dB
static void
what_rings_on_is_followed(void** state)
{
  (void)state;
  EXPECT_NEAR("clean: release to a softer sound", release_to(-1.0, "clean"),
              400.0, 8.0, "ms");
  EXPECT_NEAR("fet: release by 1 dB", release_to(-1.0, "fet"), 50.0, 1.0, "ms");
  EXPECT_NEAR("fet: release by 10 dB", release_to(-10.0, "fet"),
              400.0 * log(17.5 / (8.75 + 8.75 * exp(-1.0))), 3.0, "ms");
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
  play("threshold=-20 ratio=4 knee=12 attack=1 release=20 behaviour=fet",
       48000.0, false, N);
  for (uint32_t i = 0; i < N; ++i) {
    if (i < 5000) {
      assert_true((float)out[i] == (float)left[i]);
    }
  }
  play("ratio=1 behaviour=opto", 48000.0, false, N);
  for (uint32_t i = 0; i < N; ++i) {
    assert_true((float)out[i] == (float)left[i]);
  }
}

/// The attacks of a FET compressor are 0.02 to 0.8 ms
static void
dyn_18_a_quick_attack_does_not_alias(void** state)
{
  (void)state;
  static const double tones[] = {220.5, 1041.0, 5011.0, 9973.0};
  static const double attacks[] = {0.02, 0.2, 0.49};
  enum { WINDOW = 1 << 16, FRAMES = 2 * WINDOW };
  static double amplitude[WINDOW / 2 + 1];
  for (int i = 0; i < 48; ++i) {
    const double rate = rates[i / 12];
    const double hz = signal_coherent_hz(tones[i % 4], rate, WINDOW);
    char settings[160];
    snprintf(settings, sizeof(settings),
             "threshold=-20 ratio=8 release=50 attack=%g behaviour=fet",
             attacks[i / 4 % 3]);
    signal_sine(left, FRAMES, rate, hz, -6.0, 0.0);
    memcpy(right, left, FRAMES * sizeof(double));
    play(settings, rate, false, FRAMES);
    signal_spectrum(out + WINDOW, WINDOW, amplitude);
    EXPECT_AT_MOST("DYN-18 worst alias, fet",
                   signal_worst_alias_db(amplitude, WINDOW, rate,
                                         (uint32_t)lrint(hz * WINDOW / rate)),
                   -80.0, "dBc");
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(dyn_01_the_curve_is_that_of_the_output),
      cmocka_unit_test(dyn_03_times_are_those_of_the_knobs),
      cmocka_unit_test(opto_releases_in_two_stages),
      cmocka_unit_test(an_automatic_release_follows_the_sound),
      cmocka_unit_test(what_rings_on_is_followed),
      cmocka_unit_test(dyn_06_below_the_threshold_every_bit_stays),
      cmocka_unit_test(dyn_18_a_quick_attack_does_not_alias),
  };
  return TON_TESTS(tests);
}
