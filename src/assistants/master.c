// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The mastering assistant: goal, repair, compression of the whole, width and
   limiter, and the record of the gain that was found.
*/
#include "assistants/master.h"

#include "assistants/compression_estimate.h"
#include "assistants/insert_text.h"
#include "assistants/master_internal.h"
#include "base/error.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/// Peak-to-loudness ratio below which a mix needs no compression, LU
#define DENSE_PLR_LU  11.0
#define GLUE_CREST_DB 14.0
#define GLUE_RANGE_LU 5.0
#define GLUE_RATIO    2.0
#define GLUE_MEAN_DB  1.5
/// Width of released pop below 120 Hz: nine of ten songs are narrower, dB
#define BASS_SIDE_DB -11.0
#define BASS_MONO_HZ 100.0

static bool
is_locked(const TonMaster* master, const char* key)
{
  return master && ton_lock_holds(master->locks, master->n_locks, key);
}

void
record_unchanged(const MasterState* m, const char* path, TonDecision* decision)
{
  snprintf(decision->path, sizeof(decision->path), "%s", path);
  decision->value[0] = '\0';
  ton_plan_decide(m->plan, decision);
}

static void
decide(const MasterState* m, const char* path, const char* value,
       TonDecision* d)
{
  snprintf(d->path, sizeof(d->path), "%s", path);
  snprintf(d->value, sizeof(d->value), "%s", value);
  ton_plan_decide(m->plan, d);
}

static void
keep_locked(const MasterState* m, const char* key)
{
  TonDecision d;
  ton_decision_start(&d, TON_RULE_LOCK, 1.0);
  d.locked = true;
  record_unchanged(m, key, &d);
}

// Goal ------------------------------------------------------------------------

static void
decide_goal(const MasterState* m, const char* key, double value, double was,
            const char* unit)
{
  if (is_locked(m->brief->existing, key)) {
    keep_locked(m, key);
    return;
  }
  if (isnan(value) || fabs(value - was) < 1e-6) {
    return;
  }
  TonDecision d;
  ton_decision_start(&d, TON_RULE_GOAL_TARGET, 1.0);
  ton_decision_figure(&d, key, value);
  ton_decision_name(&d, "target", m->brief->target.title);
  ton_decision_name(&d, "source", m->brief->target.source);
  decide(m, key, ton_plan_text(m->plan, "%g %s", value, unit), &d);
}

/// Loudness goals that references may set, LUFS
#define REFERENCE_LOUDEST -8.0
#define REFERENCE_SOFTEST -23.0

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

/// Goal set by the references if their tone is alike; NaN: none
static double
reference_loudness(const TonMasterBrief* b)
{
  const double lufs =
      b->loudness_open && b->n_references && tone_distance(b) <= TONE_ALIKE_DB
          ? mean_loudness(b)
          : NAN;
  return isnan(lufs) ? NAN
                     : rint(10.0 * fmin(fmax(lufs, REFERENCE_SOFTEST),
                                        REFERENCE_LOUDEST)) /
                           10.0;
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
                     REFERENCE_SOFTEST, REFERENCE_LOUDEST);
  ton_decision_range(&d, "tonal distance", tone_distance(b), NAN,
                     TONE_ALIKE_DB);
  decide(m, "loudness", ton_plan_text(m->plan, "%g LUFS", m->result->goal_lufs),
         &d);
}

static void
master_goal(const MasterState* m)
{
  const TonMaster* const old = m->brief->existing;
  m->result->goal_lufs = wanted_loudness(m->brief);
  if (!is_locked(old, "loudness") && !isnan(reference_loudness(m->brief))) {
    m->result->goal_yields = true;
    follow_references(m);
  } else {
    decide_goal(m, "loudness", m->brief->target.loudness_lufs,
                old && old->has_loudness ? (double)old->loudness_lufs : NAN,
                "LUFS");
  }
  decide_goal(m, "ceiling", m->brief->target.ceiling_dbtp,
              old ? (double)old->ceiling_dbtp : NAN, "dBTP");
}

// Repair ----------------------------------------------------------------------

/// DC above this costs headroom, full scale 1
#define MAX_DC    0.0005
#define DC_CUT_HZ 20.0
/// Gain that is left to the limiter alone, dB
#define MAX_GAIN_DB 24.0
/// Loudness a quiet mix is brought to first, LUFS
#define WORK_LUFS -23.0

/// A DC offset is inaudible but uses headroom
static void
remove_dc(MasterState* m)
{
  const double* const dc = m->brief->mix->facts.whole.dc;
  const double max = fmax(fabs(dc[0]), fabs(dc[1]));
  if (!(max > MAX_DC)) {
    return;
  }
  TonDecision d;
  ton_decision_start(&d, TON_RULE_REPAIR_DC, 0.95);
  ton_decision_range(&d, "DC offset", 100.0 * max, NAN, 100.0 * MAX_DC);
  const TonSetting settings[] = {{"at", DC_CUT_HZ}};
  const char* const value = ton_chain_band(m->plan, settings, 1);
  if (value) {
    decide(
        m,
        ton_plan_text(m->plan, "chain/%u/equaliser/0/highpass", m->n_chain++),
        value, &d);
  }
}

/// A gain in front of a mix that is too soft for the limiter's gain
static void
raise_quiet(MasterState* m)
{
  const double lufs = m->brief->mix->facts.whole.integrated_lufs;
  if (!(m->result->goal_lufs - lufs > MAX_GAIN_DB)) {
    return;
  }
  TonDecision d;
  ton_decision_start(&d, TON_RULE_REPAIR_LEVEL, 0.9);
  ton_decision_range(&d, "loudness of the mix", lufs,
                     m->result->goal_lufs - MAX_GAIN_DB, NAN);
  const TonSetting settings[] = {{"gain", fmin(rint(WORK_LUFS - lufs), 36.0)}};
  const char* const value = ton_chain_values(m->plan, "gain", settings, 1);
  if (value) {
    m->raised_db = settings[0].value;
    decide(m, ton_plan_text(m->plan, "chain/%u/gain", m->n_chain++), value, &d);
  }
}

// Glue ------------------------------------------------------------------------

/// Record why the whole is not compressed; false if it is to be
static bool
leave_glue(const MasterState* m, const LoudParts* loud, double peak_lu)
{
  const TonFacts* const f = &m->brief->mix->facts;
  TonDecision d;
  if (f->whole.plr_lu < DENSE_PLR_LU) {
    ton_decision_start(&d, TON_RULE_GLUE_DENSE, 0.85);
    ton_decision_range(&d, "peak to loudness", f->whole.plr_lu, DENSE_PLR_LU,
                       NAN);
  } else if (m->distance_db > TONE_ALIKE_DB) {
    ton_decision_start(&d, TON_RULE_GLUE_OTHER_MUSIC, 0.7);
    ton_decision_range(&d, "tonal distance", m->distance_db, NAN,
                       TONE_ALIKE_DB);
  } else if (!(peak_lu > GLUE_CREST_DB && loud->range_lu > GLUE_RANGE_LU)) {
    ton_decision_start(&d, TON_RULE_GLUE_EVEN, 0.75);
    ton_decision_range(&d, "range of the loud parts", loud->range_lu, NAN,
                       GLUE_RANGE_LU);
    ton_decision_range(&d, "peaks above the loud parts", peak_lu, NAN,
                       GLUE_CREST_DB);
  } else {
    return false;
  }
  record_unchanged(m, "chain/compressor", &d);
  return true;
}

/// Lowest threshold with at most 1.5 dB of mean reduction in the loud parts
static CompressionEstimate
best_glue(const LoudParts* loud)
{
  CompressionEstimate best = {.threshold_db = NAN};
  for (int i = 0; loud->levels.n && i < 24; ++i) {
    const CompressionEstimate t =
        estimate_compression(&loud->levels, 4.0 - 0.5 * i, GLUE_RATIO);
    if (t.mean_db > GLUE_MEAN_DB) {
      break;
    }
    best = t;
  }
  return best;
}

/// RMS of one channel when the loudness is that of the loud parts
static double
rms_db(const TonFacts* f, const LoudParts* loud)
{
  double power = 0.0;
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    power += pow(10.0, f->active_db[b] / 10.0);
  }
  const double sides = f->whole.channels > 1 ? 2.0 : 1.0;
  return 10.0 * log10(power / sides) + loud->lufs - f->active_lufs;
}

static void
write_glue(MasterState* m, const LoudParts* loud, double peak_lu,
           const CompressionEstimate* estimate)
{
  TonDecision d;
  ton_decision_start(&d, TON_RULE_GLUE_HELPS, 0.6);
  ton_decision_range(&d, "range of the loud parts", loud->range_lu, NAN,
                     GLUE_RANGE_LU);
  ton_decision_range(&d, "peaks above the loud parts", peak_lu, NAN,
                     GLUE_CREST_DB);
  ton_decision_range(&d, "average reduction", estimate->mean_db, 0.5, 2.0);
  ton_decision_figure(&d, "peak to loudness",
                      m->brief->mix->facts.whole.plr_lu);
  const TonSetting settings[] = {
      {"threshold", rint(2.0 * (rms_db(&m->brief->mix->facts, loud) +
                                m->raised_db + estimate->threshold_db)) /
                        2.0},
      {"ratio", GLUE_RATIO},
      {"attack", 30.0},
      {"release", 200.0},
      {"range", 3.0},
      {"detector", ton_chain_choice("compressor", "detector", "rms")},
      {"key-highpass", 100.0}};
  const char* const value =
      ton_chain_values(m->plan, "compressor", settings, 7);
  if (value) {
    m->result->glue = m->n_chain;
    decide(m, ton_plan_text(m->plan, "chain/%u/compressor", m->n_chain++),
           value, &d);
  }
}

void
master_glue(MasterState* m)
{
  const TonFacts* const f = &m->brief->mix->facts;
  const LoudParts loud = loud_parts(m->plan, &m->brief->mix->features);
  const double peak_lu = f->whole.true_peak_dbtp - loud.lufs;
  if (leave_glue(m, &loud, peak_lu)) {
    return;
  }
  const CompressionEstimate estimate = best_glue(&loud);
  if (estimate.mean_db >= 0.5) {
    write_glue(m, &loud, peak_lu, &estimate);
  }
}

// Width -----------------------------------------------------------------------

/// Side re mid from 500 Hz to 8 kHz, dB
static double
middle_side_db(const TonMeasurement* w)
{
  return 0.5 * (w->band_side_db[2] + w->band_side_db[3]);
}

static void
write_width(MasterState* m, double percent, double mono_hz, TonDecision* d)
{
  TonSetting settings[2];
  uint32_t n = 0;
  if (percent != 100.0) {
    settings[n++] = (TonSetting){"width", percent};
  }
  if (mono_hz > 0.0) {
    settings[n++] = (TonSetting){"mono-below", mono_hz};
  }
  const char* const value = ton_chain_values(m->plan, "width", settings, n);
  if (value) {
    decide(m, ton_plan_text(m->plan, "chain/%u/width", m->n_chain++), value, d);
  }
}

/// Other kinds of music have widths of their own: left as it is
static void
leave_width(const MasterState* m)
{
  TonDecision d;
  ton_decision_start(&d, TON_RULE_WIDTH_OTHER_MUSIC, 0.6);
  ton_decision_range(&d, "tonal distance", m->distance_db, NAN, TONE_ALIKE_DB);
  record_unchanged(m, "chain/width", &d);
}

void
master_width(MasterState* m)
{
  // Percent of width that move the sides by -1.5 and +1.5 dB
  enum { NARROWER = 84, WIDER = 119 };
  const TonMeasurement* const w = &m->brief->mix->facts.whole;
  TonDecision d;
  if (w->channels != 2 || m->brief->mix->facts.layout != TON_LAYOUT_STEREO) {
    return;
  }
  if (m->distance_db > TONE_ALIKE_DB) {
    leave_width(m);
    return;
  }
  const double side = middle_side_db(w);
  const bool wide = side > -3.5;
  const bool narrow = side < -14.5 && w->correlation_min > 0.3;
  const bool loose = w->band_side_db[0] > BASS_SIDE_DB;
  ton_decision_start(&d,
                     loose    ? TON_RULE_WIDTH_BASS
                     : wide   ? TON_RULE_WIDTH_WIDE
                     : narrow ? TON_RULE_WIDTH_NARROW
                              : TON_RULE_WIDTH_USUAL,
                     0.65);
  ton_decision_range(&d, "sides below 120 Hz", w->band_side_db[0], NAN,
                     BASS_SIDE_DB);
  ton_decision_range(&d, "sides", side, -14.5, -3.5);
  if (loose || wide || narrow) {
    write_width(m,
                wide     ? NARROWER
                : narrow ? WIDER
                         : 100.0,
                loose ? BASS_MONO_HZ : 0.0, &d);
  } else {
    record_unchanged(m, "chain/width", &d);
  }
}

// Limiter ---------------------------------------------------------------------

void
master_limit(MasterState* m)
{
  const TonMasterBrief* const b = m->brief;
  const double goal = m->result->goal_lufs;
  const double ceiling = wanted_ceiling(b);
  const double lufs = b->mix->facts.whole.integrated_lufs;
  m->result->search = !isnan(goal);
  m->result->limiter = m->n_chain;
  m->result->gain_db = m->result->search && isfinite(lufs)
                           ? rint((goal - lufs - m->raised_db) * 100.0) / 100.0
                           : 0.0;
  TonDecision d;
  ton_decision_start(&d,
                     m->result->search ? TON_RULE_LOUDNESS_DRIVE
                                       : TON_RULE_LOUDNESS_NO_GOAL,
                     0.9);
  ton_decision_figure(&d, "loudness of the mix", lufs);
  ton_decision_figure(&d, "true peak of the mix",
                      b->mix->facts.whole.true_peak_dbtp);
  if (m->result->search) {
    ton_decision_figure(&d, "goal", goal);
  }
  const TonSetting settings[] = {{"gain", m->result->gain_db},
                                 {"ceiling", ceiling}};
  const char* const value = ton_chain_values(m->plan, "limiter", settings, 2);
  if (value) {
    decide(m, ton_plan_text(m->plan, "chain/%u/limiter", m->n_chain++), value,
           &d);
  }
}

/// A chain with a locked part stays as it is; the gain of its limiter may be
/// searched for if no lock holds it
static void
keep_chain(const MasterState* m)
{
  const TonMaster* const old = m->brief->existing;
  keep_locked(m, "chain");
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
  if (is_locked(brief->existing, "chain")) {
    keep_chain(&m);
  } else {
    if (brief->existing && brief->existing->n_chain) {
      ton_plan_edit(plan, "chain", NULL, NULL);
    }
    remove_dc(&m);
    raise_quiet(&m);
    master_tone(&m);
    master_glue(&m);
    master_width(&m);
    master_limit(&m);
  }
  return plan->failed
             ? ton_fail(error, TON_NO_MEMORY, "no memory for the proposal")
             : TON_OK;
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
  ton_decision_figure(&d, "loudness of the references", result->goal_lufs);
  ton_decision_range(&d, "limiter reduction", reduction_db, NAN,
                     TON_MASTER_GENTLE_DB);
  snprintf(d.path, sizeof(d.path), "loudness");
  snprintf(d.value, sizeof(d.value), "%g LUFS", lufs);
  d.bound_hit = true;
  ton_plan_decide(plan, &d);
  result->goal_lufs = lufs;
  search->goal_lufs = lufs;
  search->state = TON_GAIN_SEARCH_MET;
  return plan->failed
             ? ton_fail(error, TON_NO_MEMORY, "no memory for the proposal")
             : TON_OK;
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
  snprintf(d.path, sizeof(d.path), "chain/%u/limiter/gain", result->limiter);
  snprintf(d.value, sizeof(d.value), "%+.2f dB",
           ton_plan_rounded(search->best_db, 100.0));
  ton_plan_decide(plan, &d);
  return plan->failed
             ? ton_fail(error, TON_NO_MEMORY, "no memory for the proposal")
             : TON_OK;
}
