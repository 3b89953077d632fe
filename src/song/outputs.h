// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Where a result may be written: its name says the format, and no file that a
   song is made of is lost.  All functions [main].
*/
#ifndef TON_SONG_OUTPUTS_H
#define TON_SONG_OUTPUTS_H

#include "delivery/format.h"

#include <tonmeister/song.h>

/**
   TON_BAD_USE if no audio can be written as `out`, because of the ending of its
   name or because a song whose folder it lies in would lose a file, see
   song_apart().

   @param wav WAV is all that is written
   @param format What the ending promises; may be null
*/
TonStatus output_expect(const char* out, bool wav,
                        const DeliveryFormat** format, TonError* error);

/// TON_BAD_USE if writing `out` would destroy what the song is made of: its
/// texts, the records of its decisions, and the recordings, references, cover
/// and other files that its texts name.  Sources below `out/` do not count: the
/// program writes them itself.
TonStatus song_apart(const TonSong* song, const char* out, TonError* error);

#endif
