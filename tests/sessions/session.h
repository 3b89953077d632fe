// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_TESTS_SESSION_H
#define TON_TESTS_SESSION_H

#include <stdbool.h>
#include <stdint.h>

/**
   @file
   Songs for tests, made from a seed: a small band plays sections at a tempo, and
   what is true of the song is known.

   The same seed gives the same samples.  A tenth of the seeds are waltzes, and
   half of them begin with a silence.  Nobody plays on the grid: every note comes
   up to 8 ms early or late.
*/

enum {
  SESSION_RATE = 24000, ///< Hz
  SESSION_MAX_STEMS = 11,
  SESSION_MAX_SECTIONS = 8,
};

/// Who plays, in the order of the stems
typedef enum {
  PLAYS_KIT = 1 << 0,
  PLAYS_BASS = 1 << 1,
  PLAYS_KEYS = 1 << 2,
  PLAYS_PAD = 1 << 3,
  PLAYS_VOICE = 1 << 4,
} SessionPlayers;

/// What a section sounds like: those of one letter sound alike
typedef struct {
  char letter;        ///< 'A' is the first one heard
  uint32_t first_bar; ///< From 0
  uint32_t bars;
  unsigned players;     ///< SessionPlayers
  unsigned progression; ///< Which four chords
  unsigned groove;      ///< Which pattern the kit plays
  double level_db;
} SessionSection;

typedef struct {
  const char* name; ///< As a file has it, without folder and ending
  const char* role; ///< In data/roles.yaml
  float* x;
  bool inverted; ///< Polarity, against the nearer microphone
  double
      late_ms;   ///< Against the nearer microphone, where the distance is wrong
  double hum_hz; ///< 0: none
} SessionStem;

typedef struct {
  uint64_t seed;
  double tempo_bpm;
  uint32_t beats_per_bar;
  double first_bar_s;
  uint32_t n_bars;
  SessionSection sections[SESSION_MAX_SECTIONS];
  uint32_t n_sections;
  uint64_t n; ///< Frames of every stem
  SessionStem stems[SESSION_MAX_STEMS];
  uint32_t n_stems;
} Session;

/// Make the song of a seed.  Ends the program when memory is refused.  Freed with
/// session_free()
Session* session_make(uint64_t seed);

void session_free(Session* session);

#endif
