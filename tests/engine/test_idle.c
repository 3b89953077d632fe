// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Processors that change nothing: left out of a render, kept where something
   may be changed while it plays, with the same sound.
*/
#include "expect.h"
#include "live_song.h"

#include <string.h>

// Which are opened ------------------------------------------------------------

static uint32_t n_opened;

static TonStatus
open_counted(const TonProcessor* self, const TonSpec* spec, void** state,
             TonError* error)
{
  (void)self;
  (void)spec;
  (void)error;
  static char instance;
  *state = &instance;
  ++n_opened;
  return TON_OK;
}

static void
close_nothing(const TonProcessor* self, void* state)
{
  (void)self;
  (void)state;
}

static void
update_nothing(const TonProcessor* self, void* state, const TonUpdate* update)
{
  (void)self;
  (void)state;
  (void)update;
}

static void
pass(const TonProcessor* self, void* state, const TonBlock* block)
{
  (void)self;
  (void)state;
  (void)block;
}

static bool
is_zero(const TonProcessor* self, const float* params)
{
  (void)self;
  return params[0] == 0.0F;
}

static const TonParam params[] = {{.symbol = "amount",
                                   .name = "Amount",
                                   .help = "Does nothing",
                                   .max = 1.0F,
                                   .flags = TON_AUTOMATE}};

static const TonProcessor counted = {.id = "counted",
                                     .name = "Counted",
                                     .category = "gain",
                                     .help = "Counts its instances.",
                                     .params = params,
                                     .n_params = 1,
                                     .lanes = 2,
                                     .flags = TON_ALONE,
                                     .open = open_counted,
                                     .close = close_nothing,
                                     .update = update_nothing,
                                     .process = pass,
                                     .neutral = is_zero};

static TonGraph*
one_insert(float amount, bool bypass, bool automated)
{
  static const TonFader unity = {.law = TON_LAW_BALANCE};
  static const TonPoint points[] = {{0.0, 0.0F, TON_CURVE_LINEAR}};
  static const TonSink none = {0};
  TonGraph* const g = ton_graph_new(RATE);
  ton_graph_strip(g, "Bus", NULL, 1.0F, &unity);
  ton_graph_insert(g, 0, &counted, &amount, UINT32_MAX);
  ton_graph_tap(g, 0, 1.0F, &none);
  if (bypass) {
    ton_graph_bypass(g, 0, 0);
  }
  if (automated) {
    ton_graph_automate(g, 0, TON_AUTO_PARAM, 0, 0, points, 1);
  }
  return g;
}

static uint32_t
opened_by(TonGraph* graph, TonRun run)
{
  n_opened = 0;
  ton_engine_free(song_engine(graph, run));
  ton_graph_free(graph);
  return n_opened;
}

static void
a_render_leaves_out_what_changes_nothing(void** state)
{
  (void)state;
  const TonRun render = {0};
  assert_int_equal(opened_by(one_insert(0.0F, false, false), render), 0);
  assert_int_equal(opened_by(one_insert(0.5F, false, false), render), 1);
  assert_int_equal(opened_by(one_insert(0.5F, true, false), render), 0);
  assert_int_equal(opened_by(one_insert(0.5F, true, true), render), 0);
  assert_int_equal(opened_by(one_insert(0.0F, false, true), render), 1);
}

static void
whatever_may_be_changed_keeps_them(void** state)
{
  (void)state;
  const TonRun live = {.live = true};
  const TonChange change = {.kind = TON_CHANGE_PARAM, .value = 1.0F};
  const TonRun again = {.changes = &change, .n_changes = 1};
  assert_int_equal(opened_by(one_insert(0.0F, false, false), live), 1);
  assert_int_equal(opened_by(one_insert(0.5F, true, false), live), 1);
  assert_int_equal(opened_by(one_insert(0.0F, false, false), again), 1);
}

// How they sound --------------------------------------------------------------

/// The song, with a processor that does nothing in front of each that works,
/// and one that makes two channels of a mono track that stands aside
static void
open_with_idle(Song* s, bool sink)
{
  song_open(s, sink);
  song_insert(s->graph, 1, "gain", "gain", 0.0F, UINT32_MAX);
  song_insert(s->graph, 1, "gain", "gain", -6.0F, UINT32_MAX);
  ton_graph_bypass(s->graph, 1, 2);
  song_insert(s->graph, 2, "width", "width", 100.0F, UINT32_MAX);
  song_insert(s->graph, 2, "delay", "mix", 30.0F, UINT32_MAX);
  ton_graph_bypass(s->graph, 2, 3);
  static const TonPoint aside[] = {{0.0, -60.0F, TON_CURVE_LINEAR}};
  ton_graph_automate(s->graph, 2, TON_AUTO_PAN, 0, 0, aside, 1);
  static const TonPoint down[] = {{0.5, 0.0F, TON_CURVE_LINEAR},
                                  {1.5, -9.0F, TON_CURVE_LINEAR}};
  song_insert(s->graph, 1, "gain", "gain", 0.0F, UINT32_MAX);
  const uint32_t gain = (uint32_t)(ton_param(ton_processor("gain"), "gain") -
                                   ton_processor("gain")->params);
  ton_graph_automate(s->graph, 1, TON_AUTO_PARAM, 3, gain, down, 2);
}

static void
play_to(TonEngine* engine, RigTake* take, uint64_t end)
{
  while (take->frames < end) {
    const uint64_t left = end - take->frames;
    ton_engine_read_ahead(engine, NULL);
    play_block(engine, take, left < 441 ? (uint32_t)left : 441);
  }
}

static void
playing_them_is_the_bytes_of_a_render(void** state)
{
  (void)state;
  static Song offline;
  static Song live;
  open_with_idle(&offline, true);
  open_with_idle(&live, false);
  rig_render(offline.graph, (TonRun){.frames = 2 * RATE});
  TonEngine* const engine = song_engine(live.graph, (TonRun){.live = true});
  play_to(engine, &live.take, 2 * RATE);
  assert_true(rig_hash(&live.take) == rig_hash(&offline.take));
  ton_engine_free(engine);
  song_close(&live);
  song_close(&offline);
}

static double
power(const RigTake* take, uint64_t from, uint64_t to)
{
  double sum = 0.0;
  for (uint64_t i = from; i < to; ++i) {
    sum += (double)take->planar[0][i] * (double)take->planar[0][i];
  }
  return sum;
}

/// The master turns nothing by itself: only what is turned is heard
static void
they_can_be_turned_while_playing(void** state)
{
  (void)state;
  static Song live;
  static Song again;
  open_with_idle(&live, false);
  TonEngine* const engine = song_engine(live.graph, (TonRun){.live = true});
  play_to(engine, &live.take, RATE);
  const TonChange turns[] = {
      {.kind = TON_CHANGE_PARAM, .strip = 1, .item = 1, .value = -12.0F},
      {.kind = TON_CHANGE_BYPASS, .strip = 1, .item = 2},
      {.kind = TON_CHANGE_BYPASS, .strip = 2, .item = 3},
  };
  for (int i = 0; i < 3; ++i) {
    assert_int_equal(ton_engine_change(engine, &turns[i]), TON_OK);
  }
  play_to(engine, &live.take, 2 * RATE);
  TonChange applied[8];
  uint32_t lost = 0;
  const uint32_t n = ton_engine_applied(engine, applied, 8, &lost);
  assert_int_equal(n, 3);
  ton_engine_free(engine);
  assert_true(power(&live.take, RATE + RATE / 2, 2 * RATE) <
              0.9 * power(&live.take, RATE / 2, RATE));
  open_with_idle(&again, true);
  rig_render(again.graph,
             (TonRun){.frames = 2 * RATE, .changes = applied, .n_changes = n});
  assert_true(rig_hash(&live.take) == rig_hash(&again.take));
  song_close(&live);
  song_close(&again);
}

/// Turning a bypass moves no track, wherever it is panned
static void
a_stereo_processor_at_rest_places_as_one_that_works(void** state)
{
  (void)state;
  static Song song;
  double side[2];
  for (int bypass = 0; bypass < 2; ++bypass) {
    song_open(&song, true);
    song_insert(song.graph, 2, "width", "width", 100.0F, UINT32_MAX);
    song_insert(song.graph, 2, "delay", "mix", 0.001F, UINT32_MAX);
    if (bypass) {
      ton_graph_bypass(song.graph, 2, 3);
    }
    static const TonPoint aside[] = {{0.0, -80.0F, TON_CURVE_LINEAR}};
    ton_graph_automate(song.graph, 2, TON_AUTO_PAN, 0, 0, aside, 1);
    for (uint32_t i = 0; i < TRACKS; ++i) {
      static const TonPoint closed[] = {{0.0, 1.0F, TON_CURVE_LINEAR}};
      if (i != 2) {
        ton_graph_automate(song.graph, i, TON_AUTO_MUTE, 0, 0, closed, 1);
      }
    }
    rig_render(song.graph, (TonRun){.frames = RATE});
    side[bypass] = power(&song.take, RATE / 2, RATE);
    song_close(&song);
  }
  EXPECT_DB("left side with a bypassed delay", 10.0 * log10(side[1] / side[0]),
            0.0, 0.01);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_render_leaves_out_what_changes_nothing),
      cmocka_unit_test(whatever_may_be_changed_keeps_them),
      cmocka_unit_test(playing_them_is_the_bytes_of_a_render),
      cmocka_unit_test(they_can_be_turned_while_playing),
      cmocka_unit_test(a_stereo_processor_at_rest_places_as_one_that_works),
  };
  return TON_TESTS(tests);
}
