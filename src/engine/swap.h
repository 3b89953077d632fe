// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_ENGINE_SWAP_H
#define TON_ENGINE_SWAP_H

#include "engine/read_ahead.h"
#include "engine/run.h"

/**
   @file
   Changing from one plan to another while playing.

   What both have in common goes on: instances of processors, gains and
   moving parameters, the content of delays.  What is gone
   fades out before, what is new fades in after.
*/

typedef struct {
  Stage* from;
  Stage* to;
} StagePair;

typedef struct {
  InsertSlot* from; ///< Null: the insert is new
  InsertSlot* to;
} SlotPair;

typedef struct {
  BusInput* from; ///< Null: the input is new
  BusInput* to;
} InputPair;

typedef struct {
  TonGraph* old_graph;
  Plan* old_plan;
  SourceRing* old_rings;
  Workspace old_workspace;
  Plan* plan;
  SourceRing* rings;
  Workspace workspace;
  uint32_t* strips; ///< Per new strip: the old one, or UINT32_MAX
  StagePair* stages;
  uint32_t n_stages;
  SlotPair* slots;
  uint32_t n_slots;
  InputPair* inputs;
  uint32_t n_inputs;
  InsertSlot** leaving_slots;
  uint32_t n_leaving_slots;
  BusInput** leaving_inputs;
  uint32_t n_leaving_inputs;
  int64_t join; ///< Clock frame from which the new plan runs
  bool leaving; ///< The fades of what is gone have begun
  TonArena arena;
} Swap;

/// Per strip of `to`, the strip of `from` with the same name, or UINT32_MAX.
/// `same` has an entry per strip of `to`.  [main]
TonStatus swap_match_strips(const TonGraph* from, const TonGraph* to,
                            uint32_t* same);

/// Find out what two plans have in common; `swap->strips` is set.  [main]
TonStatus swap_match(Swap* swap);

/// Free a swap with the old plan and its rings but for those that `keep`
/// shares.  `arrived`: the old plan is no longer played.  [main]
void swap_free(Swap* swap, const SourceRing* keep, uint32_t n_keep,
               bool arrived);

/// Frames that what is gone needs to fade out
uint32_t swap_leave_frames(const Swap* swap);

/// Begin to fade out what is gone, from a clock frame on.  [audio]
void swap_leave(const Swap* swap, int64_t clock);

/// Let the new plan go on where the old one is.  [audio]
void swap_take_over(const Swap* swap, int64_t clock);

#endif
