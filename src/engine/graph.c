// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Building a graph, and copying one.

#include "engine/graph.h"

#include "base/error.h"

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
free_insert(const GraphInsert* insert)
{
  for (uint32_t i = 0; insert->hashes && i < insert->type->n_resources; ++i) {
    ton_free(insert->hashes[i]);
  }
  ton_free(insert->hashes);
  ton_free(insert->params);
}

static void
free_strip(GraphStrip* strip)
{
  for (uint32_t i = 0; i < strip->n_inserts; ++i) {
    free_insert(&strip->inserts[i]);
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
  char** const hashes = ton_alloc(sizeof(char*) * (type->n_resources + 1));
  GraphInsert* const insert =
      copy && hashes
          ? append((void**)&s->inserts, &s->n_inserts, sizeof(GraphInsert))
          : NULL;
  if (!insert) {
    ton_free(copy);
    ton_free(hashes);
    return UINT32_MAX;
  }
  memcpy(copy, params, sizeof(float) * type->n_params);
  *insert = (GraphInsert){.type = type,
                          .params = copy,
                          .sidechain = sidechain,
                          .hashes = hashes,
                          .number = s->n_inserts - 1};
  s->stereo |= (type->flags & (TON_PAIR | TON_ALONE)) != 0;
  return insert->number;
}

void
ton_graph_bypass(TonGraph* graph, uint32_t strip, uint32_t insert)
{
  graph->strips[strip].inserts[insert].bypass = true;
}

TonStatus
ton_graph_resource(TonGraph* graph, uint32_t strip, uint32_t insert,
                   uint32_t resource, const char* hash)
{
  char** const place = &graph->strips[strip].inserts[insert].hashes[resource];
  ton_free(*place);
  *place = ton_copy_string(hash);
  return *place ? TON_OK : TON_NO_MEMORY;
}

void
ton_graph_loader(TonGraph* graph, const TonResources* loader)
{
  graph->loader = *loader;
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
copy_insert(TonGraph* to, uint32_t strip, const GraphInsert* from)
{
  const uint32_t insert =
      ton_graph_insert(to, strip, from->type, from->params, from->sidechain);
  if (insert == UINT32_MAX) {
    return TON_NO_MEMORY;
  }
  to->strips[strip].inserts[insert].bypass = from->bypass;
  for (uint32_t i = 0; i < from->type->n_resources; ++i) {
    if (from->hashes[i]) {
      TON_TRY(ton_graph_resource(to, strip, insert, i, from->hashes[i]));
    }
  }
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
    TON_TRY(copy_insert(to, strip, &from->inserts[i]));
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
  to->loader = graph->loader;
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

/// What processors are made for
enum { MIN_RATE = 4000, MAX_RATE = 768000 };

TonStatus
graph_check(const TonGraph* graph, TonError* error)
{
  if (graph->rate < MIN_RATE || graph->rate > MAX_RATE) {
    return ton_fail(error, TON_UNSUPPORTED,
                    "the sound is at %u Hz; expected %d to %d Hz", graph->rate,
                    MIN_RATE, MAX_RATE);
  }
  for (uint32_t i = 0; i < graph->n_strips; ++i) {
    const GraphStrip* const g = &graph->strips[i];
    if (g->has_source && (!g->source.channels || g->source.channels > 2)) {
      return ton_fail(error, TON_UNSUPPORTED,
                      "\"%s\" has %u channels; expected one or two", g->name,
                      g->source.channels);
    }
  }
  return TON_OK;
}

// What changes nothing -------------------------------------------------------

static bool
is_idle(const GraphStrip* s, uint32_t insert)
{
  const GraphInsert* const in = &s->inserts[insert];
  bool moved = false;
  for (uint32_t i = 0; i < s->n_autos; ++i) {
    moved |= s->autos[i].kind == TON_AUTO_PARAM && s->autos[i].item == insert;
  }
  return in->bypass || (!moved && in->type->neutral &&
                        in->type->neutral(in->type, in->params));
}

/// The curves of the insert at `from` are those of the one at `to` from now on;
/// UINT32_MAX: of none
static void
move_curves(GraphStrip* s, uint32_t from, uint32_t to)
{
  uint32_t n = 0;
  for (uint32_t i = 0; i < s->n_autos; ++i) {
    GraphAuto a = s->autos[i];
    const bool ours = a.kind == TON_AUTO_PARAM && a.item == from;
    a.item = ours ? to : a.item;
    if (ours && to == UINT32_MAX) {
      ton_free(a.points);
    } else {
      s->autos[n++] = a;
    }
  }
  s->n_autos = n;
}

static void
drop_idle(GraphStrip* s)
{
  uint32_t n = 0;
  for (uint32_t i = 0; i < s->n_inserts; ++i) {
    if (is_idle(s, i)) {
      move_curves(s, i, UINT32_MAX);
      free_insert(&s->inserts[i]);
    } else {
      move_curves(s, i, n);
      s->inserts[n++] = s->inserts[i];
    }
  }
  s->n_inserts = n;
}

void
graph_drop_idle(TonGraph* graph)
{
  for (uint32_t i = 0; i < graph->n_strips; ++i) {
    drop_idle(&graph->strips[i]);
  }
}
