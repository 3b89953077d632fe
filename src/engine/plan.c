// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Compiling a graph into a plan: the steps in their order.

#include "base/error.h"
#include "engine/plan_parts.h"

static TonStatus
start_strips(Plan* p)
{
  p->strips = plan_alloc(p, (p->graph->n_strips + 1U) * sizeof(StripPlan));
  if (!p->strips) {
    return TON_NO_MEMORY;
  }
  for (uint32_t i = 0; i < p->graph->n_strips; ++i) {
    const GraphStrip* const g = &p->graph->strips[i];
    StripPlan* const s = &p->strips[i];
    s->graph = g;
    s->fault = UINT64_MAX;
    s->sum = UINT32_MAX;
    s->channels = g->has_source && !g->stereo ? g->source.channels : 2;
    if (g->has_source) {
      s->stream = plan_alloc(p, sizeof(SourceStream));
      if (!s->stream) {
        return TON_NO_MEMORY;
      }
      s->stream->source = g->source;
    }
  }
  return TON_OK;
}

static TonStatus
compile(Plan* p, const PlanOptions* options, TonError* error)
{
  PlanEdges edges = {0};
  TON_TRY(start_strips(p));
  TON_TRY(plan_order(p, &edges, error));
  TON_TRY(plan_banks(p, options, error));
  TON_TRY(plan_times(p, &edges));
  TON_TRY(plan_tasks(p, &edges));
  return plan_buffers(p);
}

TonStatus
plan_new(const TonGraph* graph, const PlanOptions* options, Plan** plan,
         TonError* error)
{
  Plan* const p = ton_alloc(sizeof(Plan));
  *plan = NULL;
  if (!p) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  p->graph = graph;
  p->kernels = ton_kernels(ton_machine_lanes());
  p->n_buffers = options->n_buffers;
  p->changeable = options->changeable;
  p->one_strip = options->one_strip;
  p->block = options->block ? options->block : 512;
  p->block = p->block > MAX_BLOCK ? MAX_BLOCK : p->block;
  p->period = p->block * (p->block < MAX_PERIOD ? MAX_PERIOD / p->block : 1);
  p->point_frames = graph->rate / 10;
  const TonStatus status = compile(p, options, error);
  if (status) {
    plan_free(p);
    return status == TON_NO_MEMORY ? ton_fail(error, status, "out of memory")
                                   : status;
  }
  *plan = p;
  return TON_OK;
}

void
plan_free(Plan* p)
{
  if (p) {
    plan_close_stages(p);
    ton_free(p->buffers);
    ton_arena_free(&p->arena);
    ton_free(p);
  }
}
