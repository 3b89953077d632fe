// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The tone of the songs of an album against one another: what stands off comes
   nearer, most of the contrast stays.  All functions [any] but where they say more.
*/
#ifndef TON_ASSISTANTS_ALBUM_TONE_H
#define TON_ASSISTANTS_ALBUM_TONE_H

#include "assistants/plan.h"

#include <tonmeister/measure.h>

enum { TON_TONE_BANDS = 5 };

/// A song as it is mastered by itself
typedef struct {
  double thirds_db[TON_THIRDS];
  double rate; ///< Of the master, Hz
  bool fixed;  ///< Its tone on the album is a person's, and only counts
} TonAlbumSong;

/// What is known of a song's tone beside the others
typedef struct {
  double
      off_db[TON_TONE_BANDS]; ///< Song minus album in a band; NaN: the song has
                              ///< nothing there
  double distance_db;         ///< Root mean square of these
  double gain_db[TON_TONE_BANDS]; ///< Of the proposed sections, 0: none
} TonAlbumTone;

/// Levels of the five bands from third octaves, dB; -INFINITY where nothing sounds.
void ton_tone_bands(const double* thirds_db, double* bands_db);

/// Distance of two such tones at equal level over the bands that both have, dB.
/// NaN: they have none in common.
double ton_tone_distance(const double* a_db, const double* b_db);

/// Hold all songs of an album against their mean.
void ton_album_tones(const TonAlbumSong* songs, uint32_t n,
                     TonAlbumTone* tones);

/// Hold one song, measured again, against the album that `tones` was made from:
/// how far it lies from the same mean now, dB.
double ton_album_tone_left(const TonAlbumTone* before, const double* was_db,
                           const double* now_db);

/// Find the sections that take `share` (0 to 1) of a song's distance away, in
/// `tone`.  False: it lies near enough, or no section is worth it.  [main]
bool ton_album_tone_fit(const TonAlbumSong* song, double share,
                        TonAlbumTone* tone);

/// Write these sections as the chain of track number `track` of album.yaml, with
/// their reasons.  [main]
void ton_album_tone_write(const TonAlbumTone* tone, uint32_t track,
                          double share, TonPlan* plan);

/// Record why a track has none: it lies near enough, or (`left_db` not NaN) it came
/// no nearer.  [main]
void ton_album_tone_leave(const TonAlbumTone* tone, uint32_t track,
                          double left_db, TonPlan* plan);

#endif
