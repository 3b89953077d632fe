// SPDX-License-Identifier: GPL-3.0-or-later
/// @file A block of sound when asked, without a lock, memory or a file.

#include "engine/live.h"

#include "base/error.h"
#include "dsp/denormal.h"
#include "engine/engine.h"

#include <string.h>

typedef struct Live Live;

enum { DEFAULT_AHEAD = 8192, CHANGES = 1024, RECORD = 8192 };

// The thread that plays ------------------------------------------------------

static bool
read_ring(void* handle, uint32_t strip, float* const* out, uint32_t frames)
{
  const Live* const live = handle;
  source_ring_copy(&live->playing[strip], live->ahead.size, live->clock, out,
                   frames);
  return true;
}

static int64_t
heard(const Live* live)
{
  return timeline_song(&live->timeline,
                       live->clock - (int64_t)live->plan->latency);
}

static void
keep_record(Live* live, const TonChange* change)
{
  if (!change_ring_put(&live->applied, change)) {
    atomic_fetch_add(&live->lost, 1);
  }
}

/// Apply what was asked for since the last block.  A jump of the song in this
/// queue is a mark: what stands behind it is meant for the next graph.
static void
take_changes(Live* live)
{
  const TonChange* next = NULL;
  while ((next = change_ring_peek(&live->changes)) &&
         next->kind != TON_CHANGE_SONG) {
    TonChange change;
    change_ring_get(&live->changes, &change);
    const int64_t song = heard(live);
    change.frame = (uint64_t)live->clock;
    change.song = song > 0 ? (uint64_t)song : 0;
    run_change(live->plan, &change, live->clock);
    keep_record(live, &change);
  }
}

/// Forget the jumps that even the latest point has passed
static void
drop_jumps(Live* live)
{
  Timeline* const t = &live->timeline;
  const int64_t oldest = live->clock - (int64_t)live->plan->max_latency;
  while (t->n > 1 && t->jumps[1].at < oldest) {
    memmove(t->jumps, t->jumps + 1, --t->n * sizeof(SongJump));
  }
}

/// Take over from the reader the jumps before a clock frame
static void
take_jumps(Live* live, int64_t until)
{
  drop_jumps(live);
  const TonChange* next = NULL;
  while ((next = change_ring_peek(&live->ahead.jumps)) &&
         (int64_t)next->frame < until) {
    TonChange jump;
    change_ring_get(&live->ahead.jumps, &jump);
    live->timeline.jumps[live->timeline.n++] =
        (SongJump){(int64_t)jump.frame, (int64_t)jump.song};
    keep_record(live, &jump);
  }
  live->plan->timeline = live->timeline;
}

/// From here on the new plan plays
static void
change_plan(Live* live, Swap* swap)
{
  TonChange mark;
  take_changes(live);
  change_ring_get(&live->changes, &mark);
  swap->plan->timeline = live->timeline;
  swap_take_over(swap, live->clock);
  swap->old_workspace = live->workspace;
  live->workspace = swap->workspace;
  live->playing = swap->rings;
  live->plan = swap->plan;
  live->swap = NULL;
  atomic_store(&live->done, swap);
}

/// Frames until another graph takes over, at most n; it does so here
static uint32_t
until_swap(Live* live, uint32_t n)
{
  live->swap =
      live->swap ? live->swap : atomic_exchange(&live->to_player, NULL);
  Swap* const swap = live->swap;
  if (!swap) {
    return n;
  }
  if (!swap->leaving) {
    swap->leaving = true;
    swap_leave(swap, live->clock);
  }
  const int64_t left = swap->join - live->clock;
  if (left == 0) {
    change_plan(live, swap);
    return n;
  }
  return left < (int64_t)n ? (uint32_t)left : n;
}

/// Run all tasks over frames that are in the rings
static void
run_frames(Live* live, uint32_t frames)
{
  const RunContext run = {live->plan, read_ring, live};
  const Period period = {.clock = live->clock, .frames = frames};
  take_jumps(live, live->clock + frames);
  for (uint32_t i = 0; i < live->plan->n_tasks; ++i) {
    run_task(&run, &live->plan->tasks[i], &period, &live->workspace);
  }
}

static void
copy_taps(const Plan* p, float* const* out, uint32_t at, uint32_t n)
{
  uint32_t plane = 0;
  for (uint32_t i = 0; i < p->n_sums; ++i) {
    for (uint32_t c = 0; p->sums[i].tap && c < 2; ++c, ++plane) {
      memcpy(out[plane] + at, p->sums[i].out[0][c], n * sizeof(float));
    }
  }
}

static void
silence_taps(const Plan* p, float* const* out, uint32_t from, uint32_t to)
{
  for (uint32_t i = 0; i < 2 * p->graph->n_taps; ++i) {
    memset(out[i] + from, 0, (to - from) * sizeof(float));
  }
}

/// Null `out`: the sound is dropped
static uint32_t
play(Live* live, float* const* out, uint32_t frames)
{
  uint32_t done = 0;
  ton_denormals_off();
  take_jumps(live, live->clock + 1);
  take_changes(live);
  while (done < frames) {
    const int64_t ready = atomic_load(&live->ahead.filled) - live->clock;
    uint32_t n = until_swap(live, frames - done);
    n = n < live->plan->period ? n : live->plan->period;
    n = ready < (int64_t)n ? (uint32_t)ready : n;
    if (!n) {
      break;
    }
    run_frames(live, n);
    if (out) {
      copy_taps(live->plan, out, done, n);
    }
    live->clock += n;
    done += n;
    atomic_store(&live->ahead.played, live->clock);
  }
  if (out) {
    silence_taps(live->plan, out, done, frames);
  }
  atomic_store(&live->position, heard(live));
  return done;
}

uint32_t
ton_engine_block(TonEngine* e, float* const* out, uint32_t frames)
{
  return play(e->live, out, frames);
}

// The thread that reads ------------------------------------------------------

static TonStatus
fill(Live* live, TonError* error)
{
  Swap* const swap = atomic_exchange(&live->to_reader, NULL);
  if (swap) {
    live->ahead.gap = read_ahead_gap(swap->plan);
    swap->join = read_ahead_join(&live->ahead, swap->rings, swap->plan->graph,
                                 swap_leave_frames(swap));
    atomic_store(&live->to_player, swap);
  }
  const uint32_t strip = read_ahead_fill(&live->ahead);
  return strip == UINT32_MAX ? TON_OK
                             : ton_fail(error, TON_BAD_FILE,
                                        "the sound of \"%s\" could not be read",
                                        live->ahead.graph->strips[strip].name);
}

TonStatus
ton_engine_read_ahead(TonEngine* e, TonError* error)
{
  return fill(e->live, error);
}

// Start and end --------------------------------------------------------------

static TonStatus
set_up(Live* live, Plan* plan, uint32_t ahead, int64_t start)
{
  live->plan = plan;
  live->jumps[0] = (SongJump){0, start};
  live->timeline = (Timeline){live->jumps, 1, MAX_JUMPS};
  plan->timeline = live->timeline;
  TON_TRY(workspace_new(plan, &live->workspace));
  TON_TRY(change_ring_new(&live->changes, CHANGES));
  TON_TRY(change_ring_new(&live->applied, RECORD));
  TON_TRY(
      read_ahead_new(&live->ahead, plan, ahead ? ahead : DEFAULT_AHEAD, start));
  live->rings = live->ahead.rings;
  live->n_rings = plan->graph->n_strips;
  live->playing = live->rings;
  return TON_OK;
}

/// Read and run what lies before the first frame given out
static TonStatus
run_up(Live* live, uint64_t skip, TonError* error)
{
  run_start(live->plan);
  TON_TRY(fill(live, error));
  while ((uint64_t)live->clock < skip) {
    const uint64_t left = skip - (uint64_t)live->clock;
    play(live, NULL, left < MAX_PERIOD ? (uint32_t)left : MAX_PERIOD);
    TON_TRY(fill(live, error));
  }
  return TON_OK;
}

TonStatus
live_new(Plan* plan, uint32_t ahead, int64_t start, uint64_t skip,
         struct Live** live, TonError* error)
{
  Live* const l = ton_alloc(sizeof(Live));
  if (!l || set_up(l, plan, ahead, start)) {
    live_free(l);
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  const TonStatus status = run_up(l, skip, error);
  if (status) {
    live_free(l);
    return status;
  }
  *live = l;
  return TON_OK;
}

void
live_free(struct Live* live)
{
  if (!live) {
    return;
  }
  if (live->pending) {
    swap_free(live->pending, live->rings, live->n_rings,
              atomic_load(&live->done) != NULL);
  }
  source_rings_free(live->rings, live->n_rings, NULL, 0);
  read_ahead_free(&live->ahead);
  change_ring_free(&live->changes);
  change_ring_free(&live->applied);
  workspace_free(&live->workspace);
  ton_free(live);
}
