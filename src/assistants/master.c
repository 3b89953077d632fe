// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The mastering assistant: the goal, the order of the chain, and the record of
   the gain that was found.
*/
#include "assistants/master.h"

#include "assistants/master_internal.h"
#include "base/error.h"

#include <math.h>
#include <string.h>

static bool
is_locked(const TonMaster* master, const char* key)
{
  return master && ton_lock_holds(master->locks, master->n_locks, key);
}

// Goal ------------------------------------------------------------------------

static void
start_goal(const MasterState* m, TonDecision* d, const char* key, double value)
{
  ton_decision_start(d, TON_RULE_GOAL_TARGET, 1.0);
  ton_decision_figure(d, key, value);
  ton_decision_name(d, "target", m->brief->target.title);
  ton_decision_name(d, "source", m->brief->target.source);
}

static void
decide_goal(const MasterState* m, const char* key, double value, double was,
            const char* unit)
{
  if (is_locked(m->brief->existing, key)) {
    record_locked(m, key);
    return;
  }
  if (isnan(value) || fabs(value - was) < 1e-6) {
    return;
  }
  TonDecision d;
  start_goal(m, &d, key, value);
  record_value(m, key, ton_plan_text(m->plan, "%g %s", value, unit), &d);
}

/// Loudest goal that references may set, LUFS
#define REFERENCE_LOUDEST -8.0

static double
mean_loudness(const TonMasterBrief* b)
{
  double sum = 0.0;
  uint32_t n = 0;
  for (uint32_t i = 0; i < b->n_references; ++i) {
    const double lufs = b->references[i].facts.whole.integrated_lufs;
    sum += isfinite(lufs) ? lufs : 0.0;
    n += isfinite(lufs);
  }
  return n ? sum / n : NAN;
}

/// Goal set by the references if their tone is alike, never softer than without
/// them; NaN: none
static double
reference_loudness(const TonMasterBrief* b)
{
  const double lufs =
      b->loudness_open && b->n_references && tone_distance(b) <= TONE_ALIKE_DB
          ? mean_loudness(b)
          : NAN;
  const double goal = rint(10.0 * fmin(lufs, REFERENCE_LOUDEST)) / 10.0;
  return isnan(lufs) || goal <= b->target.loudness_lufs ? NAN : goal;
}

static double
wanted_loudness(const TonMasterBrief* b)
{
  if (is_locked(b->existing, "loudness")) {
    return b->existing->has_loudness ? (double)b->existing->loudness_lufs
                                     : b->target.loudness_lufs;
  }
  const double lufs = reference_loudness(b);
  return isnan(lufs) ? b->target.loudness_lufs : lufs;
}

static double
wanted_ceiling(const TonMasterBrief* b)
{
  return is_locked(b->existing, "ceiling") ? (double)b->existing->ceiling_dbtp
                                           : b->target.ceiling_dbtp;
}

static void
follow_references(const MasterState* m)
{
  const TonMasterBrief* const b = m->brief;
  TonDecision d;
  ton_decision_start(&d, TON_RULE_GOAL_REFERENCE, 0.7);
  ton_decision_range(&d, "loudness of the references", mean_loudness(b),
                     b->target.loudness_lufs, REFERENCE_LOUDEST);
  ton_decision_range(&d, "tonal distance", tone_distance(b), NAN,
                     TONE_ALIKE_DB);
  record_value(m, "loudness",
               ton_plan_text(m->plan, "%g LUFS", m->result->goal_lufs), &d);
}

/// The loudness of the text stays.  If a person wrote it and brings references, who
/// may expect theirs is told; else it is the target's still
static void
keep_loudness(const MasterState* m, double lufs)
{
  const bool theirs = m->brief->loudness_theirs;
  TonDecision d;
  if (theirs && !m->brief->n_references) {
    return;
  }
  if (theirs) {
    ton_decision_start(&d, TON_RULE_GOAL_WRITTEN, 1.0);
    ton_decision_figure(&d, "loudness", lufs);
    ton_decision_figure(&d, "loudness of the references",
                        mean_loudness(m->brief));
  } else {
    start_goal(m, &d, "loudness", lufs);
  }
  ton_plan_record(m->plan, "loudness", ton_plan_text(m->plan, "%g LUFS", lufs),
                  &d);
}

/// References that would give the loudness, if they were not softer than the target
static bool
are_softer(const TonMasterBrief* b)
{
  return b->loudness_open && b->n_references &&
         mean_loudness(b) < b->target.loudness_lufs;
}

static void
leave_softer_references(const MasterState* m)
{
  const double lufs = m->brief->target.loudness_lufs;
  TonDecision d;
  ton_decision_start(&d, TON_RULE_GOAL_SOFTER_REFERENCE, 0.9);
  ton_decision_figure(&d, "loudness", lufs);
  ton_decision_figure(&d, "loudness of the references",
                      m->result->references_lufs);
  ton_decision_name(&d, "target", m->brief->target.title);
  record_value(m, "loudness", ton_plan_text(m->plan, "%g LUFS", lufs), &d);
}

static void
master_goal(MasterState* m)
{
  const TonMaster* const old = m->brief->existing;
  const double was =
      old && old->has_loudness ? (double)old->loudness_lufs : NAN;
  m->ceiling_dbtp = wanted_ceiling(m->brief);
  m->result->goal_lufs = wanted_loudness(m->brief);
  m->result->references_lufs = mean_loudness(m->brief);
  if (!is_locked(old, "loudness") && !isnan(reference_loudness(m->brief))) {
    m->result->goal_yields = true;
    follow_references(m);
  } else if (!is_locked(old, "loudness") && are_softer(m->brief)) {
    leave_softer_references(m);
  } else if (!is_locked(old, "loudness") &&
             fabs(m->brief->target.loudness_lufs - was) < 1e-6) {
    keep_loudness(m, was);
  } else {
    decide_goal(m, "loudness", m->brief->target.loudness_lufs, was, "LUFS");
  }
  decide_goal(m, "ceiling", m->brief->target.ceiling_dbtp,
              old ? (double)old->ceiling_dbtp : NAN, "dBTP");
}

/// Less between peaks and loudness, and peaks above: a finished record
#define FINISHED_PLR_LU 11.0
#define FINISHED_DBTP   -1.2

/// Record why tone, dynamics and width are kept; false if they are not
static bool
leave_as_is(const MasterState* m)
{
  const TonMasterBrief* const b = m->brief;
  const TonMeasurement* const w = &b->mix->facts.whole;
  TonDecision d;
  if (b->n_references) {
    return false;
  }
  if (b->target.keeps) {
    ton_decision_start(&d, TON_RULE_GOAL_KEEP, 1.0);
  } else if (isnan(b->amount) && w->plr_lu < FINISHED_PLR_LU &&
             w->true_peak_dbtp > FINISHED_DBTP) {
    ton_decision_start(&d, TON_RULE_GOAL_FINISHED, 0.85);
    ton_decision_range(&d, "peak to loudness", w->plr_lu, FINISHED_PLR_LU, NAN);
    ton_decision_range(&d, "true peak of the mix", w->true_peak_dbtp, NAN,
                       FINISHED_DBTP);
  } else {
    return false;
  }
  record_unchanged(m, "chain", &d);
  return true;
}

/// A chain with a locked part stays as it is; the gain of its limiter may be
/// searched for if no lock holds it
static void
keep_chain(const MasterState* m)
{
  const TonMaster* const old = m->brief->existing;
  record_locked(m, "chain");
  m->result->limiter = UINT32_MAX;
  m->result->gain_locked = true;
  for (uint32_t i = 0; i < old->n_chain; ++i) {
    const TonInsert* const insert = &old->chain[i];
    if (strcmp(insert->type->id, "limiter") == 0) {
      const TonParam* const gain = ton_param(insert->type, "gain");
      m->result->limiter = i;
      m->result->gain_locked =
          is_locked(old, ton_plan_text(m->plan, "chain/%u/limiter/gain", i));
      m->result->gain_db = (double)insert->params[gain - insert->type->params];
    }
  }
}

TonStatus
ton_assist_master(const TonMasterBrief* brief, TonPlan* plan,
                  TonMasterPlan* result, TonError* error)
{
  *result = (TonMasterPlan){.glue = UINT32_MAX};
  MasterState m = {.brief = brief, .plan = plan, .result = result};
  if (!isfinite(brief->mix->facts.active_lufs)) {
    return ton_fail(error, TON_BAD_USE,
                    "the mix is silent; there is nothing to master");
  }
  master_goal(&m);
  if (brief->limits) {
    master_ends(&m);
  }
  if (is_locked(brief->existing, "chain")) {
    keep_chain(&m);
  } else {
    if (brief->existing && brief->existing->n_chain) {
      ton_plan_edit(plan, "chain", NULL, NULL);
    }
    master_repair(&m);
    if (!leave_as_is(&m)) {
      master_tone(&m);
      master_glue(&m);
      master_width(&m);
    }
    if (*brief->style.name) {
      master_style(&m);
    }
    master_limit(&m);
  }
  return ton_plan_check(plan, error);
}

// After the search ------------------------------------------------------------

static void
start_outcome(TonDecision* d, TonGainSearchState state)
{
  static const struct {
    TonRuleId rule;
    double confidence;
  } outcomes[] = {
      [TON_GAIN_SEARCH_SEARCHING] = {TON_RULE_LOUDNESS_NEAREST, 0.5},
      [TON_GAIN_SEARCH_MET] = {TON_RULE_LOUDNESS_MET, 0.95},
      [TON_GAIN_SEARCH_UNREACHABLE] = {TON_RULE_LOUDNESS_LOUDEST, 0.7},
      [TON_GAIN_SEARCH_BOUND] = {TON_RULE_LOUDNESS_BOUND, 0.7},
      [TON_GAIN_SEARCH_RANGE] = {TON_RULE_LOUDNESS_RANGE, 0.7},
      [TON_GAIN_SEARCH_GAVE_UP] = {TON_RULE_LOUDNESS_NEAREST, 0.5},
  };
  ton_decision_start(d, outcomes[state].rule, outcomes[state].confidence);
}

TonStatus
ton_assist_master_yield(TonMasterPlan* result, TonGainSearch* search,
                        double reduction_db, TonPlan* plan, TonError* error)
{
  TonDecision d;
  const double lufs = rint(search->best_lufs * 10.0) / 10.0;
  ton_decision_start(&d, TON_RULE_GOAL_NEAR_REFERENCE, 0.7);
  ton_decision_figure(&d, "goal", result->goal_lufs);
  ton_decision_figure(&d, "loudness of the references",
                      result->references_lufs);
  ton_decision_range(&d, "limiter reduction", reduction_db, NAN,
                     TON_MASTER_GENTLE_DB);
  d.bound_hit = true;
  ton_plan_decide(plan, "loudness", ton_plan_text(plan, "%g LUFS", lufs), &d);
  result->goal_lufs = lufs;
  search->goal_lufs = lufs;
  search->state = TON_GAIN_SEARCH_MET;
  return ton_plan_check(plan, error);
}

TonStatus
ton_assist_master_stay_as_loud(const TonMasterBrief* brief,
                               TonMasterPlan* result, double reduction_db,
                               TonPlan* plan, TonError* error)
{
  TonDecision d;
  const double lufs = brief->target.loudness_lufs;
  ton_decision_start(&d, TON_RULE_GOAL_AS_WITHOUT, 0.7);
  ton_decision_figure(&d, "loudness of the references",
                      result->references_lufs);
  ton_decision_range(&d, "limiter reduction", reduction_db, NAN,
                     TON_MASTER_GENTLE_DB);
  ton_decision_figure(&d, "usual loudness", lufs);
  ton_plan_decide(plan, "loudness", ton_plan_text(plan, "%g LUFS", lufs), &d);
  result->goal_lufs = lufs;
  result->goal_yields = false;
  return ton_plan_check(plan, error);
}

TonStatus
ton_assist_master_gain(const TonMasterBrief* brief, const TonMasterPlan* result,
                       const TonGainSearch* search, double true_peak_dbtp,
                       double reduction_db, TonPlan* plan, TonError* error)
{
  if (result->gain_locked || result->limiter == UINT32_MAX) {
    return TON_OK;
  }
  TonDecision d;
  start_outcome(&d, search->state);
  const double tolerance = fmax(brief->target.tolerance_lu, 0.1);
  ton_decision_range(&d, "loudness", search->best_lufs,
                     search->goal_lufs - tolerance,
                     search->goal_lufs + tolerance);
  ton_decision_range(&d, "true peak", true_peak_dbtp, NAN,
                     wanted_ceiling(brief));
  if (!isnan(reduction_db)) {
    ton_decision_range(&d, "limiter reduction", reduction_db, NAN, 6.0);
  }
  ton_decision_figure(&d, "goal", search->goal_lufs);
  ton_decision_figure(&d, "test renders", search->runs);
  d.bound_hit = search->state == TON_GAIN_SEARCH_BOUND;
  ton_plan_decide(
      plan, ton_plan_text(plan, "chain/%u/limiter/gain", result->limiter),
      ton_plan_text(plan, "%+.2f dB", ton_plan_rounded(search->best_db, 100.0)),
      &d);
  return ton_plan_check(plan, error);
}
