// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   tonmeister master: proposes and renders the master of a mix.
*/

#include "base/error.h"
#include "base/memory.h"
#include "base/path.h"
#include "base/string.h"
#include "cli/candidates.h"
#include "cli/json_output.h"
#include "cli/master_options.h"
#include "cli/measurement_table.h"
#include "cli/song_files.h"
#include "cli/song_stages.h"
#include "cli/terminal.h"
#include "cli/verbs.h"
#include "report/figures.h"
#include "report/json.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void
print_master(const TonMasterResult* m)
{
  char time[32];
  cli_print_stages(&m->before, &m->after);
  if (m->max_reduction_db > 0.05) {
    printf(
        "  %-20s %9s %9.2f dB or less for 95 %% of the time, %.2f dB at %s\n",
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
    printf("  %s%s%s\n      %s\n", cli_visible(d->path), *d->value ? ": " : "",
           cli_visible(d->value), cli_visible(d->reason));
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

/// What services play of the master
typedef struct {
  TonPlayback* items;
  uint32_t n;
} Playbacks;

static void
print_playbacks(const Playbacks* all)
{
  for (uint32_t i = 0; i < all->n; ++i) {
    const TonPlayback* const p = &all->items[i];
    printf("  %-20s ", cli_visible(p->platform));
    if (fabs(p->gain_db) < 0.005) {
      printf("plays it as it is");
    } else {
      printf("turns it %s by %.2f dB%s", p->gain_db < 0.0 ? "down" : "up",
             fabs(p->gain_db), p->limited ? ", into a limiter" : "");
    }
    printf(": %.2f LUFS, %.2f dBTP\n      %s\n",
           report_rounded(p->played.integrated_lufs, 2),
           report_rounded(p->played.true_peak_dbtp, 2), cli_visible(p->path));
  }
}

static json_t*
json_playbacks(const Playbacks* all)
{
  json_t* const list = json_array();
  for (uint32_t i = 0; i < all->n; ++i) {
    const TonPlayback* const p = &all->items[i];
    json_t* const o =
        json_pack("{s:s, s:o, s:b}", "platform", p->platform, "path",
                  report_text(p->path), "limited", p->limited);
    json_object_set_new(o, "gain_db", report_number(p->gain_db));
    json_object_set_new(o, "integrated_lufs",
                        report_number(p->played.integrated_lufs));
    json_object_set_new(o, "true_peak_dbtp",
                        report_number(p->played.true_peak_dbtp));
    json_array_append_new(list, o);
  }
  return list;
}

static json_t*
json_master(const TonMasterResult* m, const char* mix, const char* master,
            const Playbacks* playbacks, bool met)
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
  json_object_set_new(o, "playback", json_playbacks(playbacks));
  return o;
}

/// Before the work of a master is done
static TonStatus
find_platforms(const CommandLine* line, TonError* error)
{
  uint32_t n = 0;
  const char* const* const names = cli_values(line, "simulate", &n);
  for (uint32_t i = 0; i < n; ++i) {
    TON_TRY(ton_platform_find(names[i], error));
  }
  return TON_OK;
}

static TonStatus
simulate(const CommandLine* line, const char* master, Playbacks* all,
         TonError* error)
{
  uint32_t n = 0;
  const char* const* const names = cli_values(line, "simulate", &n);
  all->items = ton_alloc((n + 1) * sizeof(TonPlayback));
  if (!all->items) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  for (uint32_t i = 0; i < n; ++i) {
    TonPlayback* const p = &all->items[all->n++];
    TON_TRY(ton_simulate(master, names[i], &line->job, p, error));
  }
  return TON_OK;
}

static void
free_playbacks(const Playbacks* all)
{
  for (uint32_t i = 0; i < all->n; ++i) {
    ton_playback_free(&all->items[i]);
  }
  ton_free(all->items);
}

/// Where the master of a file is written: "Night Drive (master).wav", in the
/// folder that the program was started in
static char*
output_of_file(const char* file)
{
  const char* const name = ton_file_name(file);
  return ton_string_new("%.*s (master).wav",
                        (int)(ton_file_ending(name) - name), name);
}

/// Where the master is written.  A name that nobody has chosen is not taken from
/// another file.
static TonStatus
find_output(const CommandLine* line, char** path, TonError* error)
{
  const char* const out = cli_value(line, "output");
  const bool file = ton_is_file(line->args[0]);
  *path = out    ? ton_copy_string(out)
          : file ? output_of_file(line->args[0])
                 : cli_song_file(line->args[0], "out/master.wav");
  if (!*path) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  return !out && file && access(*path, F_OK) == 0
             ? ton_fail_file(error, TON_BAD_USE, *path,
                             "is there already; name the result with -o")
             : TON_OK;
}

static void
tell_replaced(const CommandLine* line, const char* out,
              const Playbacks* playbacks)
{
  if (out) {
    cli_tell_replaced(line, out);
  }
  for (uint32_t i = 0; i < playbacks->n; ++i) {
    if (playbacks->items[i].replaced) {
      cli_tell_replaced(line, playbacks->items[i].path);
    }
  }
}

static void
answer(const CommandLine* line, const TonMasterResult* m, const char* out,
       const Playbacks* playbacks, bool met)
{
  if (line->json) {
    cli_print_json(json_master(m, line->args[0], out, playbacks, met));
  } else {
    printf("%s\n", cli_visible(out));
    print_master(m);
    print_playbacks(playbacks);
    print_reasons(m);
  }
}

static TonStatus
master(const CommandLine* line, const TonMasterOptions* options,
       TonMasterResult* m, TonError* error)
{
  TonSong* song = NULL;
  for (uint32_t i = 0; i < options->n_references; ++i) {
    cli_tell_cut(line, options->references[i]);
  }
  if (ton_is_file(line->args[0])) {
    cli_tell_cut(line, line->args[0]);
    return ton_master_file(line->args[0], options, &line->job, m, error);
  }
  TON_TRY(ton_song_open(line->args[0], &song, error));
  cli_warn_changed(line, song, TON_SONG_STAGE_MASTER);
  cli_tell_strips(line, song);
  const TonStatus status = cli_master_song(song, options, &line->job, m, error);
  ton_song_free(song);
  return status;
}

TonStatus
cli_master(const CommandLine* line, TonError* error)
{
  TonMasterOptions options = {0};
  TonMasterResult m = {0};
  Playbacks playbacks = {0};
  char* out = NULL;
  TON_TRY(cli_master_options(line, &options, error));
  TON_TRY(find_platforms(line, error));
  if (access(line->args[0], F_OK) != 0) {
    return ton_fail_file(error, TON_NOT_FOUND, line->args[0],
                         "there is no such file, and no such song");
  }
  if (cli_has(line, "candidates")) {
    return cli_candidates(line, &options, error);
  }
  options.out = cli_value(line, "output");
  const bool was_there = options.out && ton_is_file(options.out);
  TonStatus status = find_output(line, &out, error);
  if (ton_is_file(line->args[0])) {
    options.out = out;
  }
  status = status ? status : master(line, &options, &m, error);
  const bool written = !status || status == TON_GOAL_MISSED;
  const TonStatus played =
      written ? simulate(line, out, &playbacks, status ? NULL : error) : TON_OK;
  cli_progress_clear();
  if (written) {
    tell_replaced(line, was_there ? options.out : NULL, &playbacks);
    answer(line, &m, out, &playbacks, !status);
  }
  status = status ? status : played;
  free_playbacks(&playbacks);
  ton_master_result_free(&m);
  ton_free(out);
  return status;
}
