// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   A sink that lets a part of a sound pass, faded in and out by the law of a fader's
   automation from and to silence.
*/
#ifndef TON_RENDER_FADE_H
#define TON_RENDER_FADE_H

#include <tonmeister/engine.h>
#include <tonmeister/session.h>

enum { FADE_CHUNK = 512 };

typedef struct {
  TonFade in;
  TonFade out;
  uint32_t rate;   ///< Hz
  uint64_t skip;   ///< Frames in front that do not pass
  uint64_t frames; ///< That pass; the fade-out ends there
  TonSink next;    ///< Takes two channels
  uint64_t at;     ///< Frames that have passed
  float faded[2][FADE_CHUNK];
} Fade;

/// Outside of the fades every sample keeps its bits.
TonSink fade_sink(Fade* fade);

#endif
