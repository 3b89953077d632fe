// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   tonmeister make: from a folder of stems to a release, in one go.
*/

#include "base/error.h"
#include "base/memory.h"
#include "cli/json_output.h"
#include "cli/master_options.h"
#include "cli/release_files.h"
#include "cli/song_files.h"
#include "cli/song_stages.h"
#include "cli/summary.h"
#include "cli/terminal.h"
#include "cli/verbs.h"

#include <string.h>

/// A stage of make: its own failure ends it; a missed goal is kept for the end
static TonStatus
keep_goal(TonStatus status, TonError* now, TonError* missed)
{
  if (status == TON_GOAL_MISSED) {
    *missed = *now;
    return TON_OK;
  }
  return status;
}

/// What `make` works on
typedef struct {
  const char* folder;
  TonSong* song;
  uint32_t n_stems;
  TonMeasurement mix;
  TonMasterResult mastered;
  TonDelivery delivery;
  TonError missed; ///< The last goal that was not reached
} Making;

static TonStatus
create(const CommandLine* line, Making* m, TonError* error)
{
  TonStems stems = {0};
  TonStatus status = ton_stems_find(line->args[0], m->folder, &stems, error);
  cli_tell_left_out(line, &stems);
  m->n_stems = stems.n;
  status = status ? status
                  : ton_song_create(m->folder, stems.paths, stems.n, false,
                                    &m->song, error);
  ton_stems_free(&stems);
  return status;
}

/// From the stems to the report; a goal that is missed does not stop it
static TonStatus
make_all(const CommandLine* line, Making* m, TonError* error)
{
  const TonJob* const job = &line->job;
  TonMasterOptions options = {0};
  TON_TRY(cli_master_options(line, &options, error));
  TON_TRY(create(line, m, error));
  TON_TRY(cli_propose_mix(m->song, job, error));
  TON_TRY(
      keep_goal(ton_song_mix(m->song, &(TonMixOptions){0}, job, &m->mix, error),
                error, &m->missed));
  TON_TRY(
      keep_goal(cli_master_song(m->song, &options, job, &m->mastered, error),
                error, &m->missed));
  return keep_goal(cli_release_song(m->song, job, &m->delivery, error), error,
                   &m->missed);
}

static json_t*
measured(const char* song, const char* file, const TonMeasurement* m)
{
  char* const path = cli_song_file(song, file);
  json_t* const o = cli_measurement(m, path ? path : file);
  ton_free(path);
  return o;
}

static json_t*
json_made(const Making* m)
{
  json_t* const o = json_object();
  json_object_set_new(o, "song", cli_json_text(m->folder));
  json_object_set_new(o, "mix", measured(m->folder, "out/mix.wav", &m->mix));
  json_object_set_new(
      o, "master", measured(m->folder, "out/master.wav", &m->mastered.after));
  json_object_set_new(o, "files", cli_json_files(&m->delivery));
  json_object_set_new(o, "goal_met", json_boolean(!m->missed.status));
  return o;
}

static void
print_made(const Making* m)
{
  const MadeSong made = {m->folder, m->n_stems, &m->mix, &m->mastered,
                         &m->delivery};
  cli_print_summary(&made);
  cli_print_files(&m->delivery);
}

TonStatus
cli_make(const CommandLine* line, TonError* error)
{
  Making m = {.folder = cli_value(line, "output")};
  if (!m.folder) {
    return ton_fail(error, TON_BAD_USE,
                    "say where the song goes: tonmeister make %s -o SONG",
                    line->args[0]);
  }
  const TonStatus status = make_all(line, &m, error);
  cli_progress_clear();
  cli_remark_cover(line, &m.delivery);
  if (!status && line->json) {
    cli_print_json(json_made(&m));
  } else if (!status) {
    print_made(&m);
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
