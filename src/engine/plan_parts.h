// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_ENGINE_PLAN_PARTS_H
#define TON_ENGINE_PLAN_PARTS_H

#include "engine/plan.h"

/**
   @file
   The steps of compiling, in the order in which plan.c calls them.  All
   [main]; TON_NO_MEMORY is reported once, by plan_new().
*/

/// What flows into each strip: strip i has edges[first[i]] to
/// edges[first[i + 1] - 1], in the order of the strips, then of their edges
typedef struct {
  uint32_t* first;
  struct PlanEdge {
    uint32_t from;
    uint32_t edge;
  } * edges;
} PlanEdges;

/// Zeroed memory of the plan, aligned to 64 bytes, or null
void* plan_alloc(Plan* plan, size_t bytes);

/// A delay of some frames; none for 0.  `longest` is how far it may grow.
TonStatus plan_delay(Plan* plan, DelayLine* line, uint32_t frames,
                     uint32_t longest);

/// Edges, order and levels: a loop is an error.
TonStatus plan_order(Plan* plan, PlanEdges* edges, TonError* error);

/// Pack strips into banks, and open the processors of their stages.
TonStatus plan_banks(Plan* plan, const PlanOptions* options, TonError* error);

/// Latencies of strips and inserts, length and tail: needs open processors.
TonStatus plan_times(Plan* plan, const PlanEdges* edges);

/// Make the sums, and the order in which all is run.
TonStatus plan_tasks(Plan* plan, const PlanEdges* edges);

/// Close the processors of all stages.
void plan_close_stages(Plan* plan);

/// Give every strip and sum its buffers.
TonStatus plan_buffers(Plan* plan);

#endif
