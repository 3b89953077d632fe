// SPDX-License-Identifier: GPL-3.0-or-later
#include "expect.h"
#include "rig.h"

#include <malloc.h>
#include <time.h>

/**
   @file
   What a plan costs: time and memory grow with the graph, not with its paths.
*/

static const TonFader unity = {.law = TON_LAW_BALANCE};

enum { FRAMES = 3000 };

/// Fastest of PLANS; once it was 14 s
static const double PLAN_S = 0.1;

enum { PLANS = 3 };

/// A sanitizer's own work is no cost of a plan: then its time is only told
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
static const bool timed = false;
#else
static const bool timed = true;
#endif
#elif defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
static const bool timed = false;
#else
static const bool timed = true;
#endif

static void
expect_quick(const char* what, double plan_s)
{
  if (timed) {
    EXPECT_AT_MOST(what, plan_s, PLAN_S, "s");
  } else {
    print_message("# %s: %.3f s with a sanitizer\n", what, plan_s);
  }
}

static double
cpu_s(void)
{
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double
memory_mb(void)
{
  const struct mallinfo2 info = mallinfo2();
  return (double)(info.uordblks + info.hblkhd) / 1e6;
}

/// A track of ones, and what is worked out from it
typedef struct {
  float ones[FRAMES];
  const float* plane;
  RigStem stem;
  TonGraph* graph;
  RigTake take;
} Small;

static void
small_open(Small* s)
{
  for (int i = 0; i < FRAMES; ++i) {
    s->ones[i] = 1.0F;
  }
  s->plane = s->ones;
  s->graph = ton_graph_new(48000);
  ton_graph_strip(s->graph, "Track", rig_stem(&s->stem, &s->plane, 1, FRAMES),
                  1.0F, &unity);
}

/// Plan and render; the last strip is heard
static void
small_run(Small* s, uint32_t last, double* plan_s, double* plan_mb)
{
  const TonSink sink = rig_take(&s->take);
  ton_graph_tap(s->graph, last, 1.0F, &sink);
  const double before_mb = memory_mb();
  TonEngine* engine = NULL;
  *plan_s = INFINITY;
  for (int i = 0; i < PLANS; ++i) {
    ton_engine_free(engine);
    const double before_s = cpu_s();
    assert_int_equal(
        ton_engine_new(s->graph, &(TonRun){.threads = 2}, &engine, NULL),
        TON_OK);
    *plan_s = fmin(*plan_s, cpu_s() - before_s);
  }
  assert_int_equal(ton_engine_render(engine, NULL), TON_OK);
  *plan_mb = memory_mb() - before_mb;
  assert_true(s->take.frames >= FRAMES);
  ton_engine_free(engine);
  ton_graph_free(s->graph);
}

static uint32_t
bus_in(TonGraph* graph, uint32_t from, float db)
{
  const uint32_t bus = ton_graph_strip(graph, "Bus", NULL, 1.0F, &unity);
  ton_graph_edge(graph, from, bus, db, false);
  return bus;
}

/// 2^30 paths from the track to the last bus
static void
nested_buses_are_planned_once_each(void** state)
{
  (void)state;
  static Small s;
  small_open(&s);
  uint32_t last = 0;
  for (int i = 0; i < 30; ++i) {
    const uint32_t from = last;
    last = bus_in(s.graph, from, -6.0F);
    ton_graph_edge(s.graph, from, last, -6.0F, true);
    float params[64];
    ton_param_defaults(ton_processor("saturator"), params);
    ton_graph_insert(s.graph, last, ton_processor("saturator"), params,
                     UINT32_MAX);
  }
  double plan_s = 0.0;
  double plan_mb = 0.0;
  small_run(&s, last, &plan_s, &plan_mb);
  expect_quick("30 nested buses are planned in", plan_s);
  rig_take_free(&s.take);
}

static void
five_hundred_tracks_are_planned_at_once(void** state)
{
  (void)state;
  static Small s;
  static RigStem stems[512];
  small_open(&s);
  const uint32_t mix = bus_in(s.graph, 0, 0.0F);
  float values[256];
  for (uint32_t i = 1; i < 512; ++i) {
    const uint32_t track =
        ton_graph_strip(s.graph, "Track",
                        rig_stem(&stems[i], &s.plane, 1, FRAMES), 1.0F, &unity);
    static const char* const chain[] = {"equaliser", "compressor", "gate"};
    for (uint32_t k = 0; k < 1 + i % 3; ++k) {
      const TonProcessor* const type = ton_processor(chain[k]);
      ton_param_defaults(type, values);
      ton_graph_insert(s.graph, track, type, values, UINT32_MAX);
    }
    ton_graph_edge(s.graph, track, mix, 0.0F, false);
  }
  double plan_s = 0.0;
  double plan_mb = 0.0;
  small_run(&s, mix, &plan_s, &plan_mb);
  expect_quick("512 tracks are planned in", plan_s);
  rig_take_free(&s.take);
}

static void
thousands_of_sends_and_buses_stay_small(void** state)
{
  (void)state;
  static Small s;
  for (int row = 0; row < 2; ++row) {
    small_open(&s);
    uint32_t last = row ? 0 : ton_graph_strip(s.graph, "Mix", NULL, 1, &unity);
    for (int i = 0; i < (row ? 3200 : 2000); ++i) {
      if (row) {
        last = bus_in(s.graph, last, 0.0F);
      } else {
        const uint32_t bus = bus_in(s.graph, 0, i ? -INFINITY : 0.0F);
        ton_graph_edge(s.graph, bus, last, 0.0F, false);
      }
    }
    double plan_s = 0.0;
    double plan_mb = 0.0;
    small_run(&s, last, &plan_s, &plan_mb);
    EXPECT_AT_MOST(row ? "3,200 buses in a row take" : "2,000 sends take",
                   plan_mb, 200.0, "MB");
    for (uint32_t i = 0; i < FRAMES; ++i) {
      assert_true(s.take.planar[0][i] == 1.0F);
    }
    rig_take_free(&s.take);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(nested_buses_are_planned_once_each),
      cmocka_unit_test(five_hundred_tracks_are_planned_at_once),
      cmocka_unit_test(thousands_of_sends_and_buses_stay_small),
  };
  return TON_TESTS(tests);
}
