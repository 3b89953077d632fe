// SPDX-License-Identifier: GPL-3.0-or-later
#include "assistants/drive.h"
#include "assistants/first.h"
#include "assistants/targets.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"
#include "studio/studio.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/// A master on its way from one file to another
typedef struct {
  const TonMasterWish* wish;
  const TonJob* job;
  TonError* error;
  char source[1100];
  char text[1100];      ///< master.yaml, or "" for a bare file
  char decisions[1200]; ///< or ""
  char out[1100];
  TonDoc* doc;
  TonMaster* master;
  TonDecisions records;
  TonMeasurement before;
  double goal_lufs;
  double ceiling_dbtp;
  TonTone tone;
  bool has_tone;
} Work;

static TonStatus
find_goal(Work* w)
{
  const TonMasterWish* const wish = w->wish;
  const char* const name = wish->target ? wish->target : "streaming";
  TonTarget target;
  TON_TRY(ton_target(name, &target, w->error));
  w->has_tone = target.tone[0] != 0;
  if (w->has_tone) {
    TON_TRY(ton_tone(target.tone, &w->tone, w->error));
  }
  w->goal_lufs = target.loudness_lufs;
  w->ceiling_dbtp = target.ceiling_dbtp;
  w->goal_lufs =
      isfinite(wish->loudness_lufs) ? wish->loudness_lufs : w->goal_lufs;
  w->ceiling_dbtp =
      isfinite(wish->ceiling_dbtp) ? wish->ceiling_dbtp : w->ceiling_dbtp;
  return TON_OK;
}

/// A new text: what it is for, then the chain the assistant proposes
static TonStatus
propose(Work* w, const char* song, const char* folder)
{
  TonText text = {0};
  char* const name = ton_doc_scalar(song);
  char* const source = ton_doc_scalar(w->text[0] ? "out/mix.wav" : w->source);
  ton_text_printf(&text, "song: %s\nsource: %s\n", name ? name : "song",
                  source ? source : w->source);
  if (isfinite(w->goal_lufs)) {
    ton_text_printf(&text, "loudness: %g LUFS\n", w->goal_lufs);
  }
  ton_text_printf(&text, "ceiling: %g dBTP\n", w->ceiling_dbtp);
  ton_free(name);
  ton_free(source);
  TonStatus status = ton_doc_parse(ton_text_string(&text), text.length,
                                   "master.yaml", &w->doc, w->error);
  ton_text_free(&text);
  const double amount = isfinite(w->wish->amount) ? w->wish->amount : 50.0;
  status = status ? status
                  : ton_first_master(&w->before, w->has_tone ? &w->tone : NULL,
                                     w->goal_lufs, w->ceiling_dbtp, amount,
                                     w->doc, &w->records, w->error);
  return status ? status
                : ton_master_read(w->doc, folder, &w->master, w->error);
}

static TonInsert*
find_limiter(const TonMaster* m)
{
  for (uint32_t i = m->n_chain; i-- > 0;) {
    if (strcmp(m->chain[i].type->id, "limiter") == 0 && !m->chain[i].bypass) {
      return &m->chain[i];
    }
  }
  return NULL;
}

static TonStatus
render_once(Work* w, TonTake* take)
{
  return ton_render_chain(w->source, w->master->chain, w->master->n_chain, take,
                          w->job, w->error);
}

static TonStatus
loudness_of_run(Work* w, double* lufs)
{
  TonTake take = {.error = w->error};
  TonMeasurement m;
  take.meters = ton_meters_new(w->before.rate, 2, TON_MEASURE_LOUDNESS);
  if (!take.meters) {
    return ton_fail(w->error, TON_NO_MEMORY, "out of memory");
  }
  const TonStatus status = render_once(w, &take);
  ton_meters_finish(take.meters, &m);
  ton_meters_free(take.meters);
  *lufs = m.integrated_lufs;
  return status;
}

/// Turn the limiter's gain until the loudness is met; leave it at the best
static TonStatus
solve(Work* w)
{
  TonInsert* const limiter = find_limiter(w->master);
  if (!limiter || !w->master->has_loudness) {
    return TON_OK;
  }
  float* const gain =
      &limiter
           ->params[ton_param(limiter->type, "gain") - limiter->type->params];
  TonDriveSearch search;
  double drive = 0.0;
  ton_drive_search_start(&search, (double)w->master->loudness_lufs,
                         (double)*gain);
  while (ton_drive_search_next(&search, &drive)) {
    double lufs = 0.0;
    *gain = rintf((float)drive * 100.0F) / 100.0F;
    TON_TRY(loudness_of_run(w, &lufs));
    ton_drive_search_tell(&search, (double)*gain, lufs, NAN);
  }
  *gain = (float)search.best_db;
  char path[64];
  char value[32];
  snprintf(path, sizeof(path), "chain/%u/limiter/gain",
           (uint32_t)(limiter - w->master->chain));
  snprintf(value, sizeof(value), "%+.2f dB", (double)*gain);
  TonDecision* const d = ton_decisions_add(&w->records);
  if (!d) {
    return ton_fail(w->error, TON_NO_MEMORY, "out of memory");
  }
  snprintf(d->path, sizeof(d->path), "%s", path);
  snprintf(d->value, sizeof(d->value), "%s", value);
  snprintf(d->rule, sizeof(d->rule), "loudness.solve");
  snprintf(d->reason, sizeof(d->reason),
           "solved in %u runs: %.2f LUFS, goal %.1f", search.runs,
           search.best_lufs, search.goal_lufs);
  d->confidence = 0.95;
  const TonEdit edit = {path, value, NULL};
  return ton_doc_edit(w->doc, &edit, w->error);
}

static TonStatus
write_master(Work* w, TonMeasurement* result)
{
  const TonAudioFormat format = {.rate = w->before.rate,
                                 .channels = 2,
                                 .samples = TON_SAMPLES_24,
                                 .container = "WAV",
                                 .dither = true,
                                 .dither_seed = 1,
                                 .frames_hint = w->before.frames,
                                 .broadcast = {.present = true,
                                               .integrated_lufs = NAN,
                                               .range_lu = NAN,
                                               .true_peak_dbtp = NAN,
                                               .momentary_max_lufs = NAN,
                                               .short_term_max_lufs = NAN}};
  TonTake take = {.error = w->error};
  take.meters = ton_meters_new(w->before.rate, 2,
                               TON_MEASURE_LOUDNESS | TON_MEASURE_TRUE_PEAK |
                                   TON_MEASURE_LEVELS);
  if (!take.meters) {
    return ton_fail(w->error, TON_NO_MEMORY, "out of memory");
  }
  TonStatus status = ton_writer_open(w->out, &format, &take.writer, w->error);
  status = status ? status : render_once(w, &take);
  ton_meters_finish(take.meters, result);
  ton_meters_free(take.meters);
  if (status) {
    ton_writer_abandon(take.writer);
    return status;
  }
  const TonBroadcast b = {true,
                          result->integrated_lufs,
                          result->loudness_range_lu,
                          result->true_peak_dbtp,
                          result->momentary_max_lufs,
                          result->short_term_max_lufs};
  return ton_writer_commit(take.writer, &b, NULL, w->error);
}

/// Done, but is it what was asked for?
static TonStatus
judge(const Work* w, const TonMeasurement* m)
{
  const double gap = m->integrated_lufs - (double)w->master->loudness_lufs;
  if (w->master->has_loudness && isfinite(gap) && fabs(gap) > 0.1) {
    return ton_fail(w->error, TON_GOAL_MISSED,
                    "%.2f LUFS instead of %.1f: %.2f LU %s; the limiter makes "
                    "it no louder without crushing it. Lower the loudest peaks "
                    "in the mix, or ask for less",
                    m->integrated_lufs, (double)w->master->loudness_lufs,
                    fabs(gap), gap < 0.0 ? "short" : "over");
  }
  if (m->true_peak_dbtp > (double)w->master->ceiling_dbtp + 0.05) {
    return ton_fail(w->error, TON_GOAL_MISSED,
                    "the true peak is %.2f dBTP, the ceiling %.1f",
                    m->true_peak_dbtp, (double)w->master->ceiling_dbtp);
  }
  return TON_OK;
}

static TonStatus
open_text(Work* w, const char* folder, const char* song)
{
  if (w->text[0] && access(w->text, F_OK) == 0) {
    TON_TRY(ton_doc_open(w->text, &w->doc, w->error));
    return ton_master_read(w->doc, folder, &w->master, w->error);
  }
  return propose(w, song, folder);
}

/// What the command line asks for wins over the text, and is written into it
static TonStatus
obey_wish(Work* w)
{
  char value[32];
  if (isfinite(w->goal_lufs) &&
      (isfinite(w->wish->loudness_lufs) || w->wish->target)) {
    w->master->loudness_lufs = (float)w->goal_lufs;
    w->master->has_loudness = true;
    snprintf(value, sizeof(value), "%g LUFS", w->goal_lufs);
    const TonEdit edit = {"loudness", value, NULL};
    TON_TRY(ton_doc_edit(w->doc, &edit, w->error));
  }
  if (isfinite(w->wish->ceiling_dbtp) || w->wish->target) {
    w->master->ceiling_dbtp = (float)w->ceiling_dbtp;
    snprintf(value, sizeof(value), "%g dBTP", w->ceiling_dbtp);
    const TonEdit edit = {"ceiling", value, NULL};
    TON_TRY(ton_doc_edit(w->doc, &edit, w->error));
  }
  TonInsert* const limiter = find_limiter(w->master);
  if (limiter) {
    limiter
        ->params[ton_param(limiter->type, "ceiling") - limiter->type->params] =
        w->master->ceiling_dbtp;
  }
  return TON_OK;
}

static TonStatus
work(Work* w, const char* folder, const char* song, TonMeasurement* result)
{
  TON_TRY(find_goal(w));
  TON_TRY(ton_measure_file(w->source, TON_MEASURE_ALL, &w->before, NULL, w->job,
                           w->error));
  if (!isfinite(w->before.integrated_lufs)) {
    return ton_fail_file(w->error, TON_BAD_FILE, w->source,
                         "is silent or shorter than 0.4 s; there is nothing to "
                         "master");
  }
  TON_TRY(open_text(w, folder, song));
  TON_TRY(obey_wish(w));
  TON_TRY(solve(w));
  TON_TRY(write_master(w, result));
  if (w->text[0]) {
    TON_TRY(ton_doc_save(w->doc, w->text, w->error));
    TON_TRY(ton_decisions_write(&w->records, w->decisions, w->error));
  }
  return judge(w, result);
}

static const char*
last_name(const char* path)
{
  const char* const slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

TonStatus
ton_studio_master(const char* song_or_file, const TonMasterWish* wish,
                  const TonJob* job, TonMeasurement* before,
                  TonMeasurement* after, TonError* error)
{
  Work* const w = ton_alloc(sizeof(Work));
  if (!w) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  w->wish = wish;
  w->job = job;
  w->error = error;
  TonSongPaths p;
  TonStatus status = TON_OK;
  const bool file = ton_is_file(song_or_file);
  if (file) {
    snprintf(w->source, sizeof(w->source), "%s", song_or_file);
    snprintf(w->out, sizeof(w->out), "%s",
             wish->out ? wish->out : "master.wav");
    status = ton_work_folder(p.folder, sizeof(p.folder), error);
  } else {
    status = ton_song_paths(song_or_file, false, &p, error);
    snprintf(w->source, sizeof(w->source), "%s", p.mix);
    snprintf(w->out, sizeof(w->out), "%s", wish->out ? wish->out : p.master);
    snprintf(w->text, sizeof(w->text), "%s", p.master_text);
    snprintf(w->decisions, sizeof(w->decisions),
             "%.1000s/master-decisions.json", p.folder);
  }
  status =
      status ? status
             : work(w, p.folder, last_name(file ? w->source : p.folder), after);
  *before = w->before;
  ton_master_free(w->master);
  ton_doc_free(w->doc);
  ton_decisions_free(&w->records);
  ton_free(w);
  return status;
}
