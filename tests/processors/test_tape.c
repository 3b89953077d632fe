// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The tape machine: its curve, its loop, wow, losses and hiss.

#include "signals.h"
#include "single_lane.h"

enum { N = 262144, LAST = 131072 };

static const double rates[] = {44100.0, 48000.0, 96000.0, 192000.0};
static double left[N];
static double right[N];
static double out[N];
static double out_right[N];
static double lines[LAST / 2 + 1];

static void
play(const char* settings, double rate)
{
  memcpy(right, left, sizeof(left));
  lone_pair(ton_processor("tape"), rate, settings,
            &(LonePair){left, right, NULL, out, out_right}, N);
}

static void
tone(double rate, double hz, double dbfs)
{
  signal_sine(left, N, rate, hz, dbfs, 0.0);
}

/// Gain of a tone in the last part
static double
gain_db(double rate, double hz)
{
  return 20.0 * log10(signal_amplitude(out + N - LAST, LAST, rate, hz) /
                      signal_amplitude(left + N - LAST, LAST, rate, hz));
}

static void
sat_08_levels_are_compressed(void** state)
{
  (void)state;
  for (int r = 0; r < 4; ++r) {
    const double hz = signal_coherent_hz(1000.0, rates[r], LAST);
    double last = INFINITY;
    double first = 0.0;
    for (int dbfs = -60; dbfs <= 12; dbfs += 6) {
      tone(rates[r], hz, dbfs);
      play("", rates[r]);
      const double now = gain_db(rates[r], hz);
      first = dbfs == -60 ? now : first;
      EXPECT_AT_MOST("SAT-08 gain over that of 6 dB less", now - last, 1e-4,
                     "dB");
      last = now;
    }
    EXPECT_DB("a quiet tone keeps its level", first, 0.0, 0.5);
    EXPECT_AT_MOST("12 dB over full scale", last, -6.0, "dB");
  }
}

/// Amplitude of a harmonic re the tone, dB
static double
harmonic_db(double rate, double hz, int m)
{
  const double* const y = out + N - LAST;
  return 20.0 * log10(signal_amplitude(y, LAST, rate, m * hz) /
                          signal_amplitude(y, LAST, rate, hz) +
                      1e-15);
}

static void
sat_08_the_loop_is_symmetric(void** state)
{
  (void)state;
  static const char* const biases[] = {"bias=100", "bias=70", "bias=0"};
  for (int r = 0; r < 4; ++r) {
    for (int k = 0; k < 3; ++k) {
      const double hz = signal_coherent_hz(1000.0, rates[r], LAST);
      tone(rates[r], hz, -6.0);
      play(biases[k], rates[r]);
      EXPECT_AT_LEAST("SAT-08 third over second harmonic",
                      harmonic_db(rates[r], hz, 3) -
                          harmonic_db(rates[r], hz, 2),
                      20.0, "dB");
    }
  }
}

/// With less bias the way up is not the way down, and quiet sound gets rough
static void
bias_makes_memory(void** state)
{
  (void)state;
  const double hz = signal_coherent_hz(100.0, 48000.0, LAST);
  double third[2];
  for (int k = 0; k < 2; ++k) {
    tone(48000.0, hz, -30.0);
    play(k ? "bias=0" : "bias=100", 48000.0);
    third[k] = harmonic_db(48000.0, hz, 3);
  }
  EXPECT_AT_LEAST("third harmonic of a quiet tone, more without bias",
                  third[1] - third[0], 20.0, "dB");
}

static void
sat_08_a_loud_square_is_stable(void** state)
{
  (void)state;
  for (int r = 0; r < 4; ++r) {
    for (uint32_t i = 0; i < N; ++i) {
      const double turns = fmod(97.3 / rates[r] * i, 1.0);
      left[i] = turns < 0.5 ? 15.85 : -15.85; // +24 dBFS
    }
    play("drive=24 bias=0 wow=1 flutter=1 hiss=-30", rates[r]);
    double most = 0.0;
    for (uint32_t i = 0; i < N; ++i) {
      assert_true(isfinite(out[i]));
      most = fmax(most, fabs(out[i]));
    }
    EXPECT_AT_MOST("SAT-08 largest sample of a square of +24 dBFS", most, 4.0,
                   "");
  }
}

static void
sat_09_wow_sways_the_pitch(void** state)
{
  (void)state;
  for (int r = 0; r < 2; ++r) {
    const double hz = signal_coherent_hz(3150.0, rates[r], LAST);
    tone(rates[r], hz, -40.0);
    play("wow=0.1 wow-speed=1", rates[r]);
    EXPECT_NEAR("SAT-09 peak deviation of 3150 Hz",
                signal_deviation_hz(out + N - LAST, LAST, rates[r], hz),
                hz * 0.001, 0.03 * hz * 0.001, "Hz");
    for (uint32_t i = 0; i < LAST; ++i) { // Hann: sidebands fall off
      out[N - LAST + i] *= 0.5 - 0.5 * cos(2.0 * M_PI * i / LAST);
    }
    signal_spectrum(out + N - LAST, LAST, lines);
    const uint32_t centre = (uint32_t)lrint(hz * LAST / rates[r]);
    double tone_at = 0.0;
    double beside = 0.0;
    for (uint32_t i = 10; i < LAST / 2; ++i) {
      const double off = fabs((double)i - centre) * rates[r] / LAST;
      double* const largest = off < 30.0 ? &tone_at : &beside;
      *largest = fmax(*largest, lines[i]);
    }
    EXPECT_AT_MOST("SAT-09 beside the sidebands",
                   20.0 * log10(beside / tone_at), -90.0, "dBc");
  }
}

/// exp(-k d), and the gap: at 15 inches per second a wave of 15 kHz is 25 um long
static void
the_heads_lose_treble(void** state)
{
  (void)state;
  for (int r = 0; r < 4; ++r) {
    const double hz = signal_coherent_hz(12000.0, rates[r], LAST);
    const double low = signal_coherent_hz(1000.0, rates[r], LAST);
    const double k = 2.0 * M_PI * hz / 0.381;
    const double wanted =
        20.0 * log10(exp(-k * 1e-6) * sin(1.5e-6 * k) / (1.5e-6 * k));
    tone(rates[r], hz, -40.0);
    play("", rates[r]);
    EXPECT_DB("12 kHz at 15 inches per second", gain_db(rates[r], hz), wanted,
              0.3);
    tone(rates[r], low, -40.0);
    play("", rates[r]);
    EXPECT_DB("1 kHz", gain_db(rates[r], low), 0.0, 0.3);
  }
}

static void
the_lowest_octave_is_lifted(void** state)
{
  (void)state;
  for (int r = 0; r < 4; ++r) {
    const double hz = signal_coherent_hz(55.0, rates[r], LAST);
    tone(rates[r], hz, -40.0);
    play("", rates[r]);
    EXPECT_DB("bump of the head at 15 inches per second", gain_db(rates[r], hz),
              2.25, 0.75); // 1.5 to 3 dB
  }
}

static void
hiss_has_its_level_and_ends(void** state)
{
  (void)state;
  memset(left, 0, sizeof(left));
  for (uint32_t i = 0; i < N / 2; ++i) {
    left[i] = 1e-7 * (i % 2 ? 1.0 : -1.0); // sound, far below the noise
  }
  play("hiss=-60", 48000.0);
  EXPECT_DB("hiss", 20.0 * log10(signal_rms(out, N / 2)), -60.0, 0.1);
  assert_true(signal_rms(out + N - 48000, 48000) == 0.0);
  double product = 0.0;
  for (uint32_t i = 0; i < N / 2; ++i) {
    product += out[i] * out_right[i];
  }
  EXPECT_NEAR("correlation of both sides", product / (N / 2) * 1e6, 0.0, 0.02,
              "");
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sat_08_levels_are_compressed),
      cmocka_unit_test(sat_08_the_loop_is_symmetric),
      cmocka_unit_test(bias_makes_memory),
      cmocka_unit_test(sat_08_a_loud_square_is_stable),
      cmocka_unit_test(sat_09_wow_sways_the_pitch),
      cmocka_unit_test(the_heads_lose_treble),
      cmocka_unit_test(the_lowest_octave_is_lifted),
      cmocka_unit_test(hiss_has_its_level_and_ends),
  };
  return TON_TESTS(tests);
}
