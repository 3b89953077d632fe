// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The de-esser on bursts, vowels, noise and hiss.

#include "signals.h"
#include "single_lane.h"

enum { LANES = 4, N = 262144, HALF = N / 2, LAST = 32768 };

static double in[N];
static double right[N];
static double out[N];
static double out_right[N];

static const double rates[] = {44100.0, 48000.0, 96000.0, 192000.0};

static const TonProcessor*
de_esser(void)
{
  return ton_processor_lanes(ton_processor("de-esser"), LANES);
}

static void
play(const char* settings, double rate)
{
  memcpy(right, in, sizeof(in));
  lone_pair(de_esser(), rate, settings,
            &(LonePair){in, right, NULL, out, out_right}, N);
}

static void
add_tone(double rate, double hz, double dbfs, uint32_t from)
{
  static double x[N];
  signal_sine(x, N, rate, hz, dbfs, 0.0);
  for (uint32_t i = from; i < N; ++i) {
    in[i] += x[i];
  }
}

/// Change of a tone in the last part
static double
gain_db(double rate, double hz)
{
  const double* const y = out + N - LAST;
  const double* const x = in + N - LAST;
  return 20.0 * log10(signal_amplitude(y, LAST, rate, hz) /
                      signal_amplitude(x, LAST, rate, hz));
}

static double
coherent(double hz, double rate)
{
  return signal_coherent_hz(hz, rate, LAST);
}

static void
dyn_10_a_burst_is_reduced_and_the_voice_is_not(void** state)
{
  (void)state;
  for (int r = 0; r < 4; ++r) {
    const double low = coherent(1000.0, rates[r]);
    const double high = coherent(7000.0, rates[r]);
    memset(in, 0, sizeof(in));
    add_tone(rates[r], low, -20.0, 0);
    add_tone(rates[r], high, -10.0, HALF);
    play("range=6", rates[r]);
    EXPECT_DB("DYN-10 burst", gain_db(rates[r], high), -6.0, 1.0);
    EXPECT_DB("DYN-10 1 kHz", gain_db(rates[r], low), 0.0, 0.1);
    play("range=6 mode=wide", rates[r]);
    EXPECT_DB("DYN-10 burst, wide", gain_db(rates[r], high), -6.0, 0.1);
    EXPECT_DB("DYN-10 1 kHz, wide", gain_db(rates[r], low), -6.0, 0.1);
  }
}

/// By how much the level of the last part is less
static double
taken_db(void)
{
  return 20.0 * log10(signal_rms(in + N - LAST, LAST) /
                      signal_rms(out + N - LAST, LAST));
}

static void
dyn_10_pink_noise_stays(void** state)
{
  (void)state;
  for (int r = 0; r < 4; ++r) {
    signal_pink(in, N, 5, rates[r]);
    for (uint32_t i = 0; i < N; ++i) {
      in[i] *= 0.1;
    }
    play("mode=wide look-ahead=0", rates[r]);
    EXPECT_AT_MOST("DYN-10 taken off pink noise", taken_db(), 0.5, "dB");
  }
}

/// A vowel without an S keeps every bit, however loud
static void
a_vowel_is_untouched(void** state)
{
  (void)state;
  memset(in, 0, sizeof(in));
  for (int k = 1; k <= 20; ++k) {
    add_tone(48000.0, 151.3 * k, -14.0 - 3.0 * k, 0);
  }
  play("look-ahead=0", 48000.0);
  for (uint32_t i = HALF; i < N; ++i) {
    assert_true((float)out[i] == (float)in[i]);
  }
}

/// Where noise begins, its treble is heard before an average of its lows is: that
/// is no S
static void
a_beginning_is_no_s(void** state)
{
  (void)state;
  for (int r = 0; r < 4; ++r) {
    const double period = 0.25 * rates[r];
    double before = 0.0;
    double after = 0.0;
    signal_pink(in, N, 5, rates[r]);
    for (uint32_t i = 0; i < N; ++i) {
      in[i] *= fmod(i, period) < 0.5 * period ? 0.1 : 0.0;
    }
    play("mode=wide threshold=6 look-ahead=0", rates[r]);
    for (uint32_t i = 0; i < N; ++i) {
      const bool first = fmod(i, period) < 0.03 * rates[r];
      before += first ? in[i] * in[i] : 0.0;
      after += first ? out[i] * out[i] : 0.0;
    }
    EXPECT_AT_MOST("taken off the first 30 ms", 10.0 * log10(before / after),
                   0.5, "dB");
  }
}

/// Gain of the whole path for an S of `hz`, `over_db` over a voice of 600 Hz, at
/// the default 5.5 kHz: what its detector hears of it, turned down by a shelf
/// around two thirds of that
static double
split_gain_db(double hz, double over_db, double rate)
{
  const double t = tan(M_PI * hz / rate);
  const double edge = t / tan(M_PI * 5500.0 / rate);
  const double top = t / tan(M_PI * 14000.0 / rate);
  const double heard_db = over_db - 20.0 * log10(1.0 + pow(edge, -4.0)) -
                          10.0 * log10(1.0 + pow(top, 4.0));
  const double g = pow(10.0, -heard_db / 20.0); // beyond the knee of 6 dB
  const double s = t / tan(M_PI * 5500.0 / 1.5 / rate);
  // |g s^2 + sqrt(2 g) s + 1|^2 / |s^2 + sqrt(2) s + 1|^2
  const double power =
      (pow(1.0 - g * s * s, 2.0) + 2.0 * g * s * s) / (1.0 + pow(s, 4.0));
  return 10.0 * log10(power);
}

/// Quiet phrases are treated like loud ones
static void
the_threshold_is_relative(void** state)
{
  (void)state;
  for (int r = 0; r < 4; ++r) {
    for (int k = 0; k < 3; ++k) {
      const double low = coherent(600.0, rates[r]);
      const double high = coherent(7000.0, rates[r]);
      memset(in, 0, sizeof(in));
      add_tone(rates[r], low, -20.0 - 20.0 * k, 0);
      add_tone(rates[r], high, -12.0 - 20.0 * k, HALF);
      play("range=12", rates[r]);
      EXPECT_DB("DYN-10 8 dB over the voice", gain_db(rates[r], high),
                split_gain_db(high, 8.0, rates[r]), 1.0);
    }
  }
}

/// In the pause behind a phrase hiss at -40 dB re the voice is left alone
static void
hiss_does_not_trigger(void** state)
{
  (void)state;
  enum { PAUSE = 24000 };
  memset(in, 0, sizeof(in));
  add_tone(48000.0, 400.0, -12.0, 0);
  for (uint32_t i = HALF; i < N; ++i) {
    in[i] = 0.0;
  }
  for (uint32_t i = 0; i < N; ++i) {
    in[i] += pow(10.0, -55.0 / 20.0) * signal_random(3, i);
  }
  play("mode=wide look-ahead=0", 48000.0);
  const double* const y = out + HALF + 2400;
  EXPECT_DB(
      "hiss in a pause",
      20.0 * log10(signal_rms(y, PAUSE) / signal_rms(in + HALF + 2400, PAUSE)),
      0.0, 0.1);
}

static void
the_gain_is_there_in_time(void** state)
{
  (void)state;
  for (int r = 0; r < 4; ++r) {
    enum { MS = 2 };
    float values[LONE_PARAMS];
    lone_values(de_esser(), "look-ahead=2", values);
    const uint32_t late = lone_latency(de_esser(), rates[r], values);
    assert_int_equal(late, lrint(MS * rates[r] / 1000.0));
    memset(in, 0, sizeof(in));
    add_tone(rates[r], 500.0, -20.0, 0);
    add_tone(rates[r], 8000.0, -6.0, HALF);
    play("look-ahead=2 attack=0.2 mode=wide range=12", rates[r]);
    const uint32_t first = (uint32_t)(0.001 * rates[r]);
    const double db = 20.0 * log10(signal_rms(out + HALF + late, first) /
                                   signal_rms(in + HALF, first));
    EXPECT_AT_MOST("first millisecond of an S", db, -8.0, "dB");
  }
}

static void
both_sides_alike(void** state)
{
  (void)state;
  memset(in, 0, sizeof(in));
  add_tone(48000.0, 7000.0, -10.0, 0);
  memcpy(right, in, sizeof(in));
  for (uint32_t i = 0; i < N; ++i) {
    right[i] = 0.25 * in[i];
  }
  lone_pair(de_esser(), 48000.0, "mode=wide",
            &(LonePair){in, right, NULL, out, out_right}, N);
  EXPECT_DB("left over right",
            20.0 * log10(signal_rms(out + HALF, HALF) /
                         signal_rms(out_right + HALF, HALF)),
            20.0 * log10(4.0), 0.001);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(dyn_10_a_burst_is_reduced_and_the_voice_is_not),
      cmocka_unit_test(dyn_10_pink_noise_stays),
      cmocka_unit_test(a_vowel_is_untouched),
      cmocka_unit_test(a_beginning_is_no_s),
      cmocka_unit_test(the_threshold_is_relative),
      cmocka_unit_test(hiss_does_not_trigger),
      cmocka_unit_test(the_gain_is_there_in_time),
      cmocka_unit_test(both_sides_alike),
  };
  return TON_TESTS(tests);
}
