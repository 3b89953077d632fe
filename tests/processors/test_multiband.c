// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Multiband dynamics: flat at rest, each band by itself, up and down, in time.

   usage: test_multiband
*/
#include "dsp/gain_computer.h"
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
      ton_processor_lanes(ton_processor("multiband"), ton_machine_lanes());
  lone_pair(p, rate, settings, &(LonePair){left, right, NULL, out, out_right},
            frames);
}

/// Settings for all bands, on top of others
static const char*
every_band(const char* others, const char* each)
{
  static char text[900];
  int n = snprintf(text, sizeof(text), "%s", others);
  for (int band = 1; band <= 6; ++band) {
    n += snprintf(text + n, sizeof(text) - (size_t)n, " %d-%s", band, each);
  }
  return text;
}

/// Largest distance from flat, 20 Hz to 20 kHz, dB
static double
unevenness(double rate)
{
  double most = 0.0;
  signal_spectrum(out, WINDOW, lines);
  for (uint32_t i = 1; i < WINDOW / 2; ++i) {
    const double hz = rate * i / WINDOW;
    if (hz >= 20.0 && hz <= 20000.0) {
      // amplitude of a line of an impulse of 1/8: 2 / WINDOW / 8
      most = fmax(most, fabs(20.0 * log10(lines[i] * WINDOW * 4.0)));
    }
  }
  return most;
}

static void
dyn_12_flat_at_rest(void** state)
{
  (void)state;
  static const char* const splits[] = {
      "bands=2 crossover-1=120", "bands=3 crossover-1=200 crossover-2=400",
      "bands=4", "bands=5",
      "bands=6 crossover-1=40 crossover-2=60 crossover-3=1000"};
  memset(left, 0, sizeof(left));
  memset(right, 0, sizeof(right));
  left[0] = 0.125;
  for (int r = 0; r < 4; ++r) {
    for (int k = 0; k < 5; ++k) {
      play(every_band(splits[k], "ratio=1"), rates[r], WINDOW);
      EXPECT_AT_MOST("DYN-12 gain reduction 0", unevenness(rates[r]), 0.001,
                     "dB");
    }
  }
  play(every_band("mix=50 bands=6", "ratio=1"), 48000.0, WINDOW);
  EXPECT_AT_MOST("DYN-12 half dry", unevenness(48000.0), 0.001, "dB");
}

/// The tone on both sides, with whole periods in the last part
static struct {
  double rate;
  double hz;
} played;

static void
tone(double rate, double hz, double dbfs)
{
  played.rate = rate;
  played.hz = signal_coherent_hz(hz, rate, WINDOW);
  signal_sine(left, N, rate, played.hz, dbfs, 0.0);
  memcpy(right, left, sizeof(left));
}

/// Its gain in the settled last part
static double
gain_db(void)
{
  enum { FROM = N - WINDOW };
  return 20.0 *
         log10(signal_amplitude(out + FROM, WINDOW, played.rate, played.hz) /
               signal_amplitude(left + FROM, WINDOW, played.rate, played.hz));
}

/// Gain of a tone whose band is compressed 4:1 from -20 dBFS on, knee 6 dB: the
/// band's share of the tone, in phase with what lies in the others
static double
expected_db(double low_hz, double high_hz)
{
  const double hz = played.hz;
  const double share =
      1.0 / (1.0 + pow(low_hz / hz, 4.0)) / (1.0 + pow(hz / high_hz, 4.0));
  const double less =
      ton_compressor_reduction(-10.0 + 20.0 * log10(share), -20.0, 4.0, 6.0);
  return 20.0 * log10(share * pow(10.0, less / -20.0) + 1.0 - share);
}

static void
each_band_follows_its_own_curve(void** state)
{
  (void)state;
  static const double middles[] = {35.37, 330.1, 3010.7};
  static const double edges[] = {0.0, 110.0, 1000.0, 1e9};
  const char* const split = "bands=3 crossover-1=110 crossover-2=1000";
  for (int r = 0; r < 4; ++r) {
    for (int band = 0; band < 3; ++band) {
      char s[256];
      snprintf(s, sizeof(s),
               "%s 1-ratio=1 2-ratio=1 3-ratio=1 %d-ratio=4 %d-threshold=-20 "
               "%d-attack=10 %d-release=1500 %d-range=36",
               split, band + 1, band + 1, band + 1, band + 1, band + 1);
      tone(rates[r], middles[band], -10.0);
      play(s, rates[r], N);
      EXPECT_DB("its own band", gain_db(),
                expected_db(edges[band], edges[band + 1]), 0.1);
      tone(rates[r], middles[(band + 1) % 3], -10.0);
      play(s, rates[r], N);
      EXPECT_DB("DYN-12 another band", gain_db(), 0.0, 0.001);
    }
  }
}

static void
dyn_12_linear_phase_is_only_late(void** state)
{
  (void)state;
  static const char* const splits[] = {
      "phase=linear bands=2 crossover-1=60", "phase=linear bands=4",
      "phase=linear bands=6 crossover-1=40 crossover-2=60 mix=50"};
  const TonProcessor* const p = ton_processor("multiband");
  for (uint32_t i = 0; i < N; ++i) {
    left[i] = 0.3 * signal_random(1, i);
    right[i] = 0.3 * signal_random(2, i);
  }
  for (int r = 0; r < 4; ++r) {
    for (int k = 0; k < 3; ++k) {
      const char* const settings = every_band(splits[k], "ratio=1");
      float values[LONE_PARAMS];
      lone_values(p, settings, values);
      const uint32_t late = lone_latency(p, rates[r], values);
      play(settings, rates[r], WINDOW);
      assert_true(late > 0 && late < WINDOW / 2);
      EXPECT_AT_MOST("DYN-12 linear phase, null",
                     signal_null_db(out + late, left, WINDOW - late), -140.0,
                     "dB");
    }
  }
}

/// With one band down by 24 dB, tones around the crossover have the level of a
/// Linkwitz-Riley crossover without its phase: 1 - (1 - g) / (1 + (f / fc)^4)
static void
linear_bands_have_the_slopes_of_the_others(void** state)
{
  (void)state;
  static const double times[] = {0.25, 0.5, 1.0, 2.0, 4.0};
  const double g = pow(10.0, -24.0 / 20.0);
  for (int r = 0; r < 4; ++r) {
    for (int k = 0; k < 5; ++k) {
      tone(rates[r], 120.0 * times[k], -20.0);
      play("phase=linear bands=2 1-ratio=1 2-ratio=1 1-gain=-24", rates[r], N);
      const double w = played.hz / 120.0;
      EXPECT_DB("level around a crossover", gain_db(),
                20.0 * log10(1.0 - (1.0 - g) / (1.0 + pow(w, 4.0))), 0.1);
    }
  }
}

static void
dyn_13_upward_compression(void** state)
{
  (void)state;
  const char* const s =
      every_band("bands=2 crossover-1=100 2-threshold=-30 2-range=12 2-ratio=2",
                 "mode=compress-up");
  for (int r = 0; r < 4; ++r) {
    tone(rates[r], 2010.7, -50.0);
    play(s, rates[r], N);
    EXPECT_DB("DYN-13 -50 dBFS", gain_db(), 10.0, 0.1);
    tone(rates[r], 2010.7, -90.0);
    play(s, rates[r], N);
    EXPECT_AT_MOST("DYN-13 -90 dBFS", fabs(gain_db()), 0.5, "dB");
    tone(rates[r], 2010.7, -10.0);
    play(s, rates[r], N);
    EXPECT_DB("above the threshold", gain_db(), 0.0, 0.01);
  }
}

static void
expansion_both_ways(void** state)
{
  (void)state;
  tone(48000.0, 2010.7, -50.0);
  play(every_band("bands=2 2-threshold=-40 2-ratio=2 2-range=36 knee=0",
                  "mode=expand"),
       48000.0, N);
  EXPECT_DB("expand: 10 dB below at 2:1", gain_db(), -10.0, 0.1);
  tone(48000.0, 2010.7, -20.0);
  play(every_band("bands=2 2-threshold=-30 2-ratio=1.5 2-range=36 knee=0",
                  "mode=expand-up"),
       48000.0, N);
  EXPECT_DB("expand-up: 10 dB above at 1.5:1", gain_db(), 5.0, 0.1);
  play(every_band("bands=2 2-threshold=-30 2-ratio=3 2-range=4 knee=0",
                  "mode=expand-up"),
       48000.0, N);
  EXPECT_DB("the range holds", gain_db(), 4.0, 0.01);
}

/// A constant lies in the lowest band, whose crossover is high: a level without
/// ripple.  First frame from `from` on at which the gain passes `limit`
static double
passes(uint32_t from, double limit, bool upwards)
{
  uint32_t i = from;
  while (i + 1 < N && (20.0 * log10(out[i] / left[i]) < limit) == upwards) {
    ++i;
  }
  return i - from + 1.0;
}

/// From 0 to 1 in a millisecond without a corner: a crossover would overshoot
static double
risen(uint32_t i, uint32_t from, double rate)
{
  const double t = fmin(fmax(((double)i - from) * 1000.0 / rate, 0.0), 1.0);
  return t * t * (3.0 - 2.0 * t);
}

/// Both ways of smoothing keep the times they say
static void
dyn_03_times(void** state)
{
  (void)state;
  static const struct {
    const char* mode;
    double loud; ///< Gain at -10 dBFS
    double soft; ///< Gain at -30 dBFS
  } rows[] = {{"threshold=-40 1-mode=compress 1-ratio=2", -15.0, -5.0},
              {"threshold=-5 1-mode=compress-up 1-ratio=2", 2.5, 12.5},
              {"threshold=-5 1-mode=expand 1-ratio=1.5", -2.5, -12.5},
              {"threshold=-40 1-mode=expand-up 1-ratio=1.5", 15.0, 5.0}};
  for (int r = 0; r < 4; ++r) {
    const uint32_t up = (uint32_t)(0.2 * rates[r]);
    const uint32_t down = (uint32_t)(0.5 * rates[r]);
    for (uint32_t i = 0; i < N; ++i) {
      const double loud = risen(i, up, rates[r]) - risen(i, down, rates[r]);
      left[i] = pow(10.0, (-30.0 + 20.0 * loud) / 20.0);
      right[i] = left[i];
    }
    for (int k = 0; k < 4; ++k) {
      char s[200];
      snprintf(s, sizeof(s),
               "bands=2 crossover-1=16000 knee=0 1-range=36 1-attack=20 "
               "1-release=50 1-%s",
               rows[k].mode);
      play(s, rates[r], N);
      const double step = rows[k].loud - rows[k].soft;
      const double share = 1.0 - exp(-1.0);
      const double ms = rates[r] / 1000.0;
      EXPECT_NEAR("DYN-03 attack t63",
                  passes(up, rows[k].soft + share * step, step > 0.0) / ms,
                  20.5, 0.5 + 1.0 / ms, "ms");
      EXPECT_NEAR("DYN-03 release t63",
                  passes(down, rows[k].loud - share * step, step < 0.0) / ms,
                  50.5, 1.0 + 1.0 / ms, "ms");
    }
  }
}

static void
dyn_05_link(void** state)
{
  (void)state;
  const char* const s = every_band("bands=4", "ratio=4");
  signal_sine(left, N, 48000.0, 1000.37, -6.0, 0.0);
  signal_sine(right, N, 48000.0, 1000.37, -18.0, 0.0);
  play(s, 48000.0, N);
  EXPECT_DB("DYN-05 left over right",
            20.0 * log10(signal_rms(out, N) / signal_rms(out_right, N)), 12.0,
            0.001);
}

/// A band that works leaves no hole and no bump beside itself: half of the
/// processed sound adds up in phase with half of the unprocessed
static void
a_dry_share_does_not_comb(void** state)
{
  (void)state;
  tone(48000.0, 330.1, -10.0);
  play("bands=3 crossover-1=110 crossover-2=1000 1-ratio=1 3-ratio=1 "
       "2-ratio=4 2-threshold=-20 2-attack=10 2-release=1500 mix=50",
       48000.0, N);
  const double wet = pow(10.0, expected_db(110.0, 1000.0) / 20.0);
  EXPECT_DB("half of the reduction", gain_db(), 20.0 * log10(0.5 + 0.5 * wet),
            0.1);
}

/// A low tone in its own band: what the gain adds to it
static void
dyn_04_distortion(void** state)
{
  (void)state;
  static const double tones[] = {41.4, 73.1, 220.5};
  for (int k = 0; k < 3; ++k) {
    const double hz = signal_coherent_hz(tones[k], 48000.0, WINDOW);
    tone(48000.0, hz, -6.0);
    play(every_band("bands=4 crossover-1=120", "threshold=-20"), 48000.0, N);
    signal_spectrum(out + N - WINDOW, WINDOW, lines);
    const uint32_t at = (uint32_t)lrint(hz * WINDOW / 48000.0);
    double sum = 0.0;
    for (uint32_t m = 2; m <= 20; ++m) {
      sum += lines[m * at] * lines[m * at];
    }
    EXPECT_AT_MOST("DYN-04 THD at the defaults",
                   10.0 * log10(sum / (lines[at] * lines[at])), -60.0, "dB");
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(dyn_12_flat_at_rest),
      cmocka_unit_test(each_band_follows_its_own_curve),
      cmocka_unit_test(dyn_12_linear_phase_is_only_late),
      cmocka_unit_test(linear_bands_have_the_slopes_of_the_others),
      cmocka_unit_test(dyn_13_upward_compression),
      cmocka_unit_test(expansion_both_ways),
      cmocka_unit_test(dyn_03_times),
      cmocka_unit_test(dyn_05_link),
      cmocka_unit_test(a_dry_share_does_not_comb),
      cmocka_unit_test(dyn_04_distortion),
  };
  return TON_TESTS(tests);
}
