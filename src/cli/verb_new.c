// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   tonmeister new: imports stems and proposes mix.yaml.
*/

#include "base/error.h"
#include "cli/json_output.h"
#include "cli/song_files.h"
#include "cli/song_stages.h"
#include "cli/summary.h"
#include "cli/terminal.h"
#include "cli/verbs.h"

#include <stdio.h>
#include <sys/stat.h>

/// Files as given, folders as the audio files in them
static TonStatus
collect_stems(const CommandLine* line, TonStems* stems, TonError* error)
{
  for (uint32_t i = 1; i < line->n_args; ++i) {
    struct stat st;
    const char* const arg = line->args[i];
    const bool folder = stat(arg, &st) == 0 && S_ISDIR(st.st_mode);
    TON_TRY(folder ? ton_stems_find(arg, line->args[0], stems, error)
                   : ton_stems_add(stems, arg, error));
  }
  return TON_OK;
}

/// What was made of the stems
static TonStatus
print_song(const CommandLine* line, const TonSong* song, uint32_t n,
           TonError* error)
{
  TonMix* mix = NULL;
  TON_TRY(
      ton_mix_read(ton_song_doc(song, TON_SONG_MIX_TEXT), NULL, &mix, error));
  printf("%s: %u stem%s, mix.yaml written\n", cli_visible(line->args[0]), n,
         n == 1 ? "" : "s");
  if (!cli_has(line, "flat")) {
    cli_print_mix_text(mix, ton_song_decisions(song, TON_SONG_MIX_TEXT));
  }
  ton_mix_free(mix);
  return TON_OK;
}

TonStatus
cli_new(const CommandLine* line, TonError* error)
{
  TonStems stems = {0};
  TonSong* song = NULL;
  const bool flat = cli_has(line, "flat");
  TonStatus status = collect_stems(line, &stems, error);
  cli_tell_left_out(line, &stems);
  status = status ? status
                  : ton_song_create(line->args[0], stems.paths, stems.n, flat,
                                    &song, error);
  const uint32_t n = stems.n;
  ton_stems_free(&stems);
  if (!status) {
    cli_tell_cut_stems(line, song, line->args[0]);
    cli_tell_cache(line, song);
  }
  status = status || flat ? status : cli_propose_mix(song, &line->job, error);
  if (!status && line->json) {
    cli_print_json(json_pack("{s:o, s:i}", "song", report_text(line->args[0]),
                             "stems", (int)n));
  } else if (!status) {
    status = print_song(line, song, n, error);
  }
  ton_song_free(song);
  return status;
}
