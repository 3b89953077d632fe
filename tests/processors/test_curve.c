// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   What the saturator is made of: curves, and the way to the top rate and back.
*/
#include "dsp/oversample.h"
#include "dsp/waveshaper.h"
#include "expect.h"
#include "signals.h"

static void
tanh_is_that_of_the_library(void** state)
{
  (void)state;
  double worst = 0.0;
  for (double x = 1e-12; x < 60.0; x *= 1.0007) {
    const TonV y = ton_v_tanh(ton_v((float)x));
    const TonV z = ton_v_tanh(ton_v((float)-x));
    const double exact = tanh((double)(float)x);
    worst = fmax(worst, fabs((double)y[0] / exact - 1.0));
    assert_true(y[1] == -z[0]);
  }
  EXPECT_AT_MOST("tanh, relative error", worst, 1e-6, "");
  assert_true(ton_v_tanh(ton_v(0.0F))[0] == 0.0F);
  assert_true(ton_v_tanh(ton_v(3e38F))[0] == 1.0F);
  assert_true(ton_v_tanh(ton_v(-INFINITY))[0] == -1.0F);
}

static double
clipped(double x)
{
  return fmin(1.0, fmax(-1.0, x));
}

static void
sat_04_constants_and_slow_ramps_clip_exactly(void** state)
{
  (void)state;
  static const double start[] = {0.0,  0.3,  0.999, 1.0, 1.3,
                                 -0.7, -1.0, -2.0,  4.0, 0.9999995};
  static const double steps[] = {0.0, 1e-9, -1e-9, 1e-6, 1e-3};
  double worst = 0.0;
  for (int k = 0; k < 10; ++k) {
    for (int j = 0; j < 5; ++j) {
      TonClipCurve c = {ton_v((float)start[k]), ton_v(0.0F)};
      for (int i = 0; i < 3000; ++i) {
        const double x = start[k] + steps[j] * i;
        const double last = (double)c.last[0];
        const double y = (double)ton_clip_step(&c, ton_v((float)x))[0];
        // at the corner the triangle rounds it off over one step
        const double soft = fabs(fabs(last) - 1.0) < 1e-3 ? steps[j] / 5 : 0.0;
        if (i > 1 && y != clipped(last)) {
          worst = fmax(worst, fabs(y - clipped(last)) - fabs(soft));
        }
      }
    }
  }
  EXPECT_AT_MOST("SAT-04", worst, 2e-7, "");
}

/// The triangle's mean of clip over a line, by brute force
static double
mean_clipped(double a, double b, double c)
{
  enum { STEPS = 20000 };
  double sum = 0.0;
  for (int i = 0; i < STEPS; ++i) {
    const double t = (i + 0.5) / STEPS;
    sum += t * (clipped(a + (b - a) * t) - (a + (b - a) * t));
    sum += (1.0 - t) * (clipped(b + (c - b) * t) - (b + (c - b) * t));
  }
  return b + sum / STEPS;
}

static void
the_clipper_is_the_mean_over_a_triangle(void** state)
{
  (void)state;
  double worst = 0.0;
  double past[3] = {0.0, 0.0, 0.0};
  TonClipCurve clip = {{0}, {0}};
  for (uint64_t i = 0; i < 2000; ++i) {
    past[0] = past[1];
    past[1] = past[2];
    past[2] = (double)(float)(3.0 * signal_random(8, i));
    const TonV y = ton_clip_step(&clip, ton_v((float)past[2]));
    const double expected = mean_clipped(past[0], past[1], past[2]);
    worst = fmax(worst, fabs((double)y[0] - expected));
  }
  EXPECT_AT_MOST("clipper against the integral", worst, 1e-6, "");
}

/// Gain in dB of one doubling at `hz` of the higher rate's frequencies
static double
half_band_db(const TonHalfBands* h, uint32_t s, double hz, double rate)
{
  const double w = 2.0 * M_PI * hz / (rate * (2U << s));
  double sum = 0.5;
  for (uint32_t k = 0; k < h->side[s]; ++k) {
    const double o = 2.0 * k - (2.0 * h->side[s] - 1.0);
    sum += (double)h->tap[s][k] * cos(w * o);
  }
  return 20.0 * log10(fabs(sum) + 1e-12);
}

static void
sat_11_the_way_up_and_down(void** state)
{
  (void)state;
  static const double rates[] = {44100.0, 48000.0, 88200.0, 96000.0, 192000.0};
  for (int r = 0; r < 5; ++r) {
    const double rate = rates[r];
    const TonHalfBands h = ton_half_bands(rate);
    const double pass = ton_half_band_pass(rate);
    assert_true(pass >= (rate < 48000.0 ? 19500.0 : 20000.0));
    double ripple = 0.0;
    double stop = -999.0;
    for (double hz = 0.0; hz <= pass; hz += 50.0) {
      double both = 0.0;
      for (uint32_t s = 0; s < h.stages; ++s) {
        both += 2.0 * half_band_db(&h, s, hz, rate);
        // what this stage must keep out: the mirror of hz in its lower rate
        const double mirror = rate * (1U << s) - hz;
        stop = fmax(stop, half_band_db(&h, s, mirror, rate));
      }
      ripple = fmax(ripple, fabs(both));
    }
    EXPECT_AT_MOST("SAT-11 up and down, 0 Hz to the top", ripple, 0.001, "dB");
    EXPECT_AT_MOST("SAT-11 mirrors", stop, -120.0, "dB");
  }
}

static void
up_and_down_is_a_whole_delay(void** state)
{
  (void)state;
  enum { M = 600 };
  static const double rates[] = {44100.0, 48000.0, 96000.0, 176400.0};
  for (int r = 0; r < 4; ++r) {
    static TonV memory[4096];
    static TonV out[M];
    assert_true(ton_oversample_vectors(rates[r]) <= 4096);
    memset(memory, 0, sizeof(memory));
    TonOversample o;
    ton_oversample_prepare(&o, rates[r], memory);
    TonV held = {0};
    for (uint32_t at = 0, n = 1; at < M; at += n) {
      n = 1 + at * 7 % TON_OVERSAMPLE;
      n = n < M - at ? n : M - at;
      for (uint32_t i = 0; i < n; ++i) {
        o.up[0][i] = ton_v(at + i == 100 ? 1.0F : 0.0F);
      }
      ton_oversample_up(&o, n);
      TonV* const back = ton_oversample_back(&o);
      for (uint32_t i = 0; i < n * o.bands.factor; ++i) {
        back[i] = held;
        held = o.top[i];
      }
      ton_oversample_down(&o, n);
      memcpy(out + at, o.out, n * sizeof(TonV));
    }
    for (uint32_t i = 1; i < 100; ++i) { // symmetric around where it is due
      const uint32_t middle = 100 + o.bands.latency;
      assert_true(fabsf(out[middle][0]) > fabsf(out[middle + i][0]));
      EXPECT_NEAR("symmetry", (double)out[middle - i][0],
                  (double)out[middle + i][0], 1e-6, "");
    }
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(tanh_is_that_of_the_library),
      cmocka_unit_test(sat_04_constants_and_slow_ramps_clip_exactly),
      cmocka_unit_test(the_clipper_is_the_mean_over_a_triangle),
      cmocka_unit_test(sat_11_the_way_up_and_down),
      cmocka_unit_test(up_and_down_is_a_whole_delay),
  };
  return TON_TESTS(tests);
}
