// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef DEMO_SCORE_H
#define DEMO_SCORE_H

/// @file The parts of the song as notes.

#include "rng.h"
#include "song.h"

typedef struct {
  double at_s;
  double length_s;
  int key;
  int velocity; ///< 1 to 127
} Note;

/// What one player plays.  Zero-initialise; part_free() when done.
typedef struct {
  Note* notes;
  size_t n;
  size_t capacity;
} Part;

/// The hand of a player: `program` of the soundfont and its unevenness
typedef struct {
  int program;
  double timing_s;
  double velocity;
  double end_s;  ///< Of the last bar
  double ring_s; ///< How long the last chord rings after it
  Chance chance;
} Player;

TonStatus score_player(Song* song, const char* name, Player* player,
                       TonError* error);

/// One voice of the drum patterns ("kick", "high tom") as MIDI `key`
TonStatus score_drum(Song* song, Player* player, const char* voice, int key,
                     Part* part, TonError* error);

TonStatus score_bass(Song* song, Player* player, Part* part, TonError* error);

TonStatus score_guitar(Song* song, Player* player, Part* part, TonError* error);

TonStatus score_keys(Song* song, Player* player, Part* part, TonError* error);

TonStatus score_pad(Song* song, Player* player, Part* part, TonError* error);

void part_free(Part* part);

/// Parts are built of these two (score.c), by the arrangers (score_*.c)

/// Add one note with the player's unevenness; times before 0 move to 0
TonStatus part_add(Part* part, Player* player, Note note, TonError* error);

/// The pattern that `bar` names for `part` ("bass"), from the song's table of
/// the same name: a text of 16 steps, or the node of a map for drums
TonStatus score_pattern(Song* song, uint32_t bar, const char* part,
                        Node* pattern, TonError* error);

/// Same, but it must be a text of 16 steps
TonStatus score_steps(Song* song, uint32_t bar, const char* part,
                      const char** steps, TonError* error);

/// Keys of an instrument's voicing of the bar's chord, at most `most`
TonStatus score_voicing(Song* song, uint32_t bar, const char* instrument,
                        int* keys, int most, int* n, TonError* error);

/// Steps from `at` on until something else than '-', the bar's end at most
int score_held(const char* steps, int at);

double score_step_s(const Song* song, uint32_t bar, int step);

/// Velocity in this bar: `base` with the section's level on top
int score_velocity(const Song* song, uint32_t bar, int base);

#endif
