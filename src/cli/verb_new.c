// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   tonmeister new: imports stems and proposes mix.yaml.
*/

#include "base/error.h"
#include "base/memory.h"
#include "cli/json_output.h"
#include "cli/song_stages.h"
#include "cli/terminal.h"
#include "cli/verbs.h"

#include <stdio.h>
#include <sys/stat.h>

/// Files as given, folders as the audio files in them
static TonStatus
collect_stems(const CommandLine* line, char*** stems, uint32_t* n,
              TonError* error)
{
  size_t capacity = 0;
  *stems = NULL;
  *n = 0;
  for (uint32_t i = 1; i < line->n_args; ++i) {
    char** some = NULL;
    uint32_t count = 0;
    struct stat st;
    const char* const arg = line->args[i];
    if (stat(arg, &st) == 0 && S_ISDIR(st.st_mode)) {
      TON_TRY(ton_stems_find(arg, &some, &count, error));
    }
    const uint32_t more = some ? count : 1;
    char** const grown =
        ton_grow(*stems, &capacity, (size_t)*n + more, sizeof(char*));
    if (!grown) {
      return ton_fail(error, TON_NO_MEMORY, "out of memory");
    }
    *stems = grown;
    for (uint32_t k = 0; k < more; ++k) {
      grown[(*n)++] = some ? some[k] : ton_copy_string(arg);
    }
    ton_free(some);
  }
  return TON_OK;
}

TonStatus
cli_new(const CommandLine* line, TonError* error)
{
  char** stems = NULL;
  uint32_t n = 0;
  TonSong* song = NULL;
  const bool flat = cli_has(line, "flat");
  TonStatus status = collect_stems(line, &stems, &n, error);
  status = status
               ? status
               : ton_song_create(line->args[0], stems, n, flat, &song, error);
  ton_stems_free(stems, n);
  status = status || flat ? status : cli_propose_mix(song, &line->job, error);
  ton_song_free(song);
  if (!status && line->json) {
    cli_print_json(json_pack("{s:o, s:i}", "song", cli_json_text(line->args[0]),
                             "stems", (int)n));
  } else if (!status) {
    printf("%s: %u stem%s, mix.yaml written\n", cli_visible(line->args[0]), n,
           n == 1 ? "" : "s");
  }
  return status;
}
