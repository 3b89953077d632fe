// SPDX-License-Identifier: GPL-3.0-or-later
/// @file What `make` and `master` can be asked of the master.

#ifndef TON_CLI_MASTER_OPTIONS_H
#define TON_CLI_MASTER_OPTIONS_H

#include "cli/command_line.h"

/// Read the options that `make` and `master` share; what is out of range is
/// TON_BAD_USE.  `out` is left alone.
TonStatus cli_master_options(const CommandLine* line, TonMasterOptions* options,
                             TonError* error);

#endif
