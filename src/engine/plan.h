// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_ENGINE_PLAN_H
#define TON_ENGINE_PLAN_H

#include "base/memory.h"
#include "engine/bus_input.h"
#include "engine/insert_slot.h"
#include "engine/source_stream.h"

#include <stdatomic.h>

/**
   @file
   The compiled graph: a flat list of tasks.

     bank   up to 16 channels of strips of one depth: sources or sums in,
            chains run stage by stage in place, planar out
     sum    what flows into a bus or a tap, added in double in the session's
            order

   A task works on one period of frames at a time and hands it on through
   `n_buffers` buffers of a period.
*/

enum {
  MAX_BUFFERS = 3,
  MAX_BLOCK = 4096,
  MAX_PERIOD = 2048,
  MIN_PERIOD = 256,
};

/// A compiled strip
typedef struct {
  const GraphStrip* graph; ///< The plan's own copy
  uint32_t level;
  uint32_t channels;   ///< 1, or 2 for stereo, buses and stereo effects
  uint32_t latency_in; ///< Frames from the song to the chain's input
  uint32_t latency_out;
  bool packed; ///< Has its lanes
  uint32_t bank;
  uint32_t lane;        ///< First lane in its bank
  uint32_t sum;         ///< Task that feeds it, or UINT32_MAX for a source
  SourceStream* stream; ///< Null for a bus
  DelayLine wait[2];    ///< A source, until its side-chains are there
  float* in[2];         ///< A period of a source
  float* out[MAX_BUFFERS][2]; ///< Behind the chain
  uint64_t fault;        ///< Song frame of the first sample that was no number
  _Atomic float peak[2]; ///< Behind the chain, since it was last asked for
  _Atomic float square[2];  ///< Sum of squares, same
  _Atomic uint32_t squared; ///< Frames in it
  _Atomic float gain[2][2]; ///< Of fader and pan: [left, right][channel]
} StripPlan;

/// One processor over the lanes of a bank
typedef struct {
  const TonProcessor* type;
  void* state;
  InsertSlot* slots;
  uint32_t n_slots;
  bool has_sidechain;
  uint32_t next_change; ///< First of Plan.changes that is not yet applied
  _Alignas(64) int32_t on[TON_MAX_LANES];
} Stage;

typedef struct {
  uint32_t lanes; ///< 4, 8 or 16
  uint32_t* strips;
  uint32_t n_strips;
  Stage* stages;
  uint32_t n_stages;
  _Alignas(64) float gain[TON_MAX_LANES];
} Bank;

typedef struct {
  uint32_t strip;   ///< Bus fed, or UINT32_MAX for a tap
  uint32_t latency; ///< Frames from the song to this point
  BusInput* inputs;
  uint32_t n_inputs;
  uint32_t next_change;
  float* out[MAX_BUFFERS][2];
  const GraphTap* tap;
} BusSum;

typedef struct {
  Bank* bank; ///< One of the two
  BusSum* sum;
  uint32_t* inputs; ///< Tasks
  uint32_t n_inputs;
  uint32_t* consumers;
  uint32_t n_consumers;
} PlanTask;

typedef struct Plan {
  const TonGraph* graph;
  const TonKernels* kernels;
  uint32_t block;     ///< Most frames in one call of a processor
  uint32_t period;    ///< Most frames in one run of a task
  uint32_t n_buffers; ///< 1 where a period ends before the next begins
  bool changeable;    ///< Prepared for changes while it runs
  bool one_strip;     ///< No packing of strips into banks
  uint32_t* order;    ///< Strips, each behind all that flow into it
  StripPlan* strips;
  Bank* banks;
  uint32_t n_banks;
  BusSum* sums;
  uint32_t n_sums;
  PlanTask* tasks; ///< In an order that never waits: the flat run list
  uint32_t n_tasks;
  uint32_t latency;     ///< Frames between the sources and the taps
  uint32_t max_latency; ///< Of any strip
  uint64_t length;      ///< Of the song with its tails
  uint64_t settle;      ///< How long what came before matters, at most
  uint32_t max_inputs;  ///< Of a sum
  uint32_t max_meters;  ///< Of a processor

  Timeline timeline;
  uint64_t from;         ///< Song frame of the first meter point
  uint32_t point_frames; ///< Of a meter point
  uint32_t n_points;
  const TonChange* changes; ///< To be applied while running, in order of time
  uint32_t n_changes;
  atomic_int error; ///< TonStatus
  atomic_uint error_strip;

  TonArena arena;
  float* buffers;
} Plan;

/// How a plan will run
typedef struct {
  uint32_t block;
  uint32_t n_buffers;
  bool changeable;
  bool one_strip;
  const struct Plan* like;     ///< Pack as in this plan where possible, or null
  const uint32_t* like_strips; ///< Per strip: the one of `like`, or UINT32_MAX
} PlanOptions;

/// Compile a graph, which has to stay.  On failure `*plan` is null.  [main]
TonStatus plan_new(const TonGraph* graph, const PlanOptions* options,
                   Plan** plan, TonError* error);

/// Null is allowed.  [main]
void plan_free(Plan* plan);

/// Allocate meter points for some frames from song frame `from`.  [main]
TonStatus plan_meter_points(Plan* plan, uint64_t from, uint64_t frames);

#endif
