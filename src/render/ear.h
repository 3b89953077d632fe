// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The ear: which of the taps of a song that plays is heard, and how.  It is for
   listening only and stands in no text.

   One thread asks, another one listens.  At rest on one source, not dimmed and in
   stereo, every sample keeps its bits.
*/
#ifndef TON_RENDER_EAR_H
#define TON_RENDER_EAR_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

typedef enum {
  EAR_MIX,
  EAR_MASTER, ///< The chain of master.yaml behind the mix
  EAR_SOURCES,
} EarSource;

enum { EAR_FADE = 256 }; ///< Frames of any change

typedef struct {
  EarSource source;
  bool dim;  ///< 20 dB down
  bool mono; ///< Middle of left and right, on both sides
  bool side; ///< Half of left minus right, on both sides; `mono` wins
} EarChoice;

/// Zero-initialise: the mix, as it is
typedef struct {
  atomic_uint wanted; ///< An EarChoice in four bits
  // only for the thread that listens
  unsigned now;
  unsigned next;  ///< What is faded to
  uint32_t faded; ///< Frames of the fade that are over
} Ear;

/// [any]
void ear_choose(Ear* ear, const EarChoice* choice);

/// `taps` are left and right of each source; `out` is interleaved.  [audio]
void ear_hear(Ear* ear, float* const* taps, float* out, uint32_t frames);

#endif
