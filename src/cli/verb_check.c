// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   tonmeister check: is a mix ready for mastering?
*/

#include "base/error.h"
#include "base/memory.h"
#include "cli/findings.h"
#include "cli/json_output.h"
#include "cli/song_files.h"
#include "cli/terminal.h"
#include "cli/verbs.h"

#include <stdio.h>

static void
print_check(const TonCheck* check, const char* path)
{
  printf("%s\n", cli_visible(path));
  cli_print_findings(check, TON_LIGHT_GREY);
}

static void
print_check_json(const TonCheck* check, const char* path)
{
  json_t* const o = cli_json_findings(check);
  json_object_set_new(o, "path", report_text(path));
  cli_print_json(o);
}

/// Tell what was found; anything red is a goal that was missed
static TonStatus
answer(const CommandLine* line, const TonCheck* check, const char* path,
       TonError* error)
{
  (line->json ? print_check_json : print_check)(check, path);
  return check->n_red ? cli_fail_findings(check, path, error) : TON_OK;
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
  const char* const genre = cli_value(line, "genre");
  const bool file = ton_is_file(path);
  TonStatus status = file
                         ? ton_check_file(path, genre, &line->job, check, error)
                         : ton_song_open(path, &song, error);
  if (!status && !file) {
    path = ton_song_mix_path(song);
    cli_warn_changed(line, song, TON_SONG_STAGE_MASTER);
    cli_tell_cut_stems(line, song, line->args[0]);
    cli_tell_roles(line, song);
    status = ton_song_check(song, genre, &line->job, check, error);
  }
  cli_progress_clear();
  status = status ? status : answer(line, check, path, error);
  ton_song_free(song);
  ton_free(check);
  return status;
}
