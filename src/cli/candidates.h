// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_CLI_CANDIDATES_H
#define TON_CLI_CANDIDATES_H

#include "cli/command_line.h"

/// @file Three masters of one mix side by side, each with what it costs.

/// Render the masters of three targets, a quiet, a middle and a loud one, beside
/// where the master of the song or file lies, and print what each of them costs.
/// The texts of the song stay as they are.  TON_GOAL_MISSED: one of them is not as
/// loud as its target.
TonStatus cli_candidates(const CommandLine* line,
                         const TonMasterOptions* options, TonError* error);

#endif
