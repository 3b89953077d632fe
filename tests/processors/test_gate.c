// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Curve, hysteresis, times and filters of the gate.

#include "dsp/gain_computer.h"
#include "signals.h"
#include "single_lane.h"

enum { LANES = 4, N = 192000 };

static double left[N];
static double right[N];
static double sidechain[N];
static double out[N];
static double out_right[N];

static const TonProcessor*
gate(void)
{
  return ton_processor_lanes(ton_processor("gate"), LANES);
}

/// Left and right, listening to sidechain[] on request
static void
play(const char* settings, double rate, bool listens, uint32_t frames)
{
  lone_pair(
      gate(), rate, settings,
      &(LonePair){left, right, listens ? sidechain : NULL, out, out_right},
      frames);
}

static double
amplitude(double db)
{
  return pow(10.0, db / 20.0);
}

static void
constant(double* x, uint32_t from, uint32_t to, double dbfs)
{
  for (uint32_t i = from; i < to; ++i) {
    x[i] = amplitude(dbfs);
  }
}

/// Gain reduction at a frame of a signal that is never zero
static double
reduction(uint32_t i)
{
  return 20.0 * log10(left[i] / out[i]);
}

/// First frame from `from` on at which the reduction passes `limit`
static uint32_t
passes(uint32_t from, double limit, bool upwards)
{
  uint32_t i = from;
  while (i + 1 < N && (reduction(i) < limit) == upwards) {
    ++i;
  }
  return i;
}

/// Sound at a constant level, to see the gain
static void
bright(void)
{
  constant(left, 0, N, -12.0);
  constant(right, 0, N, -12.0);
}

static void
dyn_01_lanes_follow_the_expander_curve(void** state)
{
  (void)state;
  static const double knees[] = {0.0, 6.0, 24.0};
  static const double ratios[] = {1.5, 2.0, 4.0};
  enum { STEP = 4800, STEPS = 37 };
  double worst = 0.0;
  bright();
  for (int k = 0; k < 9; ++k) {
    const double knee = knees[k % 3];
    const double ratio = ratios[k / 3];
    char settings[160];
    snprintf(settings, sizeof(settings),
             "threshold=-24 hysteresis=0 ratio=%g knee=%g range=100 attack=0.01"
             " hold=0 release=5",
             ratio, knee);
    for (uint32_t i = 0; i < STEPS; ++i) {
      constant(sidechain, i * STEP, (i + 1) * STEP, -54.0 + 1.5 * i);
    }
    play(settings, 48000.0, true, STEPS * STEP);
    for (uint32_t i = 0; i < STEPS; ++i) {
      const double wanted =
          ton_expander_reduction(-54.0 + 1.5 * i, -24.0, ratio, knee);
      worst = fmax(worst, fabs(reduction((i + 1) * STEP - 1) - wanted));
    }
  }
  EXPECT_AT_MOST("DYN-01 expander against the curve", worst, 3e-5, "dB");
}

/// Times the gain passes half the range
static int
swings(double range)
{
  int n = 0;
  double before = 1.0; // closed
  for (uint32_t i = 0; i < N; ++i) {
    // a tone has zeros: look at frames that say something
    if (fabs(left[i]) < 1e-4) {
      continue;
    }
    const double now = reduction(i) - 0.5 * range;
    n += (now > 0.0) != (before > 0.0);
    before = now;
  }
  return n;
}

/// A tone that goes up and down by 2 dB around -30 dBFS, five times, and ends
/// 8 dB below
static void
wavering_tone(double hz)
{
  for (uint32_t i = 0; i < N; ++i) {
    const double t = i / 48000.0;
    const double place = t * 2.0 - floor(t * 2.0);
    const double db =
        t < 2.5 ? -32.0 + 4.0 * (1.0 - fabs(2.0 * place - 1.0)) : -38.0;
    left[i] = amplitude(db) * sin(2.0 * M_PI * hz * t);
    right[i] = left[i];
  }
}

static void
dyn_09_hysteresis_opens_and_closes_once(void** state)
{
  (void)state;
  static const double tones[] = {50.0, 100.0, 1000.0};
  for (int k = 0; k < 3; ++k) {
    wavering_tone(tones[k]);
    play("threshold=-30 hysteresis=4 range=40", 48000.0, false, N);
    EXPECT_NEAR("DYN-09 swings, one open and one close", swings(40.0), 2.0, 0.0,
                "");
    const uint32_t end = N - 480;
    EXPECT_DB(
        "DYN-09 attenuation",
        20.0 * log10(signal_rms(left + end, 480) / signal_rms(out + end, 480)),
        40.0, 0.1);
  }
  // without hysteresis every crossing counts
  play("threshold=-30 hysteresis=0 range=40", 48000.0, false, N);
  EXPECT_NEAR("swings without hysteresis", swings(40.0), 10.0, 0.0, "");
}

/// Peak of what is beyond 1 kHz: Butterworth, 36 dB/oct
static double
peak_beyond_1_khz(const double* x, uint32_t n)
{
  static const double q[] = {0.51763809, 0.70710678, 1.93185165};
  static double y[N];
  memcpy(y, x, n * sizeof(double));
  const double w = 2.0 * M_PI * 1000.0 / 48000.0;
  for (int k = 0; k < 3; ++k) {
    const double alpha = sin(w) / (2.0 * q[k]);
    const double b = (1.0 + cos(w)) / 2.0 / (1.0 + alpha);
    const double a1 = -2.0 * cos(w) / (1.0 + alpha);
    const double a2 = (1.0 - alpha) / (1.0 + alpha);
    double s1 = 0.0;
    double s2 = 0.0;
    for (uint32_t i = 0; i < n; ++i) {
      const double v = b * y[i] + s1;
      s1 = -2.0 * b * y[i] - a1 * v + s2;
      s2 = b * y[i] - a2 * v;
      y[i] = v;
    }
  }
  double peak = 0.0;
  for (uint32_t i = 4800; i < n; ++i) {
    peak = fmax(peak, fabs(y[i]));
  }
  return peak;
}

static void
dyn_09_closing_does_not_click(void** state)
{
  (void)state;
  static const double phases[] = {0.0, 45.0, 90.0};
  for (int k = 0; k < 3; ++k) {
    signal_sine(left, N, 48000.0, 100.0, 0.0, phases[k]);
    memcpy(right, left, sizeof(left));
    constant(sidechain, 0, N / 2, 0.0);
    memset(sidechain + N / 2, 0, N / 2 * sizeof(double));
    play("release=20 range=60 hold=0", 48000.0, true, N);
    assert_true(fabs(out[N - 37]) < 1.1e-3);
    EXPECT_AT_MOST("DYN-09 beyond 1 kHz, 100 Hz tone, release 20 ms",
                   20.0 * log10(peak_beyond_1_khz(out, N)), -50.0, "dB");
  }
}

static void
dyn_03_times_to_63_percent(void** state)
{
  (void)state;
  static const double attacks[] = {0.5, 5.0, 100.0};
  static const double releases[] = {10.0, 100.0, 300.0};
  enum { UP = 4800, DOWN = 96000 };
  bright();
  constant(sidechain, 0, N, -90.0);
  constant(sidechain, UP, DOWN, -29.999);
  for (int k = 0; k < 3; ++k) {
    char s[160];
    snprintf(s, sizeof(s),
             "threshold=-30 hysteresis=0 hold=0 range=50 attack=%g release=%g",
             attacks[k], releases[k]);
    play(s, 48000.0, true, N);
    const double up = passes(UP, 50.0 * exp(-1.0), false) - UP + 1.0;
    const double down =
        passes(DOWN, 50.0 * (1.0 - exp(-1.0)), true) - DOWN + 1.0;
    EXPECT_NEAR("DYN-03 gate attack t63", up / 48.0, attacks[k],
                0.02 * attacks[k] + 0.021, "ms");
    EXPECT_NEAR("DYN-03 gate release t63", down / 48.0, releases[k],
                0.02 * releases[k] + 0.021, "ms");
  }
}

static void
dyn_03_times_at_other_rates(void** state)
{
  (void)state;
  static const double rates[] = {44100.0, 96000.0, 192000.0};
  bright();
  for (int k = 0; k < 3; ++k) {
    const uint32_t up = (uint32_t)(0.05 * rates[k]);
    const uint32_t down = (uint32_t)(0.5 * rates[k]);
    const double ms = rates[k] / 1000.0;
    constant(sidechain, 0, N, -90.0);
    constant(sidechain, up, down, -29.999);
    play("threshold=-30 hysteresis=0 hold=0 range=50 attack=5 release=100",
         rates[k], true, N);
    EXPECT_NEAR("DYN-03 gate attack t63",
                (passes(up, 50.0 * exp(-1.0), false) - up + 1.0) / ms, 5.0,
                0.121, "ms");
    EXPECT_NEAR("DYN-03 gate release t63",
                (passes(down, 50.0 * (1.0 - exp(-1.0)), true) - down + 1.0) /
                    ms,
                100.0, 2.0, "ms");
  }
}

/// From the last loud frame on, not from where the detector, which falls by 8.7
/// dB in 5 ms, passes the threshold
static void
dyn_17_hold_is_counted_from_the_fall(void** state)
{
  (void)state;
  static const int holds[] = {20, 150, 1000};
  enum { DOWN = 9600 };
  bright();
  constant(sidechain, 0, DOWN, -10.0);
  constant(sidechain, DOWN, N, -90.0);
  for (int k = 0; k < 3; ++k) {
    char s[80];
    snprintf(s, sizeof(s), "threshold=-30 hold=%d release=5", holds[k]);
    play(s, 48000.0, true, N);
    EXPECT_NEAR("DYN-17 hold", (passes(DOWN, 0.001, true) - DOWN) / 48.0,
                holds[k], 0.03 * holds[k], "ms");
  }
}

/// A pause shorter than the hold changes nothing; a longer one shuts, and then
/// the upper threshold counts again
static void
hold_bridges_short_pauses(void** state)
{
  (void)state;
  bright();
  constant(sidechain, 0, N, -90.0);
  constant(sidechain, 0, 4800, -20.0);
  constant(sidechain, 9600, 48000, -32.0); // between the thresholds
  play("threshold=-30 hysteresis=4 hold=200", 48000.0, true, N);
  for (uint32_t i = 0; i < 48000; ++i) {
    assert_true((float)out[i] == (float)left[i]);
  }
  play("threshold=-30 hysteresis=4 hold=20 release=5", 48000.0, true, N);
  EXPECT_DB("stays closed between the thresholds", reduction(47999), 60.0,
            0.001);
}

/// A hit a millisecond long every `period` frames
static void
hits(double* x, uint32_t period)
{
  constant(x, 0, N, -90.0);
  for (uint32_t i = period; i + 48 < N; i += period) {
    constant(x, i, i + 48, -10.0);
  }
}

static void
a_hit_opens_it_to_the_end_of_the_hold(void** state)
{
  (void)state;
  bright();
  hits(sidechain, N / 2);
  play("threshold=-20 ratio=4 attack=20 hold=300", 48000.0, true, N);
  EXPECT_AT_MOST("reduction left by a hit of 1 ms after ten attacks",
                 reduction(N / 2 + 9600), 0.05, "dB");
}

/// While a hold is renewed before it ends, what was before a start inside the
/// song is forgotten all the same
static void
hits_that_never_let_it_close_are_all_it_knows(void** state)
{
  (void)state;
  enum { LATER = 2 * 4800, SETTLED = 48000 };
  static double song[N];
  const char* const settings =
      "threshold=-0.4 ratio=2.4 range=78 attack=4 hold=190 release=30";
  bright();
  hits(sidechain, 4800);
  constant(sidechain, 0, LATER, -1.0);
  play(settings, 48000.0, true, N);
  memcpy(song, out, sizeof(song));
  memmove(sidechain, sidechain + LATER, (N - LATER) * sizeof(double));
  play(settings, 48000.0, true, N - LATER);
  double most = 1e-12;
  for (uint32_t i = SETTLED; i < N - LATER; ++i) {
    most = fmax(most, fabs(out[i] - song[i + LATER]));
  }
  EXPECT_AT_MOST("a start inside the song", 20.0 * log10(most), -140.0, "dBFS");
}

static void
range_is_the_most_it_turns_down(void** state)
{
  (void)state;
  static const double ranges[] = {1.0, 12.0, 60.0, 100.0};
  bright();
  constant(sidechain, 0, N, -90.0);
  for (int k = 0; k < 4; ++k) {
    char s[80];
    snprintf(s, sizeof(s), "range=%g release=5", ranges[k]);
    play(s, 48000.0, true, 9600);
    EXPECT_DB("gate, range", reduction(9599), ranges[k], 1e-4);
    snprintf(s, sizeof(s), "range=%g release=5 ratio=8", ranges[k]);
    play(s, 48000.0, true, 9600);
    EXPECT_DB("expander, range", reduction(9599), ranges[k], 1e-4);
  }
}

static void
dyn_06_what_is_open_keeps_every_bit(void** state)
{
  (void)state;
  signal_sine(left, N, 48000.0, 997.0, -20.0, 90.0);
  memcpy(right, left, sizeof(left));
  static const char* const settings[] = {"threshold=-30", "ratio=1",
                                         "range=0 threshold=0",
                                         "ratio=2 threshold=-35 knee=6"};
  for (int k = 0; k < 4; ++k) {
    play(settings[k], 48000.0, false, N);
    for (uint32_t i = 0; i < N; ++i) {
      assert_true((float)out[i] == (float)left[i]);
    }
  }
}

static void
dyn_07_look_ahead_is_open_in_time(void** state)
{
  (void)state;
  enum { AT = 24000 };
  static const double rates[] = {44100.0, 48000.0, 96000.0, 192000.0};
  for (int r = 0; r < 4; ++r) {
    const char* const s = "threshold=-30 attack=1 look-ahead=5";
    float values[LONE_PARAMS];
    lone_values(gate(), s, values);
    const uint32_t late = lone_latency(gate(), rates[r], values);
    assert_int_equal(late, lrint(0.005 * rates[r]));
    constant(left, 0, AT, -80.0);
    constant(left, AT, 2 * AT, -10.0);
    memcpy(right, left, sizeof(left));
    play(s, rates[r], false, 2 * AT);
    assert_true(out[AT + late] > 100.0 * out[AT + late - 1]);
    EXPECT_AT_MOST("DYN-07 gate, reduction when the step arrives",
                   20.0 * log10(left[AT] / out[AT + late]), 0.5, "dB");
  }
}

/// How far a tone is turned down in the end
static double
turned_down(double hz, double dbfs, const char* settings)
{
  signal_sine(left, N, 48000.0, hz, dbfs, 0.0);
  memcpy(right, left, sizeof(left));
  play(settings, 48000.0, false, N);
  return 20.0 * log10(signal_rms(left + N / 2, N / 2) /
                      signal_rms(out + N / 2, N / 2));
}

static void
key_filters_choose_what_opens(void** state)
{
  (void)state;
  static const char* const high = "threshold=-40 sidechain-highpass=400";
  static const char* const low = "threshold=-40 sidechain-lowpass=400";
  EXPECT_DB("50 Hz, no filter", turned_down(50.0, -20.0, "threshold=-40"), 0.0,
            0.001);
  EXPECT_DB("50 Hz, high-pass", turned_down(50.0, -20.0, high), 60.0, 0.01);
  EXPECT_DB("2 kHz, high-pass", turned_down(2000.0, -20.0, high), 0.0, 0.001);
  EXPECT_DB("3 kHz, low-pass", turned_down(3000.0, -20.0, low), 60.0, 0.01);
  EXPECT_DB("100 Hz, low-pass", turned_down(100.0, -20.0, low), 0.0, 0.001);
}

static void
side_chain_opens_and_shuts(void** state)
{
  (void)state;
  signal_sine(left, N, 48000.0, 440.0, -70.0, 0.0);
  memcpy(right, left, sizeof(left));
  memset(sidechain, 0, sizeof(sidechain));
  signal_sine(sidechain, N / 2, 48000.0, 1000.0, -10.0, 0.0);
  play("threshold=-30", 48000.0, true, N);
  const uint32_t to = N / 2;
  EXPECT_DB("side-chain sounds",
            20.0 * log10(signal_rms(out + 4800, to - 4800) /
                         signal_rms(left + 4800, to - 4800)),
            0.0, 0.001);
  EXPECT_DB("side-chain is silent",
            20.0 * log10(signal_rms(out + N - 4800, 4800) /
                         signal_rms(left + N - 4800, 4800)),
            -60.0, 0.01);
}

static void
link_opens_both_sides(void** state)
{
  (void)state;
  signal_sine(left, N, 48000.0, 1000.0, -10.0, 90.0);
  signal_sine(right, N, 48000.0, 1000.0, -50.0, 90.0);
  play("threshold=-30", 48000.0, false, N);
  for (uint32_t i = 0; i < N; ++i) {
    assert_true((float)out_right[i] == (float)right[i]);
  }
  play("threshold=-30 link=0", 48000.0, false, N);
  EXPECT_DB("link 0: the quiet side",
            20.0 * log10(signal_rms(out_right + N / 2, N / 2) /
                         signal_rms(right + N / 2, N / 2)),
            -60.0, 0.01);
  EXPECT_DB("link 0: the loud side",
            20.0 * log10(signal_rms(out, N) / signal_rms(left, N)), 0.0, 0.001);
}

/// What it is for: a drum with bleed at -50 dBFS behind it.  Of a hit at most
/// that bleed is missing, where it begins.
static void
bleed_between_hits_goes_the_hit_stays(void** state)
{
  (void)state;
  enum { HIT = 24000, LATE = 96 };
  signal_kick(left, N, 48000.0);
  for (uint32_t i = 0; i < N; ++i) {
    left[i] += amplitude(-50.0) * signal_random(9, i);
  }
  memcpy(right, left, sizeof(left));
  play("threshold=-30 hysteresis=6 range=40 attack=0.5 look-ahead=2 release=30",
       48000.0, false, N);
  double worst = 0.0;
  double before = 0.0;
  double after = 0.0;
  for (uint32_t i = 0; i + LATE < N; ++i) {
    if (i % HIT < 4800) {
      worst = fmax(worst, fabs(out[i + LATE] - left[i]));
    }
    if (i % HIT > 23000 && i % HIT < 23800) {
      before += left[i] * left[i];
      after += out[i + LATE] * out[i + LATE];
    }
  }
  EXPECT_AT_MOST("first 100 ms of a hit, error", 20.0 * log10(worst), -50.0,
                 "dBFS");
  EXPECT_DB("bleed right before the next", 10.0 * log10(after / before), -40.0,
            0.2);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(dyn_01_lanes_follow_the_expander_curve),
      cmocka_unit_test(dyn_03_times_to_63_percent),
      cmocka_unit_test(dyn_03_times_at_other_rates),
      cmocka_unit_test(dyn_06_what_is_open_keeps_every_bit),
      cmocka_unit_test(dyn_07_look_ahead_is_open_in_time),
      cmocka_unit_test(dyn_09_hysteresis_opens_and_closes_once),
      cmocka_unit_test(dyn_09_closing_does_not_click),
      cmocka_unit_test(dyn_17_hold_is_counted_from_the_fall),
      cmocka_unit_test(hold_bridges_short_pauses),
      cmocka_unit_test(a_hit_opens_it_to_the_end_of_the_hold),
      cmocka_unit_test(hits_that_never_let_it_close_are_all_it_knows),
      cmocka_unit_test(range_is_the_most_it_turns_down),
      cmocka_unit_test(key_filters_choose_what_opens),
      cmocka_unit_test(side_chain_opens_and_shuts),
      cmocka_unit_test(link_opens_both_sides),
      cmocka_unit_test(bleed_between_hits_goes_the_hit_stays),
  };
  return TON_TESTS(tests);
}
