// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The linear-phase equaliser: curve, symmetry, latency, ringing, sides.

#include "dsp/filter_design.h"
#include "signals.h"
#include "single_lane.h"

enum { N = 262144, WINDOW = 131072, IMPULSE_AT = 100 };

static double left[N];
static double right[N];
static double out[N];
static double out_right[N];
static double lines[WINDOW / 2 + 1];

static const double rates[] = {44100.0, 48000.0, 96000.0, 192000.0};

static const TonProcessor*
equaliser(void)
{
  return ton_processor("linear-phase-equaliser");
}

static uint32_t
latency(const char* settings, double rate)
{
  float values[LONE_PARAMS];
  lone_values(equaliser(), settings, values);
  return lone_latency(equaliser(), rate, values);
}

/// Its response to 1/8 on the left, in out[], the latency taken off: frame
/// `length` is the middle.  Returns the length
static uint32_t
respond(const char* settings, double rate)
{
  const uint32_t late = latency(settings, rate);
  memset(left, 0, sizeof(left));
  memset(right, 0, sizeof(right));
  left[IMPULSE_AT] = 0.125;
  lone_pair(equaliser(), rate, settings,
            &(LonePair){left, right, NULL, out, out_right}, N);
  memmove(out, out + IMPULSE_AT, (N - IMPULSE_AT) * sizeof(double));
  return late;
}

static const struct {
  const char* settings;
  TonFilterShape shape;
  double hz;
  double gain_db;
  double q;
} rows[] = {
    {"1-type=bell 1-at=40 1-gain=6 1-q=2", TON_FILTER_BELL, 40, 6, 2},
    {"1-type=bell 1-at=40 1-gain=-6 1-q=2", TON_FILTER_BELL, 40, -6, 2},
    {"1-type=bell 1-at=1kHz 1-gain=6 1-q=1", TON_FILTER_BELL, 1000, 6, 1},
    {"1-type=bell 1-at=16kHz 1-gain=12 1-q=4", TON_FILTER_BELL, 16000, 12, 4},
    {"1-type=low-shelf 1-at=100 1-gain=-12", TON_FILTER_LOW_SHELF, 100, -12,
     0.70710678},
    {"1-type=high-shelf 1-at=10kHz 1-gain=12", TON_FILTER_HIGH_SHELF, 10000, 12,
     0.70710678},
    {"1-type=highpass 1-at=30", TON_FILTER_HIGHPASS, 30, 0, 0.70710678},
    {"1-type=lowpass 1-at=10kHz", TON_FILTER_LOWPASS, 10000, 0, 0.70710678},
    {"1-type=tilt 1-at=650 1-gain=6", TON_FILTER_TILT, 650, 6, 1},
};

/// Where the curve is above -40 dB; right up to 20 kHz, at every rate
static void
eq_08_the_curve_is_the_analogue_one(void** state)
{
  (void)state;
  for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); ++k) {
    for (int r = 0; r < 4; ++r) {
      respond(rows[k].settings, rates[r]);
      signal_spectrum(out, WINDOW, lines);
      double worst = 0.0;
      for (uint32_t i = 1; i < WINDOW / 2; ++i) {
        const double hz = rates[r] * i / WINDOW;
        const double wanted = ton_filter_prototype_db(
            rows[k].shape, hz / rows[k].hz, rows[k].gain_db, rows[k].q);
        if (hz >= 20.0 && hz <= 20000.0 && wanted > -40.0) {
          const double is = 20.0 * log10(lines[i] * WINDOW * 4.0);
          worst = fmax(worst, fabs(is - wanted));
        }
      }
      EXPECT_AT_MOST(rows[k].settings, worst, 0.05, "dB from the prototype");
    }
  }
}

static void
eq_08_symmetry_and_latency(void** state)
{
  (void)state;
  for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); ++k) {
    for (int r = 0; r < 4; ++r) {
      const uint32_t middle = respond(rows[k].settings, rates[r]);
      double most = 0.0;
      double apart = 0.0;
      for (uint32_t i = 0; i <= middle; ++i) {
        const double before = out[middle - i];
        const double after = out[middle + i];
        most = fmax(most, fmax(fabs(before), fabs(after)));
        apart = fmax(apart, fabs(after - before));
      }
      // the taps are equal (test_fir_design); what is played is a convolution
      // in float, whose limit is that of EQ-09
      EXPECT_AT_MOST("EQ-09 asymmetry behind the convolution",
                     20.0 * log10(apart / most + 1e-30), -125.0, "dB");
      assert_true(most == fabs(out[middle]));
    }
  }
}

static void
the_length_follows_the_lowest_band(void** state)
{
  (void)state;
  static const struct {
    const char* settings;
    uint32_t latency;
  } cases[] = {
      {"", 0},
      {"1-type=bell 1-at=3kHz 1-gain=0", 0},
      {"1-type=bell 1-at=3kHz 1-gain=6 1-q=1", 512},
      {"1-type=bell 1-at=200 1-gain=6 1-q=1", 1024},
      {"1-type=bell 1-at=40 1-gain=6 1-q=2", 8192},
      {"1-type=bell 1-at=40 1-gain=6 1-q=2 1-on=off 2-type=bell 2-at=3kHz "
       "2-gain=3 2-q=1",
       512},
      {"1-type=notch 1-at=20 1-q=40", 16384},
  };
  for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); ++k) {
    assert_int_equal(latency(cases[k].settings, 48000.0), cases[k].latency);
  }
  assert_int_equal(latency(cases[4].settings, 96000.0), 16384);
}

/// Largest of the response from `ms` before its middle back, re the middle
static double
before_db(uint32_t middle, double ms)
{
  const uint32_t to = middle - (uint32_t)(ms * 48.0);
  double most = 1e-20;
  for (uint32_t i = 0; i <= to; ++i) {
    most = fmax(most, fabs(out[i]));
  }
  return 20.0 * log10(most / fabs(out[middle]));
}

static void
ringing_before_an_attack_is_bounded(void** state)
{
  (void)state;
  static const struct {
    const char* settings;
    double at_5_ms;
    double at_20_ms;
  } cases[] = {
      {"1-type=highpass 1-at=30 1-slope=24", -59.5, -78.5},
      {"1-type=bell 1-at=50 1-gain=6 1-q=2", -61.5, -68.5},
      {"1-type=bell 1-at=3kHz 1-gain=6 1-q=1", -85.0, -120.0},
  };
  for (int k = 0; k < 3; ++k) {
    const uint32_t middle = respond(cases[k].settings, 48000.0);
    EXPECT_AT_MOST("5 ms before", before_db(middle, 5.0), cases[k].at_5_ms,
                   "dB");
    if (middle > 960) {
      EXPECT_AT_MOST("20 ms before", before_db(middle, 20.0), cases[k].at_20_ms,
                     "dB");
    }
  }
}

/// Noise through a boost, then the same cut
static void
eq_03_boost_and_cut_cancel(void** state)
{
  (void)state;
  static const char* const boost = "1-type=bell 1-at=300 1-gain=9 1-q=1 "
                                   "2-type=high-shelf 2-at=8kHz 2-gain=6";
  static const char* const cut = "1-type=bell 1-at=300 1-gain=-9 1-q=1 "
                                 "2-type=high-shelf 2-at=8kHz 2-gain=-6";
  const uint32_t late = latency(boost, 48000.0) + latency(cut, 48000.0);
  static double noise[N];
  signal_white(noise, N, 7);
  for (uint32_t i = 0; i < N; ++i) {
    left[i] = right[i] = 0.1 * noise[i];
  }
  memcpy(noise, left, sizeof(noise));
  const LonePair io = {left, right, NULL, out, out_right};
  lone_pair(equaliser(), 48000.0, boost, &io, N);
  memcpy(left, out, sizeof(left));
  memcpy(right, out_right, sizeof(right));
  lone_pair(equaliser(), 48000.0, cut, &io, N);
  EXPECT_AT_MOST("boost, then cut",
                 signal_null_db(out + 2 * late, noise + late, N - 2 * late),
                 -60.0, "dB");
}

static void
middle_and_side(void** state)
{
  (void)state;
  const char* const s = "1-type=bell 1-at=1kHz 1-gain=6 1-q=1 1-side=side";
  const double hz = signal_coherent_hz(1000.0, 48000.0, WINDOW);
  signal_sine(left, N, 48000.0, hz, -10.0, 0.0);
  memcpy(right, left, sizeof(left));
  const LonePair io = {left, right, NULL, out, out_right};
  lone_pair(equaliser(), 48000.0, s, &io, N);
  EXPECT_DB("a tone in the middle",
            20.0 * log10(signal_amplitude(out + WINDOW, WINDOW, 48000.0, hz)),
            -10.0, 1e-3);
  for (uint32_t i = 0; i < N; ++i) {
    right[i] = -left[i];
  }
  lone_pair(equaliser(), 48000.0, s, &io, N);
  EXPECT_DB("a tone in the side",
            20.0 * log10(signal_amplitude(out + WINDOW, WINDOW, 48000.0, hz)),
            -4.0, 1e-3);
  lone_pair(equaliser(), 48000.0,
            "1-type=bell 1-at=1kHz 1-gain=6 1-q=1 1-side=right", &io, N);
  EXPECT_DB("left of a band on the right",
            20.0 * log10(signal_amplitude(out + WINDOW, WINDOW, 48000.0, hz)),
            -10.0, 1e-3);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(eq_08_the_curve_is_the_analogue_one),
      cmocka_unit_test(eq_08_symmetry_and_latency),
      cmocka_unit_test(the_length_follows_the_lowest_band),
      cmocka_unit_test(ringing_before_an_attack_is_bounded),
      cmocka_unit_test(eq_03_boost_and_cut_cancel),
      cmocka_unit_test(middle_and_side),
  };
  return TON_TESTS(tests);
}
