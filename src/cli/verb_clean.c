// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   tonmeister clean: removes decoded copies of the stems.
*/

#include "cli/json_output.h"
#include "cli/terminal.h"
#include "cli/verbs.h"

#include <stdio.h>

TonStatus
cli_clean(const CommandLine* line, TonError* error)
{
  TonSong* song = NULL;
  uint64_t bytes = 0;
  TonStatus status = ton_song_open(line->args[0], &song, error);
  status = status ? status : ton_song_clean(song, &bytes, error);
  ton_song_free(song);
  if (!status && line->json) {
    cli_print_json(json_pack("{s:o, s:I}", "song", report_text(line->args[0]),
                             "bytes", (json_int_t)bytes));
  } else if (!status) {
    printf("%s: %.1f MB of decoded stems removed; they are made again when "
           "they are needed\n",
           cli_visible(line->args[0]), (double)bytes / 1e6);
  }
  return status;
}
