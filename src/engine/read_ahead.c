// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Filling the rings of the sources, through seeks and loops.

#include "engine/read_ahead.h"

#include <string.h>

enum { MIN_SIZE = 1024, CHUNK = 1024, QUEUE = 64 };

static TonStatus
fill_ring(SourceRing* ring, uint32_t size, const TonSource* source)
{
  ring->stream = ton_alloc(sizeof(SourceStream));
  if (!ring->stream) {
    return TON_NO_MEMORY;
  }
  ring->stream->source = *source;
  for (uint32_t c = 0; c < source->channels; ++c) {
    ring->planes[c] = ton_alloc(size * sizeof(float));
    if (!ring->planes[c]) {
      return TON_NO_MEMORY;
    }
  }
  return TON_OK;
}

static bool
same_source(const SourceRing* ring, const TonSource* source)
{
  return ring->stream && ring->stream->source.handle == source->handle &&
         ring->stream->source.pull == source->pull;
}

SourceRing*
source_rings_new(const Plan* plan, uint32_t size, const SourceRing* old,
                 uint32_t n_old, const uint32_t* same)
{
  const uint32_t n = plan->graph->n_strips;
  SourceRing* const rings = ton_alloc((n + 1U) * sizeof(SourceRing));
  for (uint32_t i = 0; rings && i < n; ++i) {
    const GraphStrip* const g = &plan->graph->strips[i];
    const bool known = g->has_source && old && same[i] != UINT32_MAX &&
                       same_source(&old[same[i]], &g->source);
    if (known) {
      rings[i] = old[same[i]];
      rings[i].fresh = false;
    } else if (g->has_source) {
      rings[i].fresh = old != NULL;
      if (fill_ring(&rings[i], size, &g->source)) {
        source_rings_free(rings, n, old, n_old);
        return NULL;
      }
    }
  }
  return rings;
}

static bool
is_kept(const SourceRing* ring, const SourceRing* keep, uint32_t n_keep)
{
  for (uint32_t i = 0; i < n_keep; ++i) {
    if (keep[i].stream == ring->stream) {
      return true;
    }
  }
  return false;
}

void
source_rings_free(SourceRing* rings, uint32_t n, const SourceRing* keep,
                  uint32_t n_keep)
{
  for (uint32_t i = 0; rings && i < n; ++i) {
    if (rings[i].stream && !is_kept(&rings[i], keep, n_keep)) {
      ton_free(rings[i].planes[0]);
      ton_free(rings[i].planes[1]);
      ton_free(rings[i].stream);
    }
  }
  ton_free(rings);
}

uint32_t
read_ahead_gap(const Plan* plan)
{
  return MIN_SIZE + plan->max_latency / 32;
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
  a->gap = read_ahead_gap(plan);
  a->seek_to = -1;
  a->graph = plan->graph;
  a->rings = source_rings_new(plan, a->size, NULL, 0, NULL);
  if (!a->rings || change_ring_new(&a->requests, QUEUE) ||
      change_ring_new(&a->jumps, QUEUE)) {
    source_rings_free(a->rings, a->graph->n_strips, NULL, 0);
    a->rings = NULL;
    read_ahead_free(a);
    return TON_NO_MEMORY;
  }
  return TON_OK;
}

void
read_ahead_free(ReadAhead* a)
{
  change_ring_free(&a->requests);
  change_ring_free(&a->jumps);
}

int64_t
read_ahead_join(ReadAhead* a, SourceRing* rings, const TonGraph* graph,
                uint32_t frames)
{
  a->next_rings = rings;
  a->next_graph = graph;
  a->join = atomic_load(&a->filled) + frames;
  return a->join;
}

/// Go over to the rings of another graph, and its new sources to their place
static uint32_t
change_rings(ReadAhead* a, int64_t clock)
{
  a->rings = a->next_rings;
  a->graph = a->next_graph;
  a->next_rings = NULL;
  for (uint32_t i = 0; i < a->graph->n_strips; ++i) {
    SourceStream* const stream = a->rings[i].stream;
    if (stream && a->rings[i].fresh) {
      const int64_t song = timeline_song(&a->timeline, clock);
      stream->clock = clock;
      if (!stream->source.seek ||
          !stream->source.seek(stream->source.handle, (uint64_t)song)) {
        return i;
      }
    }
  }
  return UINT32_MAX;
}

/// A request with `frame` is a loop from `song` to there, else a seek
static void
take_requests(ReadAhead* a)
{
  TonChange request;
  while (change_ring_get(&a->requests, &request)) {
    if (request.item) {
      a->loop_from = (int64_t)request.song;
      a->loop_to = (int64_t)request.frame;
    } else {
      a->seek_to = (int64_t)request.song;
    }
  }
}

static bool
loops(const ReadAhead* a)
{
  return a->loop_to > a->loop_from;
}

/// Where the song jumps at a clock frame, or -1.  A request waits until the last
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
  n = a->next_rings && a->join - clock < n ? a->join - clock : n;
  const bool ends = loops(a) && song < a->loop_to;
  return (uint32_t)(ends && a->loop_to - song < n ? a->loop_to - song : n);
}

/// Read some frames into all rings; returns the strip that fails
static uint32_t
read_chunk(ReadAhead* a, int64_t clock, uint32_t n)
{
  for (uint32_t i = 0; i < a->graph->n_strips; ++i) {
    const SourceRing* const ring = &a->rings[i];
    const size_t at = (size_t)(clock % a->size);
    float* const out[2] = {ring->planes[0] ? ring->planes[0] + at : NULL,
                           ring->planes[1] ? ring->planes[1] + at : NULL};
    if (ring->stream &&
        !source_stream_read(ring->stream, &a->timeline, out, n)) {
      return i;
    }
  }
  return UINT32_MAX;
}

uint32_t
read_ahead_fill(ReadAhead* a)
{
  take_requests(a);
  uint32_t failed = UINT32_MAX;
  int64_t clock = atomic_load(&a->filled);
  while (failed == UINT32_MAX) {
    if (a->next_rings && clock == a->join) {
      failed = change_rings(a, clock);
      continue;
    }
    uint32_t n = chunk(a, clock);
    const int64_t song = n ? jump_target(a, clock) : -1;
    if (song >= 0) {
      jump(a, clock, song);
      n = chunk(a, clock);
    }
    if (!n) {
      break;
    }
    failed = read_chunk(a, clock, n);
    clock += failed == UINT32_MAX ? n : 0;
    atomic_store(&a->filled, clock);
  }
  return failed;
}

void
source_ring_copy(const SourceRing* ring, uint32_t size, int64_t clock,
                 float* const* out, uint32_t frames)
{
  for (uint32_t c = 0; c < ring->stream->source.channels; ++c) {
    for (uint32_t done = 0; done < frames;) {
      const uint32_t at = (uint32_t)((clock + done) % size);
      const uint32_t left = frames - done;
      const uint32_t n = left < size - at ? left : size - at;
      memcpy(out[c] + done, ring->planes[c] + at, n * sizeof(float));
      done += n;
    }
  }
}
