// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Rendering: latencies, automation, the same bytes, errors.

#include "base/memory.h"
#include "expect.h"
#include "rig.h"
#include "signals.h"

#include <string.h>

static const TonFader unity = {.law = TON_LAW_BALANCE};

enum { FRAMES = 20011 };

static float*
noise(uint64_t seed)
{
  float* const x = malloc(FRAMES * sizeof(float));
  rig_noise(x, FRAMES, seed);
  return x;
}

static void
flat_session_equals_the_sum_to_the_bit(void** state)
{
  (void)state;
  enum { STEMS = 24 };
  float* planes[STEMS][2];
  RigStem stems[STEMS];
  TonGraph* const graph = ton_graph_new(48000);
  for (uint32_t i = 0; i < STEMS; ++i) {
    planes[i][0] = noise(2 * i);
    planes[i][1] = i % 2 ? noise(2 * i + 1) : NULL;
    const TonSource* const source = rig_stem(
        &stems[i], (const float* const*)planes[i], i % 2 ? 2 : 1, FRAMES);
    assert_int_equal(ton_graph_strip(graph, "stem", source, 1.0F, &unity), i);
  }
  const uint32_t mix = ton_graph_strip(graph, "Mix", NULL, 1.0F, &unity);
  for (uint32_t i = 0; i < STEMS; ++i) {
    ton_graph_edge(graph, i, mix, 0.0F, false);
  }
  RigTake take;
  const TonSink sink = rig_take(&take);
  ton_graph_tap(graph, mix, 1.0F, &sink);
  rig_render(graph, (TonRun){.threads = 2});
  assert_int_equal(take.frames, FRAMES);
  for (uint32_t n = 0; n < FRAMES; ++n) {
    double left = 0.0;
    double right = 0.0;
    for (uint32_t i = 0; i < STEMS; ++i) {
      left += (double)planes[i][0][n];
      right += (double)planes[i][i % 2][n];
    }
    assert_true(take.planar[0][n] == (float)left);
    assert_true(take.planar[1][n] == (float)right);
  }
  rig_take_free(&take);
  ton_graph_free(graph);
  for (uint32_t i = 0; i < STEMS; ++i) {
    free(planes[i][0]);
    free(planes[i][1]);
  }
}

enum { GAIN_PARAMS = 4 };

/// Nine stems, two buses, sends, a side-chain, movement of everything
static TonGraph*
busy_graph(RigStem* stems, float** planes, const TonSink* sink)
{
  TonGraph* const graph = ton_graph_new(48000);
  const TonProcessor* const gain = ton_processor("gain");
  assert_int_equal(gain->n_params, GAIN_PARAMS);
  for (uint32_t i = 0; i < 9; ++i) {
    const TonFader fader = {.db = -3.0F - (float)i,
                            .pan = (float)i * 20.0F - 80.0F,
                            .law = (TonLaw)(i % 4)};
    const TonSource* const source =
        rig_stem(&stems[i], (const float* const*)&planes[i], 1 + i % 2, FRAMES);
    ton_graph_strip(graph, "stem", source, i % 3 ? 1.0F : -0.5F, &fader);
    const float params[GAIN_PARAMS] = {(float)i * -0.7F, (float)(i % 2),
                                       (float)(i % 4)};
    for (uint32_t k = 0; k < i % 3; ++k) {
      ton_graph_insert(graph, i, gain, params, UINT32_MAX);
    }
    const float frames = 37.0F * (float)(i % 4);
    ton_graph_insert(graph, i, &rig_latency, &frames, UINT32_MAX);
  }
  const uint32_t bus = ton_graph_strip(graph, "Bus", NULL, 1.0F, &unity);
  const uint32_t room = ton_graph_strip(graph, "Room", NULL, 1.0F, &unity);
  const uint32_t mix = ton_graph_strip(graph, "Mix", NULL, 1.0F, &unity);
  const float late = 500.0F;
  ton_graph_insert(graph, room, &rig_latency, &late, UINT32_MAX);
  for (uint32_t i = 0; i < 9; ++i) {
    ton_graph_edge(graph, i, i % 2 ? bus : mix, 0.0F, false);
    ton_graph_edge(graph, i, room, -12.0F, i % 3 == 0);
  }
  ton_graph_edge(graph, bus, mix, 0.0F, false);
  ton_graph_edge(graph, room, mix, -1.5F, false);
  const TonPoint points[] = {{0.0101, -20.0F, TON_CURVE_LINEAR},
                             {0.1503, 0.0F, TON_CURVE_SMOOTH},
                             {0.2017, -6.0F, TON_CURVE_HOLD},
                             {0.3001, -40.0F, TON_CURVE_LINEAR}};
  ton_graph_automate(graph, 1, TON_AUTO_FADER, 0, 0, points, 4);
  ton_graph_automate(graph, 2, TON_AUTO_PAN, 0, 0, points, 4);
  ton_graph_automate(graph, 3, TON_AUTO_EDGE, 1, 0, points, 4);
  ton_graph_automate(graph, 4, TON_AUTO_PARAM, 0, 0, points, 4);
  ton_graph_automate(graph, 5, TON_AUTO_PARAM, 1, 0, points + 1, 3);
  ton_graph_automate(graph, bus, TON_AUTO_MUTE, 0, 0,
                     (TonPoint[]){{0.0, 0.0F, TON_CURVE_HOLD},
                                  {0.25, 1.0F, TON_CURVE_HOLD},
                                  {0.3, 0.0F, TON_CURVE_HOLD}},
                     3);
  ton_graph_tap(graph, mix, 1.0F, sink);
  return graph;
}

static uint64_t
busy_hash(TonRun run, const char* lanes)
{
  float* planes[10];
  RigStem stems[9];
  for (uint32_t i = 0; i < 10; ++i) {
    planes[i] = noise(100 + i);
  }
  RigTake take;
  const TonSink sink = rig_take(&take);
  setenv("TONMEISTER_LANES", lanes, 1);
  TonGraph* const graph = busy_graph(stems, planes, &sink);
  rig_render(graph, run);
  unsetenv("TONMEISTER_LANES");
  const uint64_t hash = rig_hash(&take);
  // stem 2 is played 2 x 2 ms late by its inserts: its end is not cut
  assert_int_equal(take.frames, FRAMES + 192);
  rig_take_free(&take);
  ton_graph_free(graph);
  for (uint32_t i = 0; i < 10; ++i) {
    free(planes[i]);
  }
  return hash;
}

static void
eng_02_and_05_same_bytes_for_blocks_threads_lanes(void** state)
{
  (void)state;
  const uint64_t wanted = busy_hash((TonRun){.threads = 1}, "16");
  static const uint32_t blocks[] = {1, 7, 64, 441, 512, 4096};
  for (size_t i = 0; i < 6; ++i) {
    for (uint32_t threads = 1; threads <= 4; threads *= 2) {
      const TonRun run = {.block = blocks[i], .threads = threads};
      assert_true(busy_hash(run, "16") == wanted);
    }
  }
  assert_true(busy_hash((TonRun){.threads = 2}, "4") == wanted);
  assert_true(busy_hash((TonRun){.threads = 2}, "8") == wanted);
  assert_true(busy_hash((TonRun){.one_strip = true}, "16") == wanted);
}

static void
eng_01_impulses_arrive_together(void** state)
{
  (void)state;
  enum { N = 40 };
  float impulse[FRAMES] = {0};
  impulse[100] = 1.0F;
  const float* plane = impulse;
  for (uint64_t seed = 0; seed < 20; ++seed) {
    RigStem stems[N / 2];
    TonGraph* const graph = ton_graph_new(48000);
    for (uint32_t i = 0; i < N; ++i) {
      const TonSource* const source =
          i < N / 2 ? rig_stem(&stems[i], &plane, 1, 5000) : NULL;
      ton_graph_strip(graph, "s", source, 1.0F, &unity);
      const float frames = (float)(int)(100.0 + 99.0 * signal_random(seed, i));
      ton_graph_insert(graph, i, &rig_latency, &frames, UINT32_MAX);
    }
    uint32_t paths[N] = {0};
    for (uint32_t i = 0; i + 1 < N; ++i) {
      paths[i] += i < N / 2;
      const uint32_t low = i + 1 > N / 2 ? i + 1 : N / 2;
      const double u = 0.5 + 0.5 * signal_random(seed + 1000, i);
      const uint32_t to = low + (uint32_t)(u * (double)(N - low));
      ton_graph_edge(graph, i, to, 0.0F, i % 2);
      paths[to] += paths[i];
    }
    RigTake take;
    const TonSink sink = rig_take(&take);
    ton_graph_tap(graph, N - 1, 1.0F, &sink);
    rig_render(graph, (TonRun){.threads = 2});
    for (uint32_t n = 0; n < take.frames; ++n) {
      const float wanted = n == 100 ? (float)paths[N - 1] : 0.0F;
      assert_true(take.planar[0][n] == wanted);
    }
    rig_take_free(&take);
    ton_graph_free(graph);
  }
}

static void
eng_03_automation_starts_at_its_sample(void** state)
{
  (void)state;
  static const uint32_t starts[] = {7, 101, 4099, 10007};
  static const uint32_t blocks[] = {1, 64, 441, 4096};
  float ones[FRAMES];
  for (uint32_t i = 0; i < FRAMES; ++i) {
    ones[i] = 1.0F;
  }
  const float* plane = ones;
  for (uint32_t k = 0; k < 32; ++k) {
    RigStem stem;
    TonGraph* const graph = ton_graph_new(48000);
    ton_graph_strip(graph, "s", rig_stem(&stem, &plane, 1, FRAMES), 1.0F,
                    &unity);
    const uint32_t mix = ton_graph_strip(graph, "Mix", NULL, 1.0F, &unity);
    ton_graph_edge(graph, 0, mix, 0.0F, false);
    const float frames = 37.0F;
    ton_graph_insert(graph, 0, &rig_latency, &frames, UINT32_MAX);
    const float params[GAIN_PARAMS] = {0.0F};
    ton_graph_insert(graph, 0, ton_processor("gain"), params, UINT32_MAX);
    const double at = (double)starts[k % 4] / 48000.0;
    const TonPoint points[] = {{0.0, 0.0F, TON_CURVE_HOLD},
                               {at, -12.0F, TON_CURVE_HOLD}};
    const bool fader = k >= 16;
    ton_graph_automate(graph, 0, fader ? TON_AUTO_FADER : TON_AUTO_PARAM, 1, 0,
                       points, 2);
    RigTake take;
    const TonSink sink = rig_take(&take);
    ton_graph_tap(graph, mix, 1.0F, &sink);
    rig_render(graph, (TonRun){.block = blocks[k / 4 % 4]});
    uint32_t first = 0;
    while (first < take.frames && take.planar[0][first] == 1.0F) {
      ++first;
    }
    assert_int_equal(first, starts[k % 4]);
    EXPECT_DB("level after the move",
              20.0 * log10((double)take.planar[0][FRAMES - 1]), -12.0, 0.0001);
    rig_take_free(&take);
    ton_graph_free(graph);
  }
}

/// Worst spur of a 1 kHz tone outside +-300 Hz, dBc, after a -12 dB fader move
static double
worst_spur(const float* y, uint32_t n)
{
  double worst = 0.0;
  double* const x = malloc(n * sizeof(double));
  for (uint32_t i = 0; i < n; ++i) {
    const double t = 2.0 * (double)i / (double)n - 1.0;
    double w = 1.0; // Kaiser, beta 20, as a series
    double term = 1.0;
    const double q = 20.0 * sqrt(fmax(0.0, 1.0 - t * t)) / 2.0;
    for (int k = 1; k < 60; ++k) {
      term *= q * q / ((double)k * (double)k);
      w += term;
    }
    x[i] = w * (double)y[i];
  }
  const double tone = signal_amplitude(x, n, 48000.0, 1000.0);
  for (double hz = 40.0; hz < 20000.0; hz += 61.0) {
    if (fabs(hz - 1000.0) > 300.0) {
      worst = fmax(worst, signal_amplitude(x, n, 48000.0, hz));
    }
  }
  free(x);
  return 20.0 * log10(worst / tone);
}

static void
eng_04_fader_move_is_clean(void** state)
{
  (void)state;
  enum { N = 65536 };
  static double tone[N];
  static float in[N];
  signal_sine(tone, N, 48000.0, 1000.0, 0.0, 0.0);
  for (uint32_t i = 0; i < N; ++i) {
    in[i] = (float)tone[i];
  }
  const float* plane = in;
  RigStem stem;
  TonGraph* const graph = ton_graph_new(48000);
  ton_graph_strip(graph, "s", rig_stem(&stem, &plane, 1, N), 1.0F, &unity);
  const TonPoint points[] = {{0.0, 0.0F, TON_CURVE_HOLD},
                             {0.7, -12.0F, TON_CURVE_HOLD}};
  ton_graph_automate(graph, 0, TON_AUTO_FADER, 0, 0, points, 2);
  RigTake take;
  const TonSink sink = rig_take(&take);
  ton_graph_tap(graph, 0, 1.0F, &sink);
  rig_render(graph, (TonRun){0});
  EXPECT_AT_MOST("ENG-04 spurs beyond 300 Hz of a -12 dB move",
                 worst_spur(take.planar[0], N), -100.0, "dBc");
  rig_take_free(&take);
  ton_graph_free(graph);
}

static void
eng_11_a_broken_strip_is_contained(void** state)
{
  (void)state;
  float* const a = noise(1);
  float* const b = noise(2);
  RigStem stems[2];
  TonGraph* const graph = ton_graph_new(48000);
  ton_graph_strip(graph, "good",
                  rig_stem(&stems[0], (const float* const*)&a, 1, FRAMES), 1.0F,
                  &unity);
  ton_graph_strip(graph, "broken",
                  rig_stem(&stems[1], (const float* const*)&b, 1, FRAMES), 1.0F,
                  &unity);
  const float zero = 0.0F;
  ton_graph_insert(graph, 1, &rig_broken, &zero, UINT32_MAX);
  const uint32_t mix = ton_graph_strip(graph, "Mix", NULL, 1.0F, &unity);
  ton_graph_edge(graph, 0, mix, 0.0F, false);
  ton_graph_edge(graph, 1, mix, 0.0F, false);
  RigTake take;
  const TonSink sink = rig_take(&take);
  ton_graph_tap(graph, mix, 1.0F, &sink);
  TonEngine* engine = NULL;
  TonRun run = {0};
  assert_int_equal(ton_engine_new(graph, &run, &engine, NULL), TON_OK);
  assert_int_equal(ton_engine_render(engine, NULL), TON_OK);
  uint64_t frame = 0;
  assert_int_equal(ton_engine_fault(engine, &frame), 1);
  assert_int_equal(frame, 1000);
  for (uint32_t n = 0; n < FRAMES; ++n) {
    const float wanted = n < 1000 ? (float)((double)a[n] + (double)b[n]) : a[n];
    assert_true(take.planar[0][n] == wanted);
  }
  ton_engine_free(engine);
  rig_take_free(&take);
  ton_graph_free(graph);
  free(a);
  free(b);
}

static void
eng_12_a_range_equals_its_part_of_the_whole(void** state)
{
  (void)state;
  float* planes[10];
  RigStem stems[9];
  for (uint32_t i = 0; i < 10; ++i) {
    planes[i] = noise(100 + i);
  }
  RigTake whole;
  TonSink sink = rig_take(&whole);
  TonGraph* graph = busy_graph(stems, planes, &sink);
  rig_render(graph, (TonRun){0});
  ton_graph_free(graph);
  RigTake part;
  sink = rig_take(&part);
  graph = busy_graph(stems, planes, &sink);
  rig_render(graph, (TonRun){.from = 16000, .preroll = 10000, .frames = 3000});
  ton_graph_free(graph);
  assert_int_equal(part.frames, 3000);
  for (int c = 0; c < 2; ++c) {
    double worst = 0.0;
    for (uint32_t i = 0; i < 3000; ++i) {
      worst =
          fmax(worst,
               fabs((double)(part.planar[c][i] - whole.planar[c][16000 + i])));
    }
    EXPECT_AT_MOST("ENG-12 difference", worst, 1e-6, "FS");
  }
  rig_take_free(&whole);
  rig_take_free(&part);
  for (uint32_t i = 0; i < 10; ++i) {
    free(planes[i]);
  }
}

static void
a_circle_is_refused_by_name(void** state)
{
  (void)state;
  TonGraph* const graph = ton_graph_new(48000);
  ton_graph_strip(graph, "Echo", NULL, 1.0F, &unity);
  ton_graph_strip(graph, "Room", NULL, 1.0F, &unity);
  ton_graph_edge(graph, 0, 1, 0.0F, false);
  ton_graph_edge(graph, 1, 0, 0.0F, false);
  TonEngine* engine = NULL;
  TonRun run = {0};
  TonError error = {0};
  assert_int_equal(ton_engine_new(graph, &run, &engine, &error), TON_BAD_TEXT);
  assert_non_null(strstr(error.text, "Echo"));
  ton_graph_free(graph);
}

static void
refused_memory_is_an_error_and_not_a_leak(void** state)
{
  (void)state;
  float* planes[10];
  RigStem stems[9];
  for (uint32_t i = 0; i < 10; ++i) {
    planes[i] = noise(100 + i);
  }
  RigTake take;
  const TonSink sink = rig_take(&take);
  TonGraph* const graph = busy_graph(stems, planes, &sink);
  TonStatus status = TON_NO_MEMORY;
  for (long n = 0; status; n += 7) {
    TonEngine* engine = NULL;
    TonRun run = {0};
    ton_alloc_fail_after(n);
    status = ton_engine_new(graph, &run, &engine, NULL);
    ton_alloc_fail_after(-1);
    assert_true(status == TON_OK || status == TON_NO_MEMORY);
    ton_engine_free(engine);
  }
  ton_graph_free(graph);
  rig_take_free(&take);
  for (uint32_t i = 0; i < 10; ++i) {
    free(planes[i]);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(flat_session_equals_the_sum_to_the_bit),
      cmocka_unit_test(eng_01_impulses_arrive_together),
      cmocka_unit_test(eng_02_and_05_same_bytes_for_blocks_threads_lanes),
      cmocka_unit_test(eng_03_automation_starts_at_its_sample),
      cmocka_unit_test(eng_04_fader_move_is_clean),
      cmocka_unit_test(eng_11_a_broken_strip_is_contained),
      cmocka_unit_test(eng_12_a_range_equals_its_part_of_the_whole),
      cmocka_unit_test(a_circle_is_refused_by_name),
      cmocka_unit_test(refused_memory_is_an_error_and_not_a_leak),
  };
  return TON_TESTS(tests);
}
