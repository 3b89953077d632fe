// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The stages of a song as the verbs run them: work, then save.
*/

#include "cli/song_stages.h"

#include "cli/terminal.h"

TonStatus
cli_propose_mix(TonSong* song, const TonJob* job, TonError* error)
{
  const TonStatus status = ton_song_propose(song, job, error);
  cli_progress_clear();
  return status ? status : ton_song_save(song, error);
}

/// Of two failures the later one is told
static TonStatus
later(TonStatus first, TonStatus second, const TonError* of_second,
      TonError* error)
{
  if (second) {
    *error = *of_second;
  }
  return second ? second : first;
}

TonStatus
cli_master_song(TonSong* song, const TonMasterOptions* options,
                const TonJob* job, TonMasterResult* result, TonError* error)
{
  TonError own = {0};
  const TonStatus status = ton_song_master(song, options, job, result, error);
  if (status && status != TON_GOAL_MISSED) {
    return status;
  }
  return later(status, ton_song_save(song, &own), &own, error);
}

TonStatus
cli_release_song(TonSong* song, const TonReleaseOptions* options,
                 const TonJob* job, TonDelivery* delivery, TonError* error)
{
  TonError own = {0};
  const TonStatus status =
      ton_song_release(song, options, job, delivery, error);
  if (status && status != TON_GOAL_MISSED) {
    return status;
  }
  TonStatus wrote = ton_song_save(song, &own);
  wrote = wrote ? wrote : ton_song_report(song, delivery, job, &own);
  return later(status, wrote, &own, error);
}
