// SPDX-License-Identifier: GPL-3.0-or-later
#include "assistants/mix_internal.h"

#include "base/string.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const TonStrip*
find_old(const TonMix* mix, const char* name)
{
  const uint32_t i = mix ? ton_mix_strip(mix, name) : UINT32_MAX;
  return i == UINT32_MAX ? NULL : &mix->strips[i];
}

bool
strip_locked(const Strip* strip, const char* key)
{
  const TonStrip* const old = strip->old;
  return old && ton_lock_holds(old->locks, old->n_locks, key);
}

void
strip_decide(const MixState* desk, const Strip* strip, const char* key,
             const char* value, TonDecision* decision)
{
  snprintf(decision->path, sizeof(decision->path), "%s/%s", strip->path, key);
  snprintf(decision->value, sizeof(decision->value), "%s", value ? value : "");
  ton_plan_decide(desk->plan, decision);
}

void
strip_keep(const MixState* desk, const Strip* strip, const char* key)
{
  TonDecision d;
  ton_decision_start(&d, "lock", 1.0, "a person's value; the rest adapts");
  d.locked = true;
  strip_decide(desk, strip, key, NULL, &d);
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
  snprintf(guess->because, sizeof(guess->because), "a person says so");
}

static void
find_role(const TonMixBrief* brief, Strip* s)
{
  ton_role_guess(brief->roles, s->stem->file, s->facts, &s->guess);
  if (s->guess.confidence == 0.0) {
    // A file may be "07.wav" and its strip "Bass"
    TonRoleGuess other;
    ton_role_from_name(brief->roles, s->stem->strip, &other);
    if (other.confidence > 0.6) {
      other.side = other.side ? other.side : s->guess.side;
      s->guess = other;
    }
  }
  const char* const word = s->stem->role ? s->stem->role
                           : s->old && s->old->role && *s->old->role
                               ? s->old->role
                               : NULL;
  if (word && *word) {
    role_from_person(brief->roles, word, &s->guess);
  }
  s->role = s->guess.role;
}

static void
open_strip(const MixState* desk, const TonMixStem* stem, Strip* s)
{
  s->stem = stem;
  s->facts = stem->facts;
  s->old = find_old(desk->brief->existing, stem->strip);
  s->path = ton_plan_text(desk->plan, "tracks/%s",
                          ton_plan_name(desk->plan, stem->strip));
  find_role(desk->brief, s);
  s->sounds = s->facts->layout != TON_STEM_SILENT && !s->role->mute &&
              isfinite(s->facts->active_lufs) &&
              !(s->old && s->old->mute && strip_locked(s, "mute"));
  s->mono = s->facts->layout == TON_STEM_MONO ||
            s->facts->layout == TON_STEM_DUAL_MONO ||
            s->facts->layout == TON_STEM_ONE_SIDED;
  s->fader_locked = strip_locked(s, "fader");
  const double wanted = TON_TRIM_LUFS - s->facts->active_lufs;
  s->trim_db = s->old && strip_locked(s, "trim") ? (double)s->old->trim_db
               : s->sounds
                   ? rint(fmin(fmax(wanted, -96.0), 96.0) * 100.0) / 100.0
                   : 0.0;
  s->level_lufs = s->facts->active_lufs + s->trim_db;
}

/// Role, brightness, name: nothing of the order the stems came in
static int
by_content(const void* a, const void* b)
{
  const Strip* const x = a;
  const Strip* const y = b;
  if (x->role != y->role) {
    return x->role < y->role ? -1 : 1;
  }
  const double ratio = x->facts->centroid_hz / y->facts->centroid_hz;
  if (fabs(ratio - 1.0) > 1e-4) {
    return ratio < 1.0 ? -1 : 1;
  }
  return strcmp(x->stem->strip, y->stem->strip);
}

/// Which of several voices leads: the surest name, then the longest
static Strip*
leading_voice(MixState* desk)
{
  Strip* lead = NULL;
  for (uint32_t i = 0; i < desk->n; ++i) {
    Strip* const s = &desk->strips[i];
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
overlap(const TonSoundFeatures* a, const TonSoundFeatures* b)
{
  uint32_t both = 0;
  uint32_t on = 0;
  for (uint32_t t = 0; t < a->n_tenths; ++t) {
    on += a->tenth_on[t];
    both += a->tenth_on[t] && t < b->n_tenths && b->tenth_on[t];
  }
  return on ? (double)both / on : 0.0;
}

/// A voice without a mark that sings along with a surer one is a backing voice
static void
find_backing(MixState* desk)
{
  const Strip* const lead = leading_voice(desk);
  const TonRole* const backing = ton_role(desk->brief->roles, "backing vocal");
  for (uint32_t i = 0; lead && backing && i < desk->n; ++i) {
    Strip* const s = &desk->strips[i];
    if (s == lead || s->role != lead->role || s->guess.confidence >= 0.9 ||
        !s->sounds || overlap(s->facts, lead->facts) < 0.6) {
      continue;
    }
    s->role = s->guess.role = backing;
    s->guess.confidence = 0.65;
    snprintf(s->guess.because, sizeof(s->guess.because),
             "it sings along with %.40s most of the time", lead->stem->strip);
  }
}

bool
mix_state_open(MixState* desk, const TonMixBrief* brief, TonPlan* plan)
{
  *desk = (MixState){.brief = brief,
                     .plan = plan,
                     .n = brief->n_stems,
                     .reference_lufs = TON_TRIM_LUFS};
  desk->strips = ton_arena_alloc(&plan->arena, brief->n_stems * sizeof(Strip));
  if (!desk->strips) {
    return false;
  }
  for (uint32_t i = 0; i < desk->n; ++i) {
    open_strip(desk, &brief->stems[i], &desk->strips[i]);
  }
  qsort(desk->strips, desk->n, sizeof(Strip), by_content);
  find_backing(desk);
  qsort(desk->strips, desk->n, sizeof(Strip), by_content);
  return !plan->failed;
}

// Role, trim ------------------------------------------------------------------

static void
decide_mute(const MixState* desk, const Strip* s)
{
  TonDecision d;
  ton_decision_start(&d, "role.guide", s->guess.confidence,
                     "%s: not part of the mix", s->guess.because);
  if (strip_locked(s, "mute")) {
    strip_keep(desk, s, "mute");
  } else {
    strip_decide(desk, s, "mute", "true", &d);
  }
}

/// A role of a person's that the table does not have: it changes nothing, and
/// that is said
static void
name_unknown_role(const MixState* desk, const Strip* s)
{
  const TonRoles* const roles = desk->brief->roles;
  const char* names[256];
  size_t n = 0;
  for (uint32_t i = 0; i < roles->n_roles && n < 256; ++i) {
    names[n++] = roles->roles[i].name;
  }
  const char* const near = ton_string_nearest(s->old->role, names, n);
  TonDecision d;
  ton_decision_start(
      &d, "role.unknown", 1.0,
      "\"%.60s\" is no known role, so it is treated as none%s%s%s",
      s->old->role, near ? "; did you mean \"" : "", near ? near : "",
      near ? "\"?" : "");
  strip_decide(desk, s, "role", NULL, &d);
}

void
propose_roles(MixState* desk)
{
  for (uint32_t i = 0; i < desk->n; ++i) {
    const Strip* const s = &desk->strips[i];
    TonDecision d;
    ton_decision_start(&d, "role.name", s->guess.confidence, "%s",
                       s->guess.because);
    const bool known = strcmp(s->role->name, "unknown") != 0;
    const bool person = s->old && s->old->role && *s->old->role;
    if (known && !person && !strip_locked(s, "role")) {
      strip_decide(desk, s, "role", s->role->name, &d);
    } else if (!known && person) {
      name_unknown_role(desk, s);
    } else if (!known) {
      ton_decision_instead(&d, "a role",
                           "write one (role: ...) and it is used");
      strip_decide(desk, s, "role", NULL, &d);
    }
    if (s->role->mute) {
      decide_mute(desk, s);
    }
  }
}

static bool
is_clipped(const Strip* s)
{
  return s->facts->whole.n_clips > 0;
}

/// "1:23.3"
static const char*
clock_text(const MixState* desk, double s)
{
  const int minutes = (int)(s / 60.0);
  return ton_plan_text(desk->plan, "%d:%04.1f", minutes,
                       floor(10.0 * (s - 60.0 * minutes)) / 10.0);
}

/// What no processor gives back is named, with its place
static void
name_clipping(const MixState* desk, const Strip* s)
{
  const TonMeasurement* const m = &s->facts->whole;
  TonDecision d;
  ton_decision_start(&d, "defect.clipping", 0.9,
                     "clipped, longest at %s: record it again, or repair it "
                     "before the mix",
                     clock_text(desk, m->clips[0].at_s));
  ton_decision_figure(&d, "clipped samples", (double)m->clipped_samples, "");
  TonEvidence* const e = &d.evidence[0];
  e->from_s = e->to_s = m->clips[0].at_s;
  for (uint32_t i = 0; i < m->n_clips; ++i) {
    e->from_s = fmin(e->from_s, m->clips[i].at_s);
    e->to_s = fmax(e->to_s, m->clips[i].at_s + m->clips[i].length_s);
  }
  strip_decide(desk, s, "chain/declip", NULL, &d);
}

/// So is what somebody's program broke while it wrote the file
static void
name_bad_samples(const MixState* desk, const Strip* s)
{
  const TonMeasurement* const m = &s->facts->whole;
  TonDecision d;
  ton_decision_start(&d, "defect.not-a-number", 1.0,
                     "{0} samples are no numbers, the first at %s; they are "
                     "silence in the mix: write the file again",
                     clock_text(desk, m->first_bad_at_s));
  ton_decision_figure(&d, "samples that are no numbers", (double)m->bad_samples,
                      "");
  strip_decide(desk, s, "chain/repair", NULL, &d);
}

/// Trim's reason: also where the text says that a stem is spoilt
static void
decide_trim(const MixState* desk, const Strip* s)
{
  TonDecision d;
  ton_decision_start(
      &d, "trim.active", 1.0, "active loudness {0}, brought to %g%s%s",
      TON_TRIM_LUFS, is_clipped(s) ? "; CLIPPED at " : "",
      is_clipped(s) ? clock_text(desk, s->facts->whole.clips[0].at_s) : "");
  ton_decision_figure(&d, "active loudness", s->facts->active_lufs, "LUFS");
  ton_decision_figure(&d, "time that sounds", s->facts->active_s, "s");
  strip_decide(desk, s, "trim",
               ton_plan_text(desk->plan, "%+.2f dB",
                             ton_plan_rounded(s->trim_db, 100.0)),
               &d);
}

void
propose_trim(MixState* desk)
{
  for (uint32_t i = 0; i < desk->n; ++i) {
    const Strip* const s = &desk->strips[i];
    TonDecision d;
    if (s->facts->layout == TON_STEM_SILENT) {
      ton_decision_start(&d, "trim.silent", 1.0, "the file is silent");
      strip_decide(desk, s, "trim", NULL, &d);
      continue;
    }
    if (s->facts->whole.bad_samples) {
      name_bad_samples(desk, s);
    }
    if (s->sounds && is_clipped(s)) {
      name_clipping(desk, s);
    }
    if (strip_locked(s, "trim")) {
      strip_keep(desk, s, "trim");
      continue;
    }
    if (s->sounds) {
      decide_trim(desk, s);
    }
  }
}

void
propose_chains(MixState* desk)
{
  for (uint32_t i = 0; i < desk->n; ++i) {
    Strip* const s = &desk->strips[i];
    if (strip_locked(s, "chain")) {
      strip_keep(desk, s, "chain");
      continue;
    }
    if (s->old && s->old->n_chain) {
      ton_plan_edit(desk->plan, ton_plan_text(desk->plan, "%s/chain", s->path),
                    NULL, NULL);
    }
    if (s->sounds) {
      propose_tone(desk, s);
      propose_dynamics(desk, s);
    }
  }
}
