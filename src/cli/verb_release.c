// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   tonmeister release: writes and verifies every file of a release.
*/

#include "cli/json_output.h"
#include "cli/release_files.h"
#include "cli/song_files.h"
#include "cli/song_stages.h"
#include "cli/terminal.h"
#include "cli/verbs.h"
#include "report/json.h"

TonStatus
cli_release(const CommandLine* line, TonError* error)
{
  TonSong* song = NULL;
  TonDelivery delivery = {0};
  const TonReleaseOptions options = {.stems = cli_has(line, "stems")};
  TonStatus status = ton_song_open(line->args[0], &song, error);
  if (!status) {
    cli_tell_strips(line, song);
  }
  status = status
               ? status
               : cli_release_song(song, &options, &line->job, &delivery, error);
  cli_progress_clear();
  if (!status || status == TON_GOAL_MISSED) {
    cli_remark_release(line, song, &delivery);
    if (line->json) {
      cli_print_json(json_pack("{s:o, s:o}", "files", cli_json_files(&delivery),
                               "stems_null_db",
                               report_number(delivery.stems_null_db)));
    } else {
      cli_print_files(&delivery);
    }
  }
  ton_delivery_free(&delivery);
  ton_song_free(song);
  return status;
}
