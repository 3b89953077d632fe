// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/memory.h"
#include "dsp/denormal.h"
#include "expect.h"
#include "signals.h"

#include <tonmeister/processor.h>

#include <string.h>

static float
set(const TonProcessor* p, float* values, const char* symbol, float value)
{
  values[ton_param(p, symbol) - p->params] = value;
  return value;
}

/// Run one processor over a pair (or a mono lane) in double
static void
run_pair(const TonProcessor* p, const float* values, double rate,
         const double* left, const double* right, double* out_left,
         double* out_right, uint32_t n)
{
  const uint32_t lanes = p->flags & TON_ALONE ? 2 : 4;
  const TonSpec spec = {rate, lanes, 512};
  void* const state = ton_alloc(p->state_size(&spec));
  float* const x = ton_alloc(512 * 4 * sizeof(float));
  const int32_t on[4] = {-1, -1, 0, 0};
  ton_denormals_off();
  if (p->prepare) {
    p->prepare(state, &spec);
  }
  for (uint32_t lane = 0; lane < 2; ++lane) {
    const TonUpdate u = {lane, values, true, 0};
    if (lane == 0 || !(p->flags & TON_ALONE)) {
      p->update(state, &u);
    }
  }
  for (uint32_t at = 0; at < n; at += 512) {
    const uint32_t m = n - at < 512 ? n - at : 512;
    for (uint32_t i = 0; i < m; ++i) {
      x[i * lanes] = (float)left[at + i];
      x[i * lanes + 1] = (float)(right ? right[at + i] : left[at + i]);
    }
    const TonBlock block = {x, NULL, on, NULL, m};
    p->process(state, &block);
    for (uint32_t i = 0; i < m; ++i) {
      out_left[at + i] = (double)x[i * lanes];
      if (out_right) {
        out_right[at + i] = (double)x[i * lanes + 1];
      }
    }
  }
  ton_free(state);
  ton_free(x);
}

enum { N = 96000 };
static double a[N];
static double b[N];
static double y[N];
static double z[N];
static float values[64];

static const TonProcessor*
limiter(float gain, float ceiling)
{
  const TonProcessor* const p = ton_processor("limiter");
  ton_param_defaults(p, values);
  set(p, values, "gain", gain);
  set(p, values, "ceiling", ceiling);
  return p;
}

static void
low_passed(double* x, int n, double hz, double rate)
{
  // 255 taps, Blackman: band-limits what is to be judged between the samples
  enum { T = 255 };
  double* const in = malloc((size_t)n * sizeof(double));
  memcpy(in, x, (size_t)n * sizeof(double));
  for (int i = 0; i < n; ++i) {
    double sum = 0.0;
    for (int k = 0; k < T; ++k) {
      const int at = i + k - T / 2;
      const double t = k - T / 2;
      const double u = M_PI * t / (T / 2 + 1);
      const double w = 0.42 + 0.5 * cos(u) + 0.08 * cos(2.0 * u);
      const double f = 2.0 * hz / rate;
      const double h = t == 0.0 ? f : sin(M_PI * f * t) / (M_PI * t);
      sum += at >= 0 && at < n ? in[at] * w * h : 0.0;
    }
    x[i] = sum;
  }
  free(in);
}

static void
lim_01_and_02_the_ceiling_holds(void** state)
{
  (void)state;
  enum { M = 24000 };
  for (int kind = 0; kind < 5; ++kind) {
    for (int k = 0; k < 3; ++k) {
      const float gains[] = {3.0F, 12.0F, 24.0F};
      const float ceilings[] = {-0.1F, -1.0F, -2.0F};
      const TonProcessor* const p = limiter(gains[k], ceilings[k]);
      if (kind == 0) {
        signal_clipped_noise(a, M, 3);
      } else if (kind == 1) {
        signal_sine(a, M, 48000.0, 12000.0, 0.0, 45.0);
        for (int i = 0; i < 500; ++i) { // a tone cut on is not band-limited
          a[i] *= 0.5 - 0.5 * cos(M_PI * i / 500.0);
          a[M - 801 - i] *= 0.5 - 0.5 * cos(M_PI * i / 500.0);
        }
      } else if (kind == 2) {
        signal_white(a, M, 4);
        low_passed(a, M, 20000.0, 48000.0);
      } else if (kind == 3) {
        signal_mix(a, b, M, 48000.0);
      } else {
        for (int i = 0; i < M; ++i) {
          a[i] = fmod(i * 997.0 / 48000.0, 1.0) < 0.5 ? 0.7 : -0.7;
        }
      }
      for (int i = 0; i < 800; ++i) { // the delay must not cut the tone off
        a[M - 1 - i] = 0.0;
        b[M - 1 - i] = 0.0;
      }
      run_pair(p, values, 48000.0, a, kind == 3 ? b : NULL, y, z, M);
      char name[64];
      snprintf(name, sizeof(name), "LIM-01 signal %d, gain %g: over ceiling",
               kind, (double)gains[k]);
      const double inside =
          fmax(signal_true_peak(y, M), signal_true_peak(z, M));
      EXPECT_AT_MOST(name, 20.0 * log10(inside) - (double)ceilings[k],
                     kind == 0 || kind == 4 ? 0.3 : 0.05, "dB");
    }
  }
}

static void
lim_03_below_the_ceiling_nothing_changes(void** state)
{
  (void)state;
  const TonProcessor* const p = limiter(0.0F, -1.0F);
  signal_mix(a, b, N, 48000.0);
  for (int i = 0; i < N; ++i) {
    a[i] *= 0.5;
    b[i] *= 0.5;
  }
  const uint32_t late = p->latency(values, 48000.0);
  run_pair(p, values, 48000.0, a, b, y, z, N);
  for (uint32_t i = late; i < N; ++i) {
    assert_true((float)y[i] == (float)a[i - late]);
    assert_true((float)z[i] == (float)b[i - late]);
  }
}

static void
lim_04_bass_stays_clean(void** state)
{
  (void)state;
  const TonProcessor* const p = limiter(6.0F, 0.0F);
  signal_sine(a, N, 48000.0, 50.0, 0.0, 0.0);
  run_pair(p, values, 48000.0, a, NULL, y, NULL, N);
  double harmonics = 0.0;
  const double* const end = y + N / 2;
  const double tone = signal_amplitude(end, N / 2, 48000.0, 50.0);
  for (int h = 2; h <= 20; ++h) {
    const double x = signal_amplitude(end, N / 2, 48000.0, h * 50.0);
    harmonics += x * x;
  }
  EXPECT_AT_MOST("LIM-04 THD at 50 Hz, default",
                 10.0 * log10(harmonics) - 20.0 * log10(tone), -45.0, "dB");
}

static void
lim_12_nothing_breaks_it(void** state)
{
  (void)state;
  const TonProcessor* const p = limiter(0.0F, -1.0F);
  signal_mix(a, b, N, 48000.0);
  a[1000] = NAN;
  a[1001] = INFINITY;
  b[1002] = 1e30;
  run_pair(p, values, 48000.0, a, b, y, z, N);
  for (int i = 0; i < N; ++i) {
    assert_true(fabs(y[i]) <= 0.8913 && fabs(z[i]) <= 0.8913);
  }
}

static void
spc_01_decay_time(void** state)
{
  (void)state;
  enum { LONG = 4 * 48000 };
  static double in[LONG];
  static double out[LONG];
  static const float wanted[] = {0.5F, 1.0F, 2.0F};
  for (int k = 0; k < 3; ++k) {
    const TonProcessor* const p = ton_processor("reverb");
    ton_param_defaults(p, values);
    set(p, values, "decay", wanted[k]);
    set(p, values, "damping", 20000.0F);
    set(p, values, "highpass", 20.0F);
    memset(in, 0, sizeof(in));
    in[0] = 1.0;
    run_pair(p, values, 48000.0, in, NULL, out, NULL, LONG);
    // band of one octave around 500 Hz, by correlation in windows is coarse:
    // a two-pole band-pass, then Schroeder's backward integration
    double s1 = 0.0;
    double s2 = 0.0;
    const double r = exp(-M_PI * 350.0 / 48000.0);
    for (int i = 0; i < LONG; ++i) {
      const double v = out[i] +
                       2.0 * r * cos(2.0 * M_PI * 500.0 / 48000.0) * s1 -
                       r * r * s2;
      s2 = s1;
      s1 = v;
      out[i] = v;
    }
    double energy = 0.0;
    double total = 0.0;
    for (int i = 0; i < LONG; ++i) {
      total += out[i] * out[i];
    }
    double t5 = 0.0;
    double t35 = 0.0;
    for (int i = LONG - 1; i >= 0; --i) {
      energy += out[i] * out[i];
      const double db = 10.0 * log10(energy / total);
      t35 = db <= -35.0 ? i / 48000.0 : t35;
      t5 = db <= -5.0 ? i / 48000.0 : t5;
    }
    EXPECT_NEAR("SPC-01 T30 x 2 at 500 Hz", 2.0 * (t35 - t5), (double)wanted[k],
                0.1 * (double)wanted[k], "s");
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(lim_01_and_02_the_ceiling_holds),
      cmocka_unit_test(lim_03_below_the_ceiling_nothing_changes),
      cmocka_unit_test(lim_04_bass_stays_clean),
      cmocka_unit_test(lim_12_nothing_breaks_it),
      cmocka_unit_test(spc_01_decay_time),
  };
  return TON_TESTS(tests);
}
