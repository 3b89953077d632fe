// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_ENGINE_ENGINE_H
#define TON_ENGINE_ENGINE_H

#include "dsp/kernels/kernels.h"
#include "engine/automation_curve.h"
#include "engine/graph.h"

#include <pthread.h>
#include <stdatomic.h>

/**
   The compiled graph.

     group   up to 16 lanes of strips of one depth: sources or sums in, chains
             run step by step in place, planar out
     sum     what flows into a bus or a tap, added in double in the session's
             order

   Both are tasks; a task works on one stretch of frames at a time and hands it
   on through SLOTS stretches of buffer.
*/

/// A sum works on SUM_FRAMES at a time, so that its doubles stay in the first
/// cache however many ways flow into it
enum { SLOTS = 3, MAX_BLOCK = 4096, STRETCH = 2048, SUM_FRAMES = 512 };

/// A sound later by some frames
typedef struct {
  float* ring;
  uint32_t mask;
  uint32_t frames;
  uint32_t at;
} DelayLine;

/// A compiled strip
typedef struct {
  const GraphStrip* graph; ///< The engine's own copy
  uint32_t level;
  uint32_t channels;   ///< Lanes: 1, or 2 for stereo, buses and stereo effects
  uint32_t latency_in; ///< Frames from the song to the chain's input
  uint32_t latency_out;
  uint32_t group;
  uint32_t lane;        ///< First lane in its group
  uint32_t sum;         ///< Task that feeds it, or UINT32_MAX for a source
  uint32_t lead;        ///< Silence still to come before the source begins
  float* in[2];         ///< One stretch of a source
  float* out[SLOTS][2]; ///< Behind the chain
  uint64_t fault;       ///< First frame that was not a number; UINT64_MAX: none
} Strip;

/// Parameter of an insert on its way
typedef struct {
  AutomationCurve lane;
  uint32_t param;
  bool stepped; ///< Switches and choices jump
  bool log;     ///< Smoothed in octaves
  Smoother smoother;
} MovingParam;

/// One insert of one strip, at its step
typedef struct {
  uint32_t strip;
  uint32_t insert;
  uint32_t lane;
  uint32_t latency; ///< Frames from the song to here
  float* params;
  MovingParam* moving;
  uint32_t n_moving;
  int64_t next;  ///< Song frame of the next update, INT64_MAX: none
  int64_t faded; ///< Song frame at which the last switch has arrived
  uint32_t key;  ///< Strip, or UINT32_MAX
  DelayLine key_late[2];
  float* points; ///< [meter][point], largest magnitude per 0.1 s, or null
} InsertSlot;

/// One processor over the lanes of a group
typedef struct {
  const TonProcessor* type;
  void* state;
  InsertSlot* seats;
  uint32_t n_seats;
  bool keyed;
  _Alignas(64) int32_t on[TON_MAX_LANES];
} Step;

typedef struct {
  uint32_t lanes; ///< 4, 8 or 16
  uint32_t* strips;
  uint32_t n_strips;
  Step* steps;
  uint32_t n_steps;
  float* x;      ///< One block, lane-interleaved
  float* key;    ///< Same shape
  float* planar; ///< Key and pair scratch: 2 blocks
  float* meters;
  _Alignas(64) float gain[TON_MAX_LANES];
} Group;

/// One strip's way into a sum: out[c] = sum over channels of m[c][channel] in
typedef struct {
  uint32_t strip;
  uint32_t edge; ///< Of the strip; UINT32_MAX for a tap
  double m[2][2];
  DelayLine late[2];
  AutomationCurve*
      lanes; ///< Fader, pan, mute, level: null pointers where at rest
  const GraphAuto* autos[4];
  bool moves;
  int64_t piece_from; ///< Song frames of the piece under way
  int64_t piece_to;
  double from[2][2];
  double to[2][2];
  Smoother smoother[2][2];
  bool settled;
} BusInput;

/// What waits to be added to one channel of a sum, in order
typedef struct {
  const float** x;
  double* gain;
  uint32_t n;
} PendingInputs;

typedef struct {
  uint32_t strip;   ///< Bus fed, or UINT32_MAX for a tap
  uint32_t latency; ///< Frames from the song to this point
  BusInput* ways;
  uint32_t n_ways;
  PendingInputs inflow[2];
  double* acc;    ///< 2 of SUM_FRAMES
  double* moving; ///< SUM_FRAMES gains
  float* late;    ///< 2 of SUM_FRAMES
  float* out[SLOTS][2];
  const GraphTap* tap;
} Sum;

typedef struct {
  Group* group; ///< One of the two
  Sum* sum;
  uint32_t* inputs;
  uint32_t n_inputs;
  uint32_t* consumers;
  uint32_t n_consumers;
  uint64_t next; ///< Stretch to work on
  bool busy;
} Task;

struct TonEngine {
  TonGraph* graph;
  TonRun run;
  const TonKernels* kernels;
  uint32_t block;
  uint32_t stretch;
  uint32_t latency;
  uint64_t frames;       ///< To deliver
  uint64_t total;        ///< To run: latency, pre-roll and frames
  int64_t start;         ///< Song frame of the first frame run, less nothing
  uint32_t point_frames; ///< Of a meter point
  uint32_t n_points;
  Strip* strips;
  Group* groups;
  uint32_t n_groups;
  Sum* sums;
  uint32_t n_sums;
  Task* tasks; ///< In an order that never waits: the flat run list
  uint32_t n_tasks;
  TonArena arena;
  void** states; ///< Big blocks, freed one by one
  uint32_t n_states;

  pthread_mutex_t lock;
  pthread_cond_t changed; ///< A task may have become ready; waits: idle workers
  pthread_cond_t over;    ///< All done, or stopped; waits: the caller
  uint32_t idle;          ///< Workers that wait
  uint64_t n_stretches;
  bool stop;
  atomic_int trouble; ///< TonStatus
  atomic_uint trouble_strip;
};

/// Compile: engine_plan.c.  [main]
TonStatus engine_plan(TonEngine* engine, TonError* error);

/// Settle all automation at the first frame: engine_run.c.  [main]
void engine_start(TonEngine* engine);

/// Do stretch `k` of a task: engine_run.c.  [audio]
void engine_task(TonEngine* engine, Task* task, uint64_t k);

/// engine_run.c uses this for both kinds of movement; way.c.  [audio]
void bus_input_matrix(const TonEngine* engine, const BusInput* way,
                      int64_t frame, Side side, double m[2][2]);

/// Add a way's sound to `sum->acc`, at most SUM_FRAMES; what is at rest only
/// joins the inflow, and `in` must stay until bus_input_flush().
void bus_input_add(const TonEngine* engine, Sum* sum, BusInput* way,
                   const float* const* in, int64_t song_frame, uint32_t frames);

/// Add what waits in the inflow.
void bus_input_flush(const TonEngine* engine, Sum* sum, uint32_t frames);

/// Put every way at rest at a frame.  [main]
void bus_input_start(const TonEngine* engine, BusInput* way, int64_t frame);

static inline double
smoothing_keep(uint32_t rate, double frames)
{
  return __builtin_exp(-frames / (0.010 * rate));
}

#endif
