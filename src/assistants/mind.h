// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_ASSISTANTS_MIND_H
#define TON_ASSISTANTS_MIND_H

#include "assistants/explain.h"
#include "assistants/mix.h"

/**
   @file
   Inside of the mix assistant: the strips on its desk and the steps over them.

   The desk is ordered by role, brightness and name, never by the order the
   stems came in, so the same stems give the same mix in any order.
*/

/// Active loudness every stem is brought to, LUFS
#define TON_TRIM_LUFS -23.0

typedef struct {
  const TonMixStem* stem;
  const TonStemFacts* facts;
  TonRoleGuess guess;
  const TonRole* role;
  const TonStrip* old; ///< What mix.yaml says now, or null
  const char* path;    ///< "tracks/Lead Vox"
  bool sounds;         ///< Part of the mix: not silent, not a guide
  bool mono;           ///< One sound, whatever the channels
  double trim_db;
  double level_lufs; ///< After trim and layout, fader at 0 dB
  double goal_lu;    ///< Re the reference, before groups
  double low_lu;     ///< Range the goal may move in
  double high_lu;
  double fader_db;
  bool fader_locked;
  double pan;       ///< -100 to 100
  uint32_t n_chain; ///< Processors written so far
  uint32_t n_bands; ///< Bands in the equaliser being written
} Strip;

typedef struct {
  const TonMixBrief* brief;
  TonPlan* plan;
  Strip* strips;
  uint32_t n;
  double reference_lufs; ///< Where the lead vocal lies
  const Strip* anchor;   ///< Strip the reference was taken from, or null
} Desk;

/// Set up the desk; strips owned by the plan.  False: no memory.
bool desk_open(Desk* desk, const TonMixBrief* brief, TonPlan* plan);

/// Whether a person has locked a key of the strip ("fader", "chain")
bool strip_locked(const Strip* strip, const char* key);

/// Complete and hand over a record for "tracks/NAME/KEY"; a null value is
/// "left alone"
void strip_decide(const Desk* desk, const Strip* strip, const char* key,
                  const char* value, TonDecision* decision);

/// Record that a person's value is kept
void strip_keep(const Desk* desk, const Strip* strip, const char* key);

// Steps, in this order --------------------------------------------------------

void mind_roles(Desk* desk);    ///< role, mute
void mind_trim(Desk* desk);     ///< trim
void mind_polarity(Desk* desk); ///< polarity of multi-microphone sets
void mind_chains(Desk* desk);   ///< equaliser, compressor
void mind_balance(Desk* desk);  ///< Works out fader_db of every strip
void mind_faders(Desk* desk);   ///< fader
void mind_place(Desk* desk);    ///< pan
void mind_routes(Desk* desk);   ///< buses
void mind_space(Desk* desk);    ///< The shared reverb and its sends

/// The two steps of mind_chains() on one strip
void mind_tone(Desk* desk, Strip* strip);
void mind_dynamics(Desk* desk, Strip* strip);

#endif
