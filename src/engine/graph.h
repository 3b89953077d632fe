// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_ENGINE_GRAPH_H
#define TON_ENGINE_GRAPH_H

#include "base/memory.h"

#include <tonmeister/engine.h>

/**
   @file
   What was asked for, before it is compiled.
*/

typedef struct {
  const TonProcessor* type;
  float* params;
  uint32_t sidechain; ///< Strip, or UINT32_MAX
  char** hashes;      ///< Of its resources, null: not chosen
  uint32_t number;    ///< In the chain as it was asked for
  bool bypass;
} GraphInsert;

typedef struct {
  uint32_t to;
  float db;
  bool pre;
} GraphEdge;

typedef struct {
  TonAutoKind kind;
  uint32_t item;
  uint32_t param;
  TonPoint* points;
  uint32_t n_points;
} GraphAuto;

typedef struct {
  char* name;
  TonSource source;
  bool has_source;
  float gain;
  TonFader fader;
  bool stereo; ///< A processor makes two channels of it, running or not
  GraphInsert* inserts;
  uint32_t n_inserts;
  GraphEdge* edges;
  uint32_t n_edges;
  GraphAuto* autos;
  uint32_t n_autos;
} GraphStrip;

typedef struct {
  uint32_t strip;
  float gain;
  TonSink sink;
} GraphTap;

struct TonGraph {
  uint32_t rate;
  TonResources loader; ///< Without hashes
  GraphStrip* strips;
  uint32_t n_strips;
  GraphTap* taps;
  uint32_t n_taps;
};

/// A copy of its own, freed with ton_graph_free(), or null.  [main]
TonGraph* graph_copy(const TonGraph* graph);

/// Whether its rate and its sources are such as the engine can run.  [main]
TonStatus graph_check(const TonGraph* graph, TonError* error);

/// Remove the inserts that change nothing, for a render in which nothing is
/// changed by hand: those that are bypassed, and those with neutral values that
/// no curve moves.  [main]
void graph_drop_idle(TonGraph* graph);

#endif
