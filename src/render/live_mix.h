// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   A mix that plays while it is changed: its engine, its threads, and the record of
   what was changed.  Behind the mix bus stands the chain of the master; the ear
   hears one of both.

   All functions [main]: one thread.
*/
#ifndef TON_RENDER_LIVE_MIX_H
#define TON_RENDER_LIVE_MIX_H

#include "render/open_stems.h"
#include "render/player.h"
#include "render/resources.h"

/// What is to be heard
typedef struct {
  const TonMix* mix;
  const TonInsert* chain; ///< Of the master
  uint32_t n_chain;
} LiveText;

/// Zero-initialise; freed by live_mix_free().
typedef struct {
  OpenStems stems;
  Resources resources;
  TonGraph* graph; ///< What the newest change leads to
  TonEngine* engine;
  Player* player;
  Ear ear;
  uint64_t start;     ///< Clock of the first frame that is heard
  bool behind;        ///< The text has changed since `graph` was handed over
  TonChange* changes; ///< The console: what was changed since the start
  size_t n_changes;
  size_t capacity;
  uint32_t lost;   ///< Changes that the record had no room for
  uint32_t graphs; ///< Times the graph was changed since the start
} LiveMix;

/// Open the stems, ready to be read.
TonStatus live_mix_open(LiveMix* live, const TonMix* mix, const char* cache,
                        const TonJob* job, TonError* error);

/// The graph of a text on the open stems, with two taps: mix and master
TonStatus live_mix_graph(LiveMix* live, const LiveText* text, TonGraph** graph,
                         TonError* error);

/// Begin at a song frame; what played ends.
TonStatus live_mix_start(LiveMix* live, const LiveText* text, uint64_t from,
                         PlayerNotify notify, void* handle, TonError* error);

void live_mix_stop(LiveMix* live);

/// Go over to what the text says now, by changes where that is enough, else by
/// another graph.  One is on the way at a time: live_mix_tick() sends the next.
TonStatus live_mix_change(LiveMix* live, const LiveText* text, TonError* error);

/// A graph may have arrived: follow the text that has changed meanwhile.
TonStatus live_mix_tick(LiveMix* live, const LiveText* text, TonError* error);

/// Take the record from the engine; false: memory is refused
bool live_mix_record(LiveMix* live);

/// Length of a track's file
uint64_t live_mix_frames(const LiveMix* live, uint32_t track);

void live_mix_free(LiveMix* live);

#endif
