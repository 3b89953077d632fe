// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   What an open song holds, for the other files of this folder.
*/
#ifndef TON_SONG_SONG_H
#define TON_SONG_SONG_H

#include "base/memory.h"

#include <tonmeister/song.h>

/// A text and the records of its decisions
typedef struct {
  const char* path;
  const char* records_path; ///< Null: the text has no records
  TonDoc* doc;              ///< Null: there is no text
  char* as_read;            ///< The text on the disk; null: there is none
  TonDecisions records;
  bool records_changed;
} SongText;

struct TonSong {
  TonArena arena;     ///< Owns the paths
  const char* given;  ///< The folder as the caller named it, for messages
  const char* folder; ///< Absolute
  const char* name;   ///< Last part of the folder
  const char* mix;
  const char* master;
  const char* out;
  const char* stems;         ///< Folder out/stems
  const char* release;       ///< Folder out/release
  const char* cache;         ///< Folder of decoded stems
  const char* notes;         ///< Folder .tonmeister
  const char* made;          ///< What the stages were made of
  const char* written_stems; ///< What the program wrote into out/stems
  const char* sums;          ///< SHA256SUMS of the release
  const char* interim_sums;  ///< Same while its files change
  SongText texts[TON_SONG_TEXTS];
};

/// A song without texts, for an audio file alone, in the folder the program
/// was started in.
TonStatus song_of_file(TonSong** song, TonError* error);

/// Path of a file of the song, owned by it; null when memory is refused.
const char* song_path_of(TonSong* song, const char* file);

/// A rate that is not written is that of the first stem.
TonStatus song_find_rate(TonMix* mix, TonError* error);

/// The last limiter of a master that works, or null.
TonInsert* song_limiter(const TonMaster* master);

/// The text as values; stems and references must be there.  Freed by caller.
TonStatus song_read_mix(const TonSong* song, TonMix** mix, TonError* error);
TonStatus song_read_master(const TonSong* song, TonMaster** master,
                           TonError* error);
TonStatus song_read_release(const TonSong* song, TonRelease** release,
                            TonError* error);

/// Loudness that the master is to reach: that of the references which it had to fall
/// short of, else that of its text; LUFS, NaN: none.  The records of the text are up
/// to date with it.
double song_master_goal(const TonSong* song, const TonMaster* master);

/// Whether the tables that a report is made with can be read: asked before a
/// release takes the last one away.
TonStatus song_report_check(TonError* error);

/// Begin a text that is not there.
TonStatus song_begin_text(TonSong* song, TonSongText text, const char* content,
                          TonError* error);

#endif
