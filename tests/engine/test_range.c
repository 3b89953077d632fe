// SPDX-License-Identifier: GPL-3.0-or-later
#include "expect.h"
#include "rig.h"
#include "signals.h"

#include <string.h>

/**
   @file
   A render that starts inside the song is that part of the whole render.
*/

enum { RATE = 48000, FROM = 20 * RATE + 12345, PART = RATE, PARAMS = 256 };

/// Stereo noise in bursts at the level of a track (-12 dBFS), so that dynamics
/// have something to do.  The reverb's rounding in float lies 136 dB below its
/// level and differs after every start: louder noise would show it.
static const float* const*
bursts(void)
{
  static float x[2][FROM + PART];
  static const float* const planes[] = {x[0], x[1]};
  for (uint32_t c = 0; c < 2; ++c) {
    for (uint32_t i = 0; i < FROM + PART; ++i) {
      const float level = i / 7000 % 3 ? 0.25F : 0.01F;
      x[c][i] = level * (float)signal_random(40 + c, i);
    }
  }
  return planes;
}

/// Defaults, with a band that does something and everything half wet
static void
audible(const TonProcessor* p, float* values)
{
  static const struct {
    const char* symbol;
    float value;
  } settings[] = {{"1-type", 1.0F},      {"1-gain", 9.0F}, {"1-range", -9.0F},
                  {"threshold", -30.0F}, {"gain", 6.0F},   {"mix", 50.0F}};
  ton_param_defaults(p, values);
  for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); ++i) {
    const TonParam* const param = ton_param(p, settings[i].symbol);
    if (param) {
      values[param - p->params] =
          fminf(param->max, fmaxf(param->min, settings[i].value));
    }
  }
}

static void
render(const TonProcessor* p, const float* values, const float* const* planes,
       TonRun run, RigTake* take)
{
  static const TonFader unity = {.law = TON_LAW_BALANCE};
  RigStem stem;
  TonGraph* const graph = ton_graph_new(RATE);
  ton_graph_strip(graph, p->id, rig_stem(&stem, planes, 2, FROM + PART), 1.0F,
                  &unity);
  ton_graph_insert(graph, 0, p, values, UINT32_MAX);
  const TonSink sink = rig_take(take);
  ton_graph_tap(graph, 0, 1.0F, &sink);
  rig_render(graph, run);
  ton_graph_free(graph);
}

static void
a_start_inside_the_song_is_its_part_of_the_whole(void** state)
{
  (void)state;
  const float* const* const planes = bursts();
  for (const TonProcessor* const* p = ton_processors(); *p; ++p) {
    float values[PARAMS];
    audible(*p, values);
    RigTake whole;
    RigTake part;
    render(*p, values, planes, (TonRun){.frames = FROM + PART}, &whole);
    render(
        *p, values, planes,
        (TonRun){.from = FROM, .preroll = TON_PREROLL_ENOUGH, .frames = PART},
        &part);
    double worst = 0.0;
    double loudest = 0.0;
    for (uint32_t c = 0; c < 2; ++c) {
      for (uint32_t i = 0; i < PART; ++i) {
        const double x = (double)part.planar[c][i];
        loudest = fmax(loudest, fabs(x));
        worst = fmax(worst, fabs(x - (double)whole.planar[c][FROM + i]));
      }
    }
    print_message("# %s:\n", (*p)->id);
    assert_true(loudest > 0.01);
    EXPECT_AT_MOST("difference to the whole render",
                   20.0 * log10(worst + 1e-12), -140.0, "dBFS");
    rig_take_free(&whole);
    rig_take_free(&part);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_start_inside_the_song_is_its_part_of_the_whole),
  };
  return TON_TESTS(tests);
}
