// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Depth, times, hold and cleanness of the ducker.

#include "signals.h"
#include "single_lane.h"

enum { LANES = 4, N = 524288 };

static double music[N];
static double right[N];
static double voice[N];
static double out[N];
static double out_right[N];

static const double rates[] = {44100.0, 48000.0, 96000.0, 192000.0};

static const TonProcessor*
ducker(void)
{
  return ton_processor_lanes(ton_processor("ducker"), LANES);
}

/// Under a constant music of -12 dBFS a voice of `dbfs` between two frames
static void
play(const char* settings, double rate, uint32_t from, uint32_t to, double dbfs)
{
  signal_sine(voice, N, rate, 997.3, dbfs, 0.0);
  for (uint32_t i = 0; i < N; ++i) {
    voice[i] = i >= from && i < to ? voice[i] : 0.0;
    music[i] = right[i] = 0.25;
  }
  lone_pair(ducker(), rate, settings,
            &(LonePair){music, right, voice, out, out_right}, N);
}

static double
reduction(uint32_t i)
{
  return 20.0 * log10(music[i] / out[i]);
}

static double
passes_ms(double rate, uint32_t from, double limit, bool upwards)
{
  uint32_t i = from;
  while (i + 1 < N && (reduction(i) < limit) == upwards) {
    ++i;
  }
  return (i - from + 1.0) * 1000.0 / rate;
}

static void
the_depth_does_not_depend_on_the_voice(void** state)
{
  (void)state;
  static const double levels[] = {-28.0, -12.0, 0.0};
  for (int r = 0; r < 4; ++r) {
    const uint32_t from = (uint32_t)(0.1 * rates[r]);
    for (int k = 0; k < 3; ++k) {
      play("depth=9", rates[r], from, N, levels[k]);
      EXPECT_DB("depth under a voice", reduction(N - 1), 9.0, 1e-3);
    }
    play("depth=9", rates[r], from, N, -50.0);
    EXPECT_DB("a voice under the threshold", reduction(N - 1), 0.0, 1e-6);
  }
}

/// The detector's 10 ms lie before the attack; a loud voice fills them at once
static void
it_keeps_its_times(void** state)
{
  (void)state;
  for (int r = 0; r < 4; ++r) {
    const uint32_t from = (uint32_t)(0.1 * rates[r]);
    const uint32_t to = (uint32_t)(1.0 * rates[r]);
    play("depth=12 attack=50 hold=300 release=400 threshold=-40", rates[r],
         from, to, 0.0);
    const double share = 1.0 - exp(-1.0);
    EXPECT_NEAR("attack t63", passes_ms(rates[r], from, 12.0 * share, true),
                50.0, 2.0, "ms");
    const double held = passes_ms(rates[r], to, 11.99, false);
    // the mean square of 0 dBFS takes 10 ms x ln 10^3.7 to fall below -37 dB
    EXPECT_NEAR("hold", held, 300.0 + 85.0, 12.0, "ms");
    const uint32_t falls = to + (uint32_t)(held * rates[r] / 1000.0);
    EXPECT_NEAR("release t63",
                passes_ms(rates[r], falls, 12.0 * (1.0 - share), false), 400.0,
                12.0, "ms");
  }
}

static void
it_is_down_before_the_first_word(void** state)
{
  (void)state;
  for (int r = 0; r < 4; ++r) {
    const char* const s = "depth=12 attack=10 look-ahead=40 threshold=-40";
    const uint32_t from = (uint32_t)(0.1 * rates[r]);
    float values[LONE_PARAMS];
    lone_values(ducker(), s, values);
    const uint32_t late = lone_latency(ducker(), rates[r], values);
    assert_int_equal(late, lrint(0.040 * rates[r]));
    play(s, rates[r], from, N, -6.0);
    EXPECT_AT_LEAST("reduction when the voice comes", reduction(from + late),
                    11.0, "dB");
  }
}

/// A steady voice moves nothing: the music keeps its tone
static void
a_steady_voice_does_not_modulate(void** state)
{
  (void)state;
  static const double tones[] = {41.4, 73.1, 220.5};
  for (int k = 0; k < 3; ++k) {
    signal_sine(voice, N, 48000.0, tones[k], -12.0, 0.0);
    for (uint32_t i = 0; i < N; ++i) {
      music[i] = right[i] = 0.25;
    }
    lone_pair(ducker(), 48000.0, "",
              &(LonePair){music, right, voice, out, out_right}, N);
    double high = -100.0;
    double low = 100.0;
    for (uint32_t i = N - 96000; i < N; ++i) {
      high = fmax(high, reduction(i));
      low = fmin(low, reduction(i));
    }
    EXPECT_AT_MOST("DYN-16 ripple of the gain", high - low, 0.001, "dB");
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_depth_does_not_depend_on_the_voice),
      cmocka_unit_test(it_keeps_its_times),
      cmocka_unit_test(it_is_down_before_the_first_word),
      cmocka_unit_test(a_steady_voice_does_not_modulate),
  };
  return TON_TESTS(tests);
}
