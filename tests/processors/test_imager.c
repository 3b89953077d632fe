// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The imager: flat at rest, mono bass, widths by band, guard.

#include "signals.h"
#include "single_lane.h"

enum { N = 262144, WINDOW = 131072 };

static double left[N];
static double right[N];
static double out[N];
static double out_right[N];
static double lines[WINDOW / 2 + 1];

static const double rates[] = {44100.0, 48000.0, 96000.0, 192000.0};

static void
play(const char* settings, double rate, uint32_t frames)
{
  const TonProcessor* const p =
      ton_processor_lanes(ton_processor("imager"), ton_machine_lanes());
  lone_pair(p, rate, settings, &(LonePair){left, right, NULL, out, out_right},
            frames);
}

/// Level in dB of a line of the response to an impulse of 1/8
static double
line_db(uint32_t i)
{
  return 20.0 * log10(lines[i] * WINDOW * 4.0);
}

/// Largest distance from flat from `from_hz` to 20 kHz of the response in out[]
static double
unevenness(double rate, double from_hz)
{
  double most = 0.0;
  signal_spectrum(out, WINDOW, lines);
  for (uint32_t i = 1; i < WINDOW / 2; ++i) {
    const double hz = rate * i / WINDOW;
    if (hz >= from_hz && hz <= 20000.0) {
      most = fmax(most, fabs(line_db(i)));
    }
  }
  return most;
}

static void
impulse_on_the_left(void)
{
  memset(left, 0, sizeof(left));
  memset(right, 0, sizeof(right));
  left[0] = 0.125;
}

static void
ste_02_flat_at_rest(void** state)
{
  (void)state;
  impulse_on_the_left();
  for (int r = 0; r < 4; ++r) {
    play("bands=3", rates[r], WINDOW);
    EXPECT_AT_MOST("STE-02 all widths 100 %", unevenness(rates[r], 20.0), 0.001,
                   "dB");
    for (uint32_t i = 0; i < WINDOW; ++i) {
      assert_true(fabs(out_right[i]) < 1e-8);
    }
  }
}

/// Whatever the widths, the sum of both sides is that of the input
static void
the_mono_sum_stays(void** state)
{
  (void)state;
  impulse_on_the_left();
  for (int r = 0; r < 4; ++r) {
    play("bands=4 1-width=0 2-width=150 3-width=60 4-width=200", rates[r],
         WINDOW);
    for (uint32_t i = 0; i < WINDOW; ++i) {
      out[i] += out_right[i];
    }
    EXPECT_AT_MOST("mono sum", unevenness(rates[r], 20.0), 0.001, "dB");
  }
}

static void
ste_03_mono_bass(void** state)
{
  (void)state;
  for (int r = 0; r < 4; ++r) {
    const double hz = signal_coherent_hz(60.0, rates[r], WINDOW);
    signal_sine(left, N, rates[r], hz, -6.0, 0.0);
    memset(right, 0, sizeof(right));
    play("bands=2 crossover-1=120 1-width=0", rates[r], N);
    double side = 0.0;
    double product = 0.0;
    double l = 0.0;
    double m = 0.0;
    for (uint32_t i = N - WINDOW; i < N; ++i) {
      side += 0.25 * (out[i] - out_right[i]) * (out[i] - out_right[i]);
      product += out[i] * out_right[i];
      l += out[i] * out[i];
      m += out_right[i] * out_right[i];
    }
    EXPECT_AT_LEAST("STE-03 correlation at 60 Hz", product / sqrt(l * m), 0.999,
                    "");
    // 0.25: side of a sound on the left alone
    EXPECT_AT_MOST("STE-03 side at 60 Hz",
                   10.0 * log10(side / WINDOW / (0.25 * 0.125594)), -24.0,
                   "dB");
    impulse_on_the_left();
    play("bands=2 crossover-1=120 1-width=0", rates[r], WINDOW);
    EXPECT_AT_MOST("STE-03 left alone, above 360 Hz",
                   unevenness(rates[r], 360.0), 0.5, "dB");
    double bump = -INFINITY;
    for (double around = 30.0; around < 400.0; around *= 1.1) {
      const double line = rint(around * WINDOW / rates[r]);
      bump = fmax(bump, line_db((uint32_t)line));
    }
    EXPECT_AT_MOST("STE-03 left alone, bump", bump, 1.0, "dB");
  }
}

static void
each_band_has_its_width(void** state)
{
  (void)state;
  static const double middles[] = {35.37, 700.1, 9010.7};
  static const double gains[] = {0.5, 2.0, 1.5};
  for (int r = 0; r < 4; ++r) {
    for (int k = 0; k < 3; ++k) {
      signal_sine(left, N, rates[r], middles[k], -20.0, 0.0);
      for (uint32_t i = 0; i < N; ++i) {
        right[i] = -left[i];
      }
      play("bands=3 crossover-1=150 crossover-2=3000 1-width=50 2-width=200 "
           "3-width=150",
           rates[r], N);
      EXPECT_DB("side of a band",
                20.0 * log10(signal_rms(out + N / 2, N / 2) /
                             signal_rms(left + N / 2, N / 2)),
                20.0 * log10(gains[k]), 0.15);
    }
  }
}

static void
ste_06_guard(void** state)
{
  (void)state;
  static double mid[N];
  static double side[N];
  signal_pink(mid, N, 3, 48000.0);
  signal_pink(side, N, 4, 48000.0);
  for (uint32_t i = 0; i < N; ++i) {
    left[i] = 0.05 * (mid[i] + 2.0 * side[i]);
    right[i] = 0.05 * (mid[i] - 2.0 * side[i]);
  }
  play("bands=3 least-correlation=0", 48000.0, N);
  double product = 0.0;
  double l = 0.0;
  double r = 0.0;
  for (uint32_t i = 48000; i < N; ++i) {
    product += out[i] * out_right[i];
    l += out[i] * out[i];
    r += out_right[i] * out_right[i];
  }
  EXPECT_AT_LEAST("STE-06 correlation after 1 s", product / sqrt(l * r), -0.05,
                  "");
  memcpy(left, mid, sizeof(left));
  memcpy(right, mid, sizeof(right));
  play("bands=3 least-correlation=0", 48000.0, N);
  EXPECT_DB("STE-06 left equals right",
            20.0 * log10(signal_rms(out + WINDOW, WINDOW) /
                         signal_rms(left + WINDOW, WINDOW)),
            0.0, 0.01);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(ste_02_flat_at_rest),
      cmocka_unit_test(the_mono_sum_stays),
      cmocka_unit_test(ste_03_mono_bass),
      cmocka_unit_test(each_band_has_its_width),
      cmocka_unit_test(ste_06_guard),
  };
  return TON_TESTS(tests);
}
