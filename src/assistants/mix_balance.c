// SPDX-License-Identifier: GPL-3.0-or-later
#include "assistants/mix_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/// Share of a group's miss that is corrected by its members
#define GROUP_SHARE 0.7
/// Lead vocal re everything else: middle, and what is left alone around it
#define VOICE_TO_REST_LU      -2.5
#define VOICE_TO_REST_FREE_LU 2.0
/// Highest fader, dB; more only around a person's locked fader
#define HIGHEST_DB 6.0

/**
   How many strips of a role sound at once, on the average over the time that
   any of them sounds.
*/
static double
at_once(const MixState* desk, const TonRole* role)
{
  uint64_t on = 0;
  uint64_t any = 0;
  for (uint32_t t = 0;; ++t) {
    uint32_t here = 0;
    bool left = false;
    for (uint32_t i = 0; i < desk->n; ++i) {
      const Strip* const s = &desk->strips[i];
      if (s->sounds && s->role == role && t < s->facts->n_tenths) {
        left = true;
        here += s->facts->tenth_on[t];
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
set_goal(const MixState* desk, Strip* s)
{
  const double share =
      s->role->sum ? 10.0 * log10(fmax(at_once(desk, s->role), 1.0)) : 0.0;
  s->goal_lu = s->role->level_lu - share;
  s->low_lu = s->role->level_low_lu - share;
  s->high_lu = s->role->level_high_lu - share;
}

/// The lead, else the most important of what leads without a voice
static const Strip*
find_anchor(const MixState* desk)
{
  const Strip* best = NULL;
  double most = 0.75; // less important roles anchor nothing
  for (uint32_t i = 0; i < desk->n; ++i) {
    const Strip* const s = &desk->strips[i];
    const double weight = s->role->importance *
                          (0.7 + 0.3 * s->facts->activity) *
                          (s->fader_locked ? 1.2 : 1.0);
    const bool leads = s->role->importance > 0.85;
    if (s->sounds && leads && weight > (best ? most : 0.0)) {
      best = s;
      most = weight;
    }
  }
  return best;
}

/// Where the lead vocal lies: at the trim's loudness, or where a person's
/// locked fader puts the one everything else follows
static void
find_reference(MixState* desk)
{
  desk->anchor = find_anchor(desk);
  desk->reference_lufs = TON_TRIM_LUFS;
  if (desk->anchor && desk->anchor->fader_locked) {
    desk->reference_lufs = desk->anchor->level_lufs +
                           (double)desk->anchor->old->fader_db -
                           desk->anchor->goal_lu;
  }
}

/// A locked strip is a constant: its goal is where it lies
static void
hold_locked(MixState* desk)
{
  for (uint32_t i = 0; i < desk->n; ++i) {
    Strip* const s = &desk->strips[i];
    if (s->sounds && s->fader_locked) {
      s->goal_lu =
          s->level_lufs + (double)s->old->fader_db - desk->reference_lufs;
      s->low_lu = s->high_lu = s->goal_lu;
    }
  }
}

typedef bool (*Member)(const MixState* desk, const Strip* s, const void* which);

/// Loudness of some strips together while they sound, re the reference
static double
sum_level(const MixState* desk, Member member, const void* which,
          const Strip* while_on)
{
  double sum = 0.0;
  uint64_t n = 0;
  for (uint32_t t = 0;; ++t) {
    double power = 0.0;
    bool on = false;
    bool left = false;
    for (uint32_t i = 0; i < desk->n; ++i) {
      const Strip* const s = &desk->strips[i];
      if (!s->sounds || !member(desk, s, which) || t >= s->facts->n_tenths) {
        continue;
      }
      left = true;
      on = on || s->facts->tenth_on[t];
      power += s->facts->tenth_on[t]
                   ? (double)s->facts->tenth_power[t] *
                         pow(10.0, (s->goal_lu - s->facts->active_lufs) / 10.0)
                   : 0.0;
    }
    if (!left) {
      break;
    }
    if (while_on) {
      on = t < while_on->facts->n_tenths && while_on->facts->tenth_on[t];
    }
    sum += on ? power : 0.0;
    n += on;
  }
  return n ? 10.0 * log10(sum / (double)n) - 0.691 : -INFINITY;
}

static const TonGroup*
group_of(const MixState* desk, const Strip* s)
{
  const TonRoles* const r = desk->brief->roles;
  for (uint32_t i = 0; i < r->n_groups; ++i) {
    if (strcmp(r->groups[i].name, s->role->group) == 0) {
      return &r->groups[i];
    }
  }
  return NULL;
}

static bool
in_group(const MixState* desk, const Strip* s, const void* which)
{
  const TonGroup* const group = which;
  const TonGroup* const own = group_of(desk, s);
  return own == group ||
         (own && own->with && strcmp(own->with, group->name) == 0);
}

static bool
is_rest(const MixState* desk, const Strip* s, const void* which)
{
  (void)desk;
  (void)which;
  return strcmp(s->role->class, "lead vocal") != 0 &&
         strcmp(s->role->class, "backing vocal") != 0;
}

/// Move the members together, each inside its own range
static void
move_members(MixState* desk, Member member, const void* which, double move)
{
  for (uint32_t i = 0; i < desk->n; ++i) {
    Strip* const s = &desk->strips[i];
    if (s->sounds && member(desk, s, which) && !s->fader_locked) {
      s->goal_lu = fmin(fmax(s->goal_lu + move, s->low_lu), s->high_lu);
    }
  }
}

static void
balance_groups(MixState* desk)
{
  const TonRoles* const r = desk->brief->roles;
  for (uint32_t i = 0; i < r->n_groups; ++i) {
    if (isnan(r->groups[i].level_lu)) {
      continue;
    }
    const double level = sum_level(desk, in_group, &r->groups[i], NULL);
    if (isfinite(level)) {
      move_members(desk, in_group, &r->groups[i],
                   GROUP_SHARE * (r->groups[i].level_lu - level));
    }
  }
}

static const Strip*
lead_vocal(const MixState* desk)
{
  return desk->anchor && strcmp(desk->anchor->role->name, "lead vocal") == 0
             ? desk->anchor
             : NULL;
}

/// All that is not a voice moves together until the voice stands where it does
/// in human mixes
static void
balance_voice(MixState* desk)
{
  const Strip* const lead = lead_vocal(desk);
  if (!lead) {
    return;
  }
  const double rest = sum_level(desk, is_rest, NULL, lead);
  if (!isfinite(rest)) {
    return;
  }
  const double miss = lead->goal_lu - rest - VOICE_TO_REST_LU;
  const double beyond = fabs(miss) - VOICE_TO_REST_FREE_LU;
  if (beyond > 0.0) {
    move_members(desk, is_rest, NULL, copysign(beyond, miss));
  }
}

void
propose_balance(MixState* desk)
{
  for (uint32_t i = 0; i < desk->n; ++i) {
    set_goal(desk, &desk->strips[i]);
  }
  find_reference(desk);
  hold_locked(desk);
  balance_groups(desk);
  balance_voice(desk);
  for (uint32_t i = 0; i < desk->n; ++i) {
    Strip* const s = &desk->strips[i];
    const double fader = s->goal_lu + desk->reference_lufs - s->level_lufs;
    const double most =
        HIGHEST_DB + fmax(desk->reference_lufs - TON_TRIM_LUFS, 0.0);
    s->fader_db =
        s->fader_locked
            ? (double)s->old->fader_db
            : rint(fmin(fmax(fader, -60.0), fmin(most, 24.0)) * 10.0) / 10.0 +
                  0.0; // no "-0.0 dB"
  }
}

static void
decide_fader(const MixState* desk, const Strip* s)
{
  TonDecision d;
  const bool leads = s == desk->anchor;
  ton_decision_start(
      &d, "balance.class-target", fmin(s->guess.confidence, 0.85),
      leads ? "%s: the others follow it" : "%s: lies {0} from the lead",
      s->role->name);
  ton_decision_range(&d, "place in the balance", s->goal_lu, "LU", s->low_lu,
                     s->high_lu, "data/roles.yaml");
  ton_decision_figure(&d, "spread between good mixes", s->role->spread_lu,
                      "LU");
  if (desk->anchor && desk->anchor->fader_locked && !leads) {
    ton_decision_figure(&d, "the lead, set by a person",
                        (double)desk->anchor->old->fader_db, "dB");
  }
  d.bound_hit = s->goal_lu == s->low_lu || s->goal_lu == s->high_lu;
  strip_decide(desk, s, "fader",
               ton_plan_text(desk->plan, "%+.1f dB",
                             ton_plan_rounded(s->fader_db, 10.0)),
               &d);
}

void
propose_faders(MixState* desk)
{
  for (uint32_t i = 0; i < desk->n; ++i) {
    const Strip* const s = &desk->strips[i];
    if (s->fader_locked) {
      strip_keep(desk, s, "fader");
    } else if (s->sounds) {
      decide_fader(desk, s);
    }
  }
}
