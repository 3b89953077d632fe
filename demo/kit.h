// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef DEMO_KIT_H
#define DEMO_KIT_H

/// @file The drum kit and its microphones.

#include "band.h"

/// What the drummer hits.  The tambourine is recorded another day.
typedef enum {
  KICK,
  SNARE,
  HAT,
  HIGH_TOM,
  MID_TOM,
  LOW_TOM,
  CRASH,
  RIDE,
  KIT_SOURCES
} KitSource;

/// The drum kit in its room, each drum by itself, before any microphone
typedef struct {
  Sound source[KIT_SOURCES];
  uint64_t seed;
} Kit;

/// Play the drum patterns; kit_free() in any case
TonStatus kit_play(Kit* kit, Song* song, const char* soundfont, double rate,
                   TonError* error);

void kit_free(Kit* kit);

/**
   What a microphone hears.

   @param take "kick", "snare top", "snare bottom", "hat", "toms", "overheads"
   @param sound Set up here; stereo for toms and overheads
   @return TON_NOT_FOUND for another take
*/
TonStatus kit_record(const Kit* kit, const char* take, Sound* sound,
                     TonError* error);

#endif
