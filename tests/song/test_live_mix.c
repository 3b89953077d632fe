// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/graph.h"
#include "render/live_mix.h"
#include "signals.h"
#include "song.h"
#include "song/song.h"

#include <math.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

/**
   @file
   A song that plays while it is changed: what is heard is what a render gives.
*/

enum { N = 144000, RATE = 48000, MAX_HEARD = 2 * RATE };

static const char text[] =
    "song: Live\n"
    "rate: 48 kHz\n"
    "tracks:\n"
    "  A:\n"
    "    file: a.wav\n"
    "    chain: [equaliser: [bell: {at: 1 kHz, gain: 3 dB}], compressor: "
    "{threshold: -30 dB}]\n"
    "    fader: -4 dB\n"
    "    sends: {Room: -9 dB}\n"
    "    automation: {pan: [[\"0:00.5\", L50], [\"0:01.5\", R50]]}\n"
    "  B:\n"
    "    file: b.wav\n"
    "    pan: R20\n"
    "    chain: [equaliser]\n"
    "buses:\n"
    "  Room: {chain: [reverb: {decay: 0.8 s, mix: 100 %}]}\n";

/// A song that is being heard
typedef struct {
  TonDoc* doc;
  TonMix* mix;
  LiveMix live;
  float x[2 * MAX_HEARD];
  uint32_t frames; ///< In `x`
} Heard;

static Heard heard;

static LiveText
live_text(void)
{
  return (LiveText){heard.mix, NULL, 0};
}

static int
make_song(void** state)
{
  if (song_open(state)) {
    return -1;
  }
  song_noises(RATE, RATE, N);
  song_text("mix.yaml", text);
  return 0;
}

static void
check(TonStatus status, const TonError* error)
{
  if (status) {
    fail_msg("%s:%u: %s", error->file, error->line, error->text);
  }
}

static void
begin(uint64_t from)
{
  TonError error = {0};
  memset(&heard, 0, sizeof(heard));
  check(ton_doc_open(song_path("mix.yaml"), &heard.doc, &error), &error);
  check(ton_mix_read(heard.doc, song_path("."), &heard.mix, &error), &error);
  check(live_mix_open(&heard.live, heard.mix, song_path(".tonmeister/stems"),
                      &(TonJob){0}, &error),
        &error);
  const LiveText now = live_text();
  check(live_mix_start(&heard.live, &now, from, NULL, NULL, &error), &error);
}

static void
end(void)
{
  live_mix_free(&heard.live);
  ton_mix_free(heard.mix);
  ton_doc_free(heard.doc);
}

/// Listen to the next frames
static void
hear(uint32_t frames)
{
  const uint32_t until = heard.frames + frames;
  player_want(heard.live.player, until);
  while (heard.frames < until) {
    const PlayedBlock* const b = player_block(heard.live.player);
    if (!b) {
      assert_false(player_failed(heard.live.player, NULL));
      sched_yield();
      continue;
    }
    assert_true(heard.frames + b->frames <= MAX_HEARD);
    memcpy(heard.x + 2 * (size_t)heard.frames, b->x,
           2 * b->frames * sizeof(float));
    heard.frames += b->frames;
    player_drop(heard.live.player);
  }
}

// Nothing changed ---------------------------------------------------------------

static void
render_offline(double** left, double** right)
{
  TonMeasurement m;
  TonError error = {0};
  const TonJob job = {.threads = 2};
  check(song_mixes(&(TonMixOptions){0}, &job, &m, &error), &error);
  assert_true(song_load(song_path("out/mix.wav"), left, right) >= N);
}

static void
from_the_start_it_is_the_file_that_a_render_writes(void** state)
{
  (void)state;
  double* left = NULL;
  double* right = NULL;
  render_offline(&left, &right);
  begin(0);
  hear(RATE);
  for (uint32_t i = 0; i < heard.frames; ++i) {
    assert_true((double)heard.x[2 * i] == left[i]);
    assert_true((double)heard.x[2 * i + 1] == right[i]);
  }
  end();
  free(left);
  free(right);
}

static void
from_inside_it_is_the_same_but_for_what_nobody_hears(void** state)
{
  (void)state;
  double* left = NULL;
  double* right = NULL;
  render_offline(&left, &right);
  double worst = 0.0;
  for (uint32_t from = 7777; from < N - RATE / 4; from += 31111) {
    begin(from);
    hear(RATE / 8);
    for (uint32_t i = 0; i < heard.frames; ++i) {
      worst = fmax(worst, fabs((double)heard.x[2 * i] - left[from + i]));
      worst = fmax(worst, fabs((double)heard.x[2 * i + 1] - right[from + i]));
    }
    end();
  }
  print_message("# after a seek: %.1f dBFS away from the whole render\n",
                20.0 * log10(worst + 1e-15));
  assert_true(worst <= 1e-7);
  free(left);
  free(right);
}

// Changed while it plays ----------------------------------------------------------

static void
turn(const char* path, const char* value)
{
  TonError error = {0};
  TonUndo* undo = NULL;
  const TonEdit edit = {path, value, NULL};
  check(ton_mix_edit(heard.doc, &heard.mix, &edit, &undo, &error), &error);
  ton_undo_free(undo);
  const LiveText now = live_text();
  check(live_mix_change(&heard.live, &now, &error), &error);
}

/// What a render of the same changes gives
typedef struct {
  uint32_t at;
  uint32_t different;
} Replay;

static bool
compare(void* handle, const float* const* in, uint32_t frames)
{
  Replay* const r = handle;
  for (uint32_t i = 0; i < frames && r->at < heard.frames; ++i, ++r->at) {
    r->different +=
        in[0][i] != heard.x[2 * r->at] || in[1][i] != heard.x[2 * r->at + 1];
  }
  return true;
}

static bool
drop(void* handle, const float* const* in, uint32_t frames)
{
  (void)handle;
  (void)in;
  (void)frames;
  return true;
}

/// Step the console's list offline, on the graph that the song began with
static void
replay(TonGraph* first, const TonRun* run)
{
  Replay r = {0};
  TonError error = {0};
  TonEngine* engine = NULL;
  first->taps[0].sink = (TonSink){&r, compare};
  first->taps[1].sink = (TonSink){NULL, drop};
  check(ton_engine_new(first, run, &engine, &error), &error);
  check(ton_engine_render(engine, &error), &error);
  ton_engine_free(engine);
  assert_int_equal(r.at, heard.frames);
  assert_int_equal(r.different, 0);
}

static void
the_record_of_changes_gives_the_same_bytes_offline(void** state)
{
  (void)state;
  static const char* const turns[][2] = {
      {"tracks/A/fader", "%d dB"},
      {"tracks/B/pan", "L%d"},
      {"tracks/A/sends/Room", "-%d dB"},
      {"tracks/A/chain/0/equaliser/0/bell/gain", "-%d dB"},
      {"tracks/A/chain/1/compressor/threshold", "-%d dB"}};
  enum { TURNS = 200 };
  TonError error = {0};
  begin(0);
  for (uint32_t block = 128; block <= 512; block *= 2) {
    const LiveText now = live_text();
    TonGraph* first = NULL;
    check(live_mix_graph(&heard.live, &now, &first, &error), &error);
    check(live_mix_start(&heard.live, &now, 0, NULL, NULL, &error), &error);
    heard.frames = 0;
    for (uint32_t i = 0; i < TURNS; ++i) {
      char value[32];
      const uint32_t which = i % 5;
      snprintf(
          value, sizeof(value), turns[which][1],
          1 + (int)(i * 7 % 17)); // NOLINT(clang-diagnostic-format-nonliteral)
      turn(turns[which][0], value);
      hear(200 + i);
    }
    assert_true(live_mix_record(&heard.live));
    assert_int_equal(heard.live.graphs, 0);
    assert_int_equal(heard.live.lost, 0);
    assert_int_equal(heard.live.n_changes, TURNS);
    const TonRun run = {.block = block,
                        .threads = 1 + block / 256,
                        .frames = heard.frames,
                        .changes = heard.live.changes,
                        .n_changes = (uint32_t)heard.live.n_changes};
    live_mix_stop(&heard.live); // it reads the same files
    replay(first, &run);
    ton_graph_free(first);
  }
  end();
}

static void
what_no_change_can_say_is_another_graph(void** state)
{
  (void)state;
  TonError error = {0};
  begin(0);
  hear(4096);
  turn("tracks/B/chain/1", "{gain: {gain: -3 dB}}");
  assert_int_equal(heard.live.graphs, 1);
  turn("tracks/B/chain/2", "{saturator: {drive: 6 dB}}");
  for (int i = 0; i < 100 && heard.live.graphs < 2; ++i) {
    hear(512);
    const LiveText now = live_text();
    check(live_mix_tick(&heard.live, &now, &error), &error);
  }
  assert_int_equal(heard.live.graphs, 2);
  turn("tracks/B/chain/1/gain/gain", "-6 dB");
  turn("tracks/B/mute", "true");
  assert_int_equal(heard.live.graphs, 2);
  hear(8192);
  float peak = 0.0F;
  for (uint32_t i = 0; i < heard.frames; ++i) {
    peak = fmaxf(peak, fabsf(heard.x[2 * i]));
  }
  assert_true(peak > 0.01F);
  end();
}

// Levels and the ear --------------------------------------------------------------

static void
levels_stand_behind_the_fader(void** state)
{
  (void)state;
  TonLevel before;
  TonLevel after;
  begin(0);
  hear(9600);
  ton_engine_level(heard.live.engine, 1, &before);
  turn("tracks/B/fader", "-20 dB");
  hear(9600);
  ton_engine_level(heard.live.engine, 1, &after);
  hear(9600);
  ton_engine_level(heard.live.engine, 1, &after);
  assert_true(before.rms[0] > 0.05F && before.peak[0] > before.rms[0]);
  const float ratio = before.rms[1] / after.rms[1];
  assert_true(ratio > 9.0F && ratio < 11.0F);
  end();
}

static void
the_ear_is_for_listening_only(void** state)
{
  (void)state;
  begin(0);
  ear_choose(&heard.live.ear, &(EarChoice){.mono = true, .dim = true});
  hear(9600);
  for (uint32_t i = 1024; i < heard.frames; ++i) {
    assert_true(heard.x[2 * i] == heard.x[2 * i + 1]);
  }
  ear_choose(&heard.live.ear, &(EarChoice){.side = true});
  hear(1024);
  assert_true(live_mix_record(&heard.live));
  assert_int_equal(heard.live.n_changes, 0);
  end();
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(from_the_start_it_is_the_file_that_a_render_writes),
      cmocka_unit_test(from_inside_it_is_the_same_but_for_what_nobody_hears),
      cmocka_unit_test(the_record_of_changes_gives_the_same_bytes_offline),
      cmocka_unit_test(what_no_change_can_say_is_another_graph),
      cmocka_unit_test(levels_stand_behind_the_fader),
      cmocka_unit_test(the_ear_is_for_listening_only),
  };
  return cmocka_run_group_tests(tests, make_song, song_close);
}
