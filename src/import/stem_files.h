// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The recordings in a song's folder: how they get there, and how they are
   replaced when one was exported again.
*/
#ifndef TON_IMPORT_STEM_FILES_H
#define TON_IMPORT_STEM_FILES_H

#include "import/stem_names.h"

#include <tonmeister/song.h>

/**
   Bring recordings into a song's folder, or bring them up to date.

   What each file of stems/ was made of is noted by the hash of its content, in
   `.tonmeister/imported`.  A file that still is what it was made of is replaced
   when its recording has changed; one that somebody has changed in the song's
   folder stays.

   @param folder Of the song, absolute
   @param mix Only what its tracks play is brought in, its files as they are
          written; null: every stem is
   @param states What became of each stem
   @param gone Files of stems/ that tracks play and whose recordings are not among
          `names` are added; null: not asked for.  [main]
*/
TonStatus stem_files_update(const char* folder, const StemNames* names,
                            const TonMix* mix, TonStemState* states,
                            TonStems* gone, TonError* error);

#endif
