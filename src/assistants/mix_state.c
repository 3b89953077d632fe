// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The tracks of a mix as the assistant sees them: role, trim and what is locked.
*/
#include "assistants/mix_internal.h"
#include "base/string.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const TonStrip*
find_old(const TonMix* mix, const char* name)
{
  const uint32_t i = mix ? ton_mix_strip(mix, name) : UINT32_MAX;
  return i == UINT32_MAX ? NULL : &mix->strips[i];
}

/// A person's word for a role: a row of the table, or a name read like a file's
static void
role_from_person(const TonRoles* roles, const char* word, TonRoleGuess* guess)
{
  const TonRole* const role = ton_role(roles, word);
  if (role) {
    *guess = (TonRoleGuess){.role = role, .side = guess->side};
  } else {
    const char side = guess->side;
    ton_role_from_name(roles, word, guess);
    guess->side = side;
  }
  guess->confidence = 1.0;
  guess->rule = TON_RULE_ROLE_GIVEN;
}

static void
find_role(const TonMixBrief* brief, MixTrack* s)
{
  ton_role_guess(brief->roles, s->stem->file, s->facts, &s->guess);
  if (s->guess.confidence == 0.0) {
    // A file may be "07.wav" and its track "Bass"
    TonRoleGuess other;
    ton_role_from_name(brief->roles, s->stem->strip, &other);
    if (other.confidence > 0.6) {
      other.side = other.side ? other.side : s->guess.side;
      s->guess = other;
    }
  }
  const char* const old =
      s->old && !s->stem->role_proposed ? s->old->role : NULL;
  const char* const word = s->stem->role ? s->stem->role : old;
  if (word && *word) {
    role_from_person(brief->roles, word, &s->guess);
  }
  s->role = s->guess.role;
}

/// Is a group one of a list, "Drums, Bass"?
static bool
is_listed(const char* list, const char* group)
{
  const size_t n = strlen(group);
  for (const char* at = list; *at; at += strspn(at, ", ")) {
    const size_t length = strcspn(at, ",");
    if (length == n && strncmp(at, group, n) == 0) {
      return true;
    }
    at += length;
  }
  return false;
}

static bool
has_group(const MixState* state, const char* list)
{
  for (uint32_t i = 0; i < state->n; ++i) {
    const MixTrack* const s = &state->tracks[i];
    if (!s->guess.beside && is_listed(list, s->role->group)) {
      return true;
    }
  }
  return false;
}

/// What a name says only beside others of a group counts for nothing without them
static void
doubt_lone_names(MixState* state)
{
  for (uint32_t i = 0; i < state->n; ++i) {
    MixTrack* const s = &state->tracks[i];
    if (s->guess.beside && !has_group(state, s->guess.beside)) {
      ton_role_from_name_alone(state->brief->roles, s->stem->file, &s->guess);
      if (s->guess.confidence == 0.0) {
        ton_role_from_sound(state->brief->roles, s->facts, &s->guess);
      }
      s->role = s->guess.role;
    }
  }
}

/// Steady noise that nobody called an effect, where it would be raised; as soft
/// as an empty channel it is left alone whatever it is called
static bool
is_unwanted_noise(const MixState* state, const MixTrack* s)
{
  const bool meant = strcmp(s->role->group, "Effects") == 0 ||
                     s->guess.rule == TON_RULE_ROLE_GIVEN;
  const double raised_below = meant ? state->brief->roles->trim.noise_lufs
                                    : TON_TRIM_LUFS + s->role->level_lu;
  return s->facts->steady_noise && !track_locked(s, "trim") &&
         s->facts->active_lufs < raised_below;
}

/// Nothing but clicks that nobody gave a role: a few are a fault, and muted; many
/// are the crackle of a record
static bool
is_unwanted_click(const MixTrack* s)
{
  return s->facts->clicks && !track_locked(s, "trim") &&
         !track_locked(s, "mute") && s->guess.rule != TON_RULE_ROLE_GIVEN;
}

/// Hum alone as soft as an open input gives it, that nobody gave a role
static bool
is_unwanted_hum(const MixState* state, const MixTrack* s)
{
  return s->facts->only_hum && !track_locked(s, "trim") &&
         s->facts->active_lufs < state->brief->roles->trim.hum_lufs &&
         s->guess.rule != TON_RULE_ROLE_GIVEN;
}

/// What is left as it is, of all that is in a mix by mistake
static LeftAlone
left_alone(const MixState* state, const MixTrack* s)
{
  enum { CRACKLE = 17 }; // clicks
  return is_unwanted_noise(state, s)                           ? LEFT_NOISE
         : is_unwanted_hum(state, s)                           ? LEFT_HUM
         : is_unwanted_click(s) && s->facts->clicks >= CRACKLE ? LEFT_CRACKLE
                                                               : LEFT_NOTHING;
}

/// Whether a track is part of the mix
static bool
takes_part(const MixTrack* s)
{
  return s->facts->layout != TON_LAYOUT_SILENT &&
         (!s->role->mute || track_kept_in(s)) &&
         isfinite(s->facts->active_lufs) && !s->left && !s->clicks &&
         !(s->old && s->old->mute && track_locked(s, "mute"));
}

/// One trim for both sides of a recording, a person's if there is one
static void
set_trim(const MixState* state, MixTrack* s)
{
  const MixTrack* const p = s->partner;
  const TonStrip* const own = track_locked(s, "trim")        ? s->old
                              : p && track_locked(p, "trim") ? p->old
                                                             : NULL;
  const double wanted = TON_TRIM_LUFS - s->active_lufs;
  const double highest = state->brief->roles->trim.highest_db;
  if (own) {
    s->trim_db = (double)own->trim_db;
  } else if (s->sounds) {
    s->trim_db = rint(fmin(fmax(wanted, -96.0), highest) * 100.0) / 100.0;
    s->missing_db = fmax(wanted - highest, 0.0);
  }
  s->level_lufs = s->active_lufs + s->trim_db;
}

/// A fader that a person holds: locked, or moved by a curve.  A closed one leaves
/// the track out.
static void
find_fader(MixTrack* s)
{
  s->fader_locked = track_locked(s, "fader") || s->stem->moved;
  s->set_db = s->stem->moved ? s->stem->moved_db
              : s->old       ? (double)s->old->fader_db
                             : 0.0;
  s->sounds = s->sounds && !(s->fader_locked && isinf(s->set_db));
}

static void
open_track(const MixState* state, const TonMixStem* stem, MixTrack* s)
{
  s->stem = stem;
  s->facts = &stem->sound->facts;
  s->features = &stem->sound->features;
  s->old = find_old(state->brief->existing, stem->strip);
  s->path = ton_plan_text(state->plan, "tracks/%s",
                          ton_plan_name(state->plan, stem->strip));
  find_role(state->brief, s);
  s->mono = s->facts->layout == TON_LAYOUT_MONO ||
            s->facts->layout == TON_LAYOUT_DUAL_MONO ||
            s->facts->layout == TON_LAYOUT_ONE_SIDED;
  s->active_lufs = s->facts->active_lufs;
}

/// Order by role, brightness and name, never by the order of the stems
static int
by_content(const void* a, const void* b)
{
  const MixTrack* const x = a;
  const MixTrack* const y = b;
  if (x->role != y->role) {
    return x->role < y->role ? -1 : 1;
  }
  const double ratio = x->facts->centroid_hz / y->facts->centroid_hz;
  if (fabs(ratio - 1.0) > 1e-4) {
    return ratio < 1.0 ? -1 : 1;
  }
  return strcmp(x->stem->strip, y->stem->strip);
}

/// The lead vocal: of several the one with the surest name, then the longest
static MixTrack*
leading_voice(MixState* state)
{
  MixTrack* lead = NULL;
  for (uint32_t i = 0; i < state->n; ++i) {
    MixTrack* const s = &state->tracks[i];
    if (!s->sounds || strcmp(s->role->name, "lead vocal") != 0) {
      continue;
    }
    const double gap =
        lead ? s->guess.confidence - lead->guess.confidence : 1.0;
    if (!lead || gap > 0.01 ||
        (gap > -0.01 && s->facts->active_s > lead->facts->active_s)) {
      lead = s;
    }
  }
  return lead;
}

static double
overlap(const TonFeatures* a, const TonFeatures* b)
{
  uint32_t both = 0;
  uint32_t on = 0;
  for (uint32_t t = 0; t < a->n_tenths; ++t) {
    on += a->tenth_on[t] > 0;
    both += a->tenth_on[t] && t < b->n_tenths && b->tenth_on[t];
  }
  return on ? (double)both / on : 0.0;
}

/// Make a lead vocal without a sure name a backing vocal if it sings along with
/// the lead
static void
find_backing(MixState* state)
{
  const MixTrack* const lead = leading_voice(state);
  const TonRole* const backing = ton_role(state->brief->roles, "backing vocal");
  for (uint32_t i = 0; lead && backing && i < state->n; ++i) {
    MixTrack* const s = &state->tracks[i];
    if (s == lead || s->role != lead->role || s->guess.confidence >= 0.9 ||
        !s->sounds || overlap(s->features, lead->features) < 0.6) {
      continue;
    }
    s->role = s->guess.role = backing;
    s->guess.confidence = 0.65;
    s->guess.rule = TON_RULE_ROLE_BACKING;
    ton_string_cut(s->guess.word, sizeof(s->guess.word), "%s",
                   lead->stem->strip);
  }
}

bool
mix_state_open(MixState* state, const TonMixBrief* brief, TonPlan* plan)
{
  *state = (MixState){.brief = brief,
                      .plan = plan,
                      .n = brief->n_stems,
                      .reference_lufs = TON_TRIM_LUFS};
  state->tracks =
      ton_arena_alloc(&plan->arena, brief->n_stems * sizeof(MixTrack));
  TonSideName* const names =
      ton_arena_alloc(&plan->arena, brief->n_stems * sizeof(TonSideName));
  if (!state->tracks || !names) {
    return false;
  }
  for (uint32_t i = 0; i < state->n; ++i) {
    ton_side_name(brief->roles, brief->stems[i].file, &names[i]);
    state->tracks[i].name = &names[i];
    open_track(state, &brief->stems[i], &state->tracks[i]);
  }
  doubt_lone_names(state);
  for (uint32_t i = 0; i < state->n; ++i) {
    MixTrack* const s = &state->tracks[i];
    s->left = left_alone(state, s);
    s->clicks = !s->left && is_unwanted_click(s);
    s->sounds = takes_part(s);
    find_fader(s);
  }
  qsort(state->tracks, state->n, sizeof(MixTrack), by_content);
  find_backing(state);
  share_roles(state);
  qsort(state->tracks, state->n, sizeof(MixTrack), by_content);
  join_sides(state);
  find_copies(state);
  find_sums(state);
  sound_alone(state);
  for (uint32_t i = 0; i < state->n; ++i) {
    set_trim(state, &state->tracks[i]);
  }
  return !plan->failed;
}
