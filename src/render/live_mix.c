// SPDX-License-Identifier: GPL-3.0-or-later
/// @file A mix that plays, and how it follows its text.
#include "render/live_mix.h"

#include "base/error.h"
#include "base/memory.h"
#include "render/build_graph.h"

#include <string.h>

enum { AHEAD = 4096, BLOCK = 256, MOST_CHANGES = 256 };

/// No strip of a text can be called so: a name has at least one character
static const char master_name[] = "";

TonStatus
live_mix_open(LiveMix* live, const TonMix* mix, const char* cache,
              const TonJob* job, TonError* error)
{
  return open_stems(&live->stems, mix, cache, job, error);
}

uint64_t
live_mix_frames(const LiveMix* live, uint32_t track)
{
  return live->stems.sources[track].frames;
}

// The graph -------------------------------------------------------------------

/// Two taps without sinks: ton_engine_block() fills planes
static TonStatus
add_ends(const GraphBuilder* b, const LiveText* text)
{
  static const TonFader unity = {.law = TON_LAW_BALANCE};
  static const TonSink none = {0};
  const uint32_t mix = text->mix->mix;
  const uint32_t master =
      ton_graph_strip(b->graph, master_name, NULL, 1.0F, &unity);
  if (master == UINT32_MAX ||
      ton_graph_edge(b->graph, mix, master, 0.0F, false) == UINT32_MAX ||
      ton_graph_tap(b->graph, mix, 1.0F, &none) ||
      ton_graph_tap(b->graph, master, 1.0F, &none)) {
    return ton_fail(b->error, TON_NO_MEMORY, "out of memory");
  }
  return build_chain(b, master, text->chain, text->n_chain);
}

TonStatus
live_mix_graph(LiveMix* live, const LiveText* text, TonGraph** graph,
               TonError* error)
{
  const GraphBuilder b = {ton_graph_new(text->mix->rate), text->mix,
                          &live->resources, error};
  TonStatus status =
      b.graph ? TON_OK : ton_fail(error, TON_NO_MEMORY, "out of memory");
  status = status ? status : build_graph(&b, live->stems.sources);
  status = status ? status : add_ends(&b, text);
  if (status) {
    ton_graph_free(b.graph);
    return status;
  }
  const TonResources loader = resources_loader(&live->resources);
  ton_graph_loader(b.graph, &loader);
  *graph = b.graph;
  return TON_OK;
}

// Playing -----------------------------------------------------------------------

TonStatus
live_mix_start(LiveMix* live, const LiveText* text, uint64_t from,
               PlayerNotify notify, void* handle, TonError* error)
{
  const TonRun run = {.block = BLOCK,
                      .threads = 1,
                      .from = from,
                      .preroll = TON_PREROLL_ENOUGH,
                      .live = true,
                      .ahead = AHEAD};
  live_mix_stop(live);
  TON_TRY(live_mix_graph(live, text, &live->graph, error));
  TON_TRY(ton_engine_new(live->graph, &run, &live->engine, error));
  live->start = ton_engine_clock(live->engine);
  live->player = player_start(live->engine, &live->ear, notify, handle);
  return live->player ? TON_OK
                      : ton_fail(error, TON_NO_MEMORY,
                                 "the system gives no thread to play with");
}

void
live_mix_stop(LiveMix* live)
{
  player_stop(live->player);
  ton_engine_free(live->engine);
  ton_graph_free(live->graph);
  live->player = NULL;
  live->engine = NULL;
  live->graph = NULL;
  live->behind = false;
  live->n_changes = 0;
  live->lost = 0;
  live->graphs = 0;
}

void
live_mix_free(LiveMix* live)
{
  live_mix_stop(live);
  resources_free(&live->resources);
  close_stems(&live->stems);
  ton_free(live->changes);
  *live = (LiveMix){0};
}

// Following the text --------------------------------------------------------------

/// As many as the ring has room for; the tick sends all again if it is full
static void
send_changes(LiveMix* live, const TonChange* changes, uint32_t n)
{
  for (uint32_t i = 0; i < n; ++i) {
    if (ton_engine_change(live->engine, &changes[i]) == TON_NO_MEMORY) {
      live->behind = true;
      return;
    }
  }
}

static void
adopt(LiveMix* live, TonGraph* graph)
{
  ton_graph_free(live->graph);
  live->graph = graph;
}

/// Another graph, unless one is still on its way
static TonStatus
send_graph(LiveMix* live, TonGraph* graph, TonError* error)
{
  if (!ton_engine_graph_arrived(live->engine)) {
    live->behind = true;
    ton_graph_free(graph);
    return TON_OK;
  }
  const TonStatus status = ton_engine_change_graph(live->engine, graph, error);
  if (status) {
    ton_graph_free(graph);
    return status;
  }
  ++live->graphs;
  adopt(live, graph);
  return TON_OK;
}

TonStatus
live_mix_change(LiveMix* live, const LiveText* text, TonError* error)
{
  TonChange changes[MOST_CHANGES];
  TonGraph* graph = NULL;
  uint32_t n = 0;
  if (!live->engine) {
    return TON_OK;
  }
  TON_TRY(live_mix_graph(live, text, &graph, error));
  live->behind = false;
  if (!ton_graph_diff(live->graph, graph, changes, MOST_CHANGES, &n)) {
    return send_graph(live, graph, error);
  }
  send_changes(live, changes, n);
  if (live->behind) {
    ton_graph_free(graph);
    return TON_OK;
  }
  adopt(live, graph);
  return TON_OK;
}

TonStatus
live_mix_tick(LiveMix* live, const LiveText* text, TonError* error)
{
  const bool arrived = live->engine && ton_engine_graph_arrived(live->engine);
  return arrived && live->behind ? live_mix_change(live, text, error) : TON_OK;
}

bool
live_mix_record(LiveMix* live)
{
  uint32_t got = 1;
  while (live->engine && got) {
    TonChange* const grown = ton_grow(live->changes, &live->capacity,
                                      live->n_changes + 64, sizeof(TonChange));
    if (!grown) {
      return false;
    }
    uint32_t lost = 0;
    live->changes = grown;
    got = ton_engine_applied(live->engine, grown + live->n_changes, 64, &lost);
    live->n_changes += got;
    live->lost += lost;
  }
  return true;
}
