// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   An album on its way, and the files that come of it.  All functions [main].
*/
#ifndef TON_SONG_ALBUM_FILES_H
#define TON_SONG_ALBUM_FILES_H

#include "song/programme.h"
#include "song/song.h"

#include <tonmeister/album.h>
#include <tonmeister/decision.h>

/// A song on its way
typedef struct {
  TonSong* song;
  TonRelease* release; ///< Or null
  char* master;        ///< Path of its master for the album
  char* cut;           ///< Path of its part of the joined album
  double end_s;        ///< Where its master ends in the album
  uint32_t rate;       ///< Of the master, Hz
  bool tone_fixed;     ///< Its processors on the album are a person's
} AlbumPart;

typedef struct {
  const char* given; ///< Folder as it was named
  const TonJob* job;
  TonError* error;
  TonDoc* doc;          ///< album.yaml
  char* text;           ///< Its path
  char* as_read;        ///< What it held
  char* records_path;   ///< Of the records of its decisions
  TonDecisions records; ///< Of the last run
  TonDecisions now;     ///< Of this one
  TonAlbum* album;
  TonAlbumResult* result;
  AlbumPart* parts;
  bool cd;
  char* joined; ///< Path of all of it behind 2 s of silence, for the CD
  char* cue;    ///< Path of the CUE
  char cue_sum[65];
  char* work;  ///< Folder of what is only needed on the way
  char* cache; ///< Folder of masters at another rate
  char* out;
  char* sums;
  char* interim_sums;
} AlbumWork;

/// The values of the text as it is now.
TonStatus album_text_read_again(AlbumWork* w);

/// Room for the tracks, and the folders.
TonStatus album_files_open(AlbumWork* w);

/// Join the masters with gaps and crossfades, at the rate of the first; each track is
/// cut out from its start to that of the next.
TonStatus album_files_join(AlbumWork* w);

/// Write, measure and judge every deliverable of every track.
TonStatus album_files_deliver(AlbumWork* w);

/// What was only needed on the way goes.
void album_files_close(AlbumWork* w);

#endif
