// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_CLI_FINDINGS_H
#define TON_CLI_FINDINGS_H

#include "cli/json_output.h"

#include <tonmeister/song.h>

/**
   @file
   What a check of a mix has found.
*/

/// Lines on stdout, of what has at least this light
void cli_print_findings(const TonCheck* check, TonLight least);

/// Fail with the names of the red lights: "is not ready for mastering: 2 red
/// lights (headroom, phase)"
TonStatus cli_fail_findings(const TonCheck* check, const char* path,
                            TonError* error);

/// {"rows": [...], "ready": true}
json_t* cli_json_findings(const TonCheck* check);

#endif
