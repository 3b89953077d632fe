// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/error.h"
#include "base/memory.h"
#include "cli/output.h"
#include "cli/summary.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static TonStatus
value_of(const CliLine* line, const char* option, TonUnit unit, double* value,
         TonError* error)
{
  const char* const text = cli_value(line, option);
  const char* why = NULL;
  char room[160];
  *value = NAN;
  if (text && !ton_unit_parse(text, unit, value, &why, room, sizeof(room))) {
    return ton_fail(error, TON_BAD_USE, "--%s: %s", option, why);
  }
  return TON_OK;
}

static TonStatus
read_options(const CliLine* line, TonMasterOptions* options, TonError* error)
{
  options->target = cli_value(line, "target");
  options->out = cli_value(line, "output");
  TON_TRY(value_of(line, "loudness", TON_LUFS, &options->loudness_lufs, error));
  TON_TRY(value_of(line, "ceiling", TON_DBTP, &options->ceiling_dbtp, error));
  TON_TRY(value_of(line, "amount", TON_PERCENT, &options->amount, error));
  options->references = cli_values(line, "reference", &options->n_references);
  options->anyway = cli_has(line, "anyway");
  if (options->loudness_lufs > 0.0 || options->loudness_lufs < -70.0) {
    return ton_fail(error, TON_BAD_USE,
                    "--loudness goes from -70 LUFS to 0 LUFS");
  }
  if (options->ceiling_dbtp > 0.0 || options->ceiling_dbtp < -20.0) {
    return ton_fail(error, TON_BAD_USE, "--ceiling goes from -20 to 0 dBTP");
  }
  if (options->amount < 0.0 || options->amount > 100.0) {
    return ton_fail(error, TON_BAD_USE, "--amount goes from 0 to 100 %%");
  }
  return TON_OK;
}

static void
print_row(const char* name, double mix, double master, const char* unit)
{
  const double values[] = {mix, master};
  printf("  %-16s", name);
  for (int i = 0; i < 2; ++i) {
    if (isnan(values[i])) {
      printf(" %9s", "-");
    } else {
      printf(" %9.2f", report_rounded(values[i], 2));
    }
  }
  printf(" %s\n", unit);
}

static void
print_master(const TonMasterResult* m)
{
  const TonMeasurement* const a = &m->before;
  const TonMeasurement* const b = &m->after;
  char time[32];
  printf("  %-16s %9s %9s\n", "", "mix", "master");
  print_row("integrated", a->integrated_lufs, b->integrated_lufs, "LUFS");
  print_row("true peak", a->true_peak_dbtp, b->true_peak_dbtp, "dBTP");
  print_row("loudness range", a->loudness_range_lu, b->loudness_range_lu, "LU");
  print_row("PLR", a->plr_lu, b->plr_lu, "LU");
  if (m->max_reduction_db > 0.05) {
    printf("  %-16s %9s %9.2f dB for 95 %% of the time, %.2f dB at %s\n",
           "gain reduction", "", report_rounded(m->reduction_p95_db, 2),
           m->max_reduction_db, cli_time(m->max_reduction_at_s, time));
  }
}

/// What was decided and what was left alone, each with its reason
static void
print_reasons(const TonMasterResult* m)
{
  for (uint32_t i = 0; i < m->decisions.count; ++i) {
    const TonDecision* const d = &m->decisions.items[i];
    if (d->superseded) {
      continue;
    }
    printf("  %s%s%s\n      %s\n", d->path, *d->value ? ": " : "", d->value,
           d->reason);
  }
}

static json_t*
json_decisions(const TonDecisions* all)
{
  json_t* const list = json_array();
  for (uint32_t i = 0; i < all->count; ++i) {
    const TonDecision* const d = &all->items[i];
    json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s}", "path",
                                          d->path, "value", d->value, "rule",
                                          d->rule, "reason", d->reason));
  }
  return list;
}

static json_t*
json_master(const TonMasterResult* m, const char* mix, const char* master,
            bool met)
{
  json_t* const o = json_object();
  json_object_set_new(o, "mix", cli_measurement(&m->before, mix));
  json_object_set_new(o, "master", cli_measurement(&m->after, master));
  json_object_set_new(o, "goal_met", json_boolean(met));
  json_object_set_new(o, "goal_lufs", report_number(m->goal_lufs));
  json_object_set_new(o, "ceiling_dbtp", report_number(m->ceiling_dbtp));
  json_object_set_new(o, "gain_reduction_p95_db",
                      report_number(m->reduction_p95_db));
  json_object_set_new(o, "gain_reduction_max_db",
                      report_number(m->max_reduction_db));
  json_object_set_new(o, "gain_reduction_max_at_s",
                      report_number(m->max_reduction_at_s));
  json_object_set_new(o, "limiter_runs", json_integer(m->limiter_runs));
  json_object_set_new(o, "decisions", json_decisions(&m->decisions));
  return o;
}

/// A text is written whether the goal was reached or not
static TonStatus
master_song(TonSong* song, const TonMasterOptions* options, const TonJob* job,
            TonMasterResult* m, TonError* error)
{
  const TonStatus status = ton_song_master(song, options, job, m, error);
  if (status && status != TON_GOAL_MISSED) {
    return status;
  }
  TonError own = {0};
  const TonStatus saved = ton_song_save(song, &own);
  if (saved) {
    *error = own;
  }
  return saved ? saved : status;
}

static TonStatus
master(const CliLine* line, const TonMasterOptions* options, TonMasterResult* m,
       TonError* error)
{
  TonSong* song = NULL;
  *m = (TonMasterResult){0};
  if (ton_is_file(line->args[0])) {
    return ton_master_file(line->args[0], options, &line->job, m, error);
  }
  TON_TRY(ton_song_open(line->args[0], &song, error));
  const TonStatus status = master_song(song, options, &line->job, m, error);
  ton_song_free(song);
  return status;
}

TonStatus
cli_master(const CliLine* line, TonError* error)
{
  TonMasterOptions options = {0};
  TonMasterResult m;
  TON_TRY(read_options(line, &options, error));
  TON_TRY(cli_expect_wav(options.out, error));
  cli_warn_outdated(line, "out/mix.wav", "mix.yaml", "mix");
  const TonStatus status = master(line, &options, &m, error);
  cli_progress_clear();
  if (!status || status == TON_GOAL_MISSED) {
    char path[2048];
    if (ton_is_file(line->args[0])) {
      snprintf(path, sizeof(path), "master.wav");
    } else {
      cli_song_file(line->args[0], "out/master.wav", path, sizeof(path));
    }
    const char* const out = options.out ? options.out : path;
    if (line->json) {
      cli_print_json(json_master(&m, line->args[0], out, status == TON_OK));
    } else {
      printf("%s\n", out);
      print_master(&m);
      print_reasons(&m);
    }
  }
  ton_master_result_free(&m);
  return status;
}

static json_t*
json_delivered(const TonDelivered* d)
{
  json_t* const o = cli_measurement(&d->measured, d->path);
  json_object_set_new(o, "name", json_string(d->name));
  json_object_set_new(o, "why", json_string(d->good ? "" : d->why));
  json_object_set_new(o, "sha256", json_string(d->sha256));
  json_object_set_new(o, "bytes", json_integer((json_int_t)d->bytes));
  json_object_set_new(o, "lossy", json_boolean(d->lossy));
  json_object_set_new(o, "good", json_boolean(d->good));
  return o;
}

static void
print_delivered(const TonDelivered* d)
{
  const char* const slash = strrchr(d->path, '/');
  if (!d->bytes) {
    printf("  %-34s %s\n", slash + 1, d->why);
    return;
  }
  printf("  %-34s %8.1f MB %8.2f LUFS %7.2f dBTP%s  %s\n", slash + 1,
         (double)d->bytes / 1e6, report_rounded(d->measured.integrated_lufs, 2),
         report_rounded(d->measured.true_peak_dbtp, 2),
         d->lossy ? " decoded" : "", d->good ? "good" : d->why);
}

/// The release, its text and its report, whether all files are good or not
static TonStatus
release_song(TonSong* song, const TonJob* job, TonDelivery* delivery,
             TonError* error)
{
  const TonStatus status = ton_song_release(song, job, delivery, error);
  if (status && status != TON_GOAL_MISSED) {
    return status;
  }
  TonError own = {0};
  TonStatus wrote = ton_song_save(song, &own);
  wrote = wrote ? wrote : ton_song_report(song, delivery, job, &own);
  if (wrote) {
    *error = own;
  }
  return wrote ? wrote : status;
}

static void
print_delivery(const CliLine* line, const TonDelivery* delivery)
{
  json_t* const files = json_array();
  for (uint32_t i = 0; i < delivery->n; ++i) {
    if (line->json) {
      json_array_append_new(files, json_delivered(&delivery->files[i]));
    } else {
      print_delivered(&delivery->files[i]);
    }
  }
  if (line->json) {
    cli_print_json(json_pack("{s:O}", "files", files));
  }
  json_decref(files);
}

TonStatus
cli_release(const CliLine* line, TonError* error)
{
  TonSong* song = NULL;
  TonDelivery delivery = {0};
  cli_warn_outdated(line, "out/mix.wav", "mix.yaml", "mix");
  cli_warn_outdated(line, "out/master.wav", "out/mix.wav", "master");
  TonStatus status = ton_song_open(line->args[0], &song, error);
  status = status ? status : release_song(song, &line->job, &delivery, error);
  cli_progress_clear();
  if (!status || status == TON_GOAL_MISSED) {
    print_delivery(line, &delivery);
  }
  ton_delivery_free(&delivery);
  ton_song_free(song);
  return status;
}

/// Stage of make: its own failure ends it; a missed goal is kept for the end
static TonStatus
keep_goal(TonStatus status, TonError* now, TonError* missed)
{
  if (status == TON_GOAL_MISSED) {
    *missed = *now;
    return TON_OK;
  }
  return status;
}

static json_t*
json_made(const char* song, const TonMeasurement* mix,
          const TonMasterResult* mastered, json_t* files, bool met)
{
  char path[2048];
  json_t* const o = json_object();
  json_object_set_new(o, "song", cli_json_text(song));
  cli_song_file(song, "out/mix.wav", path, sizeof(path));
  json_object_set_new(o, "mix", cli_measurement(mix, path));
  cli_song_file(song, "out/master.wav", path, sizeof(path));
  json_object_set_new(o, "master", cli_measurement(&mastered->after, path));
  json_object_set_new(o, "files", files);
  json_object_set_new(o, "goal_met", json_boolean(met));
  return o;
}

/// What `make` works on; `missed` is the last goal that was not reached
typedef struct {
  const char* folder;
  uint32_t n_stems;
  TonMeasurement mix;
  TonMasterResult mastered;
  TonDelivery delivery;
  TonSong* song;
  TonError missed;
} Making;

static TonStatus
create(const CliLine* line, Making* m, TonError* error)
{
  char** stems = NULL;
  TON_TRY(ton_stems_find(line->args[0], &stems, &m->n_stems, error));
  const TonStatus status =
      ton_song_create(m->folder, stems, m->n_stems, false, &m->song, error);
  ton_stems_free(stems, m->n_stems);
  return status;
}

/// From the stems to the report; a goal that is missed does not stop it
static TonStatus
make_all(const CliLine* line, Making* m, TonError* error)
{
  const TonJob* const job = &line->job;
  const TonMasterOptions options = {.loudness_lufs = NAN,
                                    .ceiling_dbtp = NAN,
                                    .amount = NAN,
                                    .target = cli_value(line, "target")};
  TON_TRY(create(line, m, error));
  TON_TRY(ton_song_propose(m->song, job, error));
  TON_TRY(ton_song_save(m->song, error));
  TON_TRY(
      keep_goal(ton_song_mix(m->song, &(TonMixOptions){0}, job, &m->mix, error),
                error, &m->missed));
  TON_TRY(keep_goal(master_song(m->song, &options, job, &m->mastered, error),
                    error, &m->missed));
  return keep_goal(release_song(m->song, job, &m->delivery, error), error,
                   &m->missed);
}

static void
tell_made(const CliLine* line, const Making* m)
{
  const TonDelivery* const d = &m->delivery;
  if (line->json) {
    json_t* const files = json_array();
    for (uint32_t i = 0; i < d->n; ++i) {
      json_array_append_new(files, json_delivered(&d->files[i]));
    }
    cli_print_json(
        json_made(m->folder, &m->mix, &m->mastered, files, !m->missed.status));
    return;
  }
  const CliMade made = {m->folder,    m->n_stems, &m->mix,
                        &m->mastered, d->files,   d->n};
  cli_print_summary(&made);
  for (uint32_t i = 0; i < d->n; ++i) {
    print_delivered(&d->files[i]);
  }
}

TonStatus
cli_make(const CliLine* line, TonError* error)
{
  Making m = {.folder = cli_value(line, "output")};
  if (!m.folder) {
    return ton_fail(error, TON_BAD_USE,
                    "say where the song goes: tonmeister make %s -o SONG",
                    line->args[0]);
  }
  const TonStatus status = make_all(line, &m, error);
  cli_progress_clear();
  if (!status) {
    tell_made(line, &m);
  }
  ton_master_result_free(&m.mastered);
  ton_delivery_free(&m.delivery);
  ton_song_free(m.song);
  if (!status && m.missed.status) {
    *error = m.missed;
    return TON_GOAL_MISSED;
  }
  return status;
}
