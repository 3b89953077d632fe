// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_CLI_SUMMARY_H
#define TON_CLI_SUMMARY_H

#include <tonmeister/song.h>

/**
   @file
   The ten lines that `make` ends with, and those that `new` does.
*/

/// A song as `make` has made it; nothing is owned
typedef struct {
  const char* folder; ///< As the command line names it
  const TonSong* song;
  const TonMeasurement* mix;
  const TonMasterResult* mastered;
  const TonDelivery* delivery;
} MadeSong;

/// Ten lines: what mix.yaml says now, what was repaired by the records, what was
/// measured
TonStatus cli_print_summary(const MadeSong* made, TonError* error);

/// The lines on the text alone: roles, what is muted, faults of the stems, how
/// the tracks are shaped.  `all`: the decisions on the mix, compared with it.
void cli_print_mix_text(const TonMix* mix, const TonDecisions* all);

#endif
