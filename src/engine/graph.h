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
  GraphStrip* strips;
  uint32_t n_strips;
  GraphTap* taps;
  uint32_t n_taps;
};

/// A copy of its own, freed with ton_graph_free(), or null.  [main]
TonGraph* graph_copy(const TonGraph* graph);

#endif
