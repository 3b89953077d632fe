// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Kinds of sound: the traits that sounds are compared by, and how likely a sound
   is each of the kinds of data/sounds.yaml.
*/
#ifndef TON_ASSISTANTS_SOUND_CLASSES_H
#define TON_ASSISTANTS_SOUND_CLASSES_H

#include "analysis/facts.h"

#include <tonmeister/status.h>

#include <stddef.h>

enum { TON_TRAITS = 24, TON_SOUND_AXES = 10, TON_MAX_SOUNDS = 48 };

/// What a trait is called in tables, and what a sound with more or less of it is
/// like, in words
typedef struct {
  const char* name;
  const char* more;
  const char* less;
} TonTrait;

extern const TonTrait ton_traits[TON_TRAITS];

/// The traits of a sound, the same at every level.  [any]
void ton_traits_of(const TonFacts* facts, double traits[TON_TRAITS]);

/// A kind of sound
typedef struct {
  char* role;   ///< Of data/roles.yaml
  char* family; ///< Kinds that are alike: "drums", "vocals"
  double share; ///< Of the tracks of songs, 0 to 1
  double at[TON_SOUND_AXES];
} TonSoundClass;

/// The table.  Traits, less their mean and over their spread, are turned into
/// axes on which sounds of one kind lie around their class, with a deviation of 1.
/// Freed with ton_sounds_free().
typedef struct TonSounds TonSounds;

/// Read data/sounds.yaml (or `path`).  [main]
TonStatus ton_sounds_read(const char* path, TonSounds** sounds,
                          TonError* error);

/// Null is allowed.  [main]
void ton_sounds_free(TonSounds* sounds);

/// The classes and how many there are, at most TON_MAX_SOUNDS.
const TonSoundClass* ton_sound_classes(const TonSounds* sounds, uint32_t* n);

/// Probability of each class, together 1.  [any]
void ton_sound_likely(const TonSounds* sounds, const double traits[TON_TRAITS],
                      double likely[TON_MAX_SOUNDS]);

/// What is most unusual about a sound, in words: "few hits, noisy".  Returns
/// `buffer`.
const char* ton_sound_words(const TonSounds* sounds,
                            const double traits[TON_TRAITS], char* buffer,
                            size_t size);

#endif
