// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   tonmeister album: songs mastered to one another, joined and delivered.
*/

#include "base/error.h"
#include "cli/json_output.h"
#include "cli/release_files.h"
#include "cli/terminal.h"
#include "cli/verbs.h"
#include "report/figures.h"
#include "report/json.h"

#include <tonmeister/album.h>

#include <math.h>
#include <stdio.h>

/// A change of loudness between tracks that is heard as a fault, LU
#define LARGE_JUMP_LU 6.0
/// The same of tone, dB
#define LARGE_TONE_DB 6.0

static json_t*
json_track(const TonAlbumRow* row)
{
  json_t* const o = report_measurement(&row->measured);
  json_object_set_new(o, "title", report_text(row->title));
  json_object_set_new(o, "mix_lufs", report_number(row->mix_lufs));
  json_object_set_new(o, "goal_lufs", report_number(row->goal_lufs));
  json_object_set_new(o, "start_s", report_number(row->start_s));
  json_object_set_new(o, "jump_lu", report_number(row->jump_lu));
  json_object_set_new(o, "tone_off_db", report_number(row->tone_off_db));
  json_object_set_new(o, "tone_left_db", report_number(row->tone_left_db));
  json_object_set_new(o, "tone_jump_db", report_number(row->tone_jump_db));
  json_object_set_new(o, "good", json_boolean(row->good));
  return o;
}

static void
print_json(const TonAlbumResult* r)
{
  json_t* const tracks = json_array();
  for (uint32_t i = 0; i < r->n; ++i) {
    json_array_append_new(tracks, json_track(&r->tracks[i]));
  }
  cli_print_json(json_pack("{s:o, s:o, s:o, s:o}", "tracks", tracks, "album",
                           report_measurement(&r->whole), "files",
                           cli_json_files(&r->delivery), "cd_null_db",
                           report_number(r->cd_null_db)));
}

static void
print_table(const TonAlbumResult* r)
{
  printf("  %-3s %-28s %8s %7s %7s %7s %12s\n", "", "", "start", "LUFS", "goal",
         "dBTP", "tone off");
  for (uint32_t i = 0; i < r->n; ++i) {
    const TonAlbumRow* const row = &r->tracks[i];
    printf("  %2u  %-28s %5d:%02d %7.2f %7.1f %7.2f %4.1f -> %.1f dB\n", i + 1,
           cli_visible(row->title), (int)(row->start_s / 60.0),
           (int)fmod(row->start_s, 60.0),
           report_rounded(row->measured.integrated_lufs, 2),
           report_rounded(row->goal_lufs, 1),
           report_rounded(row->measured.true_peak_dbtp, 2), row->tone_off_db,
           row->tone_left_db);
  }
  printf("  %-3s %-28s %8s %7.2f %7s %7.2f\n", "", "album", "",
         report_rounded(r->whole.integrated_lufs, 2), "",
         report_rounded(r->whole.true_peak_dbtp, 2));
}

static void
tell_jumps(const CommandLine* line, const TonAlbumResult* r)
{
  for (uint32_t i = 1; i < r->n && !line->quiet; ++i) {
    const TonAlbumRow* const row = &r->tracks[i];
    if (fabs(row->jump_lu) > LARGE_JUMP_LU) {
      cli_remark(
          "\"%s\" begins %.1f LU %s than the track before ends; a longer "
          "gap, another order or a loudness of its own helps",
          row->title, fabs(row->jump_lu),
          row->jump_lu < 0.0 ? "softer" : "louder");
    }
    if (row->tone_jump_db > LARGE_TONE_DB) {
      cli_remark("\"%s\" begins with quite another tone than the track before "
                 "ends (%.1f dB); a longer gap or another order helps",
                 row->title, row->tone_jump_db);
    }
  }
}

/// The folder; album.yaml is begun where songs are given
static TonStatus
find_folder(const CommandLine* line, const char** folder, TonError* error)
{
  const char* const out = cli_value(line, "output");
  *folder = out ? out : line->args[0];
  if (out) {
    return ton_album_begin(out, line->args, line->n_args, error);
  }
  return line->n_args == 1
             ? TON_OK
             : ton_fail(error, TON_BAD_USE,
                        "%u songs and no -o ALBUM: say in which folder their "
                        "album.yaml shall be",
                        line->n_args);
}

TonStatus
cli_album(const CommandLine* line, TonError* error)
{
  TonAlbumResult result = {0};
  const char* folder = NULL;
  TON_TRY(find_folder(line, &folder, error));
  const TonAlbumOptions options = {.cd = cli_has(line, "cd")};
  const TonStatus status =
      ton_album_make(folder, &options, &line->job, &result, error);
  cli_progress_clear();
  if (!status || status == TON_GOAL_MISSED) {
    tell_jumps(line, &result);
    if (line->json) {
      print_json(&result);
    } else {
      print_table(&result);
      cli_print_files(&result.delivery);
      if (!isnan(result.cd_null_db)) {
        printf("  %-34s %11.1f dB re them\n",
               "the tracks minus the CD image, read by its CUE",
               fmax(result.cd_null_db, -200.0));
      }
    }
  }
  ton_album_result_free(&result);
  return status;
}
