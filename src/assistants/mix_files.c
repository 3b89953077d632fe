// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   What is decided about each file of a mix: its role, faults that no processor
   repairs, and the trim.
*/
#include "assistants/mix_internal.h"
#include "base/string.h"

#include <math.h>
#include <string.h>

static void
decide_mute(const MixState* state, const MixTrack* s)
{
  TonDecision d;
  const bool finished = strcmp(s->role->name, "finished mix") == 0;
  ton_decision_start(&d,
                     s->original ? TON_RULE_ROLE_COPY
                     : s->parts  ? TON_RULE_ROLE_SUBMIX
                     : finished  ? TON_RULE_ROLE_FINISHED
                                 : TON_RULE_ROLE_GUIDE,
                     s->original || s->parts ? s->likeness
                                             : s->guess.confidence);
  ton_decision_name(&d, "role", s->role->name);
  if (s->original) {
    ton_decision_name(&d, "track", s->original->stem->strip);
    ton_decision_figure(&d, "likeness", 100.0 * s->likeness);
    if (s->inverted) {
      ton_decision_name(&d, "polarity", "with its polarity inverted");
    }
    if (fabs(s->copy_gain_db) >= 0.05) {
      ton_decision_figure(&d, "gain", s->copy_gain_db);
      ton_decision_name(&d, "way", s->copy_gain_db < 0.0 ? "softer" : "louder");
    }
  } else if (s->parts) {
    ton_decision_name(&d, "tracks", s->parts);
    ton_decision_figure(&d, "likeness", 100.0 * s->likeness);
  }
  if (track_locked(s, "mute")) {
    track_keep(state, s, "mute");
  } else {
    track_decide(state, s, "mute", "true", &d);
  }
}

/// Record that a role which a person wrote is not in the table
static void
name_unknown_role(const MixState* state, const MixTrack* s)
{
  const TonRoles* const roles = state->brief->roles;
  const char* names[256];
  size_t n = 0;
  for (uint32_t i = 0; i < roles->n_roles && n < 256; ++i) {
    names[n++] = roles->roles[i].name;
  }
  const char* const near = ton_string_nearest(s->old->role, names, n);
  TonDecision d;
  ton_decision_start(&d, TON_RULE_ROLE_UNKNOWN, 1.0);
  ton_decision_name(&d, "word", s->old->role);
  if (near) {
    ton_decision_name(&d, "nearest", near);
  }
  track_decide(state, s, "role", NULL, &d);
}

void
propose_roles(MixState* state)
{
  for (uint32_t i = 0; i < state->n; ++i) {
    const MixTrack* const s = &state->tracks[i];
    TonDecision d;
    ton_decision_start(&d, s->guess.rule, s->guess.confidence);
    ton_decision_name(&d, "role", s->role->name);
    ton_decision_name(&d, "word", s->guess.word);
    if (s->guess.sound[0]) {
      ton_decision_name(&d, "sound", s->guess.sound);
    }
    if (s->guess.rule == TON_RULE_ROLE_SUM) {
      ton_decision_figure(&d, "likeness", 100.0 * s->guess.confidence);
    }
    const bool known = strcmp(s->role->name, "unknown") != 0;
    const bool person = s->old && s->old->role && *s->old->role;
    if (known && !person && !track_locked(s, "role")) {
      track_decide(state, s, "role", s->role->name, &d);
    } else if (!known && person) {
      name_unknown_role(state, s);
    } else if (!known) {
      track_decide(state, s, "role", NULL, &d);
    }
    if (s->role->mute || s->original || s->parts) {
      decide_mute(state, s);
    }
  }
}

static bool
is_clipped(const MixTrack* s)
{
  return s->facts->whole.n_clips > 0;
}

/// Record clipping with its place: no processor repairs it
static void
name_clipping(const MixState* state, const MixTrack* s)
{
  const TonMeasurement* const m = &s->facts->whole;
  TonDecision d;
  ton_decision_start(&d, TON_RULE_DEFECT_CLIPPING, 0.9);
  ton_decision_figure(&d, "clipped samples", (double)m->clipped_samples);
  ton_decision_figure(&d, "longest run", m->clips[0].at_s);
  TonEvidence* const e = &d.evidence[0];
  e->from_s = e->to_s = m->clips[0].at_s;
  for (uint32_t i = 0; i < m->n_clips; ++i) {
    e->from_s = fmin(e->from_s, m->clips[i].at_s);
    e->to_s = fmax(e->to_s, m->clips[i].at_s + m->clips[i].length_s);
  }
  track_decide(state, s, "chain/declip", NULL, &d);
}

/// Record one moment that is far louder than all others
static void
name_lone_peak(const MixState* state, const MixTrack* s)
{
  TonDecision d;
  ton_decision_start(&d, TON_RULE_DEFECT_LONE_PEAK, 0.7);
  ton_decision_figure(&d, "place", s->facts->lone_peak_s);
  ton_decision_figure(&d, "over the others", s->facts->lone_peak_db);
  ton_decision_figure(&d, "height",
                      s->facts->peak_to_loud_db + s->facts->active_lufs);
  track_decide(state, s, "chain/peak", NULL, &d);
}

/// Record samples that are not numbers
static void
name_bad_samples(const MixState* state, const MixTrack* s)
{
  const TonMeasurement* const m = &s->facts->whole;
  TonDecision d;
  ton_decision_start(&d, TON_RULE_DEFECT_NOT_A_NUMBER, 1.0);
  ton_decision_figure(&d, "broken samples", (double)m->bad_samples);
  ton_decision_figure(&d, "first one", m->first_bad_at_s);
  track_decide(state, s, "chain/repair", NULL, &d);
}

/// Record spikes, which were replaced while the file was read
static void
name_spikes(const MixState* state, const MixTrack* s)
{
  const TonMeasurement* const m = &s->facts->whole;
  TonDecision d;
  ton_decision_start(&d, TON_RULE_DEFECT_SPIKE, 0.95);
  ton_decision_figure(&d, "spikes", (double)m->spikes);
  ton_decision_figure(&d, "height", m->spike_dbfs);
  ton_decision_figure(&d, "place", m->spike_at_s);
  if (track_locked(s, "repair")) {
    track_keep(state, s, "repair");
  } else {
    track_decide(state, s, "repair", "true", &d);
  }
}

/// Record that nothing but noise, hum or crackle is left as it is
static void
name_left(const MixState* state, const MixTrack* s)
{
  static const TonRuleId rules[] = {[LEFT_NOISE] = TON_RULE_TRIM_NOISE,
                                    [LEFT_HUM] = TON_RULE_TRIM_HUM,
                                    [LEFT_CRACKLE] = TON_RULE_TRIM_CRACKLE};
  TonDecision d;
  ton_decision_start(&d, rules[s->left], 0.8);
  ton_decision_figure(&d, "loudness while it plays", s->facts->active_lufs);
  if (s->left == LEFT_CRACKLE) {
    ton_decision_figure(&d, "clicks", s->facts->clicks);
  } else {
    ton_decision_range(&d, "level range", s->facts->range_lu, 2.0, NAN);
  }
  if (s->left == LEFT_HUM) {
    ton_decision_range(&d, "share of the lines", 100.0 * s->facts->mains_share,
                       NAN, 75.0);
  }
  track_decide(state, s, "trim", NULL, &d);
}

static void
mute_clicks(const MixState* state, const MixTrack* s)
{
  TonDecision d;
  ton_decision_start(&d, TON_RULE_TRIM_CLICKS, 0.9);
  ton_decision_figure(&d, "highest peak", s->facts->whole.sample_peak_dbfs);
  track_decide(state, s, "mute", "true", &d);
}

static void
start_trim(const MixState* state, const MixTrack* s, TonDecision* d)
{
  if (s->missing_db > 0.0) {
    const double highest = state->brief->roles->trim.highest_db;
    ton_decision_start(d, TON_RULE_TRIM_TOO_SOFT, 0.6);
    ton_decision_range(d, "gain needed", s->trim_db + s->missing_db, NAN,
                       highest);
    ton_decision_figure(d, "highest trim", highest);
    d->bound_hit = true;
  } else {
    ton_decision_start(d, TON_RULE_TRIM_ACTIVE, 1.0);
    ton_decision_figure(d, "time that plays", s->facts->active_s);
    ton_decision_figure(d, "starting level", TON_TRIM_LUFS);
  }
}

/// The trim's comment also warns of clipping
static void
decide_trim(const MixState* state, const MixTrack* s)
{
  TonDecision d;
  start_trim(state, s, &d);
  ton_decision_figure(&d, "loudness while it plays", s->active_lufs);
  if (s->partner && ton_decision_is(&d, TON_RULE_TRIM_ACTIVE)) {
    ton_decision_name(&d, "other side", s->partner->stem->strip);
  }
  if (is_clipped(s) && ton_decision_is(&d, TON_RULE_TRIM_ACTIVE)) {
    ton_decision_figure(&d, "longest clipping", s->facts->whole.clips[0].at_s);
  }
  track_decide(state, s, "trim",
               ton_plan_text(state->plan, "%+.2f dB",
                             ton_plan_rounded(s->trim_db, 100.0)),
               &d);
}

/// What a file without sound holds; a DC offset is kept out of the mix
static void
name_silence(const MixState* state, const MixTrack* s)
{
  const TonMeasurement* const m = &s->facts->whole;
  TonDecision d;
  if (m->bad_samples) {
    ton_decision_start(&d, TON_RULE_TRIM_BROKEN, 1.0);
    ton_decision_figure(&d, "broken samples", (double)m->bad_samples);
    track_decide(state, s, "trim", NULL, &d);
  } else if (track_dc(s) > TRACK_DC && !track_locked(s, "mute")) {
    ton_decision_start(&d, TON_RULE_TRIM_CONSTANT, 1.0);
    ton_decision_figure(&d, "DC offset", 100.0 * track_dc(s));
    track_decide(state, s, "mute", "true", &d);
  } else {
    ton_decision_start(&d, TON_RULE_TRIM_SILENT, 1.0);
    track_decide(state, s, "trim", NULL, &d);
  }
}

void
propose_trim(MixState* state)
{
  for (uint32_t i = 0; i < state->n; ++i) {
    const MixTrack* const s = &state->tracks[i];
    if (s->facts->layout == TON_LAYOUT_SILENT) {
      name_silence(state, s);
      continue;
    }
    if (s->facts->whole.bad_samples) {
      name_bad_samples(state, s);
    }
    if (s->facts->whole.spikes) {
      name_spikes(state, s);
    }
    if (s->sounds && is_clipped(s)) {
      name_clipping(state, s);
    }
    if (s->sounds && s->facts->lone_peak_db > 0.0) {
      name_lone_peak(state, s);
    }
    if (track_locked(s, "trim")) {
      track_keep(state, s, "trim");
      continue;
    }
    if (s->left) {
      name_left(state, s);
    } else if (s->clicks) {
      mute_clicks(state, s);
    } else if (s->sounds) {
      decide_trim(state, s);
    }
  }
}
