// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The decorrelator: levels, correlation, and what is left in mono.

#include "signals.h"
#include "single_lane.h"

enum { N = 131072 };

static const double rates[] = {44100.0, 48000.0, 96000.0, 192000.0};
static double left[N];
static double right[N];
static double out[2][N];
static double lines[3][N / 2 + 1];

/// Spectra of the response to 1/8 on both sides: left, right, half of the sum
static void
respond(double rate)
{
  static double sum[N];
  const TonProcessor* const p =
      ton_processor_lanes(ton_processor("decorrelator"), ton_machine_lanes());
  memset(left, 0, sizeof(left));
  left[0] = 0.125;
  memcpy(right, left, sizeof(left));
  lone_pair(p, rate, "", &(LonePair){left, right, NULL, out[0], out[1]}, N);
  for (uint32_t i = 0; i < N; ++i) {
    sum[i] = 0.5 * (out[0][i] + out[1][i]);
  }
  signal_spectrum(out[0], N, lines[0]);
  signal_spectrum(out[1], N, lines[1]);
  signal_spectrum(sum, N, lines[2]);
}

static void
ste_05_each_side_keeps_its_level(void** state)
{
  (void)state;
  for (int r = 0; r < 4; ++r) {
    respond(rates[r]);
    double most = 0.0;
    for (uint32_t i = 1; i < N / 2; ++i) {
      const double hz = rates[r] * i / N;
      for (int c = 0; hz >= 20.0 && hz <= 20000.0 && c < 2; ++c) {
        most = fmax(most, fabs(20.0 * log10(lines[c][i] * N * 4.0)));
      }
    }
    EXPECT_AT_MOST("STE-05 level of a side", most, 0.01, "dB");
  }
}

/// Thirds of an octave from 50 Hz to 16 kHz, around the middle of the highest
/// and the lowest
static void
ste_05_the_mono_sum_is_even(void** state)
{
  (void)state;
  for (int r = 0; r < 4; ++r) {
    double high = -INFINITY;
    double low = INFINITY;
    double correlation = 0.0;
    respond(rates[r]);
    for (int third = -13; third <= 12; ++third) {
      const double hz = 1000.0 * pow(2.0, third / 3.0);
      double power = 0.0;
      uint32_t n = 0;
      for (uint32_t i = (uint32_t)(hz * pow(2.0, -1.0 / 6.0) * N / rates[r]);
           i < hz * pow(2.0, 1.0 / 6.0) * N / rates[r]; ++i, ++n) {
        power += pow(lines[2][i] * N * 4.0, 2.0);
      }
      const double db = 10.0 * log10(power / n);
      high = fmax(high, db);
      low = fmin(low, db);
      // cos of the angle between both is 2 cos^2 of half of it - 1
      correlation += third >= -6 ? (2.0 * power / n - 1.0) / 19.0 : 0.0;
    }
    EXPECT_NEAR("correlation from 250 Hz to 16 kHz, mean of thirds",
                correlation, 0.0, 0.2, "");
    EXPECT_AT_MOST("STE-05 ripple of the mono sum", 0.5 * (high - low), 3.0,
                   "dB");
    EXPECT_AT_MOST("what no third gains", high, 0.01, "dB");
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(ste_05_each_side_keeps_its_level),
      cmocka_unit_test(ste_05_the_mono_sum_is_even),
  };
  return TON_TESTS(tests);
}
