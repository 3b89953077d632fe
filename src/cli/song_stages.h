// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_CLI_SONG_STAGES_H
#define TON_CLI_SONG_STAGES_H

#include <tonmeister/song.h>

/**
   @file
   The stages of a song that several verbs run: each saves what it wrote.
*/

/// A stage of a song with what it writes: the texts are saved, and of a release
/// the report, whether the goal was reached (TON_OK) or not (TON_GOAL_MISSED)
TonStatus cli_propose_mix(TonSong* song, const TonJob* job, TonError* error);

TonStatus cli_master_song(TonSong* song, const TonMasterOptions* options,
                          const TonJob* job, TonMasterResult* result,
                          TonError* error);

TonStatus cli_release_song(TonSong* song, const TonReleaseOptions* options,
                           const TonJob* job, TonDelivery* delivery,
                           TonError* error);

#endif
