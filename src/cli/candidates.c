// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Three masters of one mix side by side, each with what it costs.
*/

#include "cli/candidates.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/path.h"
#include "base/string.h"
#include "cli/json_output.h"
#include "cli/song_files.h"
#include "cli/terminal.h"
#include "report/figures.h"
#include "report/json.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { CANDIDATES = 3 };

static const char* const targets[CANDIDATES] = {"dynamic", "balanced", "loud"};

typedef struct {
  const char* target;
  char* path;
  TonMasterResult m;
  TonMeasurement measured; ///< Of the file
} Candidate;

// Rendering -------------------------------------------------------------------

/// "SONG/out/master (loud).wav", or "Night Drive (loud).wav" of a file, in the
/// folder that the program was started in, which nothing may have
static TonStatus
name_candidate(const CommandLine* line, Candidate* c, TonError* error)
{
  const char* const from = line->args[0];
  if (ton_is_file(from)) {
    const char* const name = ton_file_name(from);
    c->path = ton_string_new(
        "%.*s (%s).wav", (int)(ton_file_ending(name) - name), name, c->target);
  } else {
    char* const file = ton_string_new("out/master (%s).wav", c->target);
    c->path = file ? cli_song_file(from, file) : NULL;
    ton_free(file);
  }
  if (!c->path) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  return ton_is_file(from) && access(c->path, F_OK) == 0
             ? ton_fail_file(error, TON_BAD_USE, c->path,
                             "is there already; move it away, or rename it")
             : TON_OK;
}

static TonStatus
render(const CommandLine* line, const TonMasterOptions* options, Candidate* c,
       TonError* error)
{
  TonSong* song = NULL;
  TonMasterOptions own = *options;
  own.target = c->target;
  own.out = c->path;
  if (ton_is_file(line->args[0])) {
    return ton_master_file(line->args[0], &own, &line->job, &c->m, error);
  }
  TON_TRY(ton_song_open(line->args[0], &song, error));
  const TonStatus status =
      ton_song_master(song, &own, &line->job, &c->m, error);
  ton_song_free(song);
  return status;
}

/// The loudest goal that was missed is the one that is told
static TonStatus
render_all(const CommandLine* line, const TonMasterOptions* options,
           Candidate* all, TonError* error)
{
  const unsigned what = TON_MEASURE_LOUDNESS | TON_MEASURE_TRUE_PEAK |
                        TON_MEASURE_LEVELS | TON_MEASURE_TIMELINE;
  TonStatus missed = TON_OK;
  for (int i = 0; i < CANDIDATES; ++i) {
    const TonStatus status = render(line, options, &all[i], error);
    if (status && status != TON_GOAL_MISSED) {
      return status;
    }
    missed = status ? status : missed;
    TON_TRY(ton_measure_file(all[i].path, what, &all[i].measured, NULL,
                             &line->job, NULL));
  }
  return missed;
}

// Printing --------------------------------------------------------------------

static void
print_row(const char* name, const double* values, int digits, const char* unit)
{
  printf("  %-28s", name);
  for (int i = 0; i < CANDIDATES; ++i) {
    if (isnan(values[i])) {
      printf(" %9s", "-");
    } else {
      printf(" %9.*f", digits, report_rounded(values[i], digits));
    }
  }
  printf(" %s\n", unit);
}

/// Of the file, then of the limiter
static void
print_costs(const Candidate* all)
{
  static const char* const keys[] = {"integrated_lufs",   "true_peak_dbtp",
                                     "loudness_range_lu", "plr_lu",
                                     "psr_median_lu",     "crest_db"};
  double v[CANDIDATES];
  for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); ++k) {
    for (size_t f = 0; f < report_n_figures; ++f) {
      const ReportFigure* const r = &report_figures[f];
      if (r->key && strcmp(r->key, keys[k]) == 0) {
        for (int i = 0; i < CANDIDATES; ++i) {
          v[i] = report_shown(r, &all[i].measured);
        }
        print_row(r->name, v, r->digits, r->unit);
      }
    }
  }
  for (int i = 0; i < CANDIDATES; ++i) {
    v[i] = all[i].m.reduction_p95_db;
  }
  print_row("limiter, 95 % of the time", v, 1, "dB or less");
  for (int i = 0; i < CANDIDATES; ++i) {
    v[i] = 100.0 * all[i].m.reduction_share;
  }
  print_row("limiter, over 1 dB", v, 0, "% of the time");
}

/// What services do to the candidates, gathered one candidate after another
typedef struct {
  struct {
    char name[48];
    double gain_db[CANDIDATES];
    bool limited;
  } rows[32];
  int n;
  int candidate;
} Services;

static void
take_service(void* handle, const char* platform, double gain_db, bool limited)
{
  Services* const s = handle;
  const int i = s->n++;
  ton_string_cut(s->rows[i].name, sizeof(s->rows[i].name), "%s", platform);
  s->rows[i].gain_db[s->candidate] = gain_db;
  s->rows[i].limited |= limited;
}

static TonStatus
find_services(const Candidate* all, Services* s, TonError* error)
{
  *s = (Services){0};
  for (s->candidate = 0; s->candidate < CANDIDATES; ++s->candidate) {
    const TonMeasurement* const m = &all[s->candidate].measured;
    s->n = 0;
    TON_TRY(ton_each_platform(m->integrated_lufs, m->true_peak_dbtp,
                              take_service, s, error));
  }
  return TON_OK;
}

static void
print_services(const Services* s)
{
  for (int i = 0; i < s->n; ++i) {
    if (!isnan(s->rows[i].gain_db[0])) {
      print_row(s->rows[i].name, s->rows[i].gain_db, 1,
                s->rows[i].limited ? "dB, up into a limiter" : "dB");
    }
  }
}

static void
print_all(const Candidate* all, const Services* services)
{
  printf("  %-28s", "");
  for (int i = 0; i < CANDIDATES; ++i) {
    printf(" %9s", all[i].target);
  }
  printf("\n");
  print_costs(all);
  print_services(services);
  for (int i = 0; i < CANDIDATES; ++i) {
    printf("  %s\n", cli_visible(all[i].path));
  }
}

static json_t*
json_services(const Services* s, int candidate)
{
  json_t* const list = json_array();
  for (int i = 0; i < s->n; ++i) {
    json_t* const o = json_pack("{s:s}", "platform", s->rows[i].name);
    json_object_set_new(o, "gain_db",
                        report_number(s->rows[i].gain_db[candidate]));
    json_array_append_new(list, o);
  }
  return list;
}

static json_t*
json_all(const Candidate* all, const Services* services)
{
  json_t* const list = json_array();
  for (int i = 0; i < CANDIDATES; ++i) {
    const Candidate* const c = &all[i];
    json_t* const o = json_pack("{s:s, s:o}", "target", c->target, "master",
                                cli_measurement(&c->measured, c->path));
    json_object_set_new(o, "goal_lufs", report_number(c->m.goal_lufs));
    json_object_set_new(o, "gain_reduction_p95_db",
                        report_number(c->m.reduction_p95_db));
    json_object_set_new(o, "gain_reduction_share",
                        report_number(c->m.reduction_share));
    json_object_set_new(o, "services", json_services(services, i));
    json_array_append_new(list, o);
  }
  return json_pack("{s:o}", "candidates", list);
}

static TonStatus
answer(const CommandLine* line, const Candidate* all, TonError* error)
{
  Services services;
  TON_TRY(find_services(all, &services, error));
  if (line->json) {
    cli_print_json(json_all(all, &services));
  } else {
    print_all(all, &services);
  }
  return TON_OK;
}

static TonStatus
check_use(const CommandLine* line, const TonMasterOptions* options,
          TonError* error)
{
  const bool goal = options->target || isfinite(options->loudness_lufs) ||
                    cli_has(line, "output") || cli_has(line, "simulate");
  return goal
             ? ton_fail(error, TON_BAD_USE,
                        "--candidates has loudness and files of its own; leave "
                        "out --target, --loudness, --output and --simulate")
             : TON_OK;
}

TonStatus
cli_candidates(const CommandLine* line, const TonMasterOptions* options,
               TonError* error)
{
  Candidate all[CANDIDATES] = {0};
  TonStatus status = check_use(line, options, error);
  for (int i = 0; i < CANDIDATES && !status; ++i) {
    all[i].target = targets[i];
    status = name_candidate(line, &all[i], error);
  }
  status = status ? status : render_all(line, options, all, error);
  cli_progress_clear();
  if (!status || status == TON_GOAL_MISSED) {
    const TonStatus told = answer(line, all, status ? NULL : error);
    status = status ? status : told;
  }
  for (int i = 0; i < CANDIDATES; ++i) {
    ton_master_result_free(&all[i].m);
    ton_free(all[i].path);
  }
  return status;
}
