// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/memory.h"
#include "expect.h"
#include "live_song.h"
#include "signals.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

/**
   @file
   Going over to a changed graph while it plays.
*/

static const TonFader unity = {.law = TON_LAW_BALANCE};

static void
the_same_graph_changes_no_bit(void** state)
{
  (void)state;
  static Song offline;
  static Song live;
  song_open(&offline, true);
  rig_render(offline.graph, (TonRun){.frames = 2 * RATE});
  song_open(&live, false);
  TonEngine* const engine = song_engine(live.graph, (TonRun){.live = true});
  uint32_t n_changes = 0;
  while (live.take.frames < 2 * RATE) {
    const uint64_t left = 2 * RATE - live.take.frames;
    ton_engine_read_ahead(engine, NULL);
    play_block(engine, &live.take, left < 441 ? (uint32_t)left : 441);
    if (ton_engine_graph_arrived(engine)) {
      assert_int_equal(ton_engine_change_graph(engine, live.graph, NULL),
                       TON_OK);
      ++n_changes;
    }
  }
  assert_true(n_changes > 5);
  assert_true(rig_hash(&live.take) == rig_hash(&offline.take));
  ton_engine_free(engine);
  song_close(&live);
  song_close(&offline);
}

// A sine ---------------------------------------------------------------------

enum { N = 65536, LONG = 4 * N };

/// What a graph of a sine has beside it
typedef enum {
  PLAIN,
  EQUALISER,
  GAIN,
  LIMITER,
  LATE,
  BUS,
  SEND,
  N_EXTRAS
} Extra;

static TonGraph*
sine_graph(RigStem* stem, const float* const* plane, Extra extra)
{
  TonGraph* const g = ton_graph_new(RATE);
  // a second graph takes over the source where it is
  const TonSource* const source =
      stem->source.pull ? &stem->source : rig_stem(stem, plane, 1, LONG);
  ton_graph_strip(g, "Sine", source, 1.0F, &unity);
  const uint32_t mix = ton_graph_strip(g, "Mix", NULL, 1.0F, &unity);
  if (extra == EQUALISER) {
    const TonProcessor* const type = ton_processor("equaliser");
    float values[PARAMS];
    ton_param_defaults(type, values);
    values[ton_param(type, "1-type") - type->params] = 1.0F;
    values[ton_param(type, "1-gain") - type->params] = 6.0206F;
    ton_graph_insert(g, 0, type, values, UINT32_MAX);
  } else if (extra == GAIN) {
    song_insert(g, 0, "gain", "gain", -6.0F, UINT32_MAX);
  } else if (extra == LIMITER) {
    song_insert(g, mix, "limiter", "gain", 0.0F, UINT32_MAX);
  } else if (extra == LATE) {
    const float frames = 777.0F;
    ton_graph_insert(g, 0, &rig_latency, &frames, UINT32_MAX);
  }
  if (extra == BUS || extra == SEND) {
    const uint32_t bus = ton_graph_strip(g, "Bus", NULL, 0.5F, &unity);
    ton_graph_edge(g, 0, bus, 0.0F, false);
    ton_graph_edge(g, bus, mix, 0.0F, false);
  }
  if (extra != BUS) {
    ton_graph_edge(g, 0, mix, 0.0F, false);
  }
  const TonSink none = {0};
  ton_graph_tap(g, mix, 1.0F, &none);
  return g;
}

static void
play(TonEngine* engine, RigTake* take, uint64_t frames)
{
  for (const uint64_t end = take->frames + frames; take->frames < end;) {
    ton_engine_read_ahead(engine, NULL);
    play_block(engine, take, 128);
  }
}

/// Worst spur of a 1 kHz tone outside +-300 Hz, dBc, under a steep window
static double
worst_spur(const float* y)
{
  static double x[N];
  for (int i = 0; i < N; ++i) {
    const double t = 2.0 * M_PI * ((double)i + 0.5) / N;
    const double w = 0.35875 - 0.48829 * cos(t) + 0.14128 * cos(2.0 * t) -
                     0.01168 * cos(3.0 * t);
    x[i] = w * (double)y[i];
  }
  double worst = 0.0;
  const double tone = signal_amplitude(x, N, RATE, 1000.0);
  for (double hz = 40.0; hz < 20000.0; hz += 321.0) {
    if (fabs(hz - 1000.0) > 300.0) {
      worst = fmax(worst, signal_amplitude(x, N, RATE, hz));
    }
  }
  return 20.0 * log10(worst / tone);
}

/// What each extra makes of the level
static const double LEVELS[] = {
    [PLAIN] = 1.0, [EQUALISER] = 2.0, [GAIN] = 0.501, [LIMITER] = 1.0,
    [LATE] = 1.0,  [BUS] = 0.5,       [SEND] = 1.5};

static double
peak_of(const float* y)
{
  double peak = 0.0;
  for (int i = 0; i < 2400; ++i) {
    peak = fmax(peak, fabs((double)y[i]));
  }
  return peak;
}

static void
join_on_a_sine(Extra from, Extra to, const float* const* plane)
{
  RigStem stem = {0};
  RigTake take = {0};
  TonGraph* const first = sine_graph(&stem, plane, from);
  TonGraph* const second = sine_graph(&stem, plane, to);
  TonEngine* const engine =
      song_engine(first, (TonRun){.live = true, .ahead = 2048});
  play(engine, &take, RATE);
  const uint64_t at = take.frames;
  assert_int_equal(ton_engine_change_graph(engine, second, NULL), TON_OK);
  assert_int_equal(ton_engine_change_graph(engine, second, NULL), TON_BAD_USE);
  play(engine, &take, N);
  assert_true(ton_engine_graph_arrived(engine));
  print_message("# %d to %d:\n", from, to);
  EXPECT_AT_MOST("spurs of the join beyond 300 Hz",
                 worst_spur(take.planar[0] + at - N / 4), -60.0, "dBc");
  const double before = peak_of(take.planar[0] + at - 4800);
  const double after = peak_of(take.planar[0] + take.frames - 4800);
  EXPECT_NEAR("level behind the join", after / before,
              LEVELS[to] / LEVELS[from], 0.01, "of before");
  ton_engine_free(engine);
  ton_graph_free(first);
  ton_graph_free(second);
  rig_take_free(&take);
}

static void
what_comes_and_goes_does_not_click(void** state)
{
  (void)state;
  static float sine[LONG];
  const float* plane = sine;
  for (int i = 0; i < LONG; ++i) {
    sine[i] = 0.5F * (float)sin(2.0 * M_PI * 1000.0 * i / RATE);
  }
  for (Extra extra = EQUALISER; extra < N_EXTRAS; ++extra) {
    join_on_a_sine(PLAIN, extra, &plane);
    join_on_a_sine(extra, PLAIN, &plane);
  }
  join_on_a_sine(LATE, LIMITER, &plane);
}

// Threads --------------------------------------------------------------------

typedef struct {
  TonEngine* engine;
  TonGraph* graphs[2];
  atomic_bool over;
  atomic_uint arrived;
} Session;

static void*
read_ahead(void* handle)
{
  Session* const s = handle;
  while (!atomic_load(&s->over)) {
    ton_engine_read_ahead(s->engine, NULL);
    sched_yield();
  }
  return NULL;
}

static void*
change_graphs(void* handle)
{
  Session* const s = handle;
  while (!atomic_load(&s->over)) {
    const TonChange fade = {.value = -3.0F * (float)(s->arrived % 5)};
    ton_engine_change(s->engine, &fade);
    if (ton_engine_graph_arrived(s->engine) &&
        !ton_engine_change_graph(s->engine, s->graphs[s->arrived % 2], NULL)) {
      ++s->arrived;
    }
    const struct timespec pause = {0, 1000000};
    nanosleep(&pause, NULL);
  }
  return NULL;
}

static void
graphs_change_while_it_plays(void** state)
{
  (void)state;
  static Song song;
  static Session s;
  song_open(&song, false);
  s.engine = song_engine(song.graph, (TonRun){.live = true, .ahead = 2048});
  s.graphs[0] = song.graph;
  static Song other;
  song_open(&other, false);
  memcpy(other.stems, song.stems, sizeof(song.stems));
  song_insert(other.graph, 0, "gate", "threshold", -40.0F, UINT32_MAX);
  song_insert(other.graph, 3, "saturator", "drive", 6.0F, UINT32_MAX);
  song_insert(other.graph, 1, "reverb", "mix", 20.0F, UINT32_MAX); // alone
  const uint32_t bus = ton_graph_strip(other.graph, "New", NULL, 1.0F, &unity);
  ton_graph_edge(other.graph, 2, bus, -6.0F, false);
  ton_graph_edge(other.graph, bus, TRACKS + 1, 0.0F, false);
  s.graphs[1] = other.graph;
  pthread_t threads[2];
  pthread_create(&threads[0], NULL, read_ahead, &s);
  pthread_create(&threads[1], NULL, change_graphs, &s);
  while (song.take.frames < 2 * RATE || atomic_load(&s.arrived) < 8) {
    if (!play_block(s.engine, &song.take, 64)) {
      sched_yield();
    }
  }
  atomic_store(&s.over, true);
  pthread_join(threads[0], NULL);
  pthread_join(threads[1], NULL);
  for (uint64_t i = 0; i < song.take.frames; ++i) {
    assert_true(fabsf(song.take.planar[0][i]) < 2.0F);
  }
  ton_engine_free(s.engine);
  song_close(&song);
  song_close(&other);
}

static void
refused_memory_is_an_error_and_not_a_leak(void** state)
{
  (void)state;
  static Song song;
  song_open(&song, false);
  TonStatus status = TON_NO_MEMORY;
  for (long n = 0; status; n += 29) {
    const TonRun run = {.live = true};
    TonEngine* engine = NULL;
    ton_alloc_fail_after(n);
    status = ton_engine_new(song.graph, &run, &engine, NULL);
    ton_alloc_fail_after(-1);
    assert_true(status == TON_OK || status == TON_NO_MEMORY);
    ton_engine_free(status ? NULL : engine);
  }
  TonEngine* const engine = song_engine(song.graph, (TonRun){.live = true});
  status = TON_NO_MEMORY;
  for (long n = 0; status; n += 29) {
    ton_alloc_fail_after(n);
    status = ton_engine_change_graph(engine, song.graph, NULL);
    ton_alloc_fail_after(-1);
    assert_true(status == TON_OK || status == TON_NO_MEMORY);
  }
  ton_engine_free(engine); // while the new graph is on its way
  song_close(&song);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_same_graph_changes_no_bit),
      cmocka_unit_test(what_comes_and_goes_does_not_click),
      cmocka_unit_test(graphs_change_while_it_plays),
      cmocka_unit_test(refused_memory_is_an_error_and_not_a_leak),
  };
  return TON_TESTS(tests);
}
