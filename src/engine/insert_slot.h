// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_ENGINE_INSERT_SLOT_H
#define TON_ENGINE_INSERT_SLOT_H

#include "engine/automation_curve.h"
#include "engine/delay_line.h"
#include "engine/graph.h"

#include <tonmeister/processor.h>

/**
   @file
   One insert of one strip while it runs: its moving parameters, its bypass,
   its side-chain and its meters.
*/

/// A parameter that a curve or a change while playing moves
typedef struct {
  AutomationCurve curve; ///< No points: only changes move it
  uint32_t param;
  bool stepped; ///< Switches and choices jump
  bool log;     ///< Smoothed in octaves
  float rest;   ///< Value without a curve
  float live;   ///< Set while playing; not a number: not set
  Smoother smoother;
} MovingParam;

/// The sound around an insert, for bypass: every turn is a crossfade
typedef struct {
  bool through;      ///< `wet` rises; else it falls
  bool next_through; ///< `through` from song frame `next` on
  int64_t next;      ///< TIME_NEVER: no turn is due
  uint32_t wet;      ///< 0: all around the insert, BYPASS_FRAMES: all through
  uint32_t latency;  ///< Of the insert, and of the delayed sound around it
  DelayLine dry[2];
} Bypass;

/// Frames of the crossfade between the sound around an insert and its own
enum { BYPASS_FRAMES = 1024 };

typedef struct {
  uint32_t strip;
  uint32_t insert;
  uint32_t lane;     ///< First lane in its bank
  uint32_t channels; ///< Of its strip
  uint32_t latency;  ///< Frames from the song to its input
  uint32_t rate;
  const TonProcessor* type; ///< The variant that runs
  void* state;              ///< Shared with the other slots of its stage
  float* params;
  MovingParam* moving;
  uint32_t n_moving;
  uint32_t max_moving;
  int64_t next;       ///< Song frame of the next update, TIME_NEVER: none
  int64_t switched;   ///< Song frame at which the last switch has arrived
  uint32_t sidechain; ///< Strip, or UINT32_MAX
  DelayLine sidechain_delay[2];
  Bypass bypass;
  float* points;         ///< [meter][point], largest magnitude per 0.1 s
  _Atomic float* meters; ///< [meter], of the last block
} InsertSlot;

/// Set the parameters as they are at a song frame.  [main]
void insert_slot_start(InsertSlot* slot, int64_t frame);

/// Begin the piece at `frame` if one is due: send every parameter to its end.
/// [audio]
void insert_slot_move(InsertSlot* slot, int64_t frame);

/// The song goes on at another frame.  [audio]
void insert_slot_jump(InsertSlot* slot, int64_t frame);

/// Set a parameter from the next grid line on; not a number gives it back to
/// the graph.  [audio]
void insert_slot_set(InsertSlot* slot, uint32_t param, float value,
                     int64_t frame);

/// Go around the insert, or through it, from the next grid line on.  [audio]
void insert_slot_bypass(InsertSlot* slot, bool bypass, int64_t frame);

/// Let an insert go for good: the sound around it is no longer delayed.
/// [audio]
void insert_slot_leave(InsertSlot* slot, int64_t frame);

/// Whether the sound around the insert has to be kept for the next block
static inline bool
insert_slot_needs_dry(const InsertSlot* slot)
{
  const Bypass* const b = &slot->bypass;
  return b->dry[0].ring || b->wet < BYPASS_FRAMES || !b->through;
}

/// Blend what an insert made of a block, in the lanes of `x`, with the planes
/// `dry` that went in; `dry` is changed.  [audio]
void insert_slot_blend(InsertSlot* slot, float* const* dry, float* x,
                       uint32_t lanes, uint32_t frames);

/// Go on where an older slot of the same instance is; what the graph says now
/// is reached with the usual ramps.  [audio]
void insert_slot_take_over(InsertSlot* slot, const InsertSlot* old,
                           int64_t frame);

/// A new insert fades in over the sound around it.  [audio]
void insert_slot_arrive(InsertSlot* slot, int64_t frame);

/// A parameter that is at rest, ready to be moved
MovingParam insert_slot_param(const TonProcessor* type, uint32_t param,
                              float rest);

#endif
