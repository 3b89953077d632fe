// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   What a stage of a song was made of, noted in its cache: `.tonmeister/made`.
*/
#ifndef TON_SONG_MADE_H
#define TON_SONG_MADE_H

#include <tonmeister/song.h>

enum { MADE_HASH = 33 };

/// Hash of the files that a stage is made of, as they are now: to be taken before
/// the work, since a file may be replaced during it.
TonStatus made_files(const TonSong* song, TonSongStage stage,
                     char hash[MADE_HASH], TonError* error);

/// Note that a stage is made of files of that hash.  The text counts as it is in
/// memory, without comments and layout: it is to be saved.
TonStatus made_note(const TonSong* song, TonSongStage stage,
                    const char files[MADE_HASH], TonError* error);

/// Forget what a stage was made of.
TonStatus made_forget(const TonSong* song, TonSongStage stage, TonError* error);

#endif
