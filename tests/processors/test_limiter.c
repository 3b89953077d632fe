// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The limiter: what it holds, LIM-01 to 04, 12 and 15 of the figures' document, at
   48000 Hz; with a rate as its argument, what must hold at any rate, with more
   gains.  There is one mode, and it streams: LIM-02 is LIM-01.
*/

#include "base/array.h"
#include "base/memory.h"
#include "dsp/denormal.h"
#include "signals.h"
#include "single_lane.h"

enum { N = 96000, EDGE = 4000 };
static double in[2][N];
static double out[2][N];
static float block[2][N];
static double rate = 48000.0;
static bool thorough;

static uint32_t
late(const char* settings)
{
  float values[LONE_PARAMS];
  const TonProcessor* const p = ton_processor("limiter");
  lone_values(p, settings, values);
  return lone_latency(p, rate, values);
}

/// in -> limiter -> out
static void
limit(const char* settings, int n)
{
  ton_denormals_off();
  for (int c = 0; c < 2; ++c) {
    for (int i = 0; i < n; ++i) {
      block[c][i] = (float)in[c][i];
    }
  }
  lone_apply(ton_processor("limiter"), rate, settings, block[0], block[1],
             (uint32_t)n);
  for (int c = 0; c < 2; ++c) {
    for (int i = 0; i < n; ++i) {
      out[c][i] = (double)block[c][i];
    }
  }
}

// The ceiling -------------------------------------------------------------------

static void
white(int n)
{
  for (int c = 0; c < 2; ++c) {
    signal_white(in[c], (uint64_t)n, 4 + (uint64_t)c);
    for (int i = 0; i < n; ++i) {
      in[c][i] *= 0.25;
    }
  }
}

static void
clipped(int n)
{
  signal_clipped_noise(in[0], (uint64_t)n, 31);
  signal_clipped_noise(in[1], (uint64_t)n, 32);
}

static void
quarter(int n)
{
  signal_sine(in[0], (uint64_t)n, rate, rate / 4.0, 0.0, 45.0);
}

static void
bursts(int n)
{
  signal_sine(in[0], (uint64_t)n, rate, rate / 2.2, 0.0, 10.0);
  for (int i = 0; i < n; ++i) {
    in[0][i] *= fmod(i * 7.0 / rate, 1.0) < 0.5;
  }
}

static void
square(int n)
{
  for (int i = 0; i < n; ++i) {
    in[0][i] = fmod(i * 997.0 / rate, 1.0) < 0.5 ? 0.7 : -0.7;
  }
}

/// A sixth of the rate and its third harmonic, which is half the rate
static void
threes(int n)
{
  for (int i = 0; i < n; ++i) {
    in[0][i] = (i / 3) % 2 ? -1.0 : 1.0;
  }
}

static void
music(int n)
{
  signal_mix(in[0], in[1], (uint64_t)n, rate);
}

static void
hats(int n)
{
  signal_hat(in[0], (uint64_t)n, rate);
}

static void
noise_bursts(int n)
{
  signal_clipped_noise(in[0], (uint64_t)n, 77);
  for (int i = 0; i < n; ++i) {
    in[0][i] *= (i / 37) % 3 == 0;
  }
}

static const struct {
  const char* name;
  void (*make)(int n);
  bool both; ///< Fills both channels
} signals[] = {
    {"white noise", white, true},
    {"clipped noise", clipped, true},
    {"fs/4 at 45 degrees", quarter, false},
    {"fs/2.2 bursts", bursts, false},
    {"square", square, false},
    {"square of 6", threes, false},
    {"music-like", music, true},
    {"hi-hat", hats, false},
    {"noise bursts", noise_bursts, false},
};

/// dB by which the 16x reference reads more than the ceiling
static double
over_ceiling(int kind, double gain, double ceiling, const char* more, int n)
{
  char settings[128];
  signals[kind].make(n);
  if (!signals[kind].both) {
    memcpy(in[1], in[0], sizeof(in[0]));
  }
  for (int i = n - EDGE; i < n; ++i) { // nothing is cut off by the delay
    in[0][i] = 0.0;
    in[1][i] = 0.0;
  }
  snprintf(settings, sizeof(settings), "gain=%gdB ceiling=%gdBTP %s", gain,
           ceiling, more);
  limit(settings, n);
  const double left = signal_true_peak(out[0], (uint64_t)n);
  const double right = signal_true_peak(out[1], (uint64_t)n);
  return 20.0 * log10(fmax(left, right)) - ceiling;
}

static void
lim_01_the_ceiling_holds(void** state)
{
  (void)state;
  static const double ceilings[] = {-0.1, -1.0, -2.0};
  const double step = thorough ? 6.0 : 12.0;
  for (int kind = 0; kind < (int)(sizeof(signals) / sizeof(*signals)); ++kind) {
    double worst = -INFINITY;
    for (int k = 0; k * step <= 24.0; ++k) {
      const double over =
          over_ceiling(kind, k * step, ceilings[k % 3], "", 16000);
      worst = fmax(worst, over);
    }
    char name[96];
    snprintf(name, sizeof(name), "LIM-01 %s, %g Hz: over the ceiling",
             signals[kind].name, rate);
    EXPECT_AT_MOST(name, worst, 0.0, "dB");
  }
}

/// Short look-ahead and release bend the gain the most
static void
lim_01_the_ceiling_holds_when_the_gain_moves_fast(void** state)
{
  (void)state;
  double worst = -INFINITY;
  for (int kind = 0; kind < (int)(sizeof(signals) / sizeof(*signals)); ++kind) {
    const double over = over_ceiling(
        kind, 12.0, -1.0, "look-ahead=0.5ms release=1ms mode=manual", 16000);
    worst = fmax(worst, over);
  }
  EXPECT_AT_MOST("LIM-01 look-ahead 0.5 ms, release 1 ms", worst, 0.0, "dB");
}

static void
lim_01_the_ceiling_holds_with_any_settings(void** state)
{
  (void)state;
  static const char* const settings[] = {
      "link=0%", "link=50%", "look-ahead=10ms", "mode=manual release=20ms",
      "look-ahead=1.3ms link=30% mode=manual release=5ms"};
  for (size_t k = 0; k < TON_COUNT(settings); ++k) {
    double worst = -INFINITY;
    for (int kind = 0; kind < (int)TON_COUNT(signals); ++kind) {
      const double over = over_ceiling(kind, 12.0, -1.0, settings[k], 16000);
      worst = fmax(worst, over);
    }
    char name[96];
    snprintf(name, sizeof(name), "LIM-01 %s", settings[k]);
    EXPECT_AT_MOST(name, worst, 0.0, "dB");
  }
}

static void
lim_03_below_the_ceiling_nothing_changes(void** state)
{
  (void)state;
  signal_mix(in[0], in[1], N, rate);
  const double peak =
      fmax(signal_true_peak(in[0], N), signal_true_peak(in[1], N));
  for (int i = 0; i < N; ++i) {
    in[0][i] *= pow(10.0, -1.5 / 20.0) / peak;
    in[1][i] *= pow(10.0, -1.5 / 20.0) / peak;
  }
  limit("", N);
  const int delay = (int)late("");
  for (int i = delay; i < N; ++i) {
    assert_true((float)out[0][i] == (float)in[0][i - delay]);
    assert_true((float)out[1][i] == (float)in[1][i - delay]);
  }
}

// Cleanness ---------------------------------------------------------------------

/// Harmonics 2 to 20 of a tone in the second half of out[0], dB
static double
harmonics(double hz)
{
  const double* const end = out[0] + N / 2;
  const double tone = signal_amplitude(end, N / 2, rate, hz);
  double sum = 0.0;
  for (int h = 2; h <= 20; ++h) {
    const double x = signal_amplitude(end, N / 2, rate, h * hz);
    sum += x * x;
  }
  return 10.0 * log10(sum) - 20.0 * log10(tone);
}

static void
lim_04_bass_stays_clean(void** state)
{
  (void)state;
  signal_sine(in[0], N, rate, 50.0, 0.0, 0.0);
  memcpy(in[1], in[0], sizeof(in[0]));
  limit("gain=6dB ceiling=0dBTP", N);
  EXPECT_AT_MOST("LIM-04 THD at 50 Hz, default", harmonics(50.0), -100.0, "dB");
  signal_sine(in[0], N, rate, 41.0, 0.0, 0.0);
  memcpy(in[1], in[0], sizeof(in[0]));
  limit("gain=6dB ceiling=0dBTP", N);
  EXPECT_AT_MOST("LIM-04 THD at 41 Hz, default", harmonics(41.0), -100.0, "dB");
}

static void
lim_15_sub_bass_stays_clean(void** state)
{
  (void)state;
  static const double tones[] = {25.0, 31.0, 41.0, 41.4, 27.5};
  for (size_t k = 0; k < TON_COUNT(tones); ++k) {
    char name[64];
    const double hz = signal_coherent_hz(tones[k], rate, N / 2);
    signal_sine(in[0], N, rate, hz, 0.0, 0.0);
    memcpy(in[1], in[0], sizeof(in[0]));
    limit("gain=6dB ceiling=0dBTP", N);
    snprintf(name, sizeof(name), "LIM-15 THD at %g Hz, default", tones[k]);
    EXPECT_AT_MOST(name, harmonics(hz), -75.0, "dB");
  }
}

static void
lim_12_nothing_breaks_it(void** state)
{
  (void)state;
  signal_mix(in[0], in[1], N, rate);
  in[0][1000] = NAN;
  in[0][1001] = INFINITY;
  in[1][1002] = 1e30;
  in[1][5000] = -1e30;
  limit("", N);
  double most = 0.0;
  for (int i = 0; i < N; ++i) {
    assert_true(isfinite(out[0][i]) && isfinite(out[1][i]));
    most = fmax(most, fmax(fabs(out[0][i]), fabs(out[1][i])));
  }
  EXPECT_AT_MOST("LIM-12 peak", 20.0 * log10(most), -1.0, "dBFS");
}

int
main(int argc, char** argv)
{
  const struct CMUnitTest at_any_rate[] = {
      cmocka_unit_test(lim_01_the_ceiling_holds),
      cmocka_unit_test(lim_01_the_ceiling_holds_when_the_gain_moves_fast),
      cmocka_unit_test(lim_01_the_ceiling_holds_with_any_settings),
      cmocka_unit_test(lim_03_below_the_ceiling_nothing_changes),
      cmocka_unit_test(lim_15_sub_bass_stays_clean),
      cmocka_unit_test(lim_12_nothing_breaks_it),
  };
  const struct CMUnitTest once[] = {
      cmocka_unit_test(lim_01_the_ceiling_holds),
      cmocka_unit_test(lim_01_the_ceiling_holds_when_the_gain_moves_fast),
      cmocka_unit_test(lim_03_below_the_ceiling_nothing_changes),
      cmocka_unit_test(lim_04_bass_stays_clean),
      cmocka_unit_test(lim_15_sub_bass_stays_clean),
      cmocka_unit_test(lim_12_nothing_breaks_it),
  };
  thorough = argc > 1;
  rate = thorough ? atof(argv[1]) : rate;
  return thorough ? TON_TESTS(at_any_rate) : TON_TESTS(once);
}
