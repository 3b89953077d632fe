// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Pan laws and moving pans, through the engine.

#include "expect.h"
#include "rig.h"
#include "signals.h"

enum { FRAMES = 48000 };

/// Worst line more than 1 kHz away from a 1 kHz tone, of the window of
/// `n` frames (a power of two), dBc
static double
worst_spur(const float* y, uint32_t n)
{
  static double x[4096];
  static double amplitude[2049];
  for (uint32_t i = 0; i < n; ++i) {
    const double t = 2.0 * M_PI * i / n;
    x[i] = (0.35875 - 0.48829 * cos(t) + 0.14128 * cos(2.0 * t) -
            0.01168 * cos(3.0 * t)) *
           (double)y[i];
  }
  signal_spectrum(x, n, amplitude);
  double tone = 0.0;
  double worst = 0.0;
  for (uint32_t k = 1; k < n / 2; ++k) {
    const double hz = k * 48000.0 / n;
    double* const top = fabs(hz - 1000.0) > 1000.0 ? &worst : &tone;
    *top = fmax(*top, amplitude[k]);
  }
  return 20.0 * log10(worst / tone);
}

static void
ste_07_a_quick_pan_is_clean(void** state)
{
  (void)state;
  static const TonLaw laws[] = {TON_LAW_CONSTANT_POWER, TON_LAW_LINEAR};
  static double sine[FRAMES];
  static float plane[FRAMES];
  signal_sine(sine, FRAMES, 48000.0, 1000.0, -6.0, 0.0);
  for (uint32_t i = 0; i < FRAMES; ++i) {
    plane[i] = (float)sine[i];
  }
  for (int k = 0; k < 2; ++k) {
    const TonFader fader = {.law = laws[k]};
    const float* planes[] = {plane};
    RigStem stem;
    TonGraph* const graph = ton_graph_new(48000);
    const TonSource* const source = rig_stem(&stem, planes, 1, FRAMES);
    const uint32_t strip = ton_graph_strip(graph, "tone", source, 1.0F, &fader);
    const TonPoint points[] = {{0.5, 0.0F, TON_CURVE_LINEAR},
                               {0.51, 100.0F, TON_CURVE_LINEAR}};
    ton_graph_automate(graph, strip, TON_AUTO_PAN, 0, 0, points, 2);
    RigTake take;
    const TonSink sink = rig_take(&take);
    ton_graph_tap(graph, strip, 1.0F, &sink);
    rig_render(graph, (TonRun){.threads = 1});
    assert_true(fabsf(take.planar[0][40000]) < 1e-6F);
    for (int c = 0; c < 2; ++c) {
      EXPECT_AT_MOST("STE-07 spurs beyond 1 kHz",
                     worst_spur(take.planar[c] + 24240 - 2048, 4096), -70.0,
                     "dBc");
    }
    rig_take_free(&take);
    ton_graph_free(graph);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(ste_07_a_quick_pan_is_clean),
  };
  return TON_TESTS(tests);
}
