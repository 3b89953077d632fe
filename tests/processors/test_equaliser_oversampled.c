// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The oversampled equaliser against the analogue curves.

#include "dsp/filter_design.h"
#include "dsp/half_band.h"
#include "signals.h"
#include "single_lane.h"

enum { N = 16384 };

static const double rates[] = {44100.0, 48000.0};

typedef struct {
  const char* name;
  TonFilterShape shape;
  bool has_gain;
} Kind;

static const Kind kinds[] = {
    {"bell", TON_FILTER_BELL, true},
    {"low-shelf", TON_FILTER_LOW_SHELF, true},
    {"high-shelf", TON_FILTER_HIGH_SHELF, true},
    {"tilt", TON_FILTER_TILT, true},
    {"highpass", TON_FILTER_HIGHPASS, false},
    {"lowpass", TON_FILTER_LOWPASS, false},
    {"bandpass", TON_FILTER_BANDPASS, false},
    {"notch", TON_FILTER_NOTCH, false},
};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

/// Largest difference from the analogue curve, 20 Hz to where the filters pass,
/// above -40 dB
static double
error_db(const Kind* kind, double hz, double gain_db, double q, double rate)
{
  static float x[N];
  static double wide[N];
  static double lines[N / 2 + 1];
  char settings[200];
  double worst = 0.0;
  snprintf(settings, sizeof(settings),
           "oversample=on 1-type=%s 1-at=%.9g 1-gain=%g 1-q=%.9g", kind->name,
           hz, gain_db, q);
  memset(x, 0, sizeof(x));
  x[0] = 0.125F;
  lone_apply(ton_processor("equaliser"), rate, settings, x, NULL, N);
  for (uint32_t i = 0; i < N; ++i) {
    wide[i] = (double)x[i];
  }
  signal_spectrum(wide, N, lines);
  for (uint32_t i = 1; i < N / 2; ++i) {
    const double at = rate * i / N;
    const double wanted =
        ton_filter_prototype_db(kind->shape, at / hz, gain_db, q);
    if (at >= 20.0 && at <= ton_half_band_pass(rate) && wanted > -40.0) {
      const double db =
          20.0 * log10(lines[i] * N * 4.0); // of an impulse of 1/8
      worst = fmax(worst, fabs(db - wanted));
    }
  }
  return worst;
}

/// Over corners from 1 kHz to 16 kHz, gains and Qs
static double
worst_db(const Kind* kind, double rate, double most_q)
{
  static const double corners[] = {1000.0, 5000.0, 10000.0, 16000.0};
  static const double qs[] = {0.5, 1.0, 4.0};
  double worst = 0.0;
  for (int i = 0; i < 24; ++i) {
    const double q = qs[i / 4 % 3];
    const double gain_db = kind->has_gain ? (i < 12 ? 12.0 : -12.0) : 0.0;
    if (q <= most_q && (kind->has_gain || i < 12)) {
      worst = fmax(worst, error_db(kind, corners[i % 4], gain_db, q, rate));
    }
  }
  return worst;
}

static void
eq_01_oversampled_the_analogue_curve_is_kept(void** state)
{
  (void)state;
  for (int i = 0; i < 2 * KINDS; ++i) {
    const Kind* const kind = &kinds[i / 2];
    const double rate = rates[i % 2];
    const bool shelf = kind->shape == TON_FILTER_LOW_SHELF ||
                       kind->shape == TON_FILTER_HIGH_SHELF;
    char what[99];
    snprintf(what, sizeof(what), "EQ-01 oversampled %s", kind->name);
    EXPECT_AT_MOST(what, worst_db(kind, rate, 4.0), 0.15, "dB");
    if (shelf) {
      EXPECT_AT_MOST("EQ-01 oversampled shelf, Q to 1",
                     worst_db(kind, rate, 1.0), 0.03, "dB");
    }
  }
}

/// Only lanes that ask for it are late; from 88.2 kHz on none is
static void
who_does_not_ask_keeps_every_bit(void** state)
{
  (void)state;
  static float alone[2][N];
  static float with[2][N];
  const TonProcessor* const p = ton_processor("equaliser");
  float values[LONE_PARAMS];
  lone_values(p, "oversample=on 1-type=bell 1-gain=6", values);
  EXPECT_NEAR("latency at 96 kHz", lone_latency(p, 96000.0, values), 0.0, 0.0,
              "frames");
  EXPECT_AT_MOST("latency at 48 kHz", lone_latency(p, 48000.0, values), 64.0,
                 "frames");
  for (int i = 0; i < N; ++i) {
    alone[0][i] = with[0][i] = (float)(0.3 * signal_random(1, (uint64_t)i));
    alone[1][i] = with[1][i] = (float)(0.3 * signal_random(2, (uint64_t)i));
  }
  lone_apply(p, 96000.0, "1-type=bell 1-at=9000 1-gain=6", alone[0], alone[1],
             N);
  lone_apply(p, 96000.0, "oversample=on 1-type=bell 1-at=9000 1-gain=6",
             with[0], with[1], N);
  assert_memory_equal(alone, with, sizeof(with));
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(eq_01_oversampled_the_analogue_curve_is_kept),
      cmocka_unit_test(who_does_not_ask_keeps_every_bit),
  };
  return TON_TESTS(tests);
}
