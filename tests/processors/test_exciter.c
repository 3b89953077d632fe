// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The exciter: overtones above its frequency and nothing else.

#include "signals.h"
#include "single_lane.h"

enum { N = 131072, LAST = 65536 };

static const double rates[] = {44100.0, 48000.0, 96000.0, 192000.0};
static double left[N];
static double right[N];
static double out[N];
static double out_right[N];
static double lines[LAST / 2 + 1];

/// A tone with whole periods in the last part; what is added to it, in lines[].
/// Returns its line
static uint32_t
play(const char* settings, double rate, double at_hz, double dbfs)
{
  const TonProcessor* const p =
      ton_processor_lanes(ton_processor("exciter"), ton_machine_lanes());
  const double hz = signal_coherent_hz(at_hz, rate, LAST);
  float values[LONE_PARAMS];
  lone_values(p, settings, values);
  const uint32_t late = lone_latency(p, rate, values);
  signal_sine(left, N, rate, hz, dbfs, 0.0);
  memcpy(right, left, sizeof(left));
  lone_pair(p, rate, settings, &(LonePair){left, right, NULL, out, out_right},
            N);
  for (uint32_t i = N - LAST; i < N; ++i) {
    out[i] -= (double)(float)left[i - late];
  }
  signal_spectrum(out + N - LAST, LAST, lines);
  return (uint32_t)lrint(hz * LAST / rate);
}

/// Level of harmonic m re full scale
static double
harmonic_db(uint32_t line, uint32_t m)
{
  return 20.0 * log10(lines[m * line] + 1e-15);
}

static void
it_adds_overtones(void** state)
{
  (void)state;
  for (int r = 0; r < 4; ++r) {
    const uint32_t odd = play("even=0 mix=100", rates[r], 5000.0, -12.0);
    EXPECT_AT_LEAST("third overtone of 5 kHz", harmonic_db(odd, 3), -50.0,
                    "dBFS");
    EXPECT_AT_MOST("second, without even ones", harmonic_db(odd, 2), -110.0,
                   "dBFS");
    const uint32_t even = play("even=100 mix=100", rates[r], 5000.0, -12.0);
    EXPECT_AT_LEAST("second, with even ones", harmonic_db(even, 2), -40.0,
                    "dBFS");
  }
}

/// What lies two octaves below makes nothing that could be heard
static void
low_tones_pass(void** state)
{
  (void)state;
  for (int r = 0; r < 4; ++r) {
    play("at=4000 drive=24 mix=100", rates[r], 500.0, 0.0);
    double most = 0.0;
    for (uint32_t i = 1; i < LAST / 2; ++i) {
      most = fmax(most, lines[i]);
    }
    EXPECT_AT_MOST("added to 500 Hz", 20.0 * log10(most), -60.0, "dBFS");
  }
}

/// SAT-13 asks it of tones of full scale from 1 to 10 kHz and the whole drive
static void
sat_13_nothing_folds(void** state)
{
  (void)state;
  static const double tones[] = {1037.0, 2511.0, 4979.0, 7103.0, 9973.0};
  for (int r = 0; r < 4; ++r) {
    for (int k = 0; k < 5; ++k) {
      const uint32_t line =
          play("at=1000 drive=24 even=100 mix=100", rates[r], tones[k], 0.0);
      double worst = 0.0;
      for (uint32_t i = 8; i < LAST / 2 && rates[r] * i / LAST < 20000.0; ++i) {
        const uint32_t off =
            i % line < line - i % line ? i % line : line - i % line;
        worst = off > 6 ? fmax(worst, lines[i]) : worst;
      }
      EXPECT_AT_MOST("SAT-13 worst alias", 20.0 * log10(worst), -80.0, "dBc");
    }
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(it_adds_overtones),
      cmocka_unit_test(low_tones_pass),
      cmocka_unit_test(sat_13_nothing_folds),
  };
  return TON_TESTS(tests);
}
