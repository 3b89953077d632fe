// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The mix of a song as one larger mix that holds every mastered stem and version:

     strips -> bus of each stem -> copy of the mix bus -> copy of the master's front
     all strips once more, some muted -> the same -> the master's limiter     versions

   The dynamics of all these copies listen to the full mix at their own place in the
   chain, so that each has the gains that the master has.
*/
#ifndef TON_SONG_STEM_MIX_H
#define TON_SONG_STEM_MIX_H

#include "assistants/roles.h"
#include "base/memory.h"

#include <tonmeister/session.h>

/// Something to be heard of it
typedef struct {
  const char* name; ///< "stem Drums", "instrumental"
  uint32_t strip;
  bool version; ///< With the limiter of the master; stems stand before it
} StemMixOutput;

/// Strings and chains are those of the mix and the master, or in the arena.
typedef struct {
  TonArena arena;
  TonMix mix;
  uint32_t front; ///< Strip with the master before its limiter
  StemMixOutput* outputs;
  uint32_t n;
} StemMix;

/// Versions that a song has no tracks for are left out.  Freed with stem_mix_free(),
/// also after an error; `mix` and `master` must stay.  TON_NO_MEMORY at worst.
TonStatus stem_mix_build(const TonMix* mix, const TonMaster* master,
                         const TonRoles* roles, StemMix* stems);

void stem_mix_free(StemMix* stems);

#endif
