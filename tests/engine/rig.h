// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_TESTS_ENGINE_RIG_H
#define TON_TESTS_ENGINE_RIG_H

/// @file Stems in memory and takes of what an engine renders.

#include <tonmeister/engine.h>

/// A stem in memory
typedef struct {
  const float* const* planar;
  uint64_t at;
  TonSource source;
} RigStem;

/// A rendered stereo signal in memory
typedef struct {
  float* planar[2];
  uint64_t frames;
  uint64_t capacity;
} RigTake;

/// Source over planar samples, which stay the caller's
const TonSource* rig_stem(RigStem* stem, const float* const* planar,
                          uint32_t channels, uint64_t frames);

/// Sink that keeps everything; rig_take_free() when done
TonSink rig_take(RigTake* take);

/// Append to a take; the sink's function
bool rig_take_push(void* take, const float* const* in, uint32_t frames);

void rig_take_free(RigTake* take);

/// Random samples of 24 bits' grid in [-0.5, 0.5)
void rig_noise(float* x, uint64_t frames, uint64_t seed);

/// Compile and run to the end; fails the test on error
void rig_render(const TonGraph* graph, TonRun run);

/// FNV-1a over both channels
uint64_t rig_hash(const RigTake* take);

/// An all-pass by a fixed number of frames that reports its latency:
/// parameter 0 in frames
extern const TonProcessor rig_latency;

/// Gives NaN from frame 1000 on
extern const TonProcessor rig_broken;

#endif
