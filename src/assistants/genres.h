// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Kinds of music by name: data/genres.yaml.
#ifndef TON_ASSISTANTS_GENRES_H
#define TON_ASSISTANTS_GENRES_H

#include "assistants/limits.h"

#include <tonmeister/status.h>

#include <stdint.h>

/// NaN: nothing is known, data/readiness.yaml holds
typedef struct {
  char name[32];
  char tone[32];    ///< Profile in data/tone
  double widest_lu; ///< Loudness range that nine of ten records do not reach
  double bass_sides_db; ///< Sides below 120 Hz that are usual still
  double most_db;       ///< That a band may be moved towards the profile
  char source[96];
} TonGenre;

typedef struct {
  TonGenre* items;
  uint32_t n;
} TonGenres;

/// All of them, in the order of the file; freed with ton_genres_free().  [main]
TonStatus ton_genres_read(TonGenres** genres, TonError* error);

void ton_genres_free(TonGenres* genres);

/// By name.  TON_NOT_FOUND names the nearest.  [main]
TonStatus ton_genre(const char* name, TonGenre* genre, TonError* error);

/// Put the bounds of a genre in the place of those of all music.  [any]
void ton_genre_limits(const TonGenre* genre, TonLimits* limits);

#endif
