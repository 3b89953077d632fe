// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The files of a mix, open and ready to be read.  All functions [main].
#ifndef TON_RENDER_OPEN_STEMS_H
#define TON_RENDER_OPEN_STEMS_H

#include "render/render.h"

typedef struct {
  PreparedStem* ready;
  TonAudio** audio;
  TonSource* sources;
  uint32_t n;
  uint64_t frames; ///< Until the last stem that is heard ends
} OpenStems;

/// Decode what has to be, and open all.  Freed by close_stems(), also after an
/// error.
TonStatus open_stems(OpenStems* stems, const TonMix* mix, const char* cache,
                     const TonJob* job, TonError* error);

void close_stems(OpenStems* stems);

#endif
