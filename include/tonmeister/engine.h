// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TONMEISTER_ENGINE_H
#define TONMEISTER_ENGINE_H

#include <tonmeister/api.h>
#include <tonmeister/automation.h>
#include <tonmeister/processor.h>
#include <tonmeister/status.h>

#include <stdbool.h>
#include <stdint.h>

/**
   @file
   A graph of strips, compiled to a flat list of tasks and run as a stream.

   A strip is a source or a bus with a chain of processors, a fader and a pan:

     source or sum -> input gain -> chain -+-> fader -> pan -+-> edges, taps
                                           +-- pre edges, side-chains

   The result depends on the graph and the sources alone: not on the block, the
   number of threads, or how channels were packed into lanes.
*/

TON_API_BEGIN

/// Where a strip's sound comes from
typedef struct {
  void* handle;
  /// Next `frames` frames, planar, 1.0 = full scale; silence after the end.
  /// False: unreadable; the render fails.  One thread at a time, in order.
  bool (*pull)(void* handle, float* const* out, uint32_t frames);
  /// Next pull starts at `frame`.  Null: it can only start at 0.
  bool (*seek)(void* handle, uint64_t frame);
  uint32_t channels; ///< 1 or 2
  uint64_t frames;   ///< Length
} TonSource;

/// Where a rendered stereo signal goes: planar, in order, one thread at a
/// time.  False stops the render.
typedef struct {
  void* handle;
  bool (*push)(void* handle, const float* const* in, uint32_t frames);
} TonSink;

typedef enum {
  TON_LAW_CONSTANT_POWER, ///< -3 dB at the centre
  TON_LAW_COMPROMISE,     ///< -4.5 dB
  TON_LAW_LINEAR,         ///< -6 dB
  TON_LAW_BALANCE,        ///< 0 dB: only the far side is lowered
} TonLaw;

/// What stands behind a chain
typedef struct {
  float db;        ///< -INFINITY is silence
  float pan;       ///< -100 to 100; of a stereo strip: balance
  float pan_right; ///< With `dual`: pan places the left channel, this the right
  bool dual;
  bool mute;
  TonLaw law;
} TonFader;

/// What automation moves
typedef enum {
  TON_AUTO_FADER, ///< dB
  TON_AUTO_PAN,   ///< -100 to 100
  TON_AUTO_MUTE,  ///< 0 or 1
  TON_AUTO_EDGE,  ///< Level of edge number `item` of the strip, dB
  TON_AUTO_PARAM, ///< Parameter `param` of insert number `item`
} TonAutoKind;

/// What a change while playing moves
typedef enum {
  TON_CHANGE_FADER = TON_AUTO_FADER,
  TON_CHANGE_PAN = TON_AUTO_PAN,
  TON_CHANGE_MUTE = TON_AUTO_MUTE,
  TON_CHANGE_EDGE = TON_AUTO_EDGE,
  TON_CHANGE_PARAM = TON_AUTO_PARAM,
  TON_CHANGE_BYPASS, ///< Insert number `item`: 1 goes around it, 0 through it
  TON_CHANGE_SONG,   ///< The song goes on at frame `song`: a seek or a loop
} TonChangeKind;

/// A control set while playing.  It overrides the graph and its automation
/// from its frame on; a value that is not a number gives the control back.
typedef struct {
  uint64_t frame; ///< Where it took effect, in frames since the engine began
  uint64_t song;  ///< Song frame heard there; of TON_CHANGE_SONG: where to
  TonChangeKind kind;
  uint32_t strip;
  uint32_t item;
  uint32_t param;
  float value; ///< Units as of TonAutoKind
} TonChange;

typedef struct TonGraph TonGraph;

/// An empty graph at a rate in Hz.  Freed by caller with ton_graph_free().
/// Null when memory is refused.  All graph functions [main].
TonGraph* ton_graph_new(uint32_t rate);

void ton_graph_free(TonGraph* graph);

/// Add a strip; `source` is copied, null makes a bus.  `gain` multiplies the
/// source or the sum (trim and polarity).  Returns its number, or UINT32_MAX.
uint32_t ton_graph_strip(TonGraph* graph, const char* name,
                         const TonSource* source, float gain,
                         const TonFader* fader);

/// Append a processor; `params` (n_params floats) is copied.  `sidechain` is
/// a strip number or UINT32_MAX.  Returns its number in the chain, or
/// UINT32_MAX.  One whose values change nothing is left out of a render; in a
/// live engine it runs, since its values can be changed.
uint32_t ton_graph_insert(TonGraph* graph, uint32_t strip,
                          const TonProcessor* type, const float* params,
                          uint32_t sidechain);

/// Begin with the sound going around an insert: TON_CHANGE_BYPASS turns it on.
void ton_graph_bypass(TonGraph* graph, uint32_t strip, uint32_t insert);

/// Name the content of resource number `resource` of an insert; `hash` is
/// copied.
TonStatus ton_graph_resource(TonGraph* graph, uint32_t strip, uint32_t insert,
                             uint32_t resource, const char* hash);

/// What reads the resources: its `handle`, `load` and `unload` are kept, its
/// hashes are not read.  Used while an engine is made or changes its graph;
/// without it no processor is given a resource.
void ton_graph_loader(TonGraph* graph, const TonResources* loader);

/// Feed a strip into a bus at a level, before or after the fader.  Contributions
/// are summed in double, in the order of the strips, then of these calls.
/// Returns its number among the strip's edges, or UINT32_MAX.
uint32_t ton_graph_edge(TonGraph* graph, uint32_t from, uint32_t to, float db,
                        bool pre);

/// Move something along breakpoints (copied, in time order).
TonStatus ton_graph_automate(TonGraph* graph, uint32_t strip, TonAutoKind kind,
                             uint32_t item, uint32_t param,
                             const TonPoint* points, uint32_t n_points);

/// Deliver a strip's sound behind its fader, latency-aligned, times `gain`.
TonStatus ton_graph_tap(TonGraph* graph, uint32_t strip, float gain,
                        const TonSink* sink);

/// The changes that lead from one graph to another while it plays, where changes
/// are enough: the same strips, chains, ways and curves, with other levels, pans,
/// mutes, bypasses and values of parameters that may move.  A control that a curve
/// moves is left to it.  False, and `*n` is 0: it takes ton_engine_change_graph(),
/// or there are more than `max`.  [any]
bool ton_graph_diff(const TonGraph* from, const TonGraph* to,
                    TonChange* changes, uint32_t max, uint32_t* n);

/// As TonRun.preroll: so much that the rest differs from a render of the whole
/// song by -140 dBFS at most
static const uint64_t TON_PREROLL_ENOUGH = UINT64_MAX;

/// How to run
typedef struct {
  uint32_t block;   ///< Frames per call of a processor, 1 to 4096; 0: 512
  uint32_t threads; ///< 0: all cores
  uint64_t from;    ///< First frame delivered; sources must be able to seek
  uint64_t preroll; ///< Frames run and thrown away before it, at most `from`
  uint64_t frames;  ///< Frames to deliver; 0: to the end with tails
  const TonChange* changes; ///< Applied while running, in order of time; copied
  uint32_t n_changes;
  bool live;      ///< For ton_engine_block(): `frames` counts for nothing
  uint32_t ahead; ///< Live: frames that sources are read ahead; 0: 8192
  bool one_strip; ///< For the bench: no packing of strips into lanes
  /// Called about every 50 ms with 0 to 1; false stops.  May be null.
  bool (*progress)(void* handle, double part);
  void* handle;
} TonRun;

typedef struct TonEngine TonEngine;

/// Compile.  The graph may be freed afterwards.  A loop, a processor without
/// a variant, a rate below 4 or above 768 kHz, a source of more than two
/// channels, or refused memory is an error.
TonStatus ton_engine_new(const TonGraph* graph, const TonRun* run,
                         TonEngine** engine, TonError* error);

void ton_engine_free(TonEngine* engine);

/// Run to the end and return when all sinks have all frames.
TonStatus ton_engine_render(TonEngine* engine, TonError* error);

/**
   Playing live: an engine made with TonRun.live.

   Three threads at most, each its own functions.  [audio] asks for blocks.
   [reader] reads the sources ahead; it must come round more often than
   TonRun.ahead lasts.  [control] changes things and looks; it may be the
   reader too.  The bytes are those of a render: what a block lacks because the
   reader is late is not left out, it comes with the next block.
*/

/// The next `frames` of every tap, in the order of the taps: two planes each,
/// left and right.  Returns how many there are; fewer where the sources have
/// not been read yet, the rest of the planes is silence.  [audio]
uint32_t ton_engine_block(TonEngine* engine, float* const* out,
                          uint32_t frames);

/// Read the sources ahead as far as there is room.  [reader]
TonStatus ton_engine_read_ahead(TonEngine* engine, TonError* error);

/// Change something from the next block on; `frame` and `song` are not read.
/// It begins on the next line of the grid of 16 song frames and takes the usual
/// ramp.  TON_BAD_USE: there is no such thing, or the value is out of range;
/// TON_UNSUPPORTED: it is fixed while playing; TON_NO_MEMORY: too many changes
/// at once, ask again.  [control]
TonStatus ton_engine_change(TonEngine* engine, const TonChange* change);

/// Go on at a song frame, TonRun.ahead frames from now.  Sources fade over 64
/// frames; processors are located anew but not reset, so what sounded before
/// rings on, and after the longest tail all is as in a render of the whole.
/// False: too many requests at once, ask again.  [control]
bool ton_engine_seek(TonEngine* engine, uint64_t frame);

/// Go to `from` whenever the song has reached `to` or lies behind it; equal: no
/// loop.  False: shorter than about 1,024 frames, or too many requests at once.
/// [control]
bool ton_engine_loop(TonEngine* engine, uint64_t from, uint64_t to);

/// Go over to a changed graph of the same rate and taps, which may be freed
/// afterwards; its sources must live on while the old ones do.  It is planned
/// here.  Strips of the same name go on: inserts of the same processor with the
/// same fixed values keep their instance, gains and parameters reach what the
/// graph says with the usual ramps, delays go over to their new length.  What is
/// gone fades out before (0.13 s for edges, 0.02 s for inserts), what is new
/// fades in after.  Changes made while playing end with it: the new graph says
/// what holds.  TON_BAD_USE: the previous change is still
/// being taken over.  [control]
TonStatus ton_engine_change_graph(TonEngine* engine, const TonGraph* graph,
                                  TonError* error);

/// Whether the newest graph is the one that is heard; until then the sources of
/// the graph before are still read.  [control]
bool ton_engine_graph_arrived(TonEngine* engine);

/// Song frame that the next block begins with.  [control]
int64_t ton_engine_position(const TonEngine* engine);

/// Changes that took effect since the last call, with their frames; seeks and
/// loops among them.  As TonRun.changes of a render with the same range they
/// give the same bytes.  `lost` counts those that were dropped (8,192 wait
/// at most).  [control]
uint32_t ton_engine_applied(TonEngine* engine, TonChange* changes, uint32_t max,
                            uint32_t* lost);

/// Largest sample of a strip behind its chain, before fader and pan, since the
/// last call; channel 0 or 1.  [control]
float ton_engine_peak(TonEngine* engine, uint32_t strip, uint32_t channel);

/// Levels of a strip behind fader and pan, left and right, 1.0 = full scale
typedef struct {
  float peak[2];
  float rms[2];
} TonLevel;

/// Levels since the last call of this function or of ton_engine_peak(), with the
/// fader where it stands now.  [control]
void ton_engine_level(TonEngine* engine, uint32_t strip, TonLevel* level);

/// Frames since the engine began, as TonChange.frame counts them, of the next
/// block.  [any]
uint64_t ton_engine_clock(const TonEngine* engine);

/// A processor's meter over the last block; not a number: there is none.
/// [control]
float ton_engine_meter_now(const TonEngine* engine, uint32_t strip,
                           uint32_t insert, uint32_t meter);

/// A processor's meter over the render, one value of largest magnitude per
/// 0.1 s.  Owned by `engine`.  Null if it has none.
const float* ton_engine_meter(const TonEngine* engine, uint32_t strip,
                              uint32_t insert, uint32_t meter,
                              uint32_t* n_points);

/// First strip whose chain produced something that is not a number, or
/// UINT32_MAX; `frame` says where.  Such samples were replaced by silence.
uint32_t ton_engine_fault(const TonEngine* engine, uint64_t* frame);

TON_API_END

#endif
