// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Compiling a graph: the steps, the latencies, the memory.

#include "base/error.h"
#include "engine/plan_parts.h"

#include <string.h>

// Memory ---------------------------------------------------------------------

void*
plan_alloc(Plan* p, size_t bytes)
{
  const uintptr_t block = (uintptr_t)ton_arena_alloc(&p->arena, bytes + 48);
  return block ? (void*)((block + 63) & ~(uintptr_t)63) : NULL;
}

TonStatus
plan_delay(Plan* p, DelayLine* line, uint32_t frames, uint32_t longest)
{
  longest = longest > frames ? longest : frames;
  line->frames = frames;
  if (longest) {
    const uint32_t size = delay_line_size(longest);
    line->mask = size - 1;
    line->ring = plan_alloc(p, size * sizeof(float));
  }
  return longest && !line->ring ? TON_NO_MEMORY : TON_OK;
}

/// Buffers of a period that all strips and sums need
static size_t
count_buffers(const Plan* p)
{
  size_t n = 0;
  for (uint32_t i = 0; i < p->graph->n_strips; ++i) {
    const StripPlan* const s = &p->strips[i];
    n += (size_t)s->channels * (p->n_buffers + (s->stream != NULL));
  }
  return n + (size_t)2 * p->n_buffers * p->n_sums;
}

/// Bytes that the buffers of a plan take before periods become shorter
static const size_t BUFFER_BYTES = (size_t)8 << 20;

TonStatus
plan_buffers(Plan* p)
{
  const size_t n = count_buffers(p);
  while (p->period > MIN_PERIOD &&
         n * p->period * sizeof(float) > BUFFER_BYTES) {
    p->period /= 2;
  }
  p->block = p->block < p->period ? p->block : p->period;
  p->buffers = ton_alloc(n * p->period * sizeof(float));
  if (!p->buffers) {
    return TON_NO_MEMORY;
  }
  float* next = p->buffers;
  for (uint32_t i = 0; i < p->graph->n_strips; ++i) {
    StripPlan* const s = &p->strips[i];
    for (uint32_t c = 0; c < s->channels; ++c) {
      for (uint32_t k = 0; k < p->n_buffers; ++k, next += p->period) {
        s->out[k][c] = next;
      }
      if (s->stream) {
        s->in[c] = next;
        next += p->period;
      }
    }
  }
  for (uint32_t i = 0; i < 2 * p->n_sums * p->n_buffers; ++i) {
    const uint32_t k = i % (2 * p->n_buffers);
    p->sums[i / (2 * p->n_buffers)].out[k / 2][k % 2] = next;
    next += p->period;
  }
  return TON_OK;
}

TonStatus
plan_meter_points(Plan* p, uint64_t from, uint64_t frames)
{
  p->from = from;
  p->n_points = (uint32_t)(frames / p->point_frames + 1);
  for (uint32_t b = 0; b < p->n_banks; ++b) {
    for (uint32_t i = 0; i < p->banks[b].n_stages; ++i) {
      const Stage* const stage = &p->banks[b].stages[i];
      const size_t n = (size_t)stage->type->n_meters * p->n_points;
      for (uint32_t k = 0; n && k < stage->n_slots; ++k) {
        stage->slots[k].points = plan_alloc(p, n * sizeof(float));
        if (!stage->slots[k].points) {
          return TON_NO_MEMORY;
        }
      }
    }
  }
  return TON_OK;
}

// Steps ----------------------------------------------------------------------

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
    s->channels = g->has_source ? g->source.channels : 2;
    for (uint32_t k = 0; k < g->n_inserts; ++k) {
      if (g->inserts[k].type->flags & (TON_PAIR | TON_ALONE)) {
        s->channels = 2;
      }
    }
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
