// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Curve, times, distortion and side-chain of the compressor.

#include "dsp/denormal.h"
#include "dsp/gain_computer.h"

#include <time.h>

enum { N = 192000 };
#define PROCESSOR "compressor"
#include "reduction_rig.h"

static void
dyn_01_gain_computer(void** state)
{
  (void)state;
  static const double points[][2] = {
      {-23, -23}, {-20, -20.5625}, {-17, -19.25}, {-10, -17.5}, {0, -15}};
  for (int i = 0; i < 5; ++i) {
    const double x = points[i][0];
    EXPECT_DB("DYN-01 T -20, R 4, W 6",
              x - ton_compressor_reduction(x, -20.0, 4.0, 6.0), points[i][1],
              1e-9);
  }
  static const double e = 1e-7;
  for (int side = -1; side <= 1; side += 2) {
    const double x = -20.0 + 3.0 * side;
    const double below = ton_compressor_reduction(x - e, -20.0, 4.0, 6.0);
    const double at = ton_compressor_reduction(x, -20.0, 4.0, 6.0);
    const double above = ton_compressor_reduction(x + e, -20.0, 4.0, 6.0);
    EXPECT_AT_MOST("DYN-01 slope jump at the knee's end",
                   fabs((above - at) - (at - below)) / e, 1e-6, "dB/dB");
  }
  assert_true(ton_compressor_reduction(-5.0, -20.0, INFINITY, 0.0) == 15.0);
  assert_true(ton_compressor_reduction(-20.1, -20.0, INFINITY, 0.0) == 0.0);
}

static void
dyn_01_lanes_follow_the_curve(void** state)
{
  (void)state;
  static const double knees[] = {0.0, 6.0, 24.0};
  static const double ratios[] = {1.5, 4.0, 100.0};
  double worst = 0.0;
  for (int k = 0; k < 9; ++k) {
    const double knee = knees[k % 3];
    const double ratio = ratios[k / 3];
    char settings[160];
    snprintf(settings, sizeof(settings),
             "threshold=-24 ratio=%g knee=%g attack=0.01 release=5", ratio,
             knee);
    enum { STEP = 4800 };
    for (uint32_t i = 0; i < 37; ++i) {
      constant(left, i * STEP, (i + 1) * STEP, -54.0 + 1.5 * i);
    }
    memcpy(right, left, sizeof(left));
    play(settings, 48000.0, false, 37 * STEP);
    for (uint32_t i = 0; i < 37; ++i) {
      const double wanted = ton_compressor_reduction(
          -54.0 + 1.5 * i, -24.0, ratio >= 100.0 ? INFINITY : ratio, knee);
      worst = fmax(worst, fabs(reduction((i + 1) * STEP - 1) - wanted));
    }
  }
  EXPECT_AT_MOST("DYN-01 lanes against the curve", worst, 2e-5, "dB");
}

static void
dyn_02_static_curve_of_a_tone(void** state)
{
  (void)state;
  double before = -200.0;
  double worst = 0.0;
  for (int db = -60; db <= 0; ++db) {
    enum { M = 96000, LAST = 24000 };
    signal_sine(left, M, 48000.0, 1000.0, db, 0.0);
    memcpy(right, left, M * sizeof(double));
    play("detector=rms threshold=-20 ratio=4 knee=6 attack=10 release=300",
         48000.0, false, M);
    const double level =
        20.0 * log10(signal_amplitude(out + M - LAST, LAST, 48000.0, 1000.0));
    const double wanted = db - ton_compressor_reduction(db, -20.0, 4.0, 6.0);
    worst = fmax(worst, fabs(level - wanted));
    assert_true(level > before);
    before = level;
  }
  EXPECT_AT_MOST("DYN-02 static curve, RMS", worst, 0.1, "dB");
}

static void
dyn_03_times(void** state)
{
  (void)state;
  static const double attacks[] = {1.0, 10.0, 100.0};
  static const double releases[] = {50.0, 500.0};
  enum { UP = 4800, DOWN = 86400 };
  constant(left, 0, N, -12.0);
  constant(right, 0, N, -12.0);
  constant(sidechain, 0, N, -30.0);
  constant(sidechain, UP, DOWN, -10.0);
  for (int k = 0; k < 6; ++k) {
    const double a = attacks[k % 3];
    const double r = releases[k / 3];
    char s[160];
    snprintf(s, sizeof(s),
             "threshold=-20 ratio=100 knee=0 attack=%g release=%g", a, r);
    play(s, 48000.0, true, N);
    const double up63 = passes(UP, 10.0 * (1.0 - exp(-1.0)), true) / 48.0;
    const double up90 = passes(UP, 9.0, true) / 48.0;
    const double down63 = passes(DOWN, 10.0 * exp(-1.0), false) / 48.0;
    const double down90 = passes(DOWN, 1.0, false) / 48.0;
    EXPECT_NEAR("DYN-03 attack t63", up63, a, 0.02 * a + 0.021, "ms");
    EXPECT_NEAR("DYN-03 attack t90", up90, 2.303 * a, 0.06 * a + 0.021, "ms");
    EXPECT_NEAR("DYN-03 release t63", down63, r, 0.02 * r, "ms");
    EXPECT_NEAR("DYN-03 release t90", down90, 2.303 * r, 0.03 * 2.303 * r,
                "ms");
  }
}

/// A release halfway, one as long as they get, one from a tone
static void
dyn_03_other_releases(void** state)
{
  (void)state;
  enum { UP = 960, DOWN = 9600, LATER = 38400 };
  const char* const s = "threshold=-20 ratio=inf knee=0 attack=10 release=200";
  constant(left, 0, N, -12.0);
  constant(right, 0, N, -12.0);
  constant(sidechain, 0, N, -15.0);
  constant(sidechain, UP, DOWN, -10.0);
  play(s, 48000.0, true, N);
  EXPECT_NEAR("release by half, t63",
              passes(DOWN, 5.0 + 5.0 * exp(-1.0), false) / 48.0, 200.0, 4.0,
              "ms");
  constant(sidechain, DOWN, N, -30.0);
  play("threshold=-20 ratio=inf knee=0 attack=1 release=3000", 48000.0, true,
       N);
  EXPECT_NEAR("release of 3 s, t63",
              passes(DOWN, 10.0 * exp(-1.0), false) / 48.0, 3000.0, 60.0, "ms");
  signal_sine(sidechain, LATER, 48000.0, 1000.0, -10.0, 0.0);
  constant(sidechain, LATER, N, -60.0);
  play(s, 48000.0, true, N);
  const double from = reduction(LATER - 1);
  EXPECT_NEAR("release of a tone, t63",
              passes(LATER, from * exp(-1.0), false) / 48.0, 200.0, 4.0, "ms");
}

static void
dyn_03_times_at_other_rates(void** state)
{
  (void)state;
  static const double rates[] = {44100.0, 96000.0, 192000.0};
  constant(left, 0, N, -12.0);
  constant(right, 0, N, -12.0);
  for (int k = 0; k < 3; ++k) {
    const uint32_t up = (uint32_t)(0.05 * rates[k]);
    const uint32_t down = (uint32_t)(0.5 * rates[k]);
    const double ms = rates[k] / 1000.0;
    constant(sidechain, 0, N, -30.0);
    constant(sidechain, up, down, -10.0);
    play("threshold=-20 ratio=inf knee=0 attack=10 release=100", rates[k], true,
         N);
    EXPECT_NEAR("DYN-03 attack t63",
                passes(up, 10.0 * (1.0 - exp(-1.0)), true) / ms, 10.0, 0.221,
                "ms");
    EXPECT_NEAR("DYN-03 release t63",
                passes(down, 10.0 * exp(-1.0), false) / ms, 100.0, 2.0, "ms");
    EXPECT_NEAR("DYN-03 release t90", passes(down, 1.0, false) / ms, 230.3, 6.9,
                "ms");
  }
}

static void
dyn_04_distortion(void** state)
{
  (void)state;
  static const struct {
    double hz;
    int attack;
    int release;
    double db;
  } rows[] = {{50, 10, 100, -54.6},
              {100, 10, 100, -66.4},
              {100, 30, 300, -85.2},
              {1000, 1, 50, -80.0},
              {1000, 10, 100, -105.9}};
  for (int i = 0; i < 5; ++i) {
    char s[160];
    snprintf(s, sizeof(s), "threshold=-20 ratio=4 knee=6 attack=%d release=%d",
             rows[i].attack, rows[i].release);
    signal_sine(left, N, 48000.0, rows[i].hz, -6.0, 0.0);
    memcpy(right, left, sizeof(left));
    play(s, 48000.0, false, N);
    double sum = 0.0;
    const double* const end = out + N / 2;
    for (int h = 2; h <= 20 && h * rows[i].hz < 20000.0; ++h) {
      const double x = signal_amplitude(end, N / 2, 48000.0, h * rows[i].hz);
      sum += x * x;
    }
    const double tone = signal_amplitude(end, N / 2, 48000.0, rows[i].hz);
    EXPECT_AT_MOST("DYN-04 THD", 10.0 * log10(sum / (tone * tone)),
                   rows[i].db + 0.5, "dB");
  }
}

static void
dyn_05_link_keeps_the_image(void** state)
{
  (void)state;
  signal_sine(left, N, 48000.0, 1000.0, -6.0, 0.0);
  signal_sine(right, N, 48000.0, 1000.0, -18.0, 0.0);
  play("threshold=-30 ratio=4", 48000.0, false, N);
  EXPECT_DB("DYN-05 left over right",
            20.0 * log10(signal_rms(out, N) / signal_rms(out_right, N)), 12.0,
            0.001);
  play("threshold=-30 ratio=4 link=0 attack=1 release=50", 48000.0, false, N);
  EXPECT_DB("link 0: left over right",
            20.0 * log10(signal_rms(out + N / 2, N / 2) /
                         signal_rms(out_right + N / 2, N / 2)),
            3.0, 0.1);
}

static void
dyn_06_below_the_threshold_every_bit_stays(void** state)
{
  (void)state;
  signal_sine(left, N, 48000.0, 997.0, -26.1, 0.0);
  memcpy(right, left, sizeof(left));
  for (uint32_t i = 5000; i < 9000; ++i) {
    left[i] *= 10.0; // once above, then back to nothing
  }
  play("threshold=-20 ratio=4 knee=12 attack=1 release=20", 48000.0, false, N);
  for (uint32_t i = 0; i < N; ++i) {
    if (i < 5000 || i > 60000) {
      assert_true((float)out[i] == (float)left[i]);
    }
  }
  play("ratio=1", 48000.0, false, N);
  for (uint32_t i = 0; i < N; ++i) {
    assert_true((float)out[i] == (float)left[i]);
  }
}

static void
dyn_07_look_ahead_is_there_in_time(void** state)
{
  (void)state;
  enum { AT = 24000 };
  static const double rates[] = {44100.0, 48000.0, 96000.0, 192000.0};
  for (int r = 0; r < 4; ++r) {
    const char* const s =
        "threshold=-20 ratio=100 knee=0 attack=2 release=100 look-ahead=5";
    float values[LONE_PARAMS];
    lone_values(compressor(), s, values);
    const uint32_t late = lone_latency(compressor(), rates[r], values);
    assert_int_equal(late, lrint(0.005 * rates[r]));
    constant(left, 0, AT, -30.0);
    constant(left, AT, 2 * AT, -10.0);
    memcpy(right, left, sizeof(left));
    play(s, rates[r], false, 2 * AT);
    const double before = 20.0 * log10(left[0] / out[AT + late - 1]);
    assert_true((float)out[AT + late] > 2.0F * (float)out[AT + late - 1]);
    EXPECT_AT_LEAST("DYN-07 reduction when the step arrives", before, 9.0,
                    "dB");
  }
}

static void
dyn_08_a_dry_share_does_not_comb(void** state)
{
  (void)state;
  signal_white(left, N, 4);
  for (uint32_t i = 0; i < N; ++i) {
    left[i] *= 0.002;
  }
  memcpy(right, left, sizeof(left));
  static const char* const mixes[] = {"mix=50 look-ahead=5",
                                      "mix=33.3 look-ahead=5"};
  for (int k = 0; k < 2; ++k) {
    play(mixes[k], 48000.0, false, N);
    for (uint32_t i = 240; i < N; ++i) {
      assert_true((float)out[i] == (float)left[i - 240]);
    }
  }
}

static double
block_seconds(const TonProcessor* p, void* state, float* x, const float* in)
{
  const int32_t on[LANES] = {-1, -1, -1, -1};
  struct timespec a;
  struct timespec b;
  memcpy(x, in, LONE_BLOCK * LANES * sizeof(float));
  clock_gettime(CLOCK_MONOTONIC, &a);
  p->process(p, state, &(TonBlock){x, NULL, on, NULL, LONE_BLOCK});
  clock_gettime(CLOCK_MONOTONIC, &b);
  return (double)(b.tv_sec - a.tv_sec) + 1e-9 * (double)(b.tv_nsec - a.tv_nsec);
}

/// On a thread that has not turned denormals off
static void
dyn_15_silence_costs_no_more(void** state)
{
  (void)state;
  const TonProcessor* const p = compressor();
  static float x[LONE_BLOCK * LANES] __attribute__((aligned(64)));
  static float tone[LONE_BLOCK * LANES];
  static float silence[LONE_BLOCK * LANES];
  for (int i = 0; i < LONE_BLOCK * LANES; ++i) {
    tone[i] = 0.5F * sinf(0.1F * (float)(i / LANES));
  }
  float values[LONE_PARAMS];
  lone_values(p, "attack=0.05 release=5", values);
  void* const bank = lone_state(p, 48000.0, values);
  for (uint32_t lane = 0; lane < LANES; ++lane) {
    lone_update(p, bank, lane, values, false, 0);
  }
  double loud = 1.0;
  double quiet = 1.0;
  for (int round = 0; round < 100; ++round) {
    for (int k = 0; k < 10; ++k) {
      loud = fmin(loud, block_seconds(p, bank, x, tone));
    }
    for (int k = 0; k < 400; ++k) { // 850 time constants
      const double t = block_seconds(p, bank, x, silence);
      quiet = k > 300 ? fmin(quiet, t) : quiet;
      assert_true(x[0] == 0.0F);
    }
  }
  EXPECT_AT_MOST("DYN-15 time in silence over time in sound", quiet / loud, 1.1,
                 "");
  p->close(p, bank);
}

/// An attack within a few samples follows the wave: without looking between the
/// samples the gain beats with the rate, at -50 to -70 dBc
static void
dyn_18_a_quick_attack_does_not_alias(void** state)
{
  (void)state;
  static const double rates[] = {44100.0, 48000.0, 96000.0, 192000.0};
  static const double tones[] = {220.5, 1041.0, 2093.0, 5011.0, 9973.0};
  static const double attacks[] = {0.01, 0.1, 0.49};
  enum { WINDOW = 1 << 17, LEAD = N - WINDOW };
  static double amplitude[WINDOW / 2 + 1];
  for (int i = 0; i < 60; ++i) {
    const double rate = rates[i / 15];
    const double hz = signal_coherent_hz(tones[i % 5], rate, WINDOW);
    char settings[120];
    snprintf(settings, sizeof(settings),
             "threshold=-20 ratio=4 release=50 attack=%g", attacks[i / 5 % 3]);
    signal_sine(left, N, rate, hz, -6.0, 0.0);
    memcpy(right, left, sizeof(left));
    play(settings, rate, false, N);
    print_message("# DYN-18 %.0f Hz at %.0f Hz, attack of %g ms:\n", hz, rate,
                  attacks[i / 5 % 3]);
    signal_spectrum(out + LEAD, WINDOW, amplitude);
    EXPECT_AT_MOST("DYN-18 worst alias",
                   signal_worst_alias_db(amplitude, WINDOW, rate,
                                         (uint32_t)lrint(hz * WINDOW / rate)),
                   -80.0, "dBc");
  }
}

static void
hold_keeps_the_reduction(void** state)
{
  (void)state;
  constant(left, 0, N, -12.0);
  memcpy(right, left, sizeof(left));
  constant(sidechain, 0, N, -60.0);
  constant(sidechain, 4800, 28800, -10.0);
  play("threshold=-20 ratio=100 knee=0 attack=5 release=50 hold=200", 48000.0,
       true, N);
  EXPECT_DB("reduction after 195 ms of hold", reduction(28800 + 9360), 10.0,
            0.01);
  EXPECT_AT_MOST("reduction 150 ms after the hold",
                 reduction(28800 + 9600 + 7200), 0.6, "dB");
}

/// Peak to peak of the gain in the second half of a second of a steady tone, dB
static double
ripple_of_tone(double rate, double hz, double hold_ms)
{
  char settings[120];
  const uint32_t n = (uint32_t)rate;
  double low = INFINITY;
  double high = -INFINITY;
  snprintf(settings, sizeof(settings),
           "threshold=-20 ratio=4 attack=1 release=50 hold=%g", hold_ms);
  signal_sine(left, n, rate, hz, -6.0, 0.0);
  memcpy(right, left, n * sizeof(double));
  play(settings, rate, false, n);
  for (uint32_t i = n / 2; i < n; ++i) {
    if (fabs(left[i]) > 0.05) {
      low = fmin(low, reduction(i));
      high = fmax(high, reduction(i));
    }
  }
  return high - low;
}

/// A hold that starts anew only at a peak as high as the last one lets the gain
/// ripple more than without hold: the samples of a tone's peaks differ
static void
dyn_16_hold_is_a_sliding_maximum(void** state)
{
  (void)state;
  static const double tones[] = {41.37, 55.3, 98.7};
  static const double rates[] = {44100.0, 48000.0, 96000.0, 192000.0};
  for (int i = 0; i < 12; ++i) {
    const double hz = tones[i % 3];
    EXPECT_AT_MOST("DYN-16 ripple, hold of 0.52 periods",
                   ripple_of_tone(rates[i / 3], hz, 520.0 / hz), 0.001, "dB");
    EXPECT_AT_MOST("DYN-16 ripple, hold of 80 ms",
                   ripple_of_tone(rates[i / 3], hz, 80.0), 0.001, "dB");
  }
}

static void
hold_lasts_as_long_as_it_says(void** state)
{
  (void)state;
  static const double holds[] = {0.5, 5.0, 77.7, 500.0};
  enum { FROM = 48000 };
  constant(left, 0, N, -12.0);
  memcpy(right, left, sizeof(left));
  constant(sidechain, 0, N, -60.0);
  constant(sidechain, 0, FROM, -10.0);
  for (int i = 0; i < 4; ++i) {
    char settings[120];
    snprintf(settings, sizeof(settings),
             "threshold=-20 ratio=100 knee=0 attack=0.5 release=50 hold=%g",
             holds[i]);
    play(settings, 48000.0, true, N);
    // the first frame of a release of 50 ms takes 0.004 dB off
    EXPECT_NEAR("hold", (passes(FROM, 9.998, false) - 1.0) / 48.0, holds[i],
                0.04 * holds[i] + 0.05, "ms");
  }
}

static void
sidechain_highpass_lets_the_bass_pass(void** state)
{
  (void)state;
  signal_sine(left, N, 48000.0, 50.0, -6.0, 0.0);
  memcpy(right, left, sizeof(left));
  play("threshold=-24 ratio=4 knee=0 sidechain-highpass=200", 48000.0, false,
       N);
  for (uint32_t i = 9600; i < N; ++i) {
    assert_true((float)out[i] == (float)left[i]);
  }
}

static void
range_is_the_most(void** state)
{
  (void)state;
  constant(left, 0, N, -1.0);
  memcpy(right, left, sizeof(left));
  play("threshold=-40 ratio=10 range=6", 48000.0, false, N);
  EXPECT_DB("reduction held by the range", reduction(N - 1), 6.0, 1e-4);
}

/// n frames of four lanes in place, in blocks of changing length; the largest of each
/// meter of lanes 0 and 1 behind them
static void
play_four(const float* const* params, const float* values, float* x, uint32_t n)
{
  static const uint32_t blocks[] = {256, 1, 16, 40, 8, 33};
  const TonProcessor* const p =
      ton_processor_lanes(ton_processor("compressor"), 4);
  static const int32_t on[4] = {-1, -1, 0, 0};
  float meters[4] __attribute__((aligned(64))) = {0};
  void* state = NULL;
  const TonSpec spec = {48000.0, 4, 256, params, NULL};
  assert_int_equal(p->open(p, &spec, &state, NULL), TON_OK);
  for (uint32_t lane = 0; lane < 2; ++lane) {
    p->update(p, state, &(TonUpdate){lane, values, true, 0});
  }
  for (uint32_t at = 0, k = 0; at < n; ++k) {
    const uint32_t some = blocks[k % 6] < n - at ? blocks[k % 6] : n - at;
    float part[256 * 4] __attribute__((aligned(64)));
    memcpy(part, x + (size_t)4 * at, some * 4 * sizeof(float));
    p->process(p, state, &(TonBlock){part, NULL, on, meters, some});
    memcpy(x + (size_t)4 * at, part, some * 4 * sizeof(float));
    x[(size_t)4 * n] += meters[0];
    x[(size_t)4 * n + 1] += meters[1];
    at += some;
  }
  p->close(p, state);
}

/// Where a pair is alone in four lanes two frames share a vector: the same bits as
/// with its neighbours, which keep theirs
static void
a_pair_alone_has_the_same_bits(void** state)
{
  (void)state;
  enum { FRAMES = 20000 };
  static float alone[4 * FRAMES + 2];
  static float among[4 * FRAMES + 2];
  static const char* const settings[] = {
      "threshold=-30 ratio=4", "threshold=-30 ratio=4 link=0 mix=60",
      "threshold=-30 ratio=8 detector=rms look-ahead=3 make-up=4",
      "threshold=-30 ratio=4 sidechain-highpass=150 link=30"};
  for (int k = 0; k < 4; ++k) {
    float values[LONE_PARAMS];
    lone_values(ton_processor("compressor"), settings[k], values);
    const float* const one[TON_MAX_LANES] = {values, values};
    const float* const two[TON_MAX_LANES] = {values, values, values, values};
    for (uint32_t i = 0; i < 4 * FRAMES; ++i) {
      const double loud = i / 4 / 3000 % 2 ? 0.5 : 0.02;
      alone[i] = among[i] = (float)(loud * signal_random(i % 4, i / 4));
    }
    memset(alone + (size_t)4 * FRAMES, 0, 2 * sizeof(float));
    memset(among + (size_t)4 * FRAMES, 0, 2 * sizeof(float));
    play_four(one, values, alone, FRAMES);
    play_four(two, values, among, FRAMES);
    assert_true(alone[(size_t)4 * FRAMES] > 0.0F);
    assert_memory_equal(alone, among, sizeof(alone));
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(dyn_01_gain_computer),
      cmocka_unit_test(dyn_01_lanes_follow_the_curve),
      cmocka_unit_test(dyn_02_static_curve_of_a_tone),
      cmocka_unit_test(dyn_03_times),
      cmocka_unit_test(dyn_03_other_releases),
      cmocka_unit_test(dyn_03_times_at_other_rates),
      cmocka_unit_test(dyn_04_distortion),
      cmocka_unit_test(dyn_05_link_keeps_the_image),
      cmocka_unit_test(dyn_06_below_the_threshold_every_bit_stays),
      cmocka_unit_test(dyn_07_look_ahead_is_there_in_time),
      cmocka_unit_test(dyn_08_a_dry_share_does_not_comb),
      cmocka_unit_test(dyn_15_silence_costs_no_more),
      cmocka_unit_test(dyn_18_a_quick_attack_does_not_alias),
      cmocka_unit_test(hold_keeps_the_reduction),
      cmocka_unit_test(dyn_16_hold_is_a_sliding_maximum),
      cmocka_unit_test(hold_lasts_as_long_as_it_says),
      cmocka_unit_test(sidechain_highpass_lets_the_bass_pass),
      cmocka_unit_test(range_is_the_most),
      cmocka_unit_test(a_pair_alone_has_the_same_bits),
  };
  return TON_TESTS(tests);
}
