// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_ENGINE_ENGINE_H
#define TON_ENGINE_ENGINE_H

#include "engine/run.h"

/**
   @file
   An engine: a plan with its own copy of the graph, and how it is to be run.
*/

struct TonEngine {
  TonGraph* graph;
  Plan* plan;
  TonRun run;      ///< As asked for; `changes` is the engine's own copy
  uint64_t first;  ///< Clock frame of the first frame delivered
  uint64_t frames; ///< To deliver
  TonChange* changes;
  Timeline timeline; ///< The start, then every jump of `changes`
  struct Live* live; ///< Null: rendered offline
};

/// Frames that a render runs in all
static inline uint64_t
engine_total(const TonEngine* engine)
{
  return engine->first + engine->frames;
}

#endif
