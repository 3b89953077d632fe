// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The tone of an album's songs brought nearer to one another, as values in
   album.yaml.  All functions [main].
*/
#ifndef TON_SONG_ALBUM_TONE_H
#define TON_SONG_ALBUM_TONE_H

#include "song/album_files.h"

/// Processors of a track that its user wrote, changed or locked; the assistant's own
/// are worked out again, and none count before that.
TonStatus album_tone_begin(AlbumWork* w);

/// Hold the masters against one another; `master` makes that of a track once more
/// where it gets an equaliser.  The text says so.
TonStatus album_tone(AlbumWork* w,
                     TonStatus (*master)(AlbumWork* w, uint32_t track));

/// The text and its records go to the disk.
TonStatus album_tone_save(AlbumWork* w);

/// How far the tone of each track's first 10 s lies from that of the last 10 s of the
/// track before.
TonStatus album_tone_jumps(AlbumWork* w);

#endif
