// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef DEMO_PHRASE_H
#define DEMO_PHRASE_H

/// @file A line of the song, laid on its notes.

#include "lyrics.h"
#include "rng.h"
#include "voiceprint.h"

enum { MOST_STRETCHES = 256, PITCH_HZ = 1000 };

/// From here to there in the song, from here to there in the speech, with
/// this much gain at both ends
typedef struct {
  double at_s, end_s;
  double speech_at_s, speech_end_s;
  double gain_db, end_gain_db;
} Stretch;

/// How a spoken line is sung: when each sound comes, and on which pitch
typedef struct {
  Stretch stretch[MOST_STRETCHES];
  int n;
  double at_s, end_s;
  double whisper; ///< Gain of what has no pitch: t, s, f
  float* pitch;   ///< MIDI key every millisecond from at_s on
  size_t n_pitch;
} Phrase;

typedef struct {
  double vibrato_cents;
  double timing_s;
  Chance chance;
} Manner;

/// Where in the speech, and how loud, at a time of the song
typedef struct {
  bool sounds;
  double speech_s;
  double gain; ///< Factor
} Moment;

/// Lay the sounds of `speech` on the notes of `line`; phrase_free() always
TonStatus phrase_lay(const Song* song, const Line* line, const Speech* speech,
                     const Voiceprint* print, Manner* manner, Phrase* phrase,
                     TonError* error);

void phrase_free(Phrase* phrase);

Moment phrase_at(const Phrase* phrase, double seconds);

double phrase_hz(const Phrase* phrase, double seconds);

#endif
