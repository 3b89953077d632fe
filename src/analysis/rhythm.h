// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Tempo, bars and sections of a song, found in the features of its stems.

   All stems begin together.  The tempo is one figure for the whole song: of a
   band that speeds up or slows down it says so.
*/
#ifndef TON_ANALYSIS_RHYTHM_H
#define TON_ANALYSIS_RHYTHM_H

#include "analysis/features.h"

#include <tonmeister/status.h>

#include <stdbool.h>

/// What a stem tells of the time
typedef enum {
  TON_TELLS_CHORDS, ///< It has pitch
  TON_TELLS_BEATS,  ///< Drums and percussion
  TON_TELLS_KICK,
  TON_TELLS_SNARE,
  TON_TELLS_KIT, ///< Kick and snare in one recording
} TonTells;

/// One stem; nothing is owned.  Thinned features suffice
typedef struct {
  const TonFeatures* features;
  TonTells tells;
} TonRhythmStem;

/// What is known already; 0: not
typedef struct {
  double tempo_bpm;
  uint32_t beats_per_bar;
  double first_bar_s; ///< NaN: not known
} TonRhythmKnown;

typedef struct {
  double tempo_bpm;
  double beat_strength; ///< How much more rises on the beats than between them,
                        ///< 0 to 1: of all that rises
  double drift_ms;      ///< RMS of the beats, eight bars together, beside the
                        ///< steady tempo
  double tempo_lead;    ///< How much better it fits than other tempos, 0 to 1
  uint32_t beats_per_bar;
  double bar_lead; ///< How much better these bars fit than others, 0 to 1
  double first_bar_s;
  uint32_t n_bars; ///< To the end of the music
} TonRhythm;

/// Tempo and bars.  `tempo_bpm` is 0 where nothing repeats.  TON_NO_MEMORY at
/// worst.  [any]
TonStatus ton_find_rhythm(const TonRhythmStem* stems, uint32_t n,
                          const TonRhythmKnown* known, TonRhythm* rhythm);

typedef struct {
  uint32_t first_bar; ///< From 0
  uint32_t bars;
  uint32_t letter; ///< Sections of one number sound alike; from 0, in the order
                   ///< in which they are first heard
} TonSongSection;

enum { TON_MAX_SONG_SECTIONS = 64 };

/// Sections on the bars of a rhythm; returned in the order of time.
/// TON_NO_MEMORY at worst.  [any]
TonStatus ton_find_sections(const TonRhythmStem* stems, uint32_t n,
                            const TonRhythm* rhythm,
                            TonSongSection sections[TON_MAX_SONG_SECTIONS],
                            uint32_t* n_sections);

#endif
