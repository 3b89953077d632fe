// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_ASSISTANTS_MIX_INTERNAL_H
#define TON_ASSISTANTS_MIX_INTERNAL_H

#include "assistants/decision_builder.h"
#include "assistants/insert_text.h"
#include "assistants/mix.h"

/**
   @file
   Inside of the mix assistant: its tracks and the steps over them.

   The state is ordered by role, brightness and name, never by the order the
   stems came in, so the same stems give the same mix in any order.
*/

/// Active loudness every stem is brought to, LUFS
#define TON_TRIM_LUFS -23.0

/// What a track holds that is left as it is
typedef enum { LEFT_NOTHING, LEFT_NOISE, LEFT_HUM, LEFT_CRACKLE } LeftAlone;

typedef struct MixTrack {
  const TonMixStem* stem;
  const TonFacts* facts;
  const TonFeatures* features;
  const TonSideName* name; ///< Of the file
  TonRoleGuess guess;
  const TonRole* role;
  const TonStrip* old; ///< What mix.yaml says now, or null
  const char* path;    ///< "tracks/Lead Vox"
  const struct MixTrack*
      original;      ///< Of which it is a copy, and which is kept;
                     ///< or null
  const char* parts; ///< Tracks that it is already the mix of, or null
  double
      likeness;  ///< Of a copy with its original, of a mix with the sum of its
                 ///< tracks; 0: it is neither
  bool inverted; ///< A copy, with its polarity inverted
  double copy_gain_db; ///< Of a copy re its original; 0: not another one
  struct MixTrack* other_side; ///< The right one if its name says left, or null
  struct MixTrack* partner;    ///< Other side of the same recording, or null
  double active_lufs;          ///< While it plays, with its other side
  double lag_ms; ///< It arrives so much later than the nearest microphone
                 ///< of its set, and the two are brought together; else 0
  double moved_gain_db; ///< What that is worth, 60 to 400 Hz
  bool sounds;          ///< Part of the mix: not silent, not a guide
  bool mono;            ///< One sound, whatever the channels
  LeftAlone left;       ///< Nothing but noise, hum or crackle: left as it is
  bool clicks;          ///< Nothing but a few clicks: muted
  double trim_db;
  double missing_db; ///< What the trim would still have to raise and may not
  double level_lufs; ///< After trim and layout, fader at 0 dB
  double goal_lu;    ///< Re the reference, before groups
  double low_lu;     ///< Range the goal may move in
  double high_lu;
  double fader_db;
  bool fader_locked;
  double set_db; ///< Where a person's fader is: of a curve the mean power while
                 ///< the track plays
  double pan;    ///< -100 to 100
  uint32_t n_chain; ///< Processors written so far
  uint32_t n_bands; ///< Bands in the equaliser being written
} MixTrack;

typedef struct {
  const TonMixBrief* brief;
  TonPlan* plan;
  MixTrack* tracks;
  uint32_t n;
  double reference_lufs;        ///< Where the lead vocal lies
  const MixTrack* anchor;       ///< Track the reference was taken from, or null
  const TonLevelsBehind* after; ///< Of each stem in a test render, or null
} MixState;

/// Set up the state; its tracks are owned by the plan.  False: no memory.
bool mix_state_open(MixState* state, const TonMixBrief* brief, TonPlan* plan);

/// Whether a person has locked a value of the track ("fader", "sends/Plate")
bool track_locked(const MixTrack* track, const char* key);

/// Mean above this is a DC offset, full scale 1
#define TRACK_DC 0.001

/// The larger mean of the channels, full scale 1
double track_dc(const MixTrack* track);

/// Hum that can be heard, re active loudness, dB
#define TRACK_HUM_DB -60.0

/// A hum that can be heard, or null
const TonHum* track_hum(const MixTrack* track);

/// Complete and hand over a record for "tracks/NAME/KEY"; a null value is
/// "left alone".  What was measured on the other side of a recording says so.
void track_decide(const MixState* state, const MixTrack* track, const char* key,
                  const char* value, TonDecision* decision);

/// The same for one more band of its equaliser: "highpass", "bell", "notch"
void track_add_band(MixState* state, MixTrack* track, const char* kind,
                    const TonSetting* settings, uint32_t n,
                    TonDecision* decision);

/// Whether nothing is known of what the track plays
bool track_is_unknown(const MixTrack* track);

/// Name its role in a decision
void track_name_role(const MixTrack* track, TonDecision* decision);

/// Name what its place in the balance is compared with
void track_name_place(const MixState* state, const MixTrack* track,
                      TonDecision* decision);

/// Record that a person's value is kept
void track_keep(const MixState* state, const MixTrack* track, const char* key);

/// A person wants it in the mix, whatever it is
bool track_kept_in(const MixTrack* track);

// What the recordings are to each other, in this order --------------------------

/// Whether a sound is one steady tone, which is like any other of its pitch
bool is_one_tone(const TonFeatures* features);

/// Sides of tracks whose names say left and right; those that are the sides of
/// one recording have one role.  Before the tracks have their last order.
void share_roles(MixState* state);
void join_sides(MixState* state);  ///< other_side, partner, active_lufs
void find_copies(MixState* state); ///< original
void find_sums(MixState* state);   ///< parts; role of what is the sum of all
void sound_alone(MixState* state); ///< A finished mix that has no tracks sounds

// Steps, in this order --------------------------------------------------------

void propose_roles(MixState* state);    ///< role, mute
void propose_trim(MixState* state);     ///< trim
void propose_polarity(MixState* state); ///< polarity of multi-microphone sets
void propose_balance(MixState* state);  ///< Works out fader_db of every track
void propose_faders(MixState* state);   ///< fader
void propose_place(MixState* state);    ///< pan
void propose_routes(MixState* state);   ///< buses
void propose_space(MixState* state);    ///< The shared reverb and its sends
void propose_time(MixState* state); ///< tempo, bars and sections of the song

void propose_tone(MixState* state, MixTrack* s); ///< equaliser
/// Its first band, a high-pass: the cut-off, or 0
double propose_highpass(MixState* state, MixTrack* s);
void propose_dynamics(MixState* state, MixTrack* s); ///< compressor
void propose_de_esser(MixState* state, MixTrack* s); ///< de-esser, behind it

/// After a test render: clippers for high peaks
void cut_peaks(const MixState* state, const TonMixPeaks* peaks);

/// After a test render: what the compressor that was proposed does
void measure_dynamics(MixState* state, MixTrack* s);

/// After a test render: a higher threshold where the compressor takes away more
/// than its role allows
void raise_threshold(MixState* state, MixTrack* s);

#endif
