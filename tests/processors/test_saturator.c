// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Harmonics, aliases, levels and offsets of the saturator.

#include "signals.h"
#include "single_lane.h"

#include <tonmeister/measure.h>

enum { N = 65536, ALL = 192000 + N };

static double in[ALL];
static float left[ALL];
static double amplitude[N / 2 + 1];

enum { CHARACTERS = 7 };

static const char* const characters[CHARACTERS] = {
    "soft", "tube", "tape", "transformer", "hard", "transistor", "fold"};

static double
level_db(double a)
{
  return 20.0 * log10(a + 1e-30);
}

static double
latency_at(double rate)
{
  const TonProcessor* const p = ton_processor("saturator");
  float values[LONE_PARAMS];
  ton_param_defaults(p, values);
  return lone_latency(p, rate, values);
}

/// `in`, as float, through settings into `left`
static void
run(double rate, const char* settings, uint32_t frames)
{
  for (uint32_t i = 0; i < frames; ++i) {
    left[i] = (float)in[i];
  }
  lone_apply(ton_processor("saturator"), rate, settings, left, NULL, frames);
}

/// A tone of an odd whole number of periods in N, and the spectrum of N frames
/// after one second; the number of its bin
static uint32_t
tone(double rate, double hz, double peak_dbfs, const char* settings)
{
  const double exact = signal_coherent_hz(hz, rate, N);
  const uint32_t lead = (uint32_t)rate;
  signal_sine(in, lead + N, rate, exact, peak_dbfs, 0.0);
  run(rate, settings, lead + N);
  for (uint32_t i = 0; i < N; ++i) {
    in[i] = (double)left[lead + i];
  }
  signal_spectrum(in, N, amplitude);
  return (uint32_t)lrint(exact * N / rate);
}

static double
harmonic_db(uint32_t bin, uint32_t number)
{
  return level_db(amplitude[number * bin]) - level_db(amplitude[bin]);
}

/// To run at; others by argument
static double rates[2] = {44100.0, 48000.0};
static int n_rates = 2;

static void
sat_01_nothing_folds_from_the_soft_curves(void** state)
{
  (void)state;
  for (int r = 0; r < n_rates; ++r) {
    for (int c = 0; c < 4; ++c) {
      char settings[99];
      snprintf(settings, sizeof(settings),
               "character=%s drive=12 auto-gain=off", characters[c]);
      const uint32_t bin = tone(rates[r], 5000.0, 0.0, settings);
      char what[99];
      snprintf(what, sizeof(what), "SAT-01 %s %g Hz", characters[c], rates[r]);
      EXPECT_AT_MOST(what, signal_worst_alias_db(amplitude, N, rates[r], bin),
                     -120.0, "dBc");
    }
  }
}

/// Driven far, tanh is a clipper: without a curve that knows the way between two
/// samples its aliases stand at -32 dBc
static void
sat_13_nothing_folds_at_any_drive(void** state)
{
  (void)state;
  static const double tones[] = {10000.0, 5000.0};
  for (int i = 0; i < 4 * CHARACTERS * n_rates; ++i) {
    const int c = i / 4 % CHARACTERS;
    const double rate = rates[i / (4 * CHARACTERS)];
    if (i % 2 && c > 4) {
      continue; // sums of the others: at the tone that folds more
    }
    char settings[99];
    snprintf(settings, sizeof(settings), "character=%s drive=%d auto-gain=off",
             characters[c], 24 + i / 2 % 2 * 12);
    char what[99];
    snprintf(what, sizeof(what), "SAT-13 %s %g Hz", characters[c], rate);
    const uint32_t bin = tone(rate, tones[i % 2], 0.0, settings);
    EXPECT_AT_MOST(what, signal_worst_alias_db(amplitude, N, rate, bin), -80.0,
                   "dBc");
  }
}

static void
sat_02_nothing_folds_from_the_clipper(void** state)
{
  (void)state;
  for (int r = 0; r < n_rates; ++r) {
    const uint32_t bin =
        tone(rates[r], 5000.0, 0.0, "character=hard drive=12 auto-gain=off");
    EXPECT_AT_MOST("SAT-02", signal_worst_alias_db(amplitude, N, rates[r], bin),
                   -100.0, "dBc");
  }
}

/// White noise below `hz`, made of 600 tones
static void
band_noise(double rate, double hz, uint32_t n)
{
  memset(in, 0, n * sizeof(double));
  for (int k = 0; k < 600; ++k) {
    const double at = 20.0 + (hz - 20.0) * (k + 0.5) / 600.0;
    const double phase = M_PI * signal_random(3, (uint64_t)k);
    const double w = 2.0 * M_PI * at / rate;
    double re = cos(phase);
    double im = sin(phase);
    for (uint32_t i = 0; i < n; ++i) {
      in[i] += 0.02 * re;
      const double next = re * cos(w) - im * sin(w);
      im = re * sin(w) + im * cos(w);
      re = next;
    }
  }
}

static void
sat_03_what_does_not_clip_is_left_alone(void** state)
{
  (void)state;
  enum { M = 24000 };
  static double late[M];
  static double out[M];
  for (int r = 0; r < n_rates; ++r) {
    const uint32_t wait = (uint32_t)latency_at(rates[r]);
    band_noise(rates[r], rates[r] < 48000.0 ? 19500.0 : 20000.0, M);
    run(rates[r], "character=hard drive=-12 auto-gain=off", M);
    for (uint32_t i = 0; i < M; ++i) {
      late[i] = i < wait ? 0.0 : (double)(float)in[i - wait];
      out[i] = (double)left[i];
    }
    EXPECT_AT_MOST("SAT-03 linear", // from when the filters are full
                   signal_null_db(out + 400, late + 400, M - 400), -120.0,
                   "dB");
    run(rates[r], "character=tube drive=20 bias=50 mix=0", M);
    for (uint32_t i = wait; i < M; ++i) {
      assert_true(left[i] == (float)in[i - wait]);
    }
  }
}

static void
sat_05_third_harmonic_of_tanh(void** state)
{
  (void)state;
  const char* const settings = "character=soft drive=0 auto-gain=off";
  uint32_t bin = tone(48000.0, 1000.0, -20.0, settings);
  EXPECT_DB("SAT-05 A = 0.1", harmonic_db(bin, 3), -61.61, 0.05);
  bin = tone(48000.0, 1000.0, level_db(0.3), settings);
  EXPECT_DB("SAT-05 A = 0.3", harmonic_db(bin, 3), -42.69, 0.05);
  bin = tone(48000.0, 1000.0, -18.0 + 3.0103, settings);
  EXPECT_DB("third harmonic of 0 VU", harmonic_db(bin, 3), -51.6, 0.2);
  EXPECT_AT_MOST("second harmonic of 0 VU", harmonic_db(bin, 2), -140.0, "dBc");
}

/// The reference places the second harmonic of 0 VU from -60 to -30 dB
static void
a_tube_makes_even_harmonics_first(void** state)
{
  (void)state;
  double before = -INFINITY;
  for (int drive = 0; drive <= 12; drive += 6) {
    char settings[99];
    snprintf(settings, sizeof(settings), "character=tube drive=%d", drive);
    const uint32_t bin = tone(48000.0, 1000.0, -18.0 + 3.0103, settings);
    const double second = harmonic_db(bin, 2);
    if (drive < 12) {
      EXPECT_NEAR("tube at 0 VU, second harmonic", second, -45.0, 15.0, "dBc");
    }
    EXPECT_AT_MOST("tube at 0 VU, third over second",
                   harmonic_db(bin, 3) - second, -3.0, "dB");
    assert_true(second > before);
    before = second;
  }
}

/// A quiet sweep comes out as it went in, whatever the character
static void
what_is_quiet_keeps_its_spectrum(void** state)
{
  (void)state;
  static const double at[] = {40.0, 200.0, 1000.0, 6000.0, 17000.0};
  for (int c = 0; c < CHARACTERS; ++c) {
    for (int k = 0; k < 5; ++k) {
      char settings[99];
      snprintf(settings, sizeof(settings),
               "character=%s drive=6 bias=20 emphasis=-6 auto-gain=off",
               characters[c]);
      const uint32_t bin = tone(48000.0, at[k], -80.0, settings);
      EXPECT_DB("quiet tone", level_db(amplitude[bin]), -80.0, 0.01);
    }
  }
}

static void
sat_06_no_dc_comes_out(void** state)
{
  (void)state;
  for (int c = 0; c < CHARACTERS; ++c) {
    char settings[99];
    snprintf(settings, sizeof(settings),
             "character=%s drive=18 bias=70 auto-gain=off", characters[c]);
    const uint32_t bin = tone(48000.0, 500.0, -6.0, settings);
    EXPECT_AT_MOST("SAT-06 DC", level_db(amplitude[0]), -90.0, "dBFS");
    EXPECT_AT_LEAST("second harmonic of a bias", harmonic_db(bin, 2), -30.0,
                    "dBc");
  }
}

/// Peak and mean square of a full-scale tone in the last third of 1.5 s, after
/// its DC has gone, both re full scale
static double
bent_tone(double rate, double hz, const char* settings, double* mean_square)
{
  const uint32_t n = (uint32_t)(1.5 * rate);
  const uint32_t from = n / 3 * 2;
  double peak = 0.0;
  *mean_square = 0.0;
  signal_sine(in, n, rate, hz, 0.0, 0.0);
  run(rate, settings, n);
  for (uint32_t i = from; i < n; ++i) {
    peak = fmax(peak, fabs((double)left[i]));
    *mean_square += (double)left[i] * (double)left[i] / (n - from);
  }
  return peak;
}

/// A remover of DC with one pole at 8 Hz added 3 to 27 dB to the peaks of a
/// clipped bass.  Higher tones, driven far, overshoot by more than the 0.1 dB
/// without harmonics beyond 20 kHz (Gibbs), whatever removes the DC.
static void
sat_14_the_bass_stays_under_the_limit(void** state)
{
  (void)state;
  static const char* const symmetric[] = {"soft", "tape", "hard"};
  static const double tones[] = {20.0, 30.0, 41.37, 50.3};
  for (int i = 0; i < 36; ++i) {
    const int drive = 12 + i % 3 * 12;
    const double hz = tones[i / 3 % 4];
    char settings[99];
    double power;
    snprintf(settings, sizeof(settings), "character=%s drive=%d auto-gain=off",
             symmetric[i / 12 % 3], drive);
    const double peak = bent_tone(rates[0], hz, settings, &power);
    if (hz < 40.0 || drive < 36) {
      EXPECT_AT_MOST("SAT-14 peak over the limit", level_db(peak) + drive, 0.1,
                     "dB");
    }
  }
}

/// The reference's pair of tones; where a character has an emphasis, two that
/// lie below its corner
static void
sat_14_bass_is_as_loud_as_the_middle(void** state)
{
  (void)state;
  static const char* const flat[] = {"soft", "tube", "hard", "tape"};
  for (int i = 0; i < 12; ++i) {
    char settings[99];
    double low;
    double middle;
    snprintf(settings, sizeof(settings), "character=%s drive=%d auto-gain=off",
             flat[i / 3], i % 3 * 18);
    bent_tone(48000.0, 30.0, settings, &low);
    bent_tone(48000.0, i / 3 == 3 ? 220.5 : 1000.3, settings, &middle);
    EXPECT_DB("SAT-14 30 Hz against 1 kHz", 10.0 * log10(low / middle), 0.0,
              0.5);
  }
}

static double
transistor(double x)
{
  return 0.5 * fmax(fmin(x + 0.15, 1.0), -1.0) + 0.5 * tanh(x + 0.15);
}

/// Rises to 2.6, turns, and ends at -2.6
static double
folder(double x)
{
  return 7.8 * tanh(x / 13.0 * 3.0) - 10.4 * tanh(x / 13.0);
}

/// Harmonic of curve(d sin) over d and the curve's slope at rest, in dB
static double
curve_harmonic_db(double (*curve)(double), double d, uint32_t number)
{
  enum { POINTS = 4096 };
  double re = 0.0;
  double im = 0.0;
  for (int i = 0; i < POINTS; ++i) {
    const double turn = 2.0 * M_PI * i / POINTS;
    const double y = curve(d * sin(turn)) * 2.0 / POINTS;
    re += y * cos(turn * number);
    im += y * sin(turn * number);
  }
  const double slope = (curve(1e-5) - curve(-1e-5)) / 2e-5;
  return level_db(hypot(re, im) / (d * slope));
}

static void
transistor_and_folder_are_their_curves(void** state)
{
  (void)state;
  static const struct {
    const char* name;
    double (*curve)(double);
  } of[] = {{"transistor", transistor}, {"fold", folder}};
  for (int i = 0; i < 6; ++i) {
    const int drive = i % 3 * 15;
    char settings[99];
    snprintf(settings, sizeof(settings), "character=%s auto-gain=off drive=%d",
             of[i / 3].name, drive);
    const uint32_t bin = tone(48000.0, 1000.0, 0.0, settings);
    for (uint32_t number = 1; number <= 5; number += 2) {
      EXPECT_DB(
          of[i / 3].name, level_db(amplitude[number * bin]),
          curve_harmonic_db(of[i / 3].curve, pow(10.0, drive / 20.0), number),
          0.05);
    }
  }
}

/// Peaks as loud as the curve, and no louder, after the DC has gone
static void
sat_14_a_fold_stays_under_its_limit(void** state)
{
  (void)state;
  const char* const settings = "character=fold drive=36 auto-gain=off";
  double low;
  double middle;
  const double peak = bent_tone(rates[0], 30.0, settings, &low);
  bent_tone(rates[0], 1000.3, settings, &middle);
  EXPECT_AT_MOST("SAT-14 fold, peak over the limit",
                 level_db(peak / 2.6) + 36.0, 0.1, "dB");
  EXPECT_DB("SAT-14 fold, 30 Hz against 1 kHz", 10.0 * log10(low / middle), 0.0,
            0.5);
}

/// Harmonics 2 to 20 below 20 kHz against the first
static double
distortion_db(double rate, uint32_t bin)
{
  double sum = 0.0;
  for (uint32_t k = 2; k <= 20 && k * bin < 20000.0 * N / rate; ++k) {
    sum += amplitude[k * bin] * amplitude[k * bin];
  }
  return 10.0 * log10(sum) - level_db(amplitude[bin]);
}

static void
sat_07_a_transformer_bends_the_bass(void** state)
{
  (void)state;
  const char* const settings = "character=transformer drive=6 auto-gain=off";
  uint32_t bin = tone(48000.0, 30.0, -18.0, settings);
  const double at_30 = distortion_db(48000.0, bin);
  bin = tone(48000.0, 60.0, -18.0, settings);
  const double at_60 = distortion_db(48000.0, bin);
  EXPECT_NEAR("SAT-07 30 Hz over 60 Hz", at_30 - at_60, 6.0, 1.0, "dB");
}

static void
sat_08_tape_compresses_evenly(void** state)
{
  (void)state;
  double before = -1e9;
  double gain = 1e9;
  for (int db = -60; db <= 0; db += 4) {
    const uint32_t bin =
        tone(48000.0, 1000.0, db, "character=tape drive=12 auto-gain=off");
    const double out = level_db(amplitude[bin]);
    assert_true(out > before);
    assert_true(out - db <= gain + 1e-4);
    before = out;
    gain = out - db;
    if (db >= -20) {
      EXPECT_AT_MOST("SAT-08 HD2 under HD3",
                     harmonic_db(bin, 2) - harmonic_db(bin, 3), -20.0, "dB");
    }
  }
}

static void
sat_08_a_square_of_24_dbfs_is_survived(void** state)
{
  (void)state;
  for (int r = 0; r < n_rates; ++r) {
    for (int c = 0; c < CHARACTERS; ++c) {
      for (uint32_t i = 0; i < N; ++i) {
        in[i] = i / 50 % 2 ? 15.85 : -15.85;
      }
      char settings[99];
      snprintf(settings, sizeof(settings), "character=%s drive=36 bias=100",
               characters[c]);
      run(rates[r], settings, N);
      double most = 0.0;
      for (uint32_t i = 0; i < N; ++i) {
        assert_true(isfinite(left[i]));
        most = fmax(most, fabs((double)left[i]));
      }
      EXPECT_AT_MOST("SAT-08 square", most, 100.0, "");
    }
  }
}

/// Frame of the largest output of an impulse
static uint32_t
arrival(double rate, const char* settings)
{
  enum { M = 2000 };
  memset(in, 0, M * sizeof(double));
  in[100] = 0.125;
  run(rate, settings, M);
  uint32_t at = 0;
  for (uint32_t i = 0; i < M; ++i) {
    at = fabsf(left[i]) > fabsf(left[at]) ? i : at;
  }
  return at - 100;
}

static double
loudness(const float* l, const float* r, uint32_t frames)
{
  TonMeters* const m = ton_meters_new(48000, 2, TON_MEASURE_LOUDNESS);
  ton_meters_add(m, (const float*[]){l, r}, frames);
  TonMeasurement result;
  ton_meters_finish(m, &result);
  ton_meters_free(m);
  return result.integrated_lufs;
}

static void
sat_10_auto_gain_keeps_the_loudness(void** state)
{
  (void)state;
  enum { M = 10 * 48000 };
  static double mix[2][M];
  static float l[M];
  static float r[M];
  signal_mix(mix[0], mix[1], M, 48000.0);
  double dry = 0.0;
  for (int c = 0; c < CHARACTERS; ++c) {
    for (int drive = 0; drive <= 24; drive += 12) {
      for (uint32_t i = 0; i < M; ++i) {
        l[i] = (float)mix[0][i];
        r[i] = (float)(0.7 * mix[1][i]);
      }
      dry = loudness(l, r, M);
      char settings[99];
      snprintf(settings, sizeof(settings), "character=%s drive=%d",
               characters[c], drive);
      lone_apply(ton_processor("saturator"), 48000.0, settings, l, r, M);
      EXPECT_NEAR("SAT-10", loudness(l, r, M), dry, 0.3, "LUFS");
    }
  }
}

static void
sat_12_latency_is_exact_and_constant(void** state)
{
  (void)state;
  static const char* const settings[] = {
      "drive=-24", "drive=36",       "mix=0",
      "mix=50",    "character=hard", "character=tube bias=60",
      "drive=0",   "auto-gain=off",  "character=tape emphasis=-12"};
  for (int r = 0; r < n_rates; ++r) {
    for (int k = 0; k < 9; ++k) {
      EXPECT_NEAR("SAT-12", (double)arrival(rates[r], settings[k]),
                  latency_at(rates[r]), 0.0, "frames");
    }
  }
}

/// Half dry, half wet of a linear curve: nothing may be lost up to the top
static void
the_dry_sound_waits_for_the_wet(void** state)
{
  (void)state;
  for (int r = 0; r < n_rates; ++r) {
    for (int k = 1; k <= 4; ++k) {
      const uint32_t bin = tone(rates[r], 4800.0 * k, -20.0,
                                "character=hard drive=0 mix=50 auto-gain=off");
      EXPECT_DB("half mixed", level_db(amplitude[bin]), -20.0, 0.001);
    }
  }
}

/// usage: test_saturator [RATE]
int
main(int argc, char** argv)
{
  if (argc > 1) {
    rates[0] = strtod(argv[1], NULL);
    n_rates = 1;
  }
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sat_01_nothing_folds_from_the_soft_curves),
      cmocka_unit_test(sat_02_nothing_folds_from_the_clipper),
      cmocka_unit_test(sat_03_what_does_not_clip_is_left_alone),
      cmocka_unit_test(sat_05_third_harmonic_of_tanh),
      cmocka_unit_test(a_tube_makes_even_harmonics_first),
      cmocka_unit_test(what_is_quiet_keeps_its_spectrum),
      cmocka_unit_test(sat_06_no_dc_comes_out),
      cmocka_unit_test(sat_13_nothing_folds_at_any_drive),
      cmocka_unit_test(sat_14_the_bass_stays_under_the_limit),
      cmocka_unit_test(sat_14_a_fold_stays_under_its_limit),
      cmocka_unit_test(transistor_and_folder_are_their_curves),
      cmocka_unit_test(sat_14_bass_is_as_loud_as_the_middle),
      cmocka_unit_test(sat_07_a_transformer_bends_the_bass),
      cmocka_unit_test(sat_08_tape_compresses_evenly),
      cmocka_unit_test(sat_08_a_square_of_24_dbfs_is_survived),
      cmocka_unit_test(sat_10_auto_gain_keeps_the_loudness),
      cmocka_unit_test(sat_12_latency_is_exact_and_constant),
      cmocka_unit_test(the_dry_sound_waits_for_the_wet),
  };
  return TON_TESTS(tests);
}
