// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   tonmeister apply: runs a chain of processors on a file.
*/

#include "base/error.h"
#include "base/memory.h"
#include "cli/json_output.h"
#include "cli/song_files.h"
#include "cli/terminal.h"
#include "cli/verbs.h"

/// Length of an audio file; 0: it cannot be read
static double
seconds_of(const char* path)
{
  TonAudio* audio = NULL;
  if (ton_audio_open(path, &audio, NULL)) {
    return 0.0;
  }
  const TonAudioInfo* const info = ton_audio_info(audio);
  const double seconds = (double)info->frames / info->rate;
  ton_audio_close(audio);
  return seconds;
}

static void
tell_longer(const char* in, const char* out)
{
  const double longer_s = seconds_of(out) - seconds_of(in);
  if (longer_s > 0.0005) {
    cli_remark("%s is %.3f s longer than %s: the chain sounds on after its end "
               "(reverb, echoes, long filters)",
               out, longer_s, in);
  }
}

TonStatus
cli_apply(const CommandLine* line, TonError* error)
{
  const uint32_t n = line->n_args - 2;
  const bool was_there = ton_is_file(line->args[1]);
  TonInsert* const chain = ton_alloc((n + 1) * sizeof(TonInsert));
  if (!chain) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  cli_tell_cut(line, line->args[0]);
  TonStatus status = TON_OK;
  for (uint32_t i = 0; i < n && !status; ++i) {
    status = ton_insert_parse(line->args[2 + i], &chain[i], error);
  }
  if (!status) {
    cli_tell_chain(line, line->args[1], chain, n);
  }
  status = status ? status
                  : ton_apply(line->args[0], line->args[1], chain, n,
                              &line->job, error);
  for (uint32_t i = 0; i < n; ++i) {
    ton_insert_free(&chain[i]);
  }
  ton_free(chain);
  cli_progress_clear();
  if (!line->quiet && (!status || status == TON_GOAL_MISSED)) {
    tell_longer(line->args[0], line->args[1]);
  }
  if (was_there && (!status || status == TON_GOAL_MISSED)) {
    cli_tell_replaced(line, line->args[1]);
  }
  if (!status && line->json) {
    cli_print_json(json_pack("{s:o}", "output", report_text(line->args[1])));
  }
  return status;
}
