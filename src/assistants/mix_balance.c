// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Balance of a mix: a level for every track against the lead vocal, held
   together by groups.
*/
#include "assistants/mix_internal.h"

#include <math.h>
#include <string.h>

/// Share of a group's error that its members correct
#define GROUP_SHARE 0.7
/// Lead vocal re everything else, LU, and the tolerance around it
#define VOICE_TO_REST_LU      -2.5
#define VOICE_TO_REST_FREE_LU 1.0
/// Share of the error that the rest corrects; the lead vocal yields for what is
/// left, by this at most, LU
#define REST_SHARE 0.75
#define YIELD_LU   3.0
/// Highest fader, dB; more only around a person's locked fader
#define HIGHEST_DB 6.0

/// Of two sides of one recording the right one does not count again
static bool
is_right_half(const MixTrack* s)
{
  return s->partner && s->guess.side == 'R';
}

/**
   How many tracks of a role sound at once, on the average over the time that
   any of them sounds.
*/
static double
at_once(const MixState* state, const TonRole* role)
{
  uint64_t on = 0;
  uint64_t any = 0;
  for (uint32_t t = 0;; ++t) {
    uint32_t here = 0;
    bool left = false;
    for (uint32_t i = 0; i < state->n; ++i) {
      const MixTrack* const s = &state->tracks[i];
      if (s->sounds && s->role == role && t < s->features->n_tenths) {
        left = true;
        here += s->features->tenth_on[t] && !is_right_half(s);
      }
    }
    if (!left) {
      break;
    }
    on += here;
    any += here > 0;
  }
  return any ? (double)on / (double)any : 1.0;
}

static void
set_goal(const MixState* state, MixTrack* s)
{
  const double share =
      s->role->sum ? 10.0 * log10(fmax(at_once(state, s->role), 1.0)) : 0.0;
  s->goal_lu = s->role->level_lu - share;
  s->low_lu = s->role->level_low_lu - share;
  s->high_lu = s->role->level_high_lu - share;
}

/// The lead vocal, else the most important track that can lead; or null
static const MixTrack*
find_anchor(const MixState* state)
{
  const MixTrack* best = NULL;
  double max = 0.75; // less important roles lead nothing
  for (uint32_t i = 0; i < state->n; ++i) {
    const MixTrack* const s = &state->tracks[i];
    const double weight = s->role->importance *
                          (0.7 + 0.3 * s->facts->activity) *
                          (s->fader_locked ? 1.2 : 1.0);
    const bool leads = s->role->importance > 0.85;
    if (s->sounds && leads && weight > (best ? max : 0.0)) {
      best = s;
      max = weight;
    }
  }
  return best;
}

/// Level of a lead vocal: that of the trim, unless the leading track's fader is
/// locked; then the level that its fader implies
static void
find_reference(MixState* state)
{
  state->anchor = find_anchor(state);
  state->reference_lufs = TON_TRIM_LUFS;
  if (state->anchor && state->anchor->fader_locked) {
    state->reference_lufs = state->anchor->level_lufs + state->anchor->set_db -
                            state->anchor->goal_lu;
  }
}

/// The goal of a track with a locked fader is its present level
static void
hold_locked(MixState* state)
{
  for (uint32_t i = 0; i < state->n; ++i) {
    MixTrack* const s = &state->tracks[i];
    if (s->sounds && s->fader_locked) {
      s->goal_lu = s->level_lufs + s->set_db - state->reference_lufs;
      s->low_lu = s->high_lu = s->goal_lu;
    }
  }
}

typedef bool (*Member)(const MixState* state, const MixTrack* s,
                       const void* which);

/// Loudness of some tracks together while they sound, re the reference
static double
sum_level(const MixState* state, Member member, const void* which,
          const MixTrack* while_on)
{
  double sum = 0.0;
  uint64_t n = 0;
  for (uint32_t t = 0;; ++t) {
    double power = 0.0;
    bool on = false;
    bool left = false;
    for (uint32_t i = 0; i < state->n; ++i) {
      const MixTrack* const s = &state->tracks[i];
      if (!s->sounds || !member(state, s, which) ||
          t >= s->features->n_tenths) {
        continue;
      }
      left = true;
      on = on || s->features->tenth_on[t];
      power += s->features->tenth_on[t]
                   ? (double)s->features->tenth_power[t] *
                         pow(10.0, (s->goal_lu - s->active_lufs) / 10.0)
                   : 0.0;
    }
    if (!left) {
      break;
    }
    if (while_on) {
      on = t < while_on->features->n_tenths && while_on->features->tenth_on[t];
    }
    sum += on ? power : 0.0;
    n += on;
  }
  return n ? 10.0 * log10(sum / (double)n) - 0.691 : -INFINITY;
}

static const TonGroup*
group_of(const MixState* state, const MixTrack* s)
{
  const TonRoles* const r = state->brief->roles;
  for (uint32_t i = 0; i < r->n_groups; ++i) {
    if (strcmp(r->groups[i].name, s->role->group) == 0) {
      return &r->groups[i];
    }
  }
  return NULL;
}

static bool
in_group(const MixState* state, const MixTrack* s, const void* which)
{
  const TonGroup* const group = which;
  const TonGroup* const own = group_of(state, s);
  return own == group ||
         (own && own->with && strcmp(own->with, group->name) == 0);
}

static bool
is_rest(const MixState* state, const MixTrack* s, const void* which)
{
  (void)state;
  (void)which;
  return strcmp(s->role->class, "lead vocal") != 0 &&
         strcmp(s->role->class, "backing vocal") != 0;
}

static void
move_goal(MixTrack* s, double move)
{
  if (!s->fader_locked) {
    s->goal_lu = fmin(fmax(s->goal_lu + move, s->low_lu), s->high_lu);
  }
}

/// Move the members of a group together, each inside its own range; nobody knows
/// where what has no role belongs
static void
move_group(MixState* state, const TonGroup* group, double move)
{
  for (uint32_t i = 0; i < state->n; ++i) {
    MixTrack* const s = &state->tracks[i];
    if (s->sounds && in_group(state, s, group) && !track_is_unknown(s)) {
      move_goal(s, move);
    }
  }
}

static void
balance_groups(MixState* state)
{
  const TonRoles* const r = state->brief->roles;
  for (uint32_t i = 0; i < r->n_groups; ++i) {
    if (isnan(r->groups[i].level_lu)) {
      continue;
    }
    const double level = sum_level(state, in_group, &r->groups[i], NULL);
    if (isfinite(level)) {
      move_group(state, &r->groups[i],
                 GROUP_SHARE * (r->groups[i].level_lu - level));
    }
  }
}

static MixTrack*
lead_vocal(const MixState* state)
{
  const bool voice =
      state->anchor && strcmp(state->anchor->role->name, "lead vocal") == 0;
  return voice ? &state->tracks[state->anchor - state->tracks] : NULL;
}

/// How much louder than it should be the lead vocal is against the rest, beyond
/// the tolerance; 0 if nothing else sounds
static double
voice_error(const MixState* state, const MixTrack* lead)
{
  const double rest = sum_level(state, is_rest, NULL, lead);
  const double error = lead->goal_lu - rest - VOICE_TO_REST_LU;
  const double beyond = fmax(fabs(error) - VOICE_TO_REST_FREE_LU, 0.0);
  return isfinite(rest) ? copysign(beyond, error) : 0.0;
}

/// Bring the lead vocal and the rest together until it is as loud against it as
/// in mixes by people: most of it is the rest's, what it may not go is the lead's
static void
balance_voice(MixState* state)
{
  MixTrack* const lead = lead_vocal(state);
  const double error = lead ? voice_error(state, lead) : 0.0;
  for (uint32_t i = 0; i < state->n && error != 0.0; ++i) {
    MixTrack* const s = &state->tracks[i];
    if (s->sounds && is_rest(state, s, NULL)) {
      move_goal(s, REST_SHARE * error);
    }
  }
  if (error > 0.0 && !lead->fader_locked) {
    const double left = fmax(voice_error(state, lead), 0.0);
    lead->goal_lu -= fmin(left, YIELD_LU);
  }
}

void
propose_balance(MixState* state)
{
  for (uint32_t i = 0; i < state->n; ++i) {
    set_goal(state, &state->tracks[i]);
  }
  find_reference(state);
  hold_locked(state);
  balance_groups(state);
  balance_voice(state);
  for (uint32_t i = 0; i < state->n; ++i) {
    MixTrack* const s = &state->tracks[i];
    const double fader =
        s->goal_lu + state->reference_lufs - s->level_lufs - s->missing_db;
    const double max =
        HIGHEST_DB + fmax(state->reference_lufs - TON_TRIM_LUFS, 0.0);
    s->fader_db =
        s->fader_locked
            ? s->set_db
            : rint(fmin(fmax(fader, -60.0), fmin(max, 24.0)) * 10.0) / 10.0 +
                  0.0; // no "-0.0 dB"
  }
}

static void
decide_fader(const MixState* state, const MixTrack* s)
{
  TonDecision d;
  const bool leads = s == state->anchor;
  ton_decision_start(
      &d, leads ? TON_RULE_BALANCE_LEAD : TON_RULE_BALANCE_CLASS_TARGET,
      fmin(s->guess.confidence, 0.85));
  ton_decision_range(&d, "place", s->goal_lu, s->low_lu, s->high_lu);
  ton_decision_figure(&d, "difference between mixes", s->role->spread_lu);
  if (leads && s->goal_lu < s->role->level_lu - 0.05) {
    ton_decision_figure(&d, "yields", s->role->level_lu - s->goal_lu);
  }
  if (state->anchor && state->anchor->fader_locked && !leads) {
    ton_decision_figure(&d, "lead's fader, set by you", state->anchor->set_db);
  }
  track_name_role(s, &d);
  track_name_place(state, s, &d);
  d.bound_hit = s->goal_lu == s->low_lu || s->goal_lu == s->high_lu;
  if (track_is_unknown(s)) {
    ton_decision_name(&d, "hint", "write role: ...");
  } else if (d.bound_hit) {
    ton_decision_name(&d, "limit", s->goal_lu == s->low_lu ? "bottom" : "top");
  }
  track_decide(state, s, "fader",
               ton_plan_text(state->plan, "%+.1f dB",
                             ton_plan_rounded(s->fader_db, 10.0)),
               &d);
}

void
propose_faders(MixState* state)
{
  for (uint32_t i = 0; i < state->n; ++i) {
    const MixTrack* const s = &state->tracks[i];
    if (s->fader_locked) {
      track_keep(state, s, "fader");
    } else if (s->sounds) {
      decide_fader(state, s);
    }
  }
}
