// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_ENGINE_BUS_INPUT_H
#define TON_ENGINE_BUS_INPUT_H

#include "dsp/kernels/kernels.h"
#include "engine/automation_curve.h"
#include "engine/delay_line.h"
#include "engine/graph.h"

/**
   @file
   One strip's contribution to a sum: fader, pan, mute and the level of an
   edge, at rest or moving.
*/

/// A sum works on SUM_FRAMES at a time, so that its doubles stay in the first
/// cache however many inputs it has
enum { SUM_FRAMES = 512 };

/// The inputs at rest, added to one channel of a sum together and in order
typedef struct {
  const float** x;
  double* gain;
  uint32_t n;
} PendingInputs;

/// Where a sum is worked out
typedef struct {
  double* sum[2]; ///< SUM_FRAMES each
  double* gains;  ///< SUM_FRAMES gains of a moving input
  PendingInputs pending[2];
  const TonKernels* kernels;
} Accumulator;

/// The four controls of an input
enum { FADER, PAN, MUTE, LEVEL, N_CONTROLS };

/// out[c] = sum over channels of gain[c][channel] in[channel]
typedef struct {
  const GraphStrip* strip;
  const GraphEdge* edge; ///< Null for a tap
  uint32_t strip_index;
  uint32_t edge_index; ///< UINT32_MAX for a tap
  uint32_t latency;    ///< Frames from the song to its sum
  uint32_t channels;   ///< Of the strip
  uint32_t rate;
  DelayLine delay[2];
  const GraphAuto* curves[N_CONTROLS]; ///< Null where at rest
  float live[N_CONTROLS]; ///< Set while playing; not a number: not set
  bool settled;           ///< `from` holds for the whole piece
  int64_t piece_from;     ///< Song frames of the present piece
  int64_t piece_to;
  double from[2][2];
  double to[2][2];
  Smoother smoother[2][2];
} BusInput;

/// A new input of a sum: fader, pan, mute and level as the strip's curves say
BusInput bus_input(const GraphStrip* strip, uint32_t strip_index,
                   uint32_t edge_index, uint32_t channels, uint32_t rate);

/// Put an input at rest at a song frame.  [main]
void bus_input_start(BusInput* in, int64_t frame);

/// The song goes on at another frame.  [audio]
void bus_input_jump(BusInput* in, int64_t frame);

/// Set a control from the next grid line on; not a number gives it back to the
/// graph.  [audio]
void bus_input_set(BusInput* in, uint32_t which, float value, int64_t frame);

/// Go on where an older input is, towards what the graph says now.  [audio]
void bus_input_take_over(BusInput* in, const BusInput* old, int64_t frame);

/// A new input fades in.  [audio]
void bus_input_arrive(BusInput* in, int64_t frame);

/// Add an input's sound, at most SUM_FRAMES.  One whose gains stand still is
/// only noted and added together with others: `x` must stay as it is until
/// accumulator_flush().  [audio]
void bus_input_add(BusInput* in, Accumulator* acc, const float* const* x,
                   int64_t frame, uint32_t frames);

/// Add what is pending.  [audio]
void accumulator_flush(Accumulator* acc, uint32_t frames);

#endif
