// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Times, feedback and filters of the delay.

#include "signals.h"
#include "single_lane.h"

enum { N = 192000 };

static const double RATE = 48000.0;
static float left[N];
static float right[N];

static void
silence(void)
{
  memset(left, 0, sizeof(left));
  memset(right, 0, sizeof(right));
}

/// A burst of 1 kHz, 100 ms with soft edges, on both sides
static void
burst(void)
{
  silence();
  for (int i = 0; i < 4800; ++i) {
    const double edge = 0.5 - 0.5 * cos(2.0 * M_PI * i / 4800.0);
    left[i] = (float)(0.5 * edge * sin(2.0 * M_PI * 1000.0 * i / RATE));
    right[i] = left[i];
  }
}

static double
energy_db(const float* x, uint32_t from, uint32_t n)
{
  double sum = 1e-30;
  for (uint32_t i = from; i < from + n; ++i) {
    sum += (double)x[i] * (double)x[i];
  }
  return 10.0 * log10(sum);
}

static uint32_t
largest(const float* x)
{
  uint32_t at = 0;
  for (uint32_t i = 1; i < N; ++i) {
    at = fabsf(x[i]) > fabsf(x[at]) ? i : at;
  }
  return at;
}

static void
run(const char* settings)
{
  lone_apply(ton_processor("delay"), RATE, settings, left, right, N);
}

static void
spc_10_the_time_is_exact(void** state)
{
  (void)state;
  static const struct {
    const char* settings;
    uint32_t frames;
  } cases[] = {// a quarter at 120 bpm
               {"time=500 feedback=0 lowpass=20000", 24000},
               {"time=1 feedback=0 lowpass=20000", 48},
               {"time=333.333 feedback=0 lowpass=20000", 16000},
               {"time=3999 feedback=0 lowpass=20000", 191952}};
  for (int k = 0; k < 4; ++k) {
    silence();
    left[0] = right[0] = 1.0F;
    run(cases[k].settings);
    const uint32_t at = largest(left);
    EXPECT_NEAR("SPC-10 time", (double)at, cases[k].frames, 0.0, "frames");
    for (uint32_t i = 0; i < at; ++i) {
      assert_true(left[i] == 0.0F && right[i] == 0.0F);
    }
  }
}

static void
spc_10_echoes_fall_by_the_feedback(void** state)
{
  (void)state;
  burst();
  const double in = energy_db(left, 0, 4800);
  run("time=500 feedback=50 lowpass=20000 highpass=20");
  double last = energy_db(left, 24000, 4800 + 2000);
  EXPECT_DB("SPC-10 first echo", last - in, 0.0, 0.01);
  for (uint32_t k = 2; k < 7; ++k) {
    const double now = energy_db(left, k * 24000, 4800 + 2000);
    EXPECT_DB("SPC-10 echo to echo at 50 %", now - last, -6.0206, 0.01);
    last = now;
  }
}

static void
ping_pong_goes_from_side_to_side(void** state)
{
  (void)state;
  burst();
  run("time=500 feedback=50 ping-pong=on lowpass=20000 highpass=20");
  for (uint32_t k = 1; k < 7; ++k) {
    const double l = energy_db(left, k * 24000, 6000);
    const double r = energy_db(right, k * 24000, 6000);
    EXPECT_AT_LEAST("ping-pong: side over side", k % 2 ? l - r : r - l, 90.0,
                    "dB");
  }
}

static void
half_crossed_is_mono_from_the_second_echo(void** state)
{
  (void)state;
  burst();
  memset(right, 0, sizeof(right));
  run("time=500 feedback=80 cross=50");
  EXPECT_AT_MOST("cross: right in the first echo",
                 energy_db(right, 24000, 6000), -200.0, "dB");
  EXPECT_DB("cross: right against left in the second",
            energy_db(right, 48000, 6000) - energy_db(left, 48000, 6000), 0.0,
            0.01);
}

/// Gain of echo `k` of a tone, in dB
static double
echo_of_tone(double hz, uint32_t k, const char* settings)
{
  silence();
  for (int i = 0; i < 9600; ++i) {
    const double edge = 0.5 - 0.5 * cos(2.0 * M_PI * i / 9600.0);
    left[i] = (float)(0.5 * edge * sin(2.0 * M_PI * hz * i / RATE));
  }
  const double in = energy_db(left, 0, 9600);
  run(settings);
  return energy_db(left, k * 24000, 14000) - in;
}

static void
echoes_grow_darker_and_thinner(void** state)
{
  (void)state;
  static const char* const dark =
      "time=500 feedback=50 lowpass=4000 highpass=20";
  static const char* const thin =
      "time=500 feedback=50 lowpass=20000 highpass=300";
  for (uint32_t k = 1; k < 4; ++k) {
    const double fed = -6.0206 * (k - 1);
    EXPECT_DB("low-pass at its corner, echo k",
              echo_of_tone(4000.0, k, dark) - fed, -3.0103 * k, 0.1);
    EXPECT_DB("high-pass at its corner, echo k",
              echo_of_tone(300.0, k, thin) - fed, -3.0103 * k, 0.1);
  }
}

static void
the_echo_ducks_under_the_sound(void** state)
{
  (void)state;
  // tone for 2 s, then silence: the echo comes up by what was ducked
  for (int duck = 0; duck < 2; ++duck) {
    silence();
    for (int i = 0; i < 96000; ++i) {
      left[i] = (float)(0.5 * sin(2.0 * M_PI * 1000.0 * i / RATE));
    }
    run(duck ? "time=1500 feedback=0 duck=12" : "time=1500 feedback=0");
    static double under[2];
    static double after[2];
    under[duck] = energy_db(left, 86400, 4800);
    after[duck] = energy_db(left, 163200, 4800);
    if (duck) {
      EXPECT_DB("duck while it sounds", under[1] - under[0], -12.0, 0.2);
      EXPECT_DB("duck 1.4 s after", after[1] - after[0], 0.0, 0.1);
    }
  }
}

/// Largest step of noise through moving parameters against 3 sigma of the
/// steps at rest; noise below 1 kHz, so that a click would stand out
static void
spc_09_no_click_while_values_move(void** state)
{
  (void)state;
  static const char* const moves[] = {
      "time=80",      "time=700",     "feedback=80",  "cross=100", "mix=40",
      "ping-pong=on", "lowpass=1000", "highpass=900", "duck=12",   "time=81"};
  const TonProcessor* const p = ton_processor("delay");
  float values[LONE_PARAMS];
  lone_values(p, "time=300 feedback=50", values);
  void* const d = lone_state(p, RATE, values);
  lone_update(p, d, 0, values, true, 0);
  double slow[2] = {0.0, 0.0};
  for (uint32_t i = 0; i < N; ++i) {
    slow[0] += 0.1 * (signal_random(5, i) - slow[0]);
    slow[1] += 0.1 * (slow[0] - slow[1]);
    left[i] = right[i] = (float)(0.5 * slow[1]);
  }
  double sum = 0.0;
  double most = 0.0;
  float before = 0.0F;
  for (uint32_t part = 0; part < N / 4000; ++part) {
    if (part % 4 == 2) {
      lone_set(p, moves[part / 4 % 10], values);
      lone_update(p, d, 0, values, true, 960);
    }
    lone_run(p, d, 0, left + part * 4000, right + part * 4000, 4000);
    for (uint32_t i = part * 4000; i < (part + 1) * 4000; ++i) {
      const double step = (double)left[i] - (double)before;
      sum += step * step;
      most = fmax(most, fabs(step));
      before = left[i];
    }
  }
  // 3 sigma is passed by noise itself in 1 of 370 frames; the noise here is
  // Gaussian, and of 192 000 frames the largest at rest is 4.6 sigma
  EXPECT_AT_MOST("SPC-09 largest step", most / sqrt(sum / N), 6.0, "sigma");
  p->close(p, d);
}

static void
spc_13_dry_is_exact(void** state)
{
  (void)state;
  for (uint32_t i = 0; i < N; ++i) {
    left[i] = (float)signal_random(1, i);
    right[i] = (float)signal_random(2, i);
  }
  run("mix=0 feedback=90");
  for (uint32_t i = 0; i < N; ++i) {
    assert_true(left[i] == (float)signal_random(1, i));
    assert_true(right[i] == (float)signal_random(2, i));
  }
}

static void
a_long_feedback_dies(void** state)
{
  (void)state;
  const TonProcessor* const p = ton_processor("delay");
  float values[LONE_PARAMS];
  lone_values(p, "time=20 feedback=95 lowpass=20000 highpass=20", values);
  void* const d = lone_state(p, RATE, values);
  lone_update(p, d, 0, values, true, 0);
  burst();
  lone_run(p, d, 0, left, right, N);
  const uint64_t end = lone_tail(p, RATE, values);
  for (uint64_t done = 0; done < end; done += N) {
    silence();
    lone_run(p, d, 0, left, right, N);
  }
  EXPECT_AT_MOST("after the tail", energy_db(left, N - 48000, 48000) - 46.8,
                 -120.0, "dBFS");
  p->close(p, d);
}

// Tape in the loop ----------------------------------------------------------------

enum { LAST = 65536 };

static const double rates[] = {44100.0, 48000.0, 96000.0, 192000.0};
static double sound[N];
static double lines[LAST / 2 + 1];

static void
spc_10_the_time_is_exact_with_a_tape(void** state)
{
  (void)state;
  for (int r = 0; r < 4; ++r) {
    silence();
    left[0] = right[0] = 0.01F;
    lone_apply(ton_processor("delay"), rates[r],
               "time=250 feedback=0 lowpass=20000 tape=on", left, right, N);
    EXPECT_NEAR("SPC-10 time with a tape", largest(left), 0.25 * rates[r], 0.0,
                "frames");
    silence();
    left[0] = right[0] = 0.01F;
    lone_apply(ton_processor("delay"), rates[r],
               "time=1 feedback=0 lowpass=20000 tape=on", left, right, N);
    EXPECT_AT_MOST("shortest time", largest(left) * 1000.0 / rates[r], 3.0,
                   "ms");
  }
}

/// The last frames of a tone's first echo, into `sound`; the tone's frequency
static double
tone_off_tape(double rate, double hz, double peak_dbfs, const char* more)
{
  char settings[128];
  snprintf(settings, sizeof(settings),
           "time=10 feedback=0 highpass=20 lowpass=20000 tape=on %s", more);
  const double exact = signal_coherent_hz(hz, rate, LAST);
  signal_sine(sound, N, rate, exact, peak_dbfs, 0.0);
  for (uint32_t i = 0; i < N; ++i) {
    left[i] = right[i] = (float)sound[i];
  }
  lone_apply(ton_processor("delay"), rate, settings, left, right, N);
  for (uint32_t i = 0; i < N; ++i) {
    sound[i] = (double)left[i];
  }
  signal_spectrum(sound + N - LAST, LAST, lines);
  return exact;
}

static void
sat_13_nothing_folds_off_the_tape(void** state)
{
  (void)state;
  static const double tones[] = {1250.0, 5000.0, 10000.0};
  for (int i = 0; i < 24; ++i) {
    const double rate = rates[i / 6];
    const double hz = tone_off_tape(rate, tones[i % 3], 0.0,
                                    i / 3 % 2 ? "drive=6" : "drive=12");
    const uint32_t bin = (uint32_t)lrint(hz * LAST / rate);
    EXPECT_AT_MOST("SAT-13 tape of the delay",
                   signal_worst_alias_db(lines, LAST, rate, bin), -80.0, "dBc");
  }
}

/// Third harmonic of tanh at amplitudes of 0.1 and 0.3
static void
sat_05_the_tape_rounds_off(void** state)
{
  (void)state;
  static const double wanted[] = {-61.61, -42.69};
  for (int i = 0; i < 8; ++i) {
    const double rate = rates[i / 2];
    const double dbfs = i % 2 ? -10.4576 : -20.0;
    const double hz = tone_off_tape(rate, 500.0, dbfs, "");
    const uint32_t bin = (uint32_t)lrint(hz * LAST / rate);
    EXPECT_DB("SAT-05 third harmonic off the tape",
              20.0 * log10(lines[3 * bin] / lines[bin]), wanted[i % 2], 0.05);
  }
}

static void
sat_09_echoes_sway(void** state)
{
  (void)state;
  for (int r = 0; r < 2; ++r) {
    const double hz =
        tone_off_tape(rates[r], 3150.0, -40.0, "wow=0.1 wow-speed=1");
    EXPECT_NEAR("SAT-09 peak deviation of 3150 Hz in an echo",
                signal_deviation_hz(sound + N - 2 * LAST, 2 * (uint64_t)LAST,
                                    rates[r], hz),
                hz * 0.001, 0.03 * hz * 0.001, "Hz");
  }
}

/// Quiet echoes are those of a delay without a tape; loud ones stay below what the
/// tape takes, however often they come again
static void
only_loud_echoes_are_rounded_off(void** state)
{
  (void)state;
  burst();
  for (uint32_t i = 0; i < N; ++i) {
    left[i] *= 0.002F;
    right[i] *= 0.002F;
  }
  double last = energy_db(left, 0, 4800) + 6.0206;
  run("time=500 feedback=50 lowpass=20000 highpass=20 tape=on");
  for (uint32_t k = 1; k < 7; ++k) {
    const double now = energy_db(left, k * 24000 - 200, 6800);
    EXPECT_DB("SPC-10 echo to echo of a quiet burst", now - last, -6.0206,
              0.01);
    last = now;
  }
  for (uint32_t i = 0; i < N; ++i) {
    left[i] = right[i] = (float)sin(2.0 * M_PI * 1000.0 * i / RATE);
  }
  run("time=20 feedback=95 lowpass=20000 highpass=20 tape=on drive=12");
  // tanh gives at most 1 / drive; a filter rings over by 18 % on a square
  EXPECT_AT_MOST("loudest echo", fabs((double)left[largest(left)]),
                 1.18 * 0.2512, "");
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(spc_10_the_time_is_exact),
      cmocka_unit_test(spc_10_echoes_fall_by_the_feedback),
      cmocka_unit_test(ping_pong_goes_from_side_to_side),
      cmocka_unit_test(half_crossed_is_mono_from_the_second_echo),
      cmocka_unit_test(echoes_grow_darker_and_thinner),
      cmocka_unit_test(the_echo_ducks_under_the_sound),
      cmocka_unit_test(spc_09_no_click_while_values_move),
      cmocka_unit_test(spc_13_dry_is_exact),
      cmocka_unit_test(a_long_feedback_dies),
      cmocka_unit_test(spc_10_the_time_is_exact_with_a_tape),
      cmocka_unit_test(sat_13_nothing_folds_off_the_tape),
      cmocka_unit_test(sat_05_the_tape_rounds_off),
      cmocka_unit_test(sat_09_echoes_sway),
      cmocka_unit_test(only_loud_echoes_are_rounded_off),
  };
  return TON_TESTS(tests);
}
