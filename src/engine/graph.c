// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Building a graph, and copying one.

#include "engine/graph.h"

#include <string.h>

TonGraph*
ton_graph_new(uint32_t rate)
{
  TonGraph* const graph = ton_alloc(sizeof(TonGraph));
  if (graph) {
    graph->rate = rate;
  }
  return graph;
}

static void
free_strip(GraphStrip* strip)
{
  for (uint32_t i = 0; i < strip->n_inserts; ++i) {
    ton_free(strip->inserts[i].params);
  }
  for (uint32_t i = 0; i < strip->n_autos; ++i) {
    ton_free(strip->autos[i].points);
  }
  ton_free(strip->name);
  ton_free(strip->inserts);
  ton_free(strip->edges);
  ton_free(strip->autos);
}

void
ton_graph_free(TonGraph* graph)
{
  if (!graph) {
    return;
  }
  for (uint32_t i = 0; i < graph->n_strips; ++i) {
    free_strip(&graph->strips[i]);
  }
  ton_free(graph->strips);
  ton_free(graph->taps);
  ton_free(graph);
}

/// Room for one more item behind `*n`; graphs are small, growth is by one
static void*
append(void** items, uint32_t* n, size_t size)
{
  size_t capacity = *n;
  void* const grown = ton_grow(*items, &capacity, (size_t)*n + 1, size);
  if (!grown) {
    return NULL;
  }
  *items = grown;
  void* const item = (char*)grown + (size_t)(*n)++ * size;
  return memset(item, 0, size);
}

uint32_t
ton_graph_strip(TonGraph* graph, const char* name, const TonSource* source,
                float gain, const TonFader* fader)
{
  char* const copy = ton_copy_string(name);
  GraphStrip* const strip = copy ? append((void**)&graph->strips,
                                          &graph->n_strips, sizeof(GraphStrip))
                                 : NULL;
  if (!strip) {
    ton_free(copy);
    return UINT32_MAX;
  }
  strip->name = copy;
  strip->gain = gain;
  strip->fader = *fader;
  if (source) {
    strip->source = *source;
    strip->has_source = true;
  }
  return graph->n_strips - 1;
}

uint32_t
ton_graph_insert(TonGraph* graph, uint32_t strip, const TonProcessor* type,
                 const float* params, uint32_t sidechain)
{
  GraphStrip* const s = &graph->strips[strip];
  float* const copy = ton_alloc(sizeof(float) * (type->n_params + 1));
  GraphInsert* const insert =
      copy ? append((void**)&s->inserts, &s->n_inserts, sizeof(GraphInsert))
           : NULL;
  if (!insert) {
    ton_free(copy);
    return UINT32_MAX;
  }
  memcpy(copy, params, sizeof(float) * type->n_params);
  *insert = (GraphInsert){type, copy, sidechain};
  return s->n_inserts - 1;
}

uint32_t
ton_graph_edge(TonGraph* graph, uint32_t from, uint32_t to, float db, bool pre)
{
  GraphStrip* const s = &graph->strips[from];
  GraphEdge* const edge =
      append((void**)&s->edges, &s->n_edges, sizeof(GraphEdge));
  if (!edge) {
    return UINT32_MAX;
  }
  *edge = (GraphEdge){to, db, pre};
  return s->n_edges - 1;
}

TonStatus
ton_graph_automate(TonGraph* graph, uint32_t strip, TonAutoKind kind,
                   uint32_t item, uint32_t param, const TonPoint* points,
                   uint32_t n_points)
{
  GraphStrip* const s = &graph->strips[strip];
  TonPoint* const copy = ton_alloc(sizeof(TonPoint) * (n_points + 1));
  GraphAuto* const curve =
      copy ? append((void**)&s->autos, &s->n_autos, sizeof(GraphAuto)) : NULL;
  if (!curve) {
    ton_free(copy);
    return TON_NO_MEMORY;
  }
  memcpy(copy, points, sizeof(TonPoint) * n_points);
  *curve = (GraphAuto){kind, item, param, copy, n_points};
  return TON_OK;
}

TonStatus
ton_graph_tap(TonGraph* graph, uint32_t strip, float gain, const TonSink* sink)
{
  GraphTap* const tap =
      append((void**)&graph->taps, &graph->n_taps, sizeof(GraphTap));
  if (!tap) {
    return TON_NO_MEMORY;
  }
  *tap = (GraphTap){strip, gain, *sink};
  return TON_OK;
}

static TonStatus
copy_strip(TonGraph* to, const GraphStrip* from)
{
  const uint32_t strip =
      ton_graph_strip(to, from->name, from->has_source ? &from->source : NULL,
                      from->gain, &from->fader);
  if (strip == UINT32_MAX) {
    return TON_NO_MEMORY;
  }
  for (uint32_t i = 0; i < from->n_inserts; ++i) {
    const GraphInsert* const in = &from->inserts[i];
    if (ton_graph_insert(to, strip, in->type, in->params, in->sidechain) ==
        UINT32_MAX) {
      return TON_NO_MEMORY;
    }
  }
  for (uint32_t i = 0; i < from->n_edges; ++i) {
    const GraphEdge* const edge = &from->edges[i];
    if (ton_graph_edge(to, strip, edge->to, edge->db, edge->pre) ==
        UINT32_MAX) {
      return TON_NO_MEMORY;
    }
  }
  for (uint32_t i = 0; i < from->n_autos; ++i) {
    const GraphAuto* const a = &from->autos[i];
    TON_TRY(ton_graph_automate(to, strip, a->kind, a->item, a->param, a->points,
                               a->n_points));
  }
  return TON_OK;
}

static TonStatus
copy_into(TonGraph* to, const TonGraph* graph)
{
  for (uint32_t i = 0; i < graph->n_strips; ++i) {
    TON_TRY(copy_strip(to, &graph->strips[i]));
  }
  for (uint32_t i = 0; i < graph->n_taps; ++i) {
    const GraphTap* const tap = &graph->taps[i];
    TON_TRY(ton_graph_tap(to, tap->strip, tap->gain, &tap->sink));
  }
  return TON_OK;
}

TonGraph*
graph_copy(const TonGraph* graph)
{
  TonGraph* const copy = ton_graph_new(graph->rate);
  if (copy && copy_into(copy, graph)) {
    ton_graph_free(copy);
    return NULL;
  }
  return copy;
}
