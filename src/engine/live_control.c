// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Changing an engine that plays, and asking how it is going.

#include "base/error.h"
#include "engine/engine.h"
#include "engine/live.h"

#include <math.h>

// The thread that asks -------------------------------------------------------

/// The parameter that a change names, or null
static const TonParam*
named_param(const TonGraph* graph, const TonChange* c)
{
  const GraphStrip* const strip = &graph->strips[c->strip];
  const TonProcessor* const type = strip->inserts[c->item].type;
  return c->param < type->n_params ? &type->params[c->param] : NULL;
}

/// Largest level that can be set; far above it a gain is infinite
static const float MAX_DB = 100.0F;

static TonStatus
check_change(const TonGraph* graph, const TonChange* c)
{
  if (c->strip >= graph->n_strips || c->kind > TON_CHANGE_BYPASS) {
    return TON_BAD_USE;
  }
  const GraphStrip* const strip = &graph->strips[c->strip];
  if (c->kind < TON_CHANGE_PARAM) {
    const bool there = c->kind != TON_CHANGE_EDGE || c->item < strip->n_edges;
    return there && !(c->value > MAX_DB) ? TON_OK : TON_BAD_USE;
  }
  if (c->item >= strip->n_inserts) {
    return TON_BAD_USE;
  }
  if (c->kind == TON_CHANGE_BYPASS) {
    return TON_OK;
  }
  const TonParam* const param = named_param(graph, c);
  const bool out = param && (c->value < param->min || c->value > param->max);
  if (!param || out) {
    return TON_BAD_USE;
  }
  return param->flags & TON_AUTOMATE ? TON_OK : TON_UNSUPPORTED;
}

TonStatus
ton_engine_change(TonEngine* e, const TonChange* change)
{
  TON_TRY(check_change(e->graph, change));
  return change_ring_put(&e->live->changes, change) ? TON_OK : TON_NO_MEMORY;
}

bool
ton_engine_seek(TonEngine* e, uint64_t frame)
{
  const TonChange request = {.song = frame};
  return change_ring_put(&e->live->ahead.requests, &request);
}

bool
ton_engine_loop(TonEngine* e, uint64_t from, uint64_t to)
{
  const TonChange request = {.item = 1, .song = from, .frame = to};
  const bool too_short = to > from && to - from < e->live->ahead.gap;
  return !too_short && change_ring_put(&e->live->ahead.requests, &request);
}

int64_t
ton_engine_position(const TonEngine* e)
{
  return atomic_load(&e->live->position);
}

uint32_t
ton_engine_applied(TonEngine* e, TonChange* changes, uint32_t max,
                   uint32_t* lost)
{
  uint32_t n = 0;
  while (n < max && change_ring_get(&e->live->applied, &changes[n])) {
    ++n;
  }
  *lost = atomic_exchange(&e->live->lost, 0);
  return n;
}

float
ton_engine_peak(TonEngine* e, uint32_t strip, uint32_t channel)
{
  return atomic_exchange(&e->plan->strips[strip].peak[channel], 0.0F);
}

void
ton_engine_level(TonEngine* e, uint32_t strip, TonLevel* level)
{
  StripPlan* const s = &e->plan->strips[strip];
  const uint32_t frames = atomic_exchange(&s->squared, 0);
  float power[2];
  float peak[2];
  for (uint32_t c = 0; c < 2; ++c) {
    power[c] = atomic_exchange(&s->square[c], 0.0F);
    peak[c] = atomic_exchange(&s->peak[c], 0.0F);
  }
  for (uint32_t side = 0; side < 2; ++side) {
    const float g[2] = {atomic_load(&s->gain[side][0]),
                        atomic_load(&s->gain[side][1])};
    level->peak[side] = fabsf(g[0]) * peak[0] + fabsf(g[1]) * peak[1];
    const float sum = g[0] * g[0] * power[0] + g[1] * g[1] * power[1];
    level->rms[side] = frames ? sqrtf(sum / (float)frames) : 0.0F;
  }
}

uint64_t
ton_engine_clock(const TonEngine* e)
{
  return (uint64_t)atomic_load(&e->live->ahead.played);
}

// Another graph --------------------------------------------------------------

bool
ton_engine_graph_arrived(TonEngine* e)
{
  Swap* const done = atomic_exchange(&e->live->done, NULL);
  if (done) {
    swap_free(done, e->live->rings, e->live->n_rings, true);
    e->live->pending = NULL;
  }
  return !e->live->pending;
}

/// Plan a graph beside the one that plays
static TonStatus
plan_beside(TonEngine* e, const TonGraph* graph, Swap* s, TonError* error)
{
  const PlanOptions options = {
      .block = e->run.block,
      .n_buffers = 1,
      .changeable = true,
      .like = e->plan,
      // NOLINTNEXTLINE(clang-analyzer-core.NullDereference)
      .like_strips = s->strips};
  TON_TRY(plan_new(graph, &options, &s->plan, error));
  s->plan->timeline = e->timeline;
  run_start(s->plan);
  s->rings = source_rings_new(s->plan, e->live->ahead.size, e->live->rings,
                              e->live->n_rings, s->strips);
  return !s->rings || workspace_new(s->plan, &s->workspace) || swap_match(s)
             ? ton_fail(error, TON_NO_MEMORY, "out of memory")
             : TON_OK;
}

static void
give_up(TonEngine* e, Swap* s, TonGraph* graph)
{
  if (s) {
    const uint32_t n = graph ? graph->n_strips : 0;
    source_rings_free(s->rings, n, e->live->rings, e->live->n_rings);
    workspace_free(&s->workspace);
    plan_free(s->plan);
    ton_free(s->strips);
    ton_arena_free(&s->arena);
  }
  ton_free(s);
  ton_graph_free(graph);
}

/// Hand a finished swap to the reader; changes that follow are for its graph
static TonStatus
hand_over(TonEngine* e, Swap* s, TonGraph* graph, TonError* error)
{
  const TonChange mark = {.kind = TON_CHANGE_SONG};
  if (!change_ring_put(&e->live->changes, &mark)) {
    return ton_fail(error, TON_NO_MEMORY, "too many changes at once");
  }
  e->graph = graph;
  e->plan = s->plan;
  e->live->rings = s->rings;
  e->live->n_rings = graph->n_strips;
  e->live->pending = s;
  atomic_store(&e->live->to_reader, s);
  return TON_OK;
}

TonStatus
ton_engine_change_graph(TonEngine* e, const TonGraph* graph, TonError* error)
{
  if (!ton_engine_graph_arrived(e)) {
    return ton_fail(error, TON_BAD_USE,
                    "the previous change is still being taken over");
  }
  if (graph->rate != e->graph->rate || graph->n_taps != e->graph->n_taps) {
    return ton_fail(error, TON_UNSUPPORTED,
                    "rate and taps cannot change while playing");
  }
  TON_TRY(graph_check(graph, error));
  TonGraph* const copy = graph_copy(graph);
  Swap* const s = copy ? ton_alloc(sizeof(Swap)) : NULL;
  TonStatus status = s ? TON_OK : TON_NO_MEMORY;
  if (s) {
    s->old_graph = e->graph;
    s->old_plan = e->plan;
    s->old_rings = e->live->rings;
    s->strips = ton_alloc((copy->n_strips + 1U) * sizeof(uint32_t));
  }
  if (!s || !s->strips || swap_match_strips(e->graph, copy, s->strips)) {
    status = ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  status = status ? status : plan_beside(e, copy, s, error);
  status = status ? status : hand_over(e, s, copy, error);
  if (status) {
    give_up(e, s, copy);
  }
  return status;
}
