// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Stems and versions of a song with the gains of its master, as files of a release.
   All functions [main].
*/
#ifndef TON_SONG_MASTERED_STEMS_H
#define TON_SONG_MASTERED_STEMS_H

#include "song/song.h"
#include "song/stem_mix.h"

typedef struct {
  TonMix* mix;
  TonMaster* master;
  StemMix stems;
} MasteredStems;

/// Find what is to be rendered: `stems.outputs`.  TON_BAD_USE where mix or master
/// were made elsewhere.  Freed with mastered_stems_close(), also after an error.
TonStatus mastered_stems_open(const TonSong* song, const TonRelease* release,
                              MasteredStems* m, TonError* error);

void mastered_stems_close(MasteredStems* m);

/**
   Render all, open each file again and judge it.

   @param frames Of the master
   @param files With name and path, one for each output
   @param writers Of the finished files, to be given their names or abandoned by
          the caller, also after an error
   @param null_db What is left of the master before its limiter without its stems,
          dB re that
*/
TonStatus mastered_stems_write(const TonSong* song, const TonRelease* release,
                               MasteredStems* m, uint64_t frames,
                               TonDelivered* files, TonAudioWriter** writers,
                               double* null_db, const TonJob* job,
                               TonError* error);

#endif
