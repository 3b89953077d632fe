// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_CLI_SUMMARY_H
#define TON_CLI_SUMMARY_H

#include <tonmeister/song.h>

/**
   @file
   The ten lines that `make` ends with.
*/

/// A song as `make` has made it; nothing is owned
typedef struct {
  const char* song;
  uint32_t n_stems;
  const TonMeasurement* mix;
  const TonMasterResult* mastered;
  const TonDelivery* delivery;
  const TonDecisions* master_reasons;
} MadeSong;

/// Ten lines: what was found, done and measured, from the records
void cli_print_summary(const MadeSong* made);

#endif
