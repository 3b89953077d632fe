// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/error.h"
#include "base/memory.h"
#include "cli/output.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/// Files as given, folders as the audio files in them
static TonStatus
collect_stems(const CliLine* line, char*** stems, uint32_t* n, TonError* error)
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

/// Propose a mix and write it
static TonStatus
propose(const CliLine* line, TonSong* song, TonError* error)
{
  const TonStatus status = ton_song_propose(song, &line->job, error);
  cli_progress_clear();
  return status ? status : ton_song_save(song, error);
}

TonStatus
cli_new(const CliLine* line, TonError* error)
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
  status = status || flat ? status : propose(line, song, error);
  ton_song_free(song);
  if (!status && line->json) {
    cli_print_json(json_pack("{s:o, s:i}", "song", cli_json_text(line->args[0]),
                             "stems", (int)n));
  } else if (!status) {
    printf("%s: %u stem%s, mix.yaml written\n", line->args[0], n,
           n == 1 ? "" : "s");
  }
  return status;
}

static TonStatus
bits_of(const CliLine* line, uint32_t* bits, TonError* error)
{
  const char* const depth = cli_value(line, "depth");
  *bits = depth ? (uint32_t)strtoul(depth, NULL, 10) : 32;
  if (*bits != 16 && *bits != 24 && *bits != 32) {
    return ton_fail(error, TON_BAD_USE,
                    "--depth %s: expected 16, 24 or 32 (float)", depth);
  }
  return TON_OK;
}

/// Words for a role that no table has change nothing: say so
static void
warn_of_roles(const CliLine* line, const TonSong* song)
{
  const TonDecisions* const all = ton_song_decisions(song, TON_SONG_MIX_TEXT);
  for (uint32_t i = 0; i < all->count && !line->quiet; ++i) {
    if (strcmp(all->items[i].rule, "role.unknown") == 0) {
      fprintf(stderr, "tonmeister: %s: %s\n", all->items[i].path,
              all->items[i].reason);
    }
  }
}

static TonStatus
mix(const CliLine* line, const TonMixOptions* options, TonMeasurement* m,
    TonError* error)
{
  TonSong* song = NULL;
  TonJob job = line->job;
  job.one_strip = cli_has(line, "one-strip");
  TON_TRY(ton_song_open(line->args[0], &song, error));
  TonStatus status =
      cli_has(line, "propose") ? propose(line, song, error) : TON_OK;
  if (!status && cli_has(line, "propose")) {
    warn_of_roles(line, song);
  }
  status = status ? status : ton_song_mix(song, options, &job, m, error);
  ton_song_free(song);
  return status;
}

TonStatus
cli_mix(const CliLine* line, TonError* error)
{
  TonMeasurement m;
  const char* const out = cli_value(line, "output");
  TonMixOptions options = {.out = out, .stems = cli_has(line, "stems")};
  TON_TRY(bits_of(line, &options.bits, error));
  TON_TRY(cli_expect_wav(out, error));
  const TonStatus status = mix(line, &options, &m, error);
  cli_progress_clear();
  if (status && status != TON_GOAL_MISSED) {
    return status;
  }
  char path[2048];
  cli_song_file(line->args[0], "out/mix.wav", path, sizeof(path));
  if (line->json) {
    cli_print_json(
        json_pack("{s:o}", "mix", cli_measurement(&m, out ? out : path)));
  } else {
    cli_print_levels(&m, out ? out : path);
  }
  return status;
}

TonStatus
cli_apply(const CliLine* line, TonError* error)
{
  const uint32_t n = line->n_args - 2;
  TON_TRY(cli_expect_wav(line->args[1], error));
  TonInsert* const chain = ton_alloc((n + 1) * sizeof(TonInsert));
  if (!chain) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  TonStatus status = TON_OK;
  for (uint32_t i = 0; i < n && !status; ++i) {
    status = ton_insert_parse(line->args[2 + i], &chain[i], error);
  }
  status = status ? status
                  : ton_apply(line->args[0], line->args[1], chain, n,
                              &line->job, error);
  for (uint32_t i = 0; i < n; ++i) {
    ton_insert_free(&chain[i]);
  }
  ton_free(chain);
  cli_progress_clear();
  if (!status && line->json) {
    cli_print_json(json_pack("{s:o}", "output", cli_json_text(line->args[1])));
  }
  return status;
}
