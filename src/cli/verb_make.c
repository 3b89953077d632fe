// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   tonmeister make: from a folder of stems to a release, in one go.
*/

#include "base/error.h"
#include "base/memory.h"
#include "cli/findings.h"
#include "cli/json_output.h"
#include "cli/master_options.h"
#include "cli/release_files.h"
#include "cli/song_files.h"
#include "cli/song_stages.h"
#include "cli/summary.h"
#include "cli/terminal.h"
#include "cli/verbs.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/// A stage of make: its own failure ends it; a missed goal is kept for the end, the
/// first one, which later ones may only follow from
static TonStatus
keep_goal(TonStatus status, const TonError* now, TonError* missed)
{
  if (status != TON_GOAL_MISSED) {
    return status;
  }
  *missed = missed->status ? *missed : *now;
  return TON_OK;
}

/// What `make` works on
typedef struct {
  const char* folder;
  TonSong* song;
  TonSongStage first; ///< Stage that the work begins with
  TonMeasurement mix;
  TonMasterResult mastered;
  TonDelivery delivery;
  TonCheck check;
  char* empty;     ///< Names of recordings without a sample, or null
  TonError missed; ///< The first goal that was not reached
} Making;

static void
tell_stem(const Making* m, const char* path, TonStemState state)
{
  if (state == TON_STEM_UNUSED) {
    cli_remark("%s is not in %s/mix.yaml; give it a track there, or make a "
               "new song",
               path, m->folder);
  } else if (state == TON_STEM_TAKEN) {
    cli_remark("%s has changed and is heard as it is now; the values of its "
               "track stay (tonmeister mix %s --propose decides on them again)",
               path, m->folder);
  } else if (state == TON_STEM_EDITED) {
    cli_remark("%s is not heard: the file of that name in %s/stems was changed "
               "there, and stays; remove it to hear this one",
               path, m->folder);
  }
}

static void
tell_stems(const CommandLine* line, const Making* m, const TonStems* stems,
           const TonStemState* states, const TonStems* gone)
{
  for (uint32_t i = 0; !line->quiet && i < stems->n; ++i) {
    tell_stem(m, stems->paths[i], states[i]);
  }
  for (uint32_t i = 0; !line->quiet && i < gone->n; ++i) {
    cli_remark("%s/%s is heard, but its recording is not in %s any more; if it "
               "is to go, take its track out of %s/mix.yaml",
               m->folder, gone->paths[i], line->args[0], m->folder);
  }
}

/// A song that is there takes the recordings that have changed
static TonStatus
update_stems(const CommandLine* line, const Making* m, const TonStems* stems,
             TonError* error)
{
  TonStems gone = {0};
  TonStemState* const states = ton_alloc((stems->n + 1) * sizeof(TonStemState));
  if (!states) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  const TonStatus status = ton_song_update_stems(
      m->song, stems->paths, stems->n, states, &gone, error);
  if (!status) {
    tell_stems(line, m, stems, states, &gone);
  }
  ton_stems_free(&gone);
  ton_free(states);
  return status;
}

static bool
has_text(const char* song)
{
  char* const path = cli_song_file(song, "mix.yaml");
  const bool there = path && ton_is_file(path);
  ton_free(path);
  return there;
}

/// Recordings and song lie apart: else the song would be made of what it made
static TonStatus
check_apart(const char* stems, const char* song, TonError* error)
{
  struct stat a;
  struct stat b;
  const bool same = stat(stems, &a) == 0 && stat(song, &b) == 0 &&
                    a.st_dev == b.st_dev && a.st_ino == b.st_ino;
  return same ? ton_fail_file(error, TON_BAD_USE, song,
                              "is the folder of the recordings; name another "
                              "one for the song")
              : TON_OK;
}

/// A new song, or one that a run before began, is decided on; one that is there
/// is taken as it is
static TonStatus
open_song(const CommandLine* line, Making* m, TonError* error)
{
  TonStems stems = {0};
  TON_TRY(check_apart(line->args[0], m->folder, error));
  TonStatus status = ton_stems_find(line->args[0], m->folder, &stems, error);
  cli_tell_left_out(line, &stems);
  m->empty = stems.empty;
  stems.empty = NULL;
  const bool there = has_text(m->folder);
  bool fresh = false;
  if (!status) {
    status = ton_song_create(m->folder, stems.paths, stems.n, false, &m->song,
                             error);
    fresh = !status;
  }
  if (status == TON_BAD_USE && there) {
    status = ton_song_open(m->folder, &m->song, error);
    status = status ? status : update_stems(line, m, &stems, error);
  }
  ton_stems_free(&stems);
  if (!status) {
    cli_tell_cut_stems(line, m->song, m->folder);
    cli_tell_cache(line, m->song);
    cli_tell_roles(line, m->song);
  }
  return status  ? status
         : fresh ? cli_propose_mix(m->song, &line->job, error)
                 : ton_song_outdated(m->song, &m->first, error);
}

static TonStatus
measure(const char* path, const TonJob* job, TonMeasurement* m, TonError* error)
{
  return ton_measure_file(
      path, TON_MEASURE_LOUDNESS | TON_MEASURE_TRUE_PEAK | TON_MEASURE_LEVELS,
      m, NULL, job, error);
}

/// A stage that is up to date is only measured
static TonStatus
make_mix(const CommandLine* line, Making* m, TonError* error)
{
  return m->first > TON_SONG_STAGE_MIX
             ? measure(ton_song_mix_path(m->song), &line->job, &m->mix, error)
             : keep_goal(ton_song_mix(m->song, &(TonMixOptions){0}, &line->job,
                                      &m->mix, error),
                         error, &m->missed);
}

static TonStatus
make_master(const CommandLine* line, const TonMasterOptions* options, Making* m,
            TonError* error)
{
  if (m->first <= TON_SONG_STAGE_MASTER) {
    return keep_goal(
        cli_master_song(m->song, options, &line->job, &m->mastered, error),
        error, &m->missed);
  }
  m->mastered.max_reduction_db = NAN;
  return measure(ton_song_master_path(m->song), &line->job, &m->mastered.after,
                 error);
}

static bool
asks_for_master(const TonMasterOptions* o)
{
  return o->target || o->n_references || o->anyway ||
         isfinite(o->loudness_lufs) || isfinite(o->ceiling_dbtp) ||
         isfinite(o->amount);
}

/// What is missed when every stage met its goal
static void
find_faults(const CommandLine* line, Making* m)
{
  if (m->missed.status) {
    return;
  }
  if (m->check.n_red) {
    cli_fail_findings(&m->check, ton_song_mix_path(m->song), &m->missed);
  } else if (m->empty) {
    ton_fail_file(&m->missed, TON_GOAL_MISSED, line->args[0],
                  "recordings without sound are not in the song; export them "
                  "again: %s",
                  m->empty);
  }
}

/// From the stems to the report, what is up to date left out; a goal that is
/// missed does not stop it
static TonStatus
make_all(const CommandLine* line, Making* m, TonError* error)
{
  TonMasterOptions options = {0};
  TON_TRY(cli_master_options(line, &options, error));
  TON_TRY(open_song(line, m, error));
  if (asks_for_master(&options) && m->first > TON_SONG_STAGE_MASTER) {
    m->first = TON_SONG_STAGE_MASTER;
  }
  TON_TRY(make_mix(line, m, error));
  TON_TRY(make_master(line, &options, m, error));
  if (m->first <= TON_SONG_STAGE_RELEASE) {
    TON_TRY(keep_goal(cli_release_song(m->song, &(TonReleaseOptions){0},
                                       &line->job, &m->delivery, error),
                      error, &m->missed));
  }
  TON_TRY(ton_song_check(m->song, NULL, &line->job, &m->check, error));
  find_faults(line, m);
  return TON_OK;
}

static json_t*
measured(const char* song, const char* file, const TonMeasurement* m)
{
  char* const path = cli_song_file(song, file);
  json_t* const o = cli_measurement(m, path ? path : file);
  ton_free(path);
  return o;
}

static const char*
first_done(const Making* m)
{
  static const char* const names[] = {"mix", "master", "release", "nothing"};
  return names[m->first];
}

static json_t*
json_made(const Making* m)
{
  json_t* const o = json_object();
  json_object_set_new(o, "song", report_text(m->folder));
  json_object_set_new(o, "done_from", json_string(first_done(m)));
  json_object_set_new(o, "mix", measured(m->folder, "out/mix.wav", &m->mix));
  json_object_set_new(
      o, "master", measured(m->folder, "out/master.wav", &m->mastered.after));
  json_object_set_new(o, "files", cli_json_files(&m->delivery));
  json_object_set_new(o, "check", cli_json_findings(&m->check));
  json_object_set_new(o, "goal_met", json_boolean(!m->missed.status));
  return o;
}

static TonStatus
print_made(const Making* m, TonError* error)
{
  const MadeSong made = {m->folder, m->song, &m->mix, &m->mastered,
                         &m->delivery};
  if (m->first > TON_SONG_STAGE_MIX) {
    printf("%s\n",
           m->first == TON_SONG_STAGES
               ? "everything is up to date; nothing was written"
           : m->first == TON_SONG_STAGE_MASTER
               ? "the mix is up to date; master and release were written"
               : "mix and master are up to date; the release was "
                 "written");
  }
  TON_TRY(cli_print_summary(&made, error));
  cli_print_files(&m->delivery);
  printf("  check     %s\n", m->check.n_red ? "the mix has faults"
                                            : "the mix is ready for mastering");
  cli_print_findings(&m->check, TON_LIGHT_AMBER);
  return TON_OK;
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
  TonStatus status = make_all(line, &m, error);
  cli_progress_clear();
  cli_remark_release(line, m.song, &m.delivery);
  if (!status && line->json) {
    cli_print_json(json_made(&m));
  } else if (!status) {
    status = print_made(&m, error);
  }
  ton_master_result_free(&m.mastered);
  ton_delivery_free(&m.delivery);
  ton_song_free(m.song);
  ton_free(m.empty);
  if (!status && m.missed.status) {
    *error = m.missed;
    return TON_GOAL_MISSED;
  }
  return status;
}
