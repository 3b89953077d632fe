// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Hum filter, DC filter and phase rotator.

#include "signals.h"
#include "single_lane.h"

enum { N = 524288, LAST = 131072 };

static double left[N];
static double right[N];
static double out[N];
static double out_right[N];

static const double rates[] = {44100.0, 48000.0, 96000.0, 192000.0};

static void
play(const char* id, const char* settings, double rate)
{
  memcpy(right, left, sizeof(left));
  lone_pair(ton_processor_lanes(ton_processor(id), 4), rate, settings,
            &(LonePair){left, right, NULL, out, out_right}, N);
}

/// Gain of a tone when all has settled
static double
gain_db(const char* id, const char* settings, double rate, double hz)
{
  signal_sine(left, N, rate, hz, -12.0, 0.0);
  play(id, settings, rate);
  return 20.0 * log10(signal_rms(out + N - LAST, LAST) /
                      signal_rms(left + N - LAST, LAST));
}

static void
hum_and_its_harmonics_go(void** state)
{
  (void)state;
  for (int r = 0; r < 4; ++r) {
    for (int k = 1; k <= 5; k += 2) {
      EXPECT_DB("a harmonic of 50 Hz",
                gain_db("hum-filter", "depth=40 width=4", rates[r], 50.0 * k),
                -40.0, 0.5);
      EXPECT_DB(
          "a harmonic of 60 Hz",
          gain_db("hum-filter", "at=60 depth=30 width=4", rates[r], 60.0 * k),
          -30.0, 0.5);
    }
  }
}

static void
what_lies_between_stays(void** state)
{
  (void)state;
  static const double tones[] = {41.2, 61.74, 73.1, 110.3, 326.1, 977.7};
  for (int r = 0; r < 4; ++r) {
    for (int k = 0; k < 6; ++k) {
      EXPECT_DB("a note beside the hum",
                gain_db("hum-filter", "", rates[r], tones[k]), 0.0, 0.3);
    }
    EXPECT_DB("behind the last harmonic",
              gain_db("hum-filter", "harmonics=8", rates[r], 500.0), 0.0, 0.05);
  }
}

/// Section 8.3: what is left of an offset lies below -90 dBFS
static void
an_offset_goes(void** state)
{
  (void)state;
  for (int r = 0; r < 4; ++r) {
    for (uint32_t i = 0; i < N; ++i) {
      left[i] = 0.25;
    }
    play("dc-filter", "", rates[r]);
    double sum = 0.0;
    for (uint32_t i = N - LAST / 2; i < N; ++i) {
      sum += out[i];
    }
    EXPECT_AT_MOST("an offset of -12 dBFS",
                   20.0 * log10(fabs(sum) / (LAST / 2) + 1e-12), -90.0, "dBFS");
    EXPECT_DB("a tone of 19 Hz", gain_db("dc-filter", "at=19", rates[r], 19.0),
              -3.01, 0.1);
    EXPECT_DB("the lowest bass", gain_db("dc-filter", "", rates[r], 20.3), 0.0,
              0.11);
    EXPECT_DB("a kick", gain_db("dc-filter", "at=5", rates[r], 51.9), 0.0,
              0.05);
  }
}

static void
a_rotator_is_flat(void** state)
{
  (void)state;
  static double lines[LAST / 2 + 1];
  for (int r = 0; r < 4; ++r) {
    memset(left, 0, sizeof(left));
    left[0] = 0.125;
    play("phase-rotator", "stages=8", rates[r]);
    signal_spectrum(out, LAST, lines);
    double most = 0.0;
    for (uint32_t i = 1; i < LAST / 2; ++i) {
      const double hz = rates[r] * i / LAST;
      if (hz >= 20.0 && hz <= 20000.0) {
        most = fmax(most, fabs(20.0 * log10(lines[i] * LAST * 4.0)));
      }
    }
    EXPECT_AT_MOST("level of every tone", most, 0.001, "dB");
  }
}

/// A quarter of a turn a stage at its frequency
static void
a_rotator_turns(void** state)
{
  (void)state;
  for (int r = 0; r < 4; ++r) {
    signal_sine(left, N, rates[r], 200.0, -12.0, 0.0);
    play("phase-rotator", "at=200 stages=2", rates[r]);
    double most = 0.0;
    for (uint32_t i = N / 2; i < N; ++i) {
      most = fmax(most, fabs(out[i] + left[i]));
    }
    EXPECT_AT_MOST("two stages turn 200 Hz round", 20.0 * log10(most / 0.25),
                   -80.0, "dB");
  }
}

enum { HARMONICS = 30, SETTLED = LAST / 2 };

/// LAST frames of pulses like those of a voice, each harmonic turned by `stages` all-passes of
/// first order at 200 Hz: (c - j t) / (c + j t) with t = tan(pi f / rate)
static void
pulses(double* x, double rate, int stages)
{
  memset(x, 0, N * sizeof(double));
  for (uint32_t i = 0; i < LAST; ++i) {
    for (int k = 1; k <= HARMONICS; ++k) {
      const double hz = 120.3 * k;
      const double turned =
          -2.0 * stages *
          atan2(tan(M_PI * hz / rate), tan(M_PI * 200.0 / rate));
      const double turns = fmod(hz / rate * i, 1.0);
      x[i] += 0.5 / (k + 2.0) * cos(2.0 * M_PI * turns + turned);
    }
  }
}

/// What the all-passes make of a voice is exact, so its peaks are as low and as
/// even as theory says
static void
a_rotator_evens_a_voice(void** state)
{
  (void)state;
  static double expected[N];
  for (int r = 0; r < 4; ++r) {
    pulses(left, rates[r], 0);
    pulses(expected, rates[r], 4);
    play("phase-rotator", "", rates[r]);
    EXPECT_AT_MOST("against the turned harmonics",
                   signal_null_db(out + SETTLED, expected + SETTLED, SETTLED),
                   -125.0, "dB");
    double most = 0.0;
    double was = 0.0;
    for (uint32_t i = SETTLED; i < LAST; ++i) {
      most = fmax(most, fabs(expected[i]));
      was = fmax(was, fabs(left[i]));
    }
    assert_true(most < was / sqrt(2.0));
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(hum_and_its_harmonics_go),
      cmocka_unit_test(what_lies_between_stays),
      cmocka_unit_test(an_offset_goes),
      cmocka_unit_test(a_rotator_is_flat),
      cmocka_unit_test(a_rotator_turns),
      cmocka_unit_test(a_rotator_evens_a_voice),
  };
  return TON_TESTS(tests);
}
