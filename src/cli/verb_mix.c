// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   tonmeister mix: renders the mix that mix.yaml describes.
*/

#include "base/error.h"
#include "base/memory.h"
#include "cli/json_output.h"
#include "cli/measurement_table.h"
#include "cli/song_files.h"
#include "cli/song_stages.h"
#include "cli/terminal.h"
#include "cli/verbs.h"
#include "report/figures.h"
#include "song/outputs.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static TonStatus
bits_of(const CommandLine* line, uint32_t* bits, TonError* error)
{
  const char* const depth = cli_value(line, "depth");
  *bits = depth ? (uint32_t)strtoul(depth, NULL, 10) : 32;
  if (*bits != 16 && *bits != 24 && *bits != 32) {
    return ton_fail(error, TON_BAD_USE,
                    "--depth %s: expected 16, 24 or 32 (float)", depth);
  }
  return TON_OK;
}

static TonStatus
answer(const CommandLine* line, const TonMeasurement* m, TonError* error)
{
  const char* const out = cli_value(line, "output");
  char* const path =
      out ? ton_copy_string(out) : cli_song_file(line->args[0], "out/mix.wav");
  if (!path) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  if (line->json) {
    cli_print_json(json_pack("{s:o}", "mix", cli_measurement(m, path)));
  } else {
    cli_print_measurement(m, path, FIGURE_LEVELS);
  }
  ton_free(path);
  return TON_OK;
}

static TonStatus
mix(const CommandLine* line, const TonMixOptions* options, TonMeasurement* m,
    TonError* error)
{
  TonSong* song = NULL;
  TonJob job = line->job;
  job.one_strip = cli_has(line, "one-strip");
  TON_TRY(ton_song_open(line->args[0], &song, error));
  cli_tell_cut_stems(line, song, line->args[0]);
  cli_tell_cache(line, song);
  cli_tell_strips(line, song);
  cli_tell_roles(line, song);
  TonStatus status = TON_OK;
  if (cli_has(line, "propose")) {
    status = cli_propose_mix(song, &job, error);
  }
  status = status ? status : ton_song_mix(song, options, &job, m, error);
  ton_song_free(song);
  return status;
}

TonStatus
cli_mix(const CommandLine* line, TonError* error)
{
  TonMeasurement m;
  TonMixOptions options = {.out = cli_value(line, "output"),
                           .stems = cli_has(line, "stems")};
  TON_TRY(bits_of(line, &options.bits, error));
  TON_TRY(options.out ? output_expect(options.out, true, NULL, error) : TON_OK);
  const bool was_there = options.out && ton_is_file(options.out);
  struct timespec begun;
  clock_gettime(CLOCK_REALTIME_COARSE, &begun); // the clock of files
  const TonStatus status = mix(line, &options, &m, error);
  cli_progress_clear();
  if (!status || status == TON_GOAL_MISSED) {
    if (was_there) {
      cli_tell_replaced(line, options.out);
    }
    if (options.stems) {
      cli_tell_old_stems(line, &begun);
    }
    TON_TRY(answer(line, &m, error));
  }
  return status;
}
