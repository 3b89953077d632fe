// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   What a stage of a song was made of, noted in its cache: `.tonmeister/made`.
*/
#ifndef TON_SONG_MADE_H
#define TON_SONG_MADE_H

#include <tonmeister/song.h>

/// Note that a stage is made of what is there now.  The text counts as it is in
/// memory: it is to be saved.
TonStatus made_note(const TonSong* song, TonSongStage stage, TonError* error);

/// Forget what a stage was made of.
TonStatus made_forget(const TonSong* song, TonSongStage stage, TonError* error);

#endif
