// SPDX-License-Identifier: GPL-3.0-or-later
#include "audio_guard.h"
#include "base/array.h"
#include "expect.h"
#include "live_song.h"
#include "signals.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/**
   @file
   Playing: blocks when asked, while other threads read ahead and turn knobs.
*/

// Nothing turned -------------------------------------------------------------

static void
blocks_are_the_bytes_of_a_render(void** state)
{
  (void)state;
  static Song offline;
  static Song live;
  const TonRun part = {.from = RATE / 2, .preroll = 7000, .frames = 2 * RATE};
  song_open(&offline, true);
  rig_render(offline.graph, part);
  static const uint32_t blocks[] = {1, 7, 64, 441, 1024, 4096};
  for (size_t i = 0; i < 6; ++i) {
    TonRun run = part;
    run.live = true;
    song_open(&live, false);
    TonEngine* const engine = song_engine(live.graph, run);
    while (live.take.frames < part.frames) {
      const uint64_t left = part.frames - live.take.frames;
      play_block(engine, &live.take,
                 left < blocks[i] ? (uint32_t)left : blocks[i]);
      assert_int_equal(ton_engine_read_ahead(engine, NULL), TON_OK);
    }
    assert_int_equal(ton_engine_position(engine), part.from + part.frames);
    assert_true(rig_hash(&live.take) == rig_hash(&offline.take));
    ton_engine_free(engine);
    song_close(&live);
  }
  song_close(&offline);
}

// Everything turned ----------------------------------------------------------

typedef struct {
  TonEngine* engine;
  atomic_bool over;
  TonChange applied[8192];
  uint32_t n_applied;
  atomic_uint turned;
  atomic_uint wrong; ///< Answers that a thread did not expect
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

static uint32_t
roll(uint64_t n, uint32_t sides)
{
  const double u = 0.5 + 0.5 * signal_random(77, n);
  const uint32_t face = (uint32_t)(u * sides);
  return face < sides ? face : sides - 1;
}

/// The inserts of the song
static const struct {
  uint32_t strip;
  uint32_t item;
  const char* id;
} inserts[] = {{0, 0, "equaliser"},   {1, 0, "equaliser"},
               {2, 0, "equaliser"},   {3, 0, "equaliser"},
               {2, 1, "compressor"},  {3, 1, "compressor"},
               {TRACKS, 0, "reverb"}, {TRACKS + 1, 0, "limiter"}};

/// A parameter of any insert, anywhere in its range
static void
turn_param(Session* s, uint64_t n)
{
  const uint32_t at = roll(n + 3, TON_COUNT(inserts));
  const TonProcessor* const type = ton_processor(inserts[at].id);
  const uint32_t k = roll(n + 1, type->n_params);
  const TonParam* const p = &type->params[k];
  const float part = (float)roll(n + 2, 101) / 100.0F;
  const TonChange c = {.kind = TON_CHANGE_PARAM,
                       .strip = inserts[at].strip,
                       .item = inserts[at].item,
                       .param = k,
                       .value = p->spacing >= TON_INTEGER
                                    ? (roll(n + 4, 2) ? p->min : p->max)
                                    : p->min + part * (p->max - p->min)};
  const TonStatus status = ton_engine_change(s->engine, &c);
  s->wrong += (status == TON_UNSUPPORTED) != !(p->flags & TON_AUTOMATE) &&
              status != TON_NO_MEMORY;
}

/// Faders, pans, mutes, sends and bypasses, from one end to the other
static void
turn_strip(Session* s, uint64_t n)
{
  static const struct {
    TonChangeKind kind;
    uint32_t strips;
    uint32_t items;
    float value;
  } turns[] = {{TON_CHANGE_FADER, TRACKS + 2, 1, -20.0F},
               {TON_CHANGE_PAN, TRACKS + 2, 1, 90.0F},
               {TON_CHANGE_MUTE, TRACKS + 2, 1, 1.0F},
               {TON_CHANGE_EDGE, TRACKS, 2, -30.0F},
               {TON_CHANGE_BYPASS, TRACKS + 2, 1, 1.0F}};
  const uint32_t k = roll(n + 5, TON_COUNT(turns));
  const TonChange c = {.kind = turns[k].kind,
                       .strip = roll(n + 1, turns[k].strips),
                       .item = roll(n + 3, turns[k].items),
                       .value = turns[k].value * (float)roll(n + 4, 2)};
  s->wrong += ton_engine_change(s->engine, &c) == TON_BAD_USE;
}

static void
turn_something(Session* s, uint64_t n)
{
  const uint32_t what = roll(n, 10);
  if (what == 0) {
    ton_engine_seek(s->engine, roll(n + 2, SONG));
  } else if (what == 1) {
    const uint64_t from = roll(n + 2, SONG / 2);
    ton_engine_loop(s->engine, from, from + roll(n + 3, RATE));
  } else if (what < 6) {
    turn_param(s, n);
  } else {
    turn_strip(s, n);
  }
}

/// Fewer than the engine's record of changes holds, however slow the machine
enum { MAX_TURNS = 3000 };

static void*
turn_knobs(void* handle)
{
  Session* const s = handle;
  for (uint64_t n = 0; !atomic_load(&s->over) && n < 10 * MAX_TURNS; n += 10) {
    turn_something(s, n);
    (void)ton_engine_peak(s->engine, 0, 0);
    (void)ton_engine_meter_now(s->engine, TRACKS + 1, 0, 0);
    s->wrong += ton_engine_position(s->engine) > 100 * SONG;
    ++s->turned;
    const struct timespec pause = {0, 1000000};
    nanosleep(&pause, NULL);
  }
  return NULL;
}

enum { PLAYED = 5 * RATE };

static void
played_again(const Session* s, const RigTake* heard, uint32_t block,
             uint32_t threads)
{
  static Song song;
  song_open(&song, true);
  rig_render(song.graph, (TonRun){.block = block,
                                  .threads = threads,
                                  .frames = heard->frames,
                                  .changes = s->applied,
                                  .n_changes = s->n_applied});
  assert_int_equal(song.take.frames, heard->frames);
  assert_true(rig_hash(&song.take) == rig_hash(heard));
  song_close(&song);
}

static void
what_was_turned_can_be_played_again(void** state)
{
  (void)state;
  static Song song;
  static Session s;
  song_open(&song, false);
  s.engine = song_engine(song.graph, (TonRun){.live = true, .ahead = 2048});
  pthread_t threads[2];
  pthread_create(&threads[0], NULL, read_ahead, &s);
  pthread_create(&threads[1], NULL, turn_knobs, &s);
  while (song.take.frames < PLAYED || atomic_load(&s.turned) < 150) {
    if (!play_block(s.engine, &song.take, 64)) {
      sched_yield();
    }
  }
  atomic_store(&s.over, true);
  pthread_join(threads[0], NULL);
  pthread_join(threads[1], NULL);
  uint32_t lost = 0;
  s.n_applied = ton_engine_applied(s.engine, s.applied, 8192, &lost);
  assert_int_equal(lost, 0);
  assert_int_equal(s.wrong, 0);
  assert_true(s.n_applied >= 100);
  print_message("# %u changes applied\n", s.n_applied);
  ton_engine_free(s.engine);
  played_again(&s, &song.take, 512, 1);
  played_again(&s, &song.take, 4096, 3);
  played_again(&s, &song.take, 37, 2);
  song_close(&song);
}

// One thing at a time --------------------------------------------------------

static void
seeks_and_loops_go_where_they_say(void** state)
{
  (void)state;
  static Song song;
  song_open(&song, false);
  TonEngine* const engine =
      song_engine(song.graph, (TonRun){.live = true, .ahead = 1024});
  assert_false(ton_engine_loop(engine, 1000, 1100)); // too short
  assert_true(ton_engine_loop(engine, RATE, RATE + 10000));
  assert_true(ton_engine_seek(engine, RATE + 5000));
  TonChange applied[64];
  uint32_t n = 0;
  uint32_t lost = 0;
  while (n < 3) {
    ton_engine_read_ahead(engine, NULL);
    play_block(engine, &song.take, 256);
    n += ton_engine_applied(engine, applied + n, 64 - n, &lost);
  }
  assert_int_equal(applied[0].song, RATE + 5000);
  assert_int_equal(applied[1].song, RATE);
  assert_int_equal(applied[1].frame - applied[0].frame, 5000);
  assert_int_equal(applied[2].frame - applied[1].frame, 10000);
  assert_true(ton_engine_position(engine) < RATE + 10000);
  ton_engine_free(engine);
  song_close(&song);
}

static void
what_cannot_be_turned_is_refused(void** state)
{
  (void)state;
  static Song song;
  song_open(&song, false);
  TonEngine* const engine = song_engine(song.graph, (TonRun){.live = true});
  const TonChange wrong[] = {
      {.kind = TON_CHANGE_FADER, .strip = TRACKS + 2},
      {.kind = TON_CHANGE_FADER, .value = 200.0F},
      {.kind = TON_CHANGE_EDGE, .item = 2},
      {.kind = TON_CHANGE_BYPASS, .item = 1},
      {.kind = TON_CHANGE_PARAM, .param = 9999},
      {.kind = TON_CHANGE_PARAM, .param = 0, .value = -1.0F},
      {.kind = TON_CHANGE_SONG},
  };
  for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); ++i) {
    assert_int_equal(ton_engine_change(engine, &wrong[i]), TON_BAD_USE);
  }
  ton_engine_free(engine);
  song_close(&song);
}

static void
take_memory(void)
{
  void* volatile block = malloc(64); // else it is left out
  free(block);
}

static void
take_a_lock(void)
{
  static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  pthread_mutex_lock(&lock);
}

static void
open_a_file(void)
{
  close(open("/dev/null", O_RDONLY));
}

static void
read_a_file(void)
{
  char byte;
  (void)!pread(0, &byte, 1, 0);
}

static void
open_with_a_name(void)
{
  close(openat(AT_FDCWD, "/dev/null", O_RDONLY));
}

/// The guard of the other tests does end a program that breaks the promise
static void
the_guard_is_awake(void** state)
{
  (void)state;
  static void (*const forbidden[])(void) = {
      take_memory, take_a_lock, open_a_file, read_a_file, open_with_a_name};
  for (size_t i = 0; i < TON_COUNT(forbidden); ++i) {
    const pid_t child = fork();
    if (child == 0) {
      close(STDERR_FILENO);
      audio_guard = true;
      forbidden[i]();
      _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGABRT) {
      fail_msg("number %zu passed", i);
    }
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_guard_is_awake),
      cmocka_unit_test(blocks_are_the_bytes_of_a_render),
      cmocka_unit_test(what_was_turned_can_be_played_again),
      cmocka_unit_test(seeks_and_loops_go_where_they_say),
      cmocka_unit_test(what_cannot_be_turned_is_refused),
  };
  return TON_TESTS(tests);
}
