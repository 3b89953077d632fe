// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_CLI_RELEASE_FILES_H
#define TON_CLI_RELEASE_FILES_H

#include "cli/command_line.h"

#include <tonmeister/song.h>

#include <jansson.h>

/**
   @file
   The files of a release, on the terminal and as JSON.
*/

/// The files of a release, each with what was measured after writing
json_t* cli_json_files(const TonDelivery* delivery);

void cli_print_files(const TonDelivery* delivery);

/// Remark what shops may refuse: files without an artist, and the cover.  `song` is
/// open if anything was delivered.
void cli_remark_release(const CommandLine* line, const TonSong* song,
                        const TonDelivery* delivery);

#endif
