// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/error.h"
#include "engine/plan.h"

#include <math.h>
#include <string.h>

/// Depth-first: 0 unseen, 1 on the way (meeting it again is a loop), 2 done
typedef struct {
  TonEngine* e;
  uint8_t* seen;
  TonError* error;
} Walk;

static TonStatus visit(Walk* w, uint32_t strip);

static TonStatus
visit_input(Walk* w, uint32_t strip, uint32_t input)
{
  if (input == UINT32_MAX) {
    return TON_OK;
  }
  TON_TRY(visit(w, input));
  Strip* const strips = w->e->strips;
  if (strips[input].level + 1 > strips[strip].level) {
    strips[strip].level = strips[input].level + 1;
  }
  return TON_OK;
}

static TonStatus
visit(Walk* w, uint32_t strip)
{
  const TonGraph* const graph = w->e->graph;
  if (w->seen[strip] == 1) {
    return ton_fail(w->error, TON_BAD_TEXT,
                    "the routing goes round in a circle through \"%s\"",
                    graph->strips[strip].name);
  }
  if (w->seen[strip] == 2) {
    return TON_OK;
  }
  w->seen[strip] = 1;
  for (uint32_t i = 0; i < graph->strips[strip].n_inserts; ++i) {
    TON_TRY(visit_input(w, strip, graph->strips[strip].inserts[i].key));
  }
  for (uint32_t u = 0; u < graph->n_strips; ++u) {
    for (uint32_t k = 0; k < graph->strips[u].n_edges; ++k) {
      if (graph->strips[u].edges[k].to == strip) {
        TON_TRY(visit_input(w, strip, u));
      }
    }
  }
  w->seen[strip] = 2;
  return TON_OK;
}

static TonStatus
find_levels(TonEngine* e, TonError* error)
{
  Walk w = {e, ton_arena_alloc(&e->arena, e->graph->n_strips), error};
  if (!w.seen) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  for (uint32_t i = 0; i < e->graph->n_strips; ++i) {
    TON_TRY(visit(&w, i));
  }
  return TON_OK;
}

static void
find_channels(TonEngine* e)
{
  for (uint32_t i = 0; i < e->graph->n_strips; ++i) {
    const GraphStrip* const g = &e->graph->strips[i];
    Strip* const s = &e->strips[i];
    s->channels = g->has_source ? g->source.channels : 2;
    for (uint32_t k = 0; k < g->n_inserts; ++k) {
      if (g->inserts[k].type->flags & (TON_PAIR | TON_ALONE)) {
        s->channels = 2;
      }
    }
  }
}

/// Latency of one strip once all strips of lower levels are known: a keyed
/// strip waits for its key
static void
find_latency(TonEngine* e, uint32_t strip)
{
  const GraphStrip* const g = &e->graph->strips[strip];
  Strip* const s = &e->strips[strip];
  for (uint32_t u = 0; u < e->graph->n_strips; ++u) {
    for (uint32_t k = 0; k < e->graph->strips[u].n_edges; ++k) {
      if (e->graph->strips[u].edges[k].to == strip &&
          e->strips[u].latency_out > s->latency_in) {
        s->latency_in = e->strips[u].latency_out;
      }
    }
  }
  uint32_t chain = 0;
  for (uint32_t k = 0; k < g->n_inserts; ++k) {
    const uint32_t key = g->inserts[k].key;
    if (key != UINT32_MAX &&
        e->strips[key].latency_out > s->latency_in + chain) {
      s->latency_in = e->strips[key].latency_out - chain;
    }
    chain += g->inserts[k].latency;
  }
  s->latency_out = s->latency_in + chain;
  s->lead = g->has_source ? s->latency_in : 0;
}

uint32_t
plan_top_level(const TonEngine* e)
{
  uint32_t top = 0;
  for (uint32_t i = 0; i < e->graph->n_strips; ++i) {
    top = e->strips[i].level > top ? e->strips[i].level : top;
  }
  return top;
}

static void
find_latencies(TonEngine* e)
{
  for (uint32_t level = 0; level <= plan_top_level(e); ++level) {
    for (uint32_t i = 0; i < e->graph->n_strips; ++i) {
      if (e->strips[i].level == level) {
        find_latency(e, i);
      }
    }
  }
  for (uint32_t i = 0; i < e->graph->n_taps; ++i) {
    const uint32_t out = e->strips[e->graph->taps[i].strip].latency_out;
    e->latency = out > e->latency ? out : e->latency;
  }
}

/// Frames until everything has died away behind a strip's input
static uint64_t
tail_behind(const TonEngine* e, uint32_t strip)
{
  const GraphStrip* const g = &e->graph->strips[strip];
  uint64_t own = 0;
  for (uint32_t i = 0; i < g->n_inserts; ++i) {
    own += g->inserts[i].tail;
  }
  uint64_t behind = 0;
  for (uint32_t k = 0; k < g->n_edges; ++k) {
    const uint64_t tail = tail_behind(e, g->edges[k].to);
    behind = tail > behind ? tail : behind;
  }
  return own + behind;
}

static void
find_length(TonEngine* e)
{
  uint64_t frames = 0;
  for (uint32_t i = 0; i < e->graph->n_strips; ++i) {
    const GraphStrip* const g = &e->graph->strips[i];
    if (g->has_source) {
      const uint64_t end = g->source.frames + tail_behind(e, i);
      frames = end > frames ? end : frames;
    }
  }
  const uint64_t after = frames > e->run.from ? frames - e->run.from : 0;
  e->frames = e->run.frames ? e->run.frames : after;
  if (e->run.preroll > e->run.from) {
    e->run.preroll = e->run.from;
  }
  e->start = (int64_t)(e->run.from - e->run.preroll);
  e->total = e->latency + e->run.preroll + e->frames;
  e->point_frames = e->graph->rate / 10;
  e->n_points = (uint32_t)(e->frames / e->point_frames + 1);
}

// Memory ---------------------------------------------------------------------

void*
plan_alloc(TonEngine* e, size_t bytes)
{
  size_t capacity = e->n_states;
  void* const grown =
      ton_grow(e->states, &capacity, e->n_states + 1U, sizeof(void*));
  if (!grown) {
    return NULL;
  }
  e->states = grown;
  void* const block = ton_alloc(bytes);
  if (block) {
    e->states[e->n_states++] = block;
  }
  return block;
}

float*
plan_stretch(TonEngine* e)
{
  return plan_alloc(e, e->stretch * sizeof(float));
}

TonStatus
plan_late(TonEngine* e, DelayLine* late, uint32_t frames)
{
  late->frames = frames;
  if (frames) {
    uint32_t n = 64;
    while (n < frames + 1) {
      n *= 2;
    }
    late->mask = n - 1;
    late->ring = plan_alloc(e, n * sizeof(float));
  }
  return frames && !late->ring ? TON_NO_MEMORY : TON_OK;
}

static TonStatus
plan(TonEngine* e, TonError* error)
{
  for (uint32_t i = 0; i < e->graph->n_strips; ++i) {
    e->strips[i].graph = &e->graph->strips[i];
    e->strips[i].fault = UINT64_MAX;
  }
  find_channels(e);
  TON_TRY(find_levels(e, error));
  TON_TRY(plan_groups(e, error));
  find_latencies(e);
  find_length(e);
  TON_TRY(plan_group_buffers(e));
  return plan_tasks(e);
}

TonStatus
engine_plan(TonEngine* engine, TonError* error)
{
  const TonStatus status = plan(engine, error);
  return status == TON_NO_MEMORY ? ton_fail(error, status, "out of memory")
                                 : status;
}
