// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   An album as a pressing plant wants it: one WAV of 16 bit at 44.1 kHz with 2 s of
   silence in front, and a CUE with the places, names and codes of the tracks.  All
   functions [main] but cd_image_deliver().
*/
#ifndef TON_SONG_CD_IMAGE_H
#define TON_SONG_CD_IMAGE_H

#include "delivery/file_name.h"
#include "song/album_files.h"

enum { CD_RATE = 44100, CD_SECTORS = 75 }; ///< Sectors a second

/// Name and path of the image, and of its CUE.
TonStatus cd_image_name(AlbumWork* w, FileNames* names, TonDelivered* file);

/// Write and verify the image of what was joined.  [any]
TonStatus cd_image_deliver(const AlbumWork* w, TonAudioWriter** writer,
                           const TonJob* job, TonError* error);

/// Write the CUE.
TonStatus cd_image_cue(AlbumWork* w);

/// Read image and CUE again and take them away from the tracks.
TonStatus cd_image_null(AlbumWork* w);

/// TON_GOAL_MISSED: it is not what was meant, or does not fit on a CD.
TonStatus cd_image_judge(const AlbumWork* w);

#endif
