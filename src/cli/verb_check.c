// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   tonmeister check: is a mix ready for mastering?
*/

#include "base/error.h"
#include "base/memory.h"
#include "cli/json_output.h"
#include "cli/measurement_table.h"
#include "cli/song_files.h"
#include "cli/terminal.h"
#include "cli/verbs.h"
#include "report/json.h"

#include <math.h>
#include <stdio.h>

static json_t*
json_row(const TonFinding* r)
{
  json_t* const o = json_object();
  json_object_set_new(o, "item", json_string(r->item));
  json_object_set_new(o, "light", json_string(ton_light_name(r->light)));
  json_object_set_new(o, "value", report_number(r->value));
  json_object_set_new(o, "unit", json_string(r->unit));
  json_object_set_new(o, "at_s", report_number(r->at_s));
  json_object_set_new(o, "found", cli_json_text(r->text));
  json_object_set_new(o, "fix", cli_json_text(r->fix));
  return o;
}

/// Escape sequence of a light's colour, or ""
static const char*
colour(TonLight light)
{
  static const char* const colours[] = {[TON_LIGHT_GREEN] = "\033[32m",
                                        [TON_LIGHT_AMBER] = "\033[33m",
                                        [TON_LIGHT_RED] = "\033[31m"};
  return cli_colours() ? colours[light] : "";
}

static void
print_row(const TonFinding* r)
{
  printf("  %s%-6s%s %-12s %s", colour(r->light), ton_light_name(r->light),
         cli_colours() ? "\033[0m" : "", r->item, cli_visible(r->text));
  if (isfinite(r->at_s)) {
    char time[32];
    printf(" at %s", cli_time(r->at_s, time));
  }
  printf("\n");
  if (*r->fix) {
    printf("%22s%s\n", "", cli_visible(r->fix));
  }
}

static void
print_check(const TonCheck* check, const char* path)
{
  printf("%s\n", cli_visible(path));
  for (uint32_t i = 0; i < check->n_rows; ++i) {
    print_row(&check->rows[i]);
  }
}

static void
print_check_json(const TonCheck* check, const char* path)
{
  json_t* const all = json_array();
  for (uint32_t i = 0; i < check->n_rows; ++i) {
    json_array_append_new(all, json_row(&check->rows[i]));
  }
  cli_print_json(json_pack("{s:o, s:o, s:b}", "path", cli_json_text(path),
                           "rows", all, "ready", check->n_red == 0));
}

/// Tell what was found; anything red is a goal that was missed
static TonStatus
answer(const CommandLine* line, const TonCheck* check, const char* path,
       TonError* error)
{
  (line->json ? print_check_json : print_check)(check, path);
  return check->n_red
             ? ton_fail_file(error, TON_GOAL_MISSED, path,
                             "is not ready: %u red light%s", check->n_red,
                             check->n_red == 1 ? "" : "s")
             : TON_OK;
}

TonStatus
cli_check(const CommandLine* line, TonError* error)
{
  TonSong* song = NULL;
  const char* path = line->args[0];
  TonCheck* const check = ton_alloc(sizeof(TonCheck));
  if (!check) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  cli_warn_outdated(line, "out/mix.wav", "mix.yaml", "mix");
  const bool file = ton_is_file(path);
  TonStatus status = file ? ton_check_file(path, &line->job, check, error)
                          : ton_song_open(path, &song, error);
  if (!status && !file) {
    path = ton_song_mix_path(song);
    status = ton_song_check(song, &line->job, check, error);
  }
  cli_progress_clear();
  status = status ? status : answer(line, check, path, error);
  ton_song_free(song);
  ton_free(check);
  return status;
}
