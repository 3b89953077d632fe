// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TONMEISTER_ENGINE_H
#define TONMEISTER_ENGINE_H

#include <tonmeister/processor.h>
#include <tonmeister/session.h>
#include <tonmeister/status.h>

#include <stdbool.h>
#include <stdint.h>

/// Where a strip's sound comes from: planar float, called by one thread at a
/// time, frames in order.  Returns false when the source failed.
typedef bool (*TonPull)(void* handle, float* const* out, uint32_t frames);

/// Something that flows: a graph compiled to a flat list, and its sound
typedef struct TonEngine TonEngine;

typedef struct {
  uint32_t block;   ///< Frames per call of a processor; 0: 512
  uint32_t threads; ///< 0: all cores
  bool one_lane;    ///< Bench only: one channel at a time, no packing
} TonRun;

#endif
