// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef DEMO_LYRICS_H
#define DEMO_LYRICS_H

/// @file Lines of the song as syllables on notes.

#include "song.h"

enum { MOST_SYLLABLES = 32, MOST_TIED = 4, LONGEST_LINE = 256 };

/// One syllable on one note, or on a few tied ones
typedef struct {
  double at_s;
  double end_s;
  int key[MOST_TIED];
  double key_at_s[MOST_TIED];
  int n_keys;
} Syllable;

/// One breath
typedef struct {
  char words[LONGEST_LINE]; ///< As they are spoken, without hyphens
  Syllable syllable[MOST_SYLLABLES];
  int n;
  double level_db;
  Node node; ///< Where it stands, for messages
} Line;

/// Read one entry of a section's `lead`, `upper` or `lower`
TonStatus lyrics_read(Song* song, const Section* section, Node node, Line* line,
                      TonError* error);

#endif
