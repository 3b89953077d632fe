// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Levels, spectra and frequencies of what is generated.

#include "signals.h"
#include "single_lane.h"

enum { N = 1 << 20, SPECTRUM = 1 << 16 };

static const double rates[] = {44100.0, 48000.0, 96000.0, 192000.0};
static double in[N];
static double left[N];
static double right[N];

/// While a sound far below everything else plays
static void
generate(const char* settings, double rate)
{
  for (uint32_t i = 0; i < N; ++i) {
    in[i] = 1e-9 * (i % 2 ? 1.0 : -1.0);
  }
  lone_pair(ton_processor("generator"), rate, settings,
            &(LonePair){in, in, NULL, left, right}, N);
}

static double
db(double x)
{
  return 20.0 * log10(x);
}

static double
correlation(void)
{
  double sum = 0.0;
  for (uint32_t i = 0; i < N; ++i) {
    sum += left[i] * right[i];
  }
  return sum / N / signal_rms(left, N) / signal_rms(right, N);
}

/// Twenty seconds of pink noise are within 0.2 dB of their RMS level
static void
noise_has_its_level_on_both_sides(void** state)
{
  (void)state;
  static const char* const sounds[] = {"sound=pink level=-20",
                                       "sound=white level=-20"};
  for (int i = 0; i < 8; ++i) {
    generate(sounds[i % 2], rates[i / 2]);
    EXPECT_DB("level of noise", db(signal_rms(left, N)), -20.0, 0.3);
    EXPECT_DB("level of noise, right", db(signal_rms(right, N)), -20.0, 0.3);
    EXPECT_NEAR("correlation of both sides", correlation(), 0.0, 0.02, "");
  }
}

/// Power per third of an octave, dB; averaged over the whole sound
static double
third_db(const double* power, double rate, double hz)
{
  double sum = 0.0;
  const uint32_t from =
      (uint32_t)ceil(hz * pow(2.0, -1.0 / 6.0) * SPECTRUM / rate);
  const uint32_t to =
      (uint32_t)ceil(hz * pow(2.0, 1.0 / 6.0) * SPECTRUM / rate);
  for (uint32_t k = from; k < to; ++k) {
    sum += power[k];
  }
  return 10.0 * log10(sum / (to - from) * hz);
}

/// From the noise itself: 24 s tell a third of an octave within 0.1 dB from 500 Hz on
static void
pink_noise_is_even_by_thirds_of_an_octave(void** state)
{
  (void)state;
  static double lines[SPECTRUM / 2 + 1];
  static double power[SPECTRUM / 2 + 1];
  for (int r = 0; r < 2; ++r) {
    generate("sound=pink", rates[r]);
    memset(power, 0, sizeof(power));
    for (uint32_t at = 0; at + SPECTRUM <= N; at += SPECTRUM / 2) {
      static double piece[SPECTRUM];
      for (uint32_t i = 0; i < SPECTRUM; ++i) {
        piece[i] = left[at + i] * (0.5 - 0.5 * cos(2.0 * M_PI * i / SPECTRUM));
      }
      signal_spectrum(piece, SPECTRUM, lines);
      for (uint32_t k = 0; k <= SPECTRUM / 2; ++k) {
        power[k] += lines[k] * lines[k];
      }
    }
    const double middle = third_db(power, rates[r], 4000.0);
    for (double hz = 125.0; hz < 17000.0; hz *= 2.0) {
      EXPECT_DB("pink noise by thirds of an octave",
                third_db(power, rates[r], hz) - middle, 0.0,
                hz < 500.0 ? 0.5 : 0.2);
    }
  }
}

static void
a_sine_is_pure(void** state)
{
  (void)state;
  static double lines[SPECTRUM / 2 + 1];
  for (int r = 0; r < 4; ++r) {
    const double hz = signal_coherent_hz(997.0, rates[r], SPECTRUM);
    char settings[64];
    snprintf(settings, sizeof(settings), "sound=sine level=-6 frequency=%.9g",
             hz);
    generate(settings, rates[r]);
    signal_spectrum(left + N - SPECTRUM, SPECTRUM, lines);
    const uint32_t bin = (uint32_t)lrint(hz * SPECTRUM / rates[r]);
    double other = 0.0;
    for (uint32_t k = 10; k < SPECTRUM / 2; ++k) {
      other = k + 6 < bin || k > bin + 6 ? fmax(other, lines[k]) : other;
    }
    EXPECT_DB("level of a sine", db(lines[bin]), -6.0, 0.01);
    EXPECT_AT_MOST("largest line beside a sine", db(other / lines[bin]), -140.0,
                   "dBc");
    assert_memory_equal(left, right, sizeof(left));
  }
}

/// By the turn of its phase around a few times of the sweep
static void
a_sweep_is_where_it_should_be(void** state)
{
  (void)state;
  generate("sound=sweep sweep-time=10 level=0", 48000.0);
  for (int s = 1; s < 10; s += 2) {
    const uint32_t at = (uint32_t)s * 48000;
    const double wanted = 20.0 * pow(1000.0, s / 10.0);
    uint32_t turns = 0;
    uint32_t first = 0;
    uint32_t last = 0;
    for (uint32_t i = at - 2400; i < at + 2400; ++i) {
      if (left[i - 1] < 0.0 && left[i] >= 0.0) {
        first = turns ? first : i;
        last = i;
        ++turns;
      }
    }
    EXPECT_NEAR("frequency of a sweep",
                (turns - 1.0) * 48000.0 / (last - first) / wanted, 1.0, 0.02,
                "");
  }
}

static void
silence_stays_silence(void** state)
{
  (void)state;
  generate("sound=white", 48000.0);
  memset(in + N / 2, 0, N / 2 * sizeof(double));
  lone_pair(ton_processor("generator"), 48000.0, "sound=white",
            &(LonePair){in, in, NULL, left, right}, N);
  assert_true(signal_rms(left + N / 2 + 48100, N / 2 - 48100) == 0.0);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(noise_has_its_level_on_both_sides),
      cmocka_unit_test(pink_noise_is_even_by_thirds_of_an_octave),
      cmocka_unit_test(a_sine_is_pure),
      cmocka_unit_test(a_sweep_is_where_it_should_be),
      cmocka_unit_test(silence_stays_silence),
  };
  return TON_TESTS(tests);
}
