// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_ENGINE_RUN_H
#define TON_ENGINE_RUN_H

#include "engine/plan.h"

/**
   @file
   Running the tasks of a plan, the same for a render and for playing live.
   What is marked [audio] allocates nothing, locks nothing, logs nothing.
*/

/// Frames of the clock that a task works on, and the buffer it fills
typedef struct {
  int64_t clock;
  uint32_t frames; ///< At most Plan.period
  uint32_t buffer;
} Period;

/// What one thread needs beside the plan; no task leaves anything in it
typedef struct {
  float* x;         ///< One block, interleaved by lane
  float* sidechain; ///< Same shape
  float* dry;       ///< A plane of a block per lane
  float* planes;    ///< Four planes of a block
  float* meters;
  float* delayed[2]; ///< SUM_FRAMES each
  Accumulator accumulator;
  TonArena arena;
} Workspace;

/// Where a source's sound comes from: read `frames` into source.channels
/// planes.  False: unreadable.
typedef bool (*ReadSource)(void* handle, uint32_t strip, float* const* out,
                           uint32_t frames);

/// What a run needs to know beside its plan
typedef struct {
  Plan* plan;
  ReadSource read;
  void* handle;
} RunContext;

/// [main]
TonStatus workspace_new(const Plan* p, Workspace* ws);

void workspace_free(Workspace* ws);

/// Put everything at rest at the clock's first frame.  [main]
void run_start(Plan* plan);

/// Work on one period.  [audio]
void run_task(const RunContext* run, const PlanTask* task, const Period* period,
              Workspace* ws);

/// Apply one change to whatever it concerns, from a clock frame on.  [audio]
void run_change(Plan* plan, const TonChange* change, int64_t clock);

#endif
