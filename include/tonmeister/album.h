// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   An album is a folder with an album.yaml: songs in their order.  Their masters are
   made for the album, beside those of the songs, which stay as they are.

   All functions [main].  Every function that can fail returns TON_OK or says in
   `error` (which may be null) what is wrong, where, and what helps.
*/
#ifndef TONMEISTER_ALBUM_H
#define TONMEISTER_ALBUM_H

#include <tonmeister/api.h>
#include <tonmeister/song.h>

#include <stdbool.h>
#include <stdint.h>

TON_API_BEGIN

/// A track as it became
typedef struct {
  char* title;
  double mix_lufs;         ///< Integrated loudness of its mix
  double goal_lufs;        ///< Of its master on this album
  TonMeasurement measured; ///< Its part of the album, without curves
  double start_s;          ///< In the album
  double jump_lu; ///< Its first 10 s against the last 10 s of the track before;
                  ///< NaN: the first, or silence
  double
      tone_off_db; ///< How far its own master lies from the mean of the album
                   ///< in tone, five broad bands
  double tone_left_db; ///< What is left of that on the album
  double tone_jump_db; ///< Its first 10 s in tone against the last 10 s of the
                       ///< track before; NaN as `jump_lu`
  bool good;           ///< Loudness and ceiling were reached
} TonAlbumRow;

/// All of an album; freed by ton_album_result_free()
typedef struct {
  TonAlbumRow* tracks;
  uint32_t n;
  TonMeasurement whole; ///< From the first track to the last, without curves
  TonDelivery
      delivery; ///< Track by track, each in the order of album.yaml; then the
                ///< CD image
  double
      cd_null_db; ///< What is left of the tracks when the CD image, read by its
                  ///< CUE, is taken away, dB re them; NaN: no image
} TonAlbumResult;

/// What is made beside the tracks
typedef struct {
  bool cd; ///< One WAV and a CUE for a pressing plant
} TonAlbumOptions;

void ton_album_result_free(TonAlbumResult* result);

/// Write an album.yaml for songs in their order into a folder, which is made if it is
/// not there.  TON_BAD_USE: there is one already.
TonStatus ton_album_begin(const char* folder, const char* const* songs,
                          uint32_t n, TonError* error);

/**
   Master all songs of an album and write its files into the folder's `out`, with
   checksums.

   The loudest track has the album's loudness; the others lie below it by the share
   of the differences between the mixes that album.yaml keeps, within bounds
   (docs/rules.md 3.10).  A song that stands off in tone gets an equaliser, which
   album.yaml then has; a chain that a person wrote stays.  TON_GOAL_MISSED: written, but a track did not reach its
   loudness or the ceiling, or the album does not fit on a CD.  `result` is the
   caller's to free in any case.
*/
TonStatus ton_album_make(const char* folder, const TonAlbumOptions* options,
                         const TonJob* job, TonAlbumResult* result,
                         TonError* error);

TON_API_END

#endif
