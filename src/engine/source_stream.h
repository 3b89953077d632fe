// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_ENGINE_SOURCE_STREAM_H
#define TON_ENGINE_SOURCE_STREAM_H

#include "engine/timeline.h"

#include <tonmeister/engine.h>

/**
   @file
   A source read along the engine's clock: it follows the song through its
   jumps, and fades over each of them.
*/

/// Frames of fade at a jump
enum { JUMP_FADE = 64 };

typedef struct {
  TonSource source;
  int64_t clock;           ///< Next frame to be read
  uint32_t fade;           ///< Frames of the fade still to come
  float old[2][JUMP_FADE]; ///< What would have followed without the jump
} SourceStream;

/// Read the next `frames` into source.channels planes.  False: unreadable.
bool source_stream_read(SourceStream* stream, const Timeline* timeline,
                        float* const* out, uint32_t frames);

#endif
