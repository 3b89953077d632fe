// SPDX-License-Identifier: GPL-3.0-or-later
#include "expect.h"
#include "rig.h"
#include "signals.h"

#include <string.h>

/**
   @file
   The engine's time: side-chains that arrive together with what they act on, and
   clocks that are exact after a day.
*/

static const TonFader unity = {.law = TON_LAW_BALANCE};
static const TonFader silent = {.mute = true, .law = TON_LAW_BALANCE};

enum { FRAMES = 30000 };

/// A compressor that listens to bursts whose strip is `late` frames late, and itself
/// behind `own` frames
static uint64_t
ducked_hash(float late, float own, double* reduction)
{
  static float tone[FRAMES];
  static float bursts[FRAMES];
  for (uint32_t i = 0; i < FRAMES; ++i) {
    tone[i] = 0.5F * (float)signal_random(1, i);
    bursts[i] = i / 3000 % 2 ? 0.9F * (float)signal_random(2, i) : 0.0F;
  }
  const float* planes[] = {tone, bursts};
  RigStem stems[2];
  TonGraph* const graph = ton_graph_new(48000);
  ton_graph_strip(graph, "Bass", rig_stem(&stems[0], &planes[0], 1, FRAMES),
                  1.0F, &unity);
  ton_graph_strip(graph, "Kick", rig_stem(&stems[1], &planes[1], 1, FRAMES),
                  1.0F, &silent);
  const TonProcessor* const type = ton_processor("compressor");
  float params[64];
  ton_param_defaults(type, params);
  params[ton_param(type, "threshold") - type->params] = -30.0F;
  params[ton_param(type, "ratio") - type->params] = 8.0F;
  params[ton_param(type, "attack") - type->params] = 0.1F;
  ton_graph_insert(graph, 0, &rig_latency, &own, UINT32_MAX);
  ton_graph_insert(graph, 0, type, params, 1);
  ton_graph_insert(graph, 1, &rig_latency, &late, UINT32_MAX);
  RigTake take;
  const TonSink sink = rig_take(&take);
  ton_graph_tap(graph, 0, 1.0F, &sink);
  rig_render(graph, (TonRun){.block = 441, .threads = 2});
  double in = 0.0;
  double out = 0.0;
  for (uint32_t i = 3500; i < 6000; ++i) {
    in += (double)tone[i] * (double)tone[i];
    out += (double)take.planar[0][i] * (double)take.planar[0][i];
  }
  *reduction = 10.0 * log10(out / in);
  const uint64_t hash = rig_hash(&take);
  rig_take_free(&take);
  ton_graph_free(graph);
  return hash;
}

static void
a_key_is_on_time_however_late_its_strip(void** state)
{
  (void)state;
  double reduction = 0.0;
  const uint64_t wanted = ducked_hash(0.0F, 0.0F, &reduction);
  EXPECT_AT_MOST("the side-chain ducks", reduction, -10.0, "dB");
  assert_true(ducked_hash(777.0F, 0.0F, &reduction) == wanted);
  assert_true(ducked_hash(0.0F, 777.0F, &reduction) == wanted);
  assert_true(ducked_hash(512.0F, 3001.0F, &reduction) == wanted);
}

static bool
ones(void* handle, float* const* out, uint32_t frames)
{
  (void)handle;
  for (uint32_t i = 0; i < frames; ++i) {
    out[0][i] = 1.0F;
  }
  return true;
}

static bool
anywhere(void* handle, uint64_t frame)
{
  *(uint64_t*)handle = frame;
  return true;
}

static void
eng_13_after_a_day_a_move_is_at_its_sample(void** state)
{
  (void)state;
  const uint32_t rate = 192000;
  const uint64_t day = 24ULL * 3600 * rate; // beyond 32 bits
  static const uint64_t after[] = {7, 10007, 100003};
  for (int k = 0; k < 6; ++k) {
    uint64_t at = 0;
    const TonSource source = {&at, ones, anywhere, 1, day + 4ULL * rate};
    TonGraph* const graph = ton_graph_new(rate);
    ton_graph_strip(graph, "s", &source, 1.0F, &unity);
    const float late = 37.0F;
    ton_graph_insert(graph, 0, &rig_latency, &late, UINT32_MAX);
    const TonPoint points[] = {
        {0.0, 0.0F, TON_CURVE_HOLD},
        {(double)(day + after[k % 3]) / rate, -12.0F, TON_CURVE_HOLD}};
    ton_graph_automate(graph, 0, TON_AUTO_FADER, 0, 0, points, 2);
    RigTake take;
    const TonSink sink = rig_take(&take);
    ton_graph_tap(graph, 0, 1.0F, &sink);
    rig_render(graph, (TonRun){.block = k < 3 ? 64 : 4096,
                               .from = day,
                               .preroll = 1000,
                               .frames = rate});
    assert_int_equal(take.frames, rate);
    uint64_t first = 0;
    while (first < take.frames && take.planar[0][first] == 1.0F) {
      ++first;
    }
    assert_int_equal(first, after[k % 3]);
    rig_take_free(&take);
    ton_graph_free(graph);
  }
}

enum { NODES = 200 };

static uint32_t
late_strip(TonGraph* graph, const TonSource* source, float gain, uint64_t seed)
{
  const uint32_t strip = ton_graph_strip(graph, "s", source, gain, &unity);
  const float late = (float)(int)(100.0 + 99.0 * signal_random(seed, strip));
  ton_graph_insert(graph, strip, &rig_latency, &late, UINT32_MAX);
  return strip;
}

/// Sound and its inverted twin through ways of their own, 99 strips each
static void
eng_01_an_inverted_twin_cancels_to_the_bit(void** state)
{
  (void)state;
  static float sound[FRAMES];
  rig_noise(sound, FRAMES, 8);
  const float* plane = sound;
  for (uint64_t seed = 0; seed < 5; ++seed) {
    RigStem stems[2];
    TonGraph* const graph = ton_graph_new(48000);
    uint32_t heads[2];
    for (uint32_t k = 0; k < 2; ++k) {
      heads[k] =
          late_strip(graph, rig_stem(&stems[k], &plane, 1, FRAMES), 1.0F, seed);
    }
    for (uint32_t i = 2; i + 2 < NODES; ++i) {
      const uint32_t side = signal_random(seed + 50, i) > 0.0;
      const uint32_t bus = late_strip(graph, NULL, 1.0F, seed);
      ton_graph_edge(graph, heads[side], bus, 0.0F, i % 2);
      heads[side] = bus;
    }
    const uint32_t turned = late_strip(graph, NULL, -1.0F, seed);
    const uint32_t mix = ton_graph_strip(graph, "Mix", NULL, 1.0F, &unity);
    ton_graph_edge(graph, heads[0], mix, 0.0F, false);
    ton_graph_edge(graph, heads[1], turned, 0.0F, false);
    ton_graph_edge(graph, turned, mix, 0.0F, false);
    RigTake take;
    RigTake alone;
    const TonSink sink = rig_take(&take);
    const TonSink one = rig_take(&alone);
    ton_graph_tap(graph, mix, 1.0F, &sink);
    ton_graph_tap(graph, heads[0], 1.0F, &one);
    rig_render(graph, (TonRun){.threads = 2});
    for (uint32_t i = 0; i < FRAMES; ++i) {
      assert_true(take.planar[0][i] == 0.0F && take.planar[1][i] == 0.0F);
      assert_true(alone.planar[0][i] == sound[i]);
    }
    rig_take_free(&take);
    rig_take_free(&alone);
    ton_graph_free(graph);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(eng_01_an_inverted_twin_cancels_to_the_bit),
      cmocka_unit_test(a_key_is_on_time_however_late_its_strip),
      cmocka_unit_test(eng_13_after_a_day_a_move_is_at_its_sample),
  };
  return TON_TESTS(tests);
}
