// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Tempo, metre, first bar and sections of the song, for its text.

   What a person has written is known and stays; what is not heard for sure is
   not written.
*/
#include "analysis/rhythm.h"
#include "assistants/mix_internal.h"
#include "base/string.h"

#include <math.h>
#include <string.h>

/// Share of what rises that has to rise on the beats, more than by chance
#define SURE_STRENGTH 0.25
/// Longest time between the beats and a steady tempo, ms
#define SURE_DRIFT_MS 40.0
/// By how much a count has to fit better than all others
#define SURE_LEAD 0.04
/// A whole number is meant where it moves the end of the song no further, s
#define WHOLE_S 0.015

/// A first bar this near to the start is the start, s
#define AT_START_S 0.015

static TonTells
tells(const TonRole* role)
{
  static const char* const unpitched[] = {"Drums", "Percussion", "Effects",
                                          NULL};
  if (strcmp(role->name, "kick") == 0) {
    return TON_TELLS_KICK;
  }
  if (strcmp(role->name, "snare") == 0) {
    return TON_TELLS_SNARE;
  }
  if (strcmp(role->name, "drums") == 0 || strcmp(role->name, "music") == 0) {
    return TON_TELLS_KIT;
  }
  for (const char* const* group = unpitched; *group; ++group) {
    if (strcmp(role->group, *group) == 0) {
      return TON_TELLS_BEATS;
    }
  }
  return TON_TELLS_CHORDS;
}

/// The song being counted
typedef struct {
  const MixState* state;
  TonRhythmStem* stems;
  uint32_t n;
  TonRhythmKnown known;
  TonRhythm rhythm;
  TonSongSection sections[TON_MAX_SONG_SECTIONS];
  uint32_t n_sections;
} Time;

/// Whether a key of the song is a person's
static bool
is_held(const MixState* state, const char* key)
{
  const TonMix* const mix = state->brief->existing;
  return mix && ton_lock_holds(mix->locks, mix->n_locks, key);
}

static void
open_time(const MixState* state, Time* t)
{
  const TonMix* const mix = state->brief->existing;
  t->state = state;
  t->stems =
      ton_arena_alloc(&state->plan->arena, state->n * sizeof(TonRhythmStem));
  state->plan->failed |= !t->stems;
  for (uint32_t i = 0; t->stems && i < state->n; ++i) {
    const MixTrack* const s = &state->tracks[i];
    if (s->sounds && !s->left) {
      t->stems[t->n++] = (TonRhythmStem){s->features, tells(s->role)};
    }
  }
  t->known = (TonRhythmKnown){
      .tempo_bpm =
          is_held(state, "tempo") ? mix->tempo_bpm : state->brief->tempo_bpm,
      .beats_per_bar = is_held(state, "meter") ? mix->beats_per_bar : 0,
      .first_bar_s = is_held(state, "first-bar") ? mix->first_bar_s : NAN};
}

/// Keep a value of a person, or leave it alone, or write it
static void
decide(const Time* t, const char* key, const char* value, TonDecision* d)
{
  d->locked = is_held(t->state, key);
  ton_plan_decide(t->state->plan, key, value, d);
}

/// What was measured of the beats
static void
name_beats(const TonRhythm* r, TonDecision* d)
{
  ton_decision_range(d, "on the beats", 100.0 * r->beat_strength,
                     100.0 * SURE_STRENGTH, NAN);
  ton_decision_range(d, "drift", r->drift_ms, NAN, SURE_DRIFT_MS);
  ton_decision_range(d, "lead", r->tempo_lead, SURE_LEAD, NAN);
}

static double
written_tempo(const TonRhythm* r)
{
  const double whole = rint(r->tempo_bpm);
  const double song_s = r->n_bars * r->beats_per_bar * 60.0 / r->tempo_bpm;
  return fabs(r->tempo_bpm - whole) / r->tempo_bpm * song_s < WHOLE_S
             ? whole
             : ton_plan_rounded(r->tempo_bpm, 100.0);
}

static bool
is_tempo_sure(const TonRhythm* r)
{
  return r->tempo_bpm > 0.0 && r->n_bars > 0 && r->tempo_lead >= SURE_LEAD &&
         r->beat_strength >= SURE_STRENGTH && r->drift_ms <= SURE_DRIFT_MS;
}

static void
write_tempo(const Time* t)
{
  const TonRhythm* const r = &t->rhythm;
  TonPlan* const plan = t->state->plan;
  TonDecision d;
  if (!(t->known.tempo_bpm > 0.0)) {
    ton_decision_start(&d, TON_RULE_TIME_TEMPO, fmin(r->beat_strength, 1.0));
    name_beats(r, &d);
    decide(t, "tempo", ton_plan_text(plan, "%.6g bpm", written_tempo(r)), &d);
  }
}

static void
write_bars(const Time* t)
{
  const TonRhythm* const r = &t->rhythm;
  TonPlan* const plan = t->state->plan;
  TonDecision d;
  if (r->beats_per_bar != 4 && !t->known.beats_per_bar) {
    ton_decision_start(&d, TON_RULE_TIME_METER, fmin(0.5 + r->bar_lead, 1.0));
    ton_decision_figure(&d, "beats", r->beats_per_bar);
    decide(t, "meter", ton_plan_text(plan, "%u/4", r->beats_per_bar), &d);
  }
  if (r->first_bar_s >= AT_START_S && isnan(t->known.first_bar_s)) {
    ton_decision_start(&d, TON_RULE_TIME_FIRST_BAR,
                       fmin(0.5 + r->bar_lead, 1.0));
    ton_decision_figure(&d, "first bar", 1000.0 * r->first_bar_s);
    decide(t, "first-bar", ton_plan_text(plan, "%.3f s", r->first_bar_s), &d);
  }
}

// Sections ----------------------------------------------------------------------

/// "A", or "A 2" of several, with its number among them in `of`
static const char*
section_name(const Time* t, uint32_t i, uint32_t* of)
{
  const uint32_t letter = t->sections[i].letter;
  uint32_t all = 0;
  *of = 0;
  for (uint32_t k = 0; k < t->n_sections; ++k) {
    all += t->sections[k].letter == letter;
    *of = k == i ? all : *of;
  }
  const char first[] = {letter < 26 ? '\0' : (char)('A' + letter / 26 - 1),
                        '\0'};
  const char last = (char)('A' + letter % 26);
  return all > 1 ? ton_plan_text(t->state->plan, "%s%c %u", first, last, *of)
                 : ton_plan_text(t->state->plan, "%s%c", first, last);
}

/// The first section that sounds like this one
static uint32_t
first_alike(const Time* t, uint32_t i)
{
  uint32_t k = 0;
  while (t->sections[k].letter != t->sections[i].letter) {
    ++k;
  }
  return k;
}

static void
write_section(const Time* t, uint32_t i)
{
  TonPlan* const plan = t->state->plan;
  uint32_t of = 0;
  TonDecision d;
  ton_decision_start(&d, TON_RULE_TIME_SECTION, 0.7);
  ton_decision_figure(&d, "bars", t->sections[i].bars);
  const char* const name = section_name(t, i, &of);
  if (of > 1) {
    ton_decision_name(&d, "earlier", section_name(t, first_alike(t, i), &of));
  }
  ton_plan_record(plan, ton_plan_text(plan, "sections/%s", name),
                  ton_plan_text(plan, "%u bar", t->sections[i].first_bar + 1),
                  &d);
}

/// Whether the text has these sections in this order, so that a value in the place
/// of another is all that changes
static bool
same_names(const Time* t)
{
  const TonMix* const mix = t->state->brief->existing;
  uint32_t of = 0;
  bool same = mix && mix->n_sections == t->n_sections;
  for (uint32_t i = 0; same && i < t->n_sections; ++i) {
    same = strcmp(mix->sections[i].name, section_name(t, i, &of)) == 0;
  }
  return same;
}

/// All sections as one value
static const char*
whole_value(const Time* t)
{
  const char* value = "{";
  uint32_t of = 0;
  for (uint32_t i = 0; i < t->n_sections; ++i) {
    value =
        ton_plan_text(t->state->plan, "%s%s%s: %u bar", value, i ? ", " : "",
                      section_name(t, i, &of), t->sections[i].first_bar + 1);
  }
  return ton_plan_text(t->state->plan, "%s}", value);
}

static void
write_sections(const Time* t)
{
  const TonMix* const mix = t->state->brief->existing;
  TonPlan* const plan = t->state->plan;
  TonDecision d;
  if (is_held(t->state, "sections")) {
    return;
  }
  if (!same_names(t)) {
    if (mix && mix->n_sections) {
      ton_plan_edit(plan, "sections", NULL, NULL);
    }
    if (t->n_sections > 1) {
      ton_plan_edit(plan, "sections", whole_value(t), NULL);
    }
  }
  for (uint32_t i = 0; t->n_sections > 1 && i < t->n_sections; ++i) {
    write_section(t, i);
  }
  if (t->n_sections == 1) {
    ton_decision_start(&d, TON_RULE_TIME_ONE_SECTION, 0.6);
    ton_plan_decide(plan, "sections", NULL, &d);
  }
}

void
propose_time(MixState* state)
{
  Time t = {0};
  open_time(state, &t);
  if (!t.n || ton_find_rhythm(t.stems, t.n, &t.known, &t.rhythm)) {
    state->plan->failed |= t.n > 0;
    return;
  }
  TonDecision d;
  if (!(t.known.tempo_bpm > 0.0) && !is_tempo_sure(&t.rhythm)) {
    ton_decision_start(&d, TON_RULE_TIME_UNSURE, 0.6);
    name_beats(&t.rhythm, &d);
    ton_plan_decide(state->plan, "tempo", NULL, &d);
    return;
  }
  write_tempo(&t);
  if (t.rhythm.n_bars == 0 || t.rhythm.bar_lead < SURE_LEAD) {
    ton_decision_start(&d, TON_RULE_TIME_NO_BARS, 0.6);
    ton_decision_range(&d, "lead", t.rhythm.bar_lead, SURE_LEAD, NAN);
    ton_plan_decide(state->plan, "sections", NULL, &d);
    return;
  }
  write_bars(&t);
  state->plan->failed |= ton_find_sections(t.stems, t.n, &t.rhythm, t.sections,
                                           &t.n_sections) != TON_OK;
  write_sections(&t);
}
