// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_ENGINE_PLAN_H
#define TON_ENGINE_PLAN_H

#include "engine/engine.h"

/**
   @file
   Compiling a graph, in three steps: order and latencies (engine_plan.c),
   strips into lanes (plan_groups.c), sums and the run list (plan_tasks.c).
   All functions [main]; TON_NO_MEMORY is reported once, by engine_plan().
*/

/// Zeroed memory that the engine frees, or null
void* plan_alloc(TonEngine* e, size_t bytes);

/// Room for one stretch of one channel, or null
float* plan_stretch(TonEngine* e);

/// A delay of some frames; none for 0
TonStatus plan_late(TonEngine* e, DelayLine* late, uint32_t frames);

/// The last level: how many strips at most a sound passes one after another
uint32_t plan_top_level(const TonEngine* e);

/// Pack the strips of each level into lanes and open their processors, which
/// then know their latencies.
TonStatus plan_groups(TonEngine* e, TonError* error);

/// Delays of side-chains, meters and blocks, once all latencies are known.
TonStatus plan_group_buffers(TonEngine* e);

/// Make the sums, and the order in which all is run.
TonStatus plan_tasks(TonEngine* e);

#endif
