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

static float values[64];

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
      cmocka_unit_test(spc_01_decay_time),
  };
  return TON_TESTS(tests);
}
