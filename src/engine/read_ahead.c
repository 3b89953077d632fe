// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Filling the rings of the sources, through seeks and loops.

#include "engine/read_ahead.h"

#include <string.h>

enum { MIN_SIZE = 1024, CHUNK = 1024, QUEUE = 64 };

static TonStatus
add_ring(ReadAhead* a, SourceRing* ring, SourceStream* stream)
{
  ring->stream = stream;
  for (uint32_t c = 0; c < stream->source.channels; ++c) {
    ring->planes[c] = ton_alloc(a->size * sizeof(float));
    if (!ring->planes[c]) {
      return TON_NO_MEMORY;
    }
  }
  return TON_OK;
}

static TonStatus
set_up(ReadAhead* a, const Plan* plan)
{
  a->n = plan->graph->n_strips;
  a->rings = ton_alloc((a->n + 1U) * sizeof(SourceRing));
  if (!a->rings) {
    return TON_NO_MEMORY;
  }
  for (uint32_t i = 0; i < a->n; ++i) {
    if (plan->strips[i].stream) {
      TON_TRY(add_ring(a, &a->rings[i], plan->strips[i].stream));
    }
  }
  TON_TRY(change_ring_new(&a->wishes, QUEUE));
  return change_ring_new(&a->jumps, QUEUE);
}

TonStatus
read_ahead_new(ReadAhead* a, const Plan* plan, uint32_t frames, int64_t start)
{
  a->size = MIN_SIZE;
  while (a->size < frames) {
    a->size *= 2;
  }
  a->last_jumps[0] = (SongJump){0, start};
  a->timeline = (Timeline){a->last_jumps, 1, 2};
  a->gap = MIN_SIZE + plan->max_latency / 32;
  a->seek_to = -1;
  const TonStatus status = set_up(a, plan);
  if (status) {
    read_ahead_free(a);
  }
  return status;
}

void
read_ahead_free(ReadAhead* a)
{
  for (uint32_t i = 0; a->rings && i < a->n; ++i) {
    ton_free(a->rings[i].planes[0]);
    ton_free(a->rings[i].planes[1]);
  }
  ton_free(a->rings);
  a->rings = NULL;
  change_ring_free(&a->wishes);
  change_ring_free(&a->jumps);
}

/// A wish with `frame` is a loop from `song` to there, else a seek
static void
take_wishes(ReadAhead* a)
{
  TonChange wish;
  while (change_ring_get(&a->wishes, &wish)) {
    if (wish.item) {
      a->loop_from = (int64_t)wish.song;
      a->loop_to = (int64_t)wish.frame;
    } else {
      a->seek_to = (int64_t)wish.song;
    }
  }
}

static bool
loops(const ReadAhead* a)
{
  return a->loop_to > a->loop_from;
}

/// Where the song jumps at a clock frame, or -1.  A wish waits until the last
/// jump is `gap` frames ago, and until the other side has room for it.
static int64_t
jump_target(const ReadAhead* a, int64_t clock)
{
  const SongJump* const last = &a->timeline.jumps[a->timeline.n - 1];
  const uint32_t waiting =
      atomic_load(&a->jumps.put) - atomic_load(&a->jumps.got);
  if (clock < last->at + (int64_t)a->gap || waiting == a->jumps.size) {
    return -1;
  }
  if (a->seek_to >= 0) {
    return a->seek_to;
  }
  const bool at_end = timeline_song(&a->timeline, clock) >= a->loop_to;
  return loops(a) && at_end ? a->loop_from : -1;
}

static void
jump(ReadAhead* a, int64_t clock, int64_t song)
{
  const TonChange told = {.kind = TON_CHANGE_SONG,
                          .frame = (uint64_t)clock,
                          .song = (uint64_t)song};
  a->last_jumps[0] = a->timeline.jumps[a->timeline.n - 1];
  a->last_jumps[1] = (SongJump){clock, song};
  a->timeline.n = 2;
  a->seek_to = -1;
  change_ring_put(&a->jumps, &told);
}

/// Frames that may be read at once from a clock frame on
static uint32_t
chunk(const ReadAhead* a, int64_t clock)
{
  const int64_t song = timeline_song(&a->timeline, clock);
  int64_t n = (int64_t)a->size - (clock - atomic_load(&a->played));
  n = n < CHUNK ? n : CHUNK;
  const int64_t to_wrap = (int64_t)a->size - clock % a->size;
  n = n < to_wrap ? n : to_wrap;
  const bool ends = loops(a) && song < a->loop_to;
  return (uint32_t)(ends && a->loop_to - song < n ? a->loop_to - song : n);
}

uint32_t
read_ahead_fill(ReadAhead* a)
{
  take_wishes(a);
  int64_t clock = atomic_load(&a->filled);
  for (uint32_t n = chunk(a, clock); n; n = chunk(a, clock)) {
    const int64_t song = jump_target(a, clock);
    if (song >= 0) {
      jump(a, clock, song);
      n = chunk(a, clock);
    }
    for (uint32_t i = 0; i < a->n; ++i) {
      const SourceRing* const ring = &a->rings[i];
      const size_t at = (size_t)(clock % a->size);
      float* const out[2] = {ring->planes[0] + at,
                             ring->planes[1] ? ring->planes[1] + at : NULL};
      if (ring->stream &&
          !source_stream_read(ring->stream, &a->timeline, out, n)) {
        return i;
      }
    }
    clock += n;
    atomic_store(&a->filled, clock);
  }
  return UINT32_MAX;
}

void
read_ahead_copy(const ReadAhead* a, uint32_t strip, int64_t clock,
                float* const* out, uint32_t frames)
{
  const SourceRing* const ring = &a->rings[strip];
  for (uint32_t c = 0; c < ring->stream->source.channels; ++c) {
    for (uint32_t done = 0; done < frames;) {
      const uint32_t at = (uint32_t)((clock + done) % a->size);
      const uint32_t left = frames - done;
      const uint32_t n = left < a->size - at ? left : a->size - at;
      memcpy(out[c] + done, ring->planes[c] + at, n * sizeof(float));
      done += n;
    }
  }
}
