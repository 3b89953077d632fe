// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef DEMO_STEM_H
#define DEMO_STEM_H

/// @file The files of the demo song, and what is wrong with each.

#include "song.h"
#include "sound.h"

/// One line of the song's list of stems: a file, and what is wrong with it
typedef struct {
  const char* file;
  const char* take;
  double rate;
  int bits;
  double peak_db;
  Node node; ///< For the faults
} Stem;

TonStatus stem_read(Song* song, Node node, Stem* stem, TonError* error);

/// Bring a take to its level, plant the faults of `stem` in it, write the
/// file in `folder`.  The sound is changed.
TonStatus stem_write(Song* song, const Stem* stem, Sound* sound,
                     const char* folder, TonError* error);

#endif
