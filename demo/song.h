// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef DEMO_SONG_H
#define DEMO_SONG_H

/// @file The demo song: tempo, sections, chords.

#include "yaml_tree.h"

#include <stdint.h>

enum { LONGEST_SONG_BARS = 256, MOST_SECTIONS = 32, STEPS = 16 };

typedef struct {
  Node node;
  const char* name;
  uint32_t first_bar; ///< From 0 in the song
  uint32_t bars;
  double level_db; ///< How hard it is played
  double drive_db; ///< Into the guitar amplifiers
} Section;

/// One bar of the song: what is named for it in its section
typedef struct {
  const Section* section;
  const char* chord;
} Bar;

typedef struct {
  Tree tree;
  Node root;
  uint64_t seed;
  double beat_s;
  double seconds; ///< With the tail
  Section sections[MOST_SECTIONS];
  uint32_t n_sections;
  Bar bars[LONGEST_SONG_BARS];
  uint32_t n_bars;
  int tonic; ///< Pitch class of the major key, 0 = C
} Song;

/// Read the song; song_close() in any case.  `bars` cuts it short, 0 = whole
TonStatus song_open(Song* song, const char* path, uint32_t bars,
                    TonError* error);

void song_close(Song* song);

/// Piece number `i` of "a | b | c", trimmed, in `room`; "" past the end
const char* song_piece(const char* pieces, size_t i, char* room, size_t size);

/// Time of "bar.beat" inside a section, in seconds of the song
TonStatus song_place(Song* song, const Section* section, Node at,
                     double* seconds, TonError* error);

/// The section of that name, or null
const Section* song_section(const Song* song, const char* name);

/// Read a note name such as "F#4" (C4 = 60) and move past it; -1 if none
int song_note(const char** text);

double song_bar_s(const Song* song);

#endif
