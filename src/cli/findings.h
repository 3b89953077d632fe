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

/// {"rows": [...], "ready": true}
json_t* cli_json_findings(const TonCheck* check);

#endif
