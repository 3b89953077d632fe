// SPDX-License-Identifier: GPL-3.0-or-later
#include "assistants/mix.h"

#include "assistants/mix_internal.h"
#include "base/error.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/// Step below which a fader is left where it is, dB
#define FADER_STEP_DB 0.3
/// Longest move of a fader in one correction, dB
#define FADER_MOVE_DB 6.0

static TonStatus
open_desk(MixState* desk, const TonMixBrief* brief, TonPlan* plan,
          TonError* error)
{
  if (!brief->roles || !brief->n_stems) {
    return ton_fail(error, TON_BAD_USE, "a mix needs at least one track");
  }
  if (!mix_state_open(desk, brief, plan)) {
    return ton_fail(error, TON_NO_MEMORY, "no memory for the proposal");
  }
  return TON_OK;
}

static TonStatus
close_desk(const TonPlan* plan, TonError* error)
{
  return plan->failed
             ? ton_fail(error, TON_NO_MEMORY, "no memory for the proposal")
             : TON_OK;
}

static void
write_files(const MixState* desk)
{
  assert(desk->brief);
  for (uint32_t i = 0; i < desk->brief->n_stems; ++i) {
    const TonMixStem* const stem = &desk->brief->stems[i];
    const char* const path = ton_plan_text(
        desk->plan, "tracks/%s/file", ton_plan_name(desk->plan, stem->strip));
    char* const value = ton_doc_scalar(stem->file);
    desk->plan->failed |= !value;
    ton_plan_edit(desk->plan, path, value ? value : "", NULL);
    ton_free(value);
  }
}

TonStatus
ton_assist_mix(const TonMixBrief* brief, TonPlan* plan, TonError* error)
{
  MixState desk = {0};
  TON_TRY(open_desk(&desk, brief, plan, error));
  if (brief->write_files) {
    write_files(&desk);
  }
  propose_roles(&desk);
  propose_trim(&desk);
  propose_polarity(&desk);
  propose_chains(&desk);
  propose_balance(&desk);
  propose_faders(&desk);
  propose_place(&desk);
  propose_routes(&desk);
  propose_space(&desk);
  return close_desk(plan, error);
}

// After a render --------------------------------------------------------------

static void
correct_fader(const MixState* desk, const Strip* s, double after_lufs)
{
  const double goal = desk->reference_lufs + s->goal_lu;
  const double miss = goal - after_lufs;
  if (!s->sounds || s->fader_locked || !s->old || isnan(after_lufs) ||
      !(fabs(miss) >= FADER_STEP_DB)) {
    return;
  }
  const double move = fmin(fmax(miss, -FADER_MOVE_DB), FADER_MOVE_DB);
  const double fader = fmin(fmax((double)s->old->fader_db + move, -60.0), 12.0);
  TonDecision d;
  ton_decision_start(&d, "balance.in-context", 0.7,
                     "{0} after its chain, {1} from its place: lies at {2}");
  ton_decision_figure(&d, "active loudness after the fader", after_lufs,
                      "LUFS");
  ton_decision_figure(&d, "miss", miss, "LU");
  ton_decision_range(&d, "place", s->goal_lu, "LU", s->low_lu, s->high_lu,
                     "data/roles.yaml");
  d.bound_hit = move != miss;
  strip_decide(
      desk, s, "fader",
      ton_plan_text(desk->plan, "%+.1f dB", ton_plan_rounded(fader, 10.0)), &d);
}

TonStatus
ton_assist_mix_balance(const TonMixBrief* brief, const double* after_lufs,
                       TonPlan* plan, TonError* error)
{
  MixState desk = {0};
  TON_TRY(open_desk(&desk, brief, plan, error));
  propose_balance(&desk);
  for (uint32_t i = 0; i < desk.n; ++i) {
    const size_t stem = (size_t)(desk.strips[i].stem - brief->stems);
    correct_fader(&desk, &desk.strips[i], after_lufs[stem]);
  }
  return close_desk(plan, error);
}

TonStatus
ton_assist_mix_level(const TonMix* existing, double true_peak_dbtp,
                     double integrated_lufs, TonPlan* plan, TonError* error)
{
  const TonStrip* const mix = &existing->strips[existing->mix];
  const double miss = TON_MIX_PEAK_DBTP - true_peak_dbtp;
  TonDecision d;
  if (!isfinite(true_peak_dbtp)) {
    return ton_fail(error, TON_BAD_USE, "the mix is silent");
  }
  if (fabs(miss) <= TON_MIX_PEAK_TOLERANCE_DB) {
    return TON_OK;
  }
  const double fader = fmin(fmax((double)mix->fader_db + miss, -60.0), 24.0);
  ton_decision_start(&d, "headroom.mix-peak", 0.95,
                     "true peak {0} at %+.1f dB, so it lands at %g dBTP",
                     (double)mix->fader_db, TON_MIX_PEAK_DBTP);
  ton_decision_range(&d, "true peak of the mix", true_peak_dbtp, "dBTP",
                     TON_MIX_PEAK_DBTP - TON_MIX_PEAK_TOLERANCE_DB,
                     TON_MIX_PEAK_DBTP + TON_MIX_PEAK_TOLERANCE_DB,
                     "headroom for mastering");
  ton_decision_figure(&d, "loudness of the mix", integrated_lufs, "LUFS");
  snprintf(d.path, sizeof(d.path), "buses/%s/fader",
           ton_plan_name(plan, mix->name));
  snprintf(d.value, sizeof(d.value), "%+.1f dB", ton_plan_rounded(fader, 10.0));
  d.locked = ton_lock_holds(mix->locks, mix->n_locks, "fader");
  ton_plan_decide(plan, &d);
  return close_desk(plan, error);
}
