// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The passive equaliser: its knobs alone, and how they act on each other.

#include "signals.h"
#include "single_lane.h"

enum { N = 262144, WINDOW = 131072 };

static const double rates[] = {44100.0, 48000.0, 96000.0, 192000.0};
static double left[N];
static double right[N];
static double out[N];
static double out_right[N];
static double lines[WINDOW / 2 + 1];

/// Response to an impulse of 1/8, in lines[]
static void
respond(const char* settings, double rate)
{
  const TonProcessor* const p =
      ton_processor_lanes(ton_processor("passive-equaliser"), 4);
  memset(left, 0, sizeof(left));
  left[0] = 0.125;
  lone_pair(p, rate, settings, &(LonePair){left, right, NULL, out, out_right},
            N);
  signal_spectrum(out, WINDOW, lines);
}

/// Gain at the line nearest to a frequency
static double
gain_db(double hz, double rate)
{
  return 20.0 * log10(lines[lrint(hz * WINDOW / rate)] * WINDOW * 4.0);
}

static void
eq_14_flat_at_zero(void** state)
{
  (void)state;
  for (int r = 0; r < 4; ++r) {
    respond("low-boost=0.001 low-at=20", rates[r]);
    double worst = 0.0;
    for (double hz = 20.0; hz < 20000.0; hz *= 1.05) {
      worst = fmax(worst, fabs(gain_db(hz, rates[r])));
    }
    EXPECT_AT_MOST("EQ-14 flat at zero", worst, 0.1, "dB");
  }
}

/// Far below its corner a knob has all of its gain; the divider says how much
/// is left at 5 Hz
static void
a_knob_alone_is_a_shelf(void** state)
{
  (void)state;
  for (int r = 0; r < 4; ++r) {
    respond("low-at=100 low-boost=12", rates[r]);
    EXPECT_DB("boost at 5 Hz", gain_db(5.0, rates[r]), 12.0, 0.2);
    EXPECT_DB("boost at 8 kHz", gain_db(8000.0, rates[r]), 0.0, 0.1);
    respond("low-at=100 low-cut=12", rates[r]);
    EXPECT_DB("cut at 5 Hz", gain_db(5.0, rates[r]), -12.0, 0.2);
    EXPECT_DB("cut at 16 kHz", gain_db(16000.0, rates[r]), 0.0, 0.1);
    respond("high-at=10kHz high-boost=9 high-width=60", rates[r]);
    EXPECT_DB("bell in its centre", gain_db(10000.0, rates[r]), 9.0, 0.1);
    respond("top-at=5kHz top-cut=10", rates[r]);
    EXPECT_DB("half of the cut at its corner", gain_db(5000.0, rates[r]), -5.0,
              0.2);
  }
}

/// Both knobs at full: not the sum of both, and a dip above
static void
eq_14_boost_and_cut_act_on_each_other(void** state)
{
  (void)state;
  static const struct {
    double hz;
    const char* at;
  } lows[] = {{20.0, "20"}, {30.0, "30"}, {60.0, "60"}, {100.0, "100"}};
  enum { POINTS = 60 };
  for (int r = 0; r < 4; ++r) {
    for (int k = 0; k < 4; ++k) {
      static const char* const knobs[] = {"low-boost=13.5", "low-cut=17.5",
                                          "low-boost=13.5 low-cut=17.5"};
      double db[3][POINTS];
      for (int i = 0; i < 3; ++i) {
        char text[80];
        snprintf(text, sizeof(text), "low-at=%s %s", lows[k].at, knobs[i]);
        respond(text, rates[r]);
        for (int j = 0; j < POINTS; ++j) {
          db[i][j] = gain_db(lows[k].hz * pow(2.0, j / 10.0), rates[r]);
        }
      }
      double apart = 0.0;
      double dip = 0.0;
      double dip_octaves = 0.0;
      for (int j = 0; j < POINTS; ++j) {
        apart = fmax(apart, fabs(db[2][j] - db[0][j] - db[1][j]));
        if (db[2][j] < dip) {
          dip = db[2][j];
          dip_octaves = j / 10.0;
        }
      }
      EXPECT_AT_LEAST("EQ-14 from the sum of both", apart, 0.5, "dB");
      EXPECT_NEAR("EQ-14 depth of the dip", -dip, 6.0, 3.0, "dB");
      EXPECT_NEAR("EQ-14 the dip lies above", dip_octaves, 2.0, 1.0, "oct");
    }
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(eq_14_flat_at_zero),
      cmocka_unit_test(a_knob_alone_is_a_shelf),
      cmocka_unit_test(eq_14_boost_and_cut_act_on_each_other),
  };
  return TON_TESTS(tests);
}
