// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The mix assistant: the order of its steps, and the corrections after a render.
*/
#include "assistants/mix.h"

#include "assistants/mix_internal.h"
#include "base/error.h"

#include <assert.h>
#include <math.h>
#include <string.h>

/// Step below which a fader is left where it is, dB
#define FADER_STEP_DB 0.3
/// Longest move of a fader in one correction, dB
#define FADER_MOVE_DB 6.0

static TonStatus
open_state(MixState* state, const TonMixBrief* brief, TonPlan* plan,
           TonError* error)
{
  if (!brief->roles || !brief->n_stems) {
    return ton_fail(error, TON_BAD_USE, "a mix needs at least one track");
  }
  if (!mix_state_open(state, brief, plan)) {
    return ton_fail(error, TON_NO_MEMORY, "no memory for the proposal");
  }
  return TON_OK;
}

static void
write_files(const MixState* state)
{
  assert(state->brief);
  for (uint32_t i = 0; i < state->brief->n_stems; ++i) {
    const TonMixStem* const stem = &state->brief->stems[i];
    const char* const path = ton_plan_text(
        state->plan, "tracks/%s/file", ton_plan_name(state->plan, stem->strip));
    char* const value = ton_doc_scalar(stem->file);
    state->plan->failed |= !value;
    ton_plan_edit(state->plan, path, value ? value : "", NULL);
    ton_free(value);
  }
}

static void
propose_chain(MixState* state, MixTrack* s)
{
  propose_tone(state, s);
  propose_dynamics(state, s);
  propose_de_esser(state, s);
}

typedef void (*ChainStep)(MixState* state, MixTrack* s);

/// Both sides of a recording get the chain that the louder one asks for
static void
for_louder_side(MixState* state, MixTrack* s, ChainStep step)
{
  const MixTrack own = *s;
  const MixTrack* const p = s->partner;
  if (p) {
    const MixTrack* const loud =
        p->facts->active_lufs > s->facts->active_lufs ? p : s;
    s->stem = loud->stem;
    s->facts = loud->facts;
    s->features = loud->features;
    s->level_lufs = loud->facts->active_lufs + s->trim_db;
  }
  step(state, s);
  s->stem = own.stem;
  s->facts = own.facts;
  s->features = own.features;
  s->level_lufs = own.level_lufs;
}

static void
propose_chains(MixState* state)
{
  for (uint32_t i = 0; i < state->n; ++i) {
    MixTrack* const s = &state->tracks[i];
    if (track_locked(s, "chain")) {
      track_keep(state, s, "chain");
      continue;
    }
    if (s->old && s->old->n_chain) {
      ton_plan_edit(state->plan,
                    ton_plan_text(state->plan, "%s/chain", s->path), NULL,
                    NULL);
    }
    if (s->sounds) {
      for_louder_side(state, s, propose_chain);
    }
  }
}

TonStatus
ton_assist_mix(const TonMixBrief* brief, TonPlan* plan, TonError* error)
{
  MixState state = {0};
  TON_TRY(open_state(&state, brief, plan, error));
  if (brief->write_files) {
    write_files(&state);
  }
  propose_roles(&state);
  propose_trim(&state);
  propose_polarity(&state);
  propose_chains(&state);
  propose_balance(&state);
  propose_faders(&state);
  propose_place(&state);
  propose_routes(&state);
  propose_space(&state);
  propose_time(&state);
  return ton_plan_check(plan, error);
}

// After a render --------------------------------------------------------------

static void
decide_correction(const MixState* state, const MixTrack* s, double after_lufs,
                  double error, double fader)
{
  TonDecision d;
  ton_decision_start(&d, TON_RULE_BALANCE_IN_CONTEXT, 0.7);
  ton_decision_figure(&d, "loudness after the fader", after_lufs);
  ton_decision_figure(&d, "error", error);
  ton_decision_range(&d, "place", s->goal_lu, s->low_lu, s->high_lu);
  d.bound_hit = fabs(error) > FADER_MOVE_DB;
  if (d.bound_hit) {
    ton_decision_figure(&d, "largest move", FADER_MOVE_DB);
  }
  ton_decision_name(&d, "way", error < 0.0 ? "loud" : "soft");
  if (s != state->anchor) {
    track_name_place(state, s, &d);
  }
  track_decide(
      state, s, "fader",
      ton_plan_text(state->plan, "%+.1f dB", ton_plan_rounded(fader, 10.0)),
      &d);
}

static void
correct_fader(const MixState* state, const MixTrack* s, double after_lufs)
{
  const double goal = state->reference_lufs + s->goal_lu;
  const double error = goal - after_lufs - s->missing_db;
  if (!s->sounds || s->fader_locked || !s->old || isnan(after_lufs) ||
      !(fabs(error) >= FADER_STEP_DB)) {
    return;
  }
  const double move = fmin(fmax(error, -FADER_MOVE_DB), FADER_MOVE_DB);
  decide_correction(state, s, after_lufs, error,
                    fmin(fmax((double)s->old->fader_db + move, -60.0), 12.0));
}

/// Of both sides of a recording together; NaN: not measured
static double
level_after(const MixState* state, const MixTrack* s)
{
  const TonMixStem* const stems = state->brief->stems;
  const MixTrack* const p = s->partner;
  const double own = state->after[s->stem - stems].lufs;
  const double other = p ? state->after[p->stem - stems].lufs : NAN;
  return isnan(own) || isnan(other)
             ? own
             : 10.0 * log10(pow(10.0, own / 10.0) + pow(10.0, other / 10.0));
}

/// A lead that a person holds counts as it was rendered, behind its chain
static void
hear_locked_lead(MixState* state)
{
  const MixTrack* const lead = state->anchor;
  if (!lead || !lead->fader_locked) {
    return;
  }
  const double after = level_after(state, lead);
  if (!isnan(after)) {
    state->reference_lufs = after - lead->goal_lu;
  }
}

TonStatus
ton_assist_mix_thresholds(const TonMixBrief* brief,
                          const TonLevelsBehind* after, TonPlan* plan,
                          TonError* error)
{
  MixState state = {0};
  TON_TRY(open_state(&state, brief, plan, error));
  state.after = after;
  for (uint32_t i = 0; i < state.n; ++i) {
    for_louder_side(&state, &state.tracks[i], raise_threshold);
  }
  return ton_plan_check(plan, error);
}

TonStatus
ton_assist_mix_balance(const TonMixBrief* brief, const TonLevelsBehind* after,
                       TonPlan* plan, TonError* error)
{
  MixState state = {0};
  TON_TRY(open_state(&state, brief, plan, error));
  state.after = after;
  propose_balance(&state);
  hear_locked_lead(&state);
  for (uint32_t i = 0; i < state.n; ++i) {
    MixTrack* const s = &state.tracks[i];
    for_louder_side(&state, s, measure_dynamics);
    correct_fader(&state, s, level_after(&state, s));
  }
  return ton_plan_check(plan, error);
}

TonStatus
ton_assist_mix_peaks(const TonMixBrief* brief, const TonMixPeaks* peaks,
                     TonPlan* plan, TonError* error)
{
  MixState state = {0};
  TON_TRY(open_state(&state, brief, plan, error));
  cut_peaks(&state, peaks);
  return ton_plan_check(plan, error);
}

TonStatus
ton_assist_mix_level(const TonMix* existing, double true_peak_dbtp,
                     double integrated_lufs, TonPlan* plan, TonError* error)
{
  const TonStrip* const mix = &existing->strips[existing->mix];
  const double error_db = TON_MIX_PEAK_DBTP - true_peak_dbtp;
  TonDecision d;
  if (!isfinite(true_peak_dbtp)) {
    return ton_fail(error, TON_BAD_USE, "the mix is silent");
  }
  if (fabs(error_db) <= TON_MIX_PEAK_TOLERANCE_DB) {
    return TON_OK;
  }
  const double fader =
      fmin(fmax((double)mix->fader_db + error_db, -60.0), 24.0);
  ton_decision_start(&d, TON_RULE_HEADROOM_MIX_PEAK, 0.95);
  ton_decision_range(&d, "true peak", true_peak_dbtp,
                     TON_MIX_PEAK_DBTP - TON_MIX_PEAK_TOLERANCE_DB,
                     TON_MIX_PEAK_DBTP + TON_MIX_PEAK_TOLERANCE_DB);
  ton_decision_figure(&d, "loudness of the mix", integrated_lufs);
  ton_decision_figure(&d, "wanted peak", TON_MIX_PEAK_DBTP);
  ton_decision_figure(&d, "fader before", (double)mix->fader_db);
  d.locked = ton_lock_holds(mix->locks, mix->n_locks, "fader");
  ton_plan_decide(
      plan,
      ton_plan_text(plan, "buses/%s/fader", ton_plan_name(plan, mix->name)),
      ton_plan_text(plan, "%+.1f dB", ton_plan_rounded(fader, 10.0)), &d);
  return ton_plan_check(plan, error);
}
