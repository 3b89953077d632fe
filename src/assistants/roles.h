// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   What the mix assistant knows of each kind of track.
*/
#ifndef TON_ASSISTANTS_ROLES_H
#define TON_ASSISTANTS_ROLES_H

#include "analysis/facts.h"
#include "assistants/rules.h"
#include "assistants/sound_classes.h"

#include <tonmeister/status.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// How a role is placed between the speakers
typedef enum {
  TON_PLACE_CENTRE,
  TON_PLACE_PAIR,   ///< Two or more: mirrored; one: to a side
  TON_PLACE_SPREAD, ///< Each to its own place, sides in turn
  TON_PLACE_KEEP,   ///< As recorded
} TonPlace;

/// One row of data/roles.yaml: everything the mix assistant knows of a role.
/// Strings are owned by the TonRoles.
typedef struct {
  char* name;      ///< As in a text's `role`: "lead vocal"
  char* class;     ///< One of the 16 classes
  char* group;     ///< Bus: "Drums", "Vocals", ...
  double level_lu; ///< Re lead vocal, when both sound
  double level_low_lu;
  double level_high_lu;
  double spread_lu; ///< Between good engineers on one song
  bool sum;         ///< The level is that of all strips of this role together
  bool mute;        ///< Never part of the mix: click, guide
  double importance;
  TonPlace place;
  double width;        ///< 0 to 100: how far out
  double single_width; ///< Same when there is only one
  double lowest_hz;    ///< None sounds lower; 0: not known
  double highpass_hz;  ///< Highest cut-off allowed; 0: never one
  double send_db;      ///< To the shared reverb, energy re dry; -INFINITY: none
  double uncompressed_range_lu; ///< 400 ms range that needs no compressor;
                                ///< NaN: never one
  double uncompressed_hits_db;  ///< Spread of hits that needs none; NaN: not
                                ///< judged by hits
  double threshold_db;          ///< Re active loudness
  double ratio;
  double attack_ms;
  double release_ms;
  double max_reduction_db; ///< Average gain reduction
  double s_lu;       ///< Loudness of S sounds re the voice that is left alone;
                     ///< NaN: never a de-esser
  double s_range_db; ///< Largest gain reduction of a de-esser
} TonRole;

/// A bus of data/roles.yaml
typedef struct {
  char* name;
  char* with;      ///< Group it is counted with, or null
  double level_lu; ///< Of the whole group re lead vocal; NaN: none
  double spread_lu;
  double clip_db; ///< What peaks may lose to a clipper; 0: never one
} TonGroup;

/// The one shared reverb of data/roles.yaml
typedef struct {
  char* bus;
  char* type;
  double decay_s;
  double shortest_s;
  double longest_s;
  double gain_db; ///< Energy out over energy in at `decay_s`
  double predelay_ms;
  double highpass_hz;
  double lowpass_hz;
} TonSpace;

/// How far a recording may be raised
typedef struct {
  double highest_db;
  double noise_lufs; ///< Steady noise below this is left alone
  double hum_lufs;   ///< Hum of the mains below this is left alone
} TonTrimBounds;

/// Peaks above the loudness of the mix, LU
typedef struct {
  double room_lu; ///< So much a loud master has room for
  double high_lu; ///< Where 95 % of the time they are lower, nothing is cut
} TonPeakBounds;

/// A word rule
typedef struct {
  uint32_t role;
  char* say;    ///< Phrases, comma-separated: any of them makes it the role
  char* unless; ///< Phrases that take it back, or null
  char* beside; ///< Groups of which another track has to be, comma-separated,
                ///< or null
  double confidence;
} TonRoleRule;

/// The table; read once, read-only afterwards.  Freed with ton_roles_free().
typedef struct {
  TonRole* roles; ///< The last one is "unknown"
  uint32_t n_roles;
  TonGroup* groups;
  uint32_t n_groups;
  TonRoleRule* rules; ///< First hit wins
  uint32_t n_rules;
  TonSounds* sounds; ///< What roles sound like
  TonSpace space;
  TonTrimBounds trim;
  TonPeakBounds peaks;
  char* left; ///< Words that say that a track is the left side of something
  char* right;
  char* pairs;  ///< "left right, ...": words of a side only beside each other
  char* copies; ///< Words that say that a file is a copy
} TonRoles;

/// Read data/roles.yaml (or `path`) and data/sounds.yaml.  [main]
TonStatus ton_roles_read(const char* path, TonRoles** roles, TonError* error);

void ton_roles_free(TonRoles* roles);

/// Row by name, or null.
const TonRole* ton_role(const TonRoles* roles, const char* name);

/// What a stem is held to be, and why
typedef struct {
  const TonRole* role; ///< Never null; "unknown" below 0.6
  double confidence;   ///< 0 to 1
  TonRuleId rule;      ///< How it was found
  char word[64];       ///< What it goes by: a word of the name, a sound
  char sound[96]; ///< What it sounds like, where the name says another thing
  char side;      ///< 'L', 'R' when the name says so, else 0
  const char* beside; ///< Only if another track is of one of these groups, or
                      ///< null
} TonRoleGuess;

/// A file name, ready to be compared with others: are they a left and a right?
typedef struct {
  char words[512];    ///< Without numbers in front
  char sideless[512]; ///< Without the words of a side, too
  char side; ///< 'L', 'R' if a word says so whatever lies beside it, else 0
} TonSideName;

/// "01 Piano (L).wav" and "02 Piano (R).wav" are both "piano" without a side.
void ton_side_name(const TonRoles* roles, const char* file, TonSideName* name);

/// The side that `name` has if `other` is the other one of a pair: 'L', 'R', or
/// 0 if they are no pair.
char ton_side_beside(const TonRoles* roles, const TonSideName* name,
                     const TonSideName* other);

/// Whether two names differ in one letter that stands alone: "Pad D", "Pad G".
/// C does not count: it is the centre of a left and a right.
bool ton_side_letter_differs(const TonSideName* a, const TonSideName* b);

/// Role from a file name alone; if it tells little ("01", "Lead"), the folders of
/// a path are read with it ("Guitars/Lead").
void ton_role_from_name(const TonRoles* roles, const char* file,
                        TonRoleGuess* guess);

/// Same without the rules that count only beside tracks of some group.
void ton_role_from_name_alone(const TonRoles* roles, const char* file,
                              TonRoleGuess* guess);

/// Whether the name of a file has a word such as "copy".
bool ton_role_says_copy(const TonRoles* roles, const char* file);

/// Role from the sound alone, where it is like that of one family of roles; a lead
/// vocal only if it can hardly be anything else.  The side stays.
void ton_role_from_sound(const TonRoles* roles, const TonFacts* facts,
                         TonRoleGuess* guess);

/// Role from name and sound; `facts` may be null.
void ton_role_guess(const TonRoles* roles, const char* file,
                    const TonFacts* facts, TonRoleGuess* guess);

/**
   File name as words: no folder, no extension, camelCase and letter/digit
   borders split, accents stripped, lower case; "01_LeadVox-L.wav" is
   "01 lead vox l".  Returns `buffer`.
*/
const char* ton_role_words(const char* file, char* buffer, size_t size);

#endif
