// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Mastering a song or a file: the text, the search, the judgement.
#include "assistants/compression_estimate.h"
#include "assistants/user_edits.h"
#include "base/error.h"
#include "base/folder.h"
#include "base/memory.h"
#include "base/output_file.h"
#include "base/string.h"
#include "song/made.h"
#include "song/master_run.h"
#include "song/master_text.h"
#include "song/outputs.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/// More than this of gain reduction (P95) is only done when asked for
#define MAX_REDUCTION_DB 12.0
/// More reduction behind the glue than without it is a cost, dB
#define COSTLY_DB 0.3

/// The loudness of the references that a master once had to fall short of: it is
/// still the goal, unless somebody has set another.  NaN: none
static double
given_up_goal(const TonDecisions* records)
{
  for (uint32_t i = 0; i < records->count; ++i) {
    const TonDecision* const d = &records->items[i];
    if (!d->superseded && strcmp(d->rule, "goal.near-reference") == 0) {
      return d->evidence[0].value;
    }
  }
  return NAN;
}

double
song_master_goal(const TonSong* song, const TonMaster* master)
{
  const double given_up =
      given_up_goal(&song->texts[TON_SONG_MASTER_TEXT].records);
  return isfinite(given_up)     ? given_up
         : master->has_loudness ? (double)master->loudness_lufs
                                : (double)NAN;
}

/// Where a missed loudness comes from, and what would help
static void
explain_gap(const TonMasterResult* m, TonGainSearchState state,
            const MasterText* t, char* text, size_t size)
{
  if (t->plan.goal_yields || (!isfinite(t->options->loudness_lufs) &&
                              isfinite(given_up_goal(t->records)))) {
    ton_string_cut(text, size,
                   "to be as loud as the references the limiter would have to "
                   "take away more than %.0f dB. Ask for that loudness with "
                   "--loudness, or lower the loudest peaks in the mix",
                   TON_MASTER_GENTLE_DB);
  } else if (!master_text_limiter(t)) {
    ton_string_cut(text, size,
                   "the chain has no limiter whose gain could be set; add one");
  } else if (t->plan.gain_locked) {
    ton_string_cut(text, size,
                   "the limiter's gain is locked and stays as it is");
  } else if (state == TON_GAIN_SEARCH_BOUND &&
             m->reduction_p95_db > 0.75 * MAX_REDUCTION_DB) {
    ton_string_cut(
        text, size,
        "stopped at %.1f dB of gain reduction, %.1f dB at %d:%04.1f. "
        "Lower the loudest peaks in the mix, or ask for less%s",
        m->reduction_p95_db, m->max_reduction_db,
        (int)(m->max_reduction_at_s / 60.0), fmod(m->max_reduction_at_s, 60.0),
        t->options->anyway ? "" : ", or go on with --anyway");
  } else if (state == TON_GAIN_SEARCH_RANGE) {
    ton_string_cut(
        text, size,
        "the limiter's gain can go no further. Put a gain of %+.0f dB in "
        "front of it",
        m->goal_lufs - m->after.integrated_lufs);
  } else if (state == TON_GAIN_SEARCH_GAVE_UP) {
    ton_string_cut(
        text, size,
        "the nearest of %u runs of the limiter. Ask for less, or set the "
        "gain by hand",
        m->limiter_runs);
  } else {
    ton_string_cut(
        text, size,
        "a decibel more into the limiter brings less than 0.05 LU. Lower "
        "the loudest peaks in the mix, or ask for less");
  }
}

/// Done, but is it what was asked for?
static TonStatus
judge(const TonMasterResult* m, TonGainSearchState state, const MasterText* t,
      TonError* error)
{
  const double lufs = m->after.integrated_lufs;
  const double gap = lufs - m->goal_lufs;
  if (isfinite(m->goal_lufs) && !(fabs(gap) <= 0.1)) {
    char why[256];
    explain_gap(m, state, t, why, sizeof(why));
    return ton_fail(error, TON_GOAL_MISSED,
                    "%.2f LUFS instead of %.1f, %.2f LU %s: %s", lufs,
                    m->goal_lufs, fabs(gap), gap < 0.0 ? "short" : "over", why);
  }
  if (m->after.true_peak_dbtp > m->ceiling_dbtp + 0.05) {
    return ton_fail(error, TON_GOAL_MISSED,
                    "the true peak is %.2f dBTP, the ceiling %.1f%s",
                    m->after.true_peak_dbtp, m->ceiling_dbtp,
                    master_text_limiter(t) ? "" : ": the chain has no limiter");
  }
  return TON_OK;
}

/// With or without a limiter whose gain may be moved
static MasterTask
task_of(const MasterText* t, const char* out)
{
  TonInsert* const limiter = master_text_limiter(t);
  const bool solve = limiter && !t->plan.gain_locked;
  return (MasterTask){
      .source = t->source,
      .out = out,
      .master = t->master,
      .extra = t->options->extra,
      .n_extra = t->options->n_extra,
      .limiter = limiter,
      .goal_lufs = solve && t->master->has_loudness
                       ? (double)t->master->loudness_lufs
                       : NAN,
      .own_first = !t->propose,
      .max_reduction_db = t->options->anyway    ? (double)INFINITY
                          : t->plan.goal_yields ? TON_MASTER_GENTLE_DB
                                                : MAX_REDUCTION_DB,
      .channels =
          chain_channels(chain_channels(t->mix.facts.whole.channels,
                                        t->master->chain, t->master->n_chain),
                         t->options->extra, t->options->n_extra),
      .rate = t->mix.facts.whole.rate,
      .frames = t->mix.facts.whole.frames,
      .from = t->from,
      .to = t->to};
}

/// What the glue does, from what comes out with it and without
static TonStatus
measure_glue(MasterText* t, MasterFront* with, MasterFront* without,
             double* reduction_db)
{
  TonMeasurement curves[2];
  TonPlan plan = {0};
  if (master_front_levels(with, &curves[0]) ||
      master_front_levels(without, &curves[1])) {
    return ton_fail(t->error, TON_NO_MEMORY, "out of memory");
  }
  *reduction_db =
      loud_reduction(&plan, &t->mix.features, curves[1].momentary_lufs,
                     curves[0].momentary_lufs, curves[0].n_points);
  const TonStatus status = ton_plan_check(&plan, t->error);
  ton_plan_free(&plan);
  return status ? status : master_text_measured_glue(t, *reduction_db);
}

/// Measured in what comes out, glue keeps to its bound: its threshold rises until
/// it does, at most three times
static TonStatus
bound_glue(MasterText* t, const char* out, MasterFront** with,
           MasterFront* without)
{
  enum { STEPS = 3 };
  for (int i = 0;; ++i) {
    double reduction_db = NAN;
    bool raised = false;
    TON_TRY(measure_glue(t, *with, without, &reduction_db));
    TON_TRY(i < STEPS ? master_text_raise_glue(t, reduction_db, &raised)
                      : TON_OK);
    if (!raised) {
      return TON_OK;
    }
    master_front_free(*with);
    *with = NULL;
    MasterTask task = task_of(t, out);
    task.levels = true;
    TON_TRY(master_front(&task, with, t->job, t->error));
  }
}

/// Glue has to prove that it costs nothing: if the limiter would have more to
/// do behind it, it goes.  What comes out before the limiter is the one that
/// stays, with glue or without.
static TonStatus
prove_glue(MasterText* t, const char* out, MasterFront** front)
{
  TonInsert* const glue = master_text_glue(t);
  MasterTask task = task_of(t, out);
  task.levels = glue != NULL;
  TON_TRY(master_front(&task, front, t->job, t->error));
  if (!glue) {
    return TON_OK;
  }
  MasterFront* bare = NULL;
  glue->bypass = true;
  TON_TRY(master_front(&task, &bare, t->job, t->error));
  glue->bypass = false;
  const double with = master_estimate(&task, *front);
  const double without = master_estimate(&task, bare);
  const bool costs = with > without + COSTLY_DB;
  const TonStatus status = costs ? TON_OK : bound_glue(t, out, front, bare);
  master_front_free(costs ? *front : bare);
  *front = costs ? bare : *front;
  return costs ? master_text_drop_glue(t, with, without) : status;
}

static TonStatus
copy_decisions(const TonDecisions* from, TonDecisions* to)
{
  for (uint32_t i = 0; i < from->count; ++i) {
    TonDecision* const d = ton_decisions_add(to);
    if (!d) {
      return TON_NO_MEMORY;
    }
    *d = from->items[i];
  }
  return TON_OK;
}

/// The master goes over no mix, no reference and nothing that the song is made of
static TonStatus
check_out(const MasterText* t, const char* out)
{
  TON_TRY(ton_output_apart(out, t->source, "the input", t->error));
  for (uint32_t i = 0; i < t->options->n_references; ++i) {
    TON_TRY(ton_output_apart(out, t->options->references[i], "a reference",
                             t->error));
  }
  return t->file ? TON_OK : song_apart(t->song, out, t->error);
}

/// Before the text names them, which would be blamed
static TonStatus
check_references(const MasterText* t)
{
  for (uint32_t i = 0; i < t->options->n_references; ++i) {
    TonAudio* audio = NULL;
    TON_TRY(ton_audio_open(t->options->references[i], &audio, t->error));
    ton_audio_close(audio);
  }
  return TON_OK;
}

/// Search the gain; where the way to loud references ends softer than without
/// them, once more for the usual goal
static TonStatus
run(MasterText* t, const char* out, MasterFront* front, MasterOutcome* o)
{
  MasterTask task = task_of(t, out);
  const TonStatus status = master_run(&task, front, o, t->job, t->error);
  if ((status && status != TON_GOAL_MISSED) ||
      !master_text_too_soft(t, &o->search)) {
    return status;
  }
  TON_TRY(master_text_stay_as_loud(t, o->reduction_p95_db));
  task = task_of(t, out);
  return master_run(&task, front, o, t->job, t->error);
}

static TonStatus
work(MasterText* t, const char* out, TonMasterResult* m)
{
  TON_TRY(check_references(t));
  TON_TRY(master_text_open(t));
  TON_TRY(check_out(t, out));
  TON_TRY(master_text_propose(t));
  m->before = t->mix.facts.whole;
  MasterFront* front = NULL;
  MasterOutcome o = {0};
  TonStatus status = prove_glue(t, out, &front);
  status = status ? status : run(t, out, front, &o);
  master_front_free(front);
  const bool clips = status == TON_GOAL_MISSED;
  TON_TRY(clips ? TON_OK : status);
  const MasterTask task = task_of(t, out);
  m->ceiling_dbtp = (double)t->master->ceiling_dbtp;
  m->after = o.measured;
  m->limiter_runs = o.runs;
  m->reduction_p95_db = o.reduction_p95_db;
  m->reduction_share = o.reduction_share;
  m->max_reduction_db = o.largest_db;
  m->max_reduction_at_s = o.largest_at_s;
  const bool as_written = task.own_first && o.runs == 1;
  if (isfinite(task.goal_lufs) && !as_written) {
    TON_TRY(master_text_drive(t, &o.search, o.measured.true_peak_dbtp,
                              o.reduction_p95_db));
  }
  if (ton_decisions_compare(t->records, t->doc) ||
      copy_decisions(t->records, &m->decisions)) {
    return ton_fail(t->error, TON_NO_MEMORY, "out of memory");
  }
  for (uint32_t i = 0; i < t->records->count; ++i) {
    TON_TRY(user_edits_clear_reason(&t->records->items[i], t->doc, t->error));
  }
  t->song->texts[TON_SONG_MASTER_TEXT].records_changed = true;
  m->goal_lufs = isfinite(t->options->loudness_lufs)
                     ? (double)t->master->loudness_lufs
                     : song_master_goal(t->song, t->master);
  const TonStatus judged = judge(m, o.search.state, t, t->error);
  return judged || !clips ? judged : TON_GOAL_MISSED;
}

void
ton_master_result_free(TonMasterResult* result)
{
  ton_decisions_free(&result->decisions);
}

static TonStatus
master(TonSong* song, const char* file, const char* out,
       const TonMasterOptions* options, const TonJob* job,
       TonMasterResult* result, TonError* error)
{
  *result = (TonMasterResult){0};
  TON_TRY(options->out ? output_expect(options->out, true, NULL, error)
                       : TON_OK);
  MasterText* const t = ton_alloc(sizeof(MasterText));
  if (!t) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  *t = (MasterText){.song = song,
                    .file = file,
                    .options = options,
                    .job = job,
                    .error = error};
  const TonStatus status = work(t, out, result);
  master_text_close(t);
  ton_free(t);
  return status;
}

TonStatus
ton_song_master(TonSong* song, const TonMasterOptions* options,
                const TonJob* job, TonMasterResult* result, TonError* error)
{
  if (!options->out) {
    TON_TRY(ton_make_folder(song->out, error));
  }
  if (options->out) {
    return master(song, NULL, options->out, options, job, result, error);
  }
  TON_TRY(made_forget(song, TON_SONG_STAGE_MASTER, error));
  TON_TRY(master(song, NULL, song->master, options, job, result, error));
  char files[MADE_HASH]; // the text may name others than before the work
  TON_TRY(made_files(song, TON_SONG_STAGE_MASTER, files, error));
  return made_note(song, TON_SONG_STAGE_MASTER, files, error);
}

TonStatus
ton_master_file(const char* path, const TonMasterOptions* options,
                const TonJob* job, TonMasterResult* result, TonError* error)
{
  TonSong* song = NULL;
  *result = (TonMasterResult){0};
  TON_TRY(song_of_file(&song, error));
  const TonStatus status =
      master(song, path, options->out, options, job, result, error);
  ton_song_free(song);
  return status;
}
