// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_CLI_VERBS_H
#define TON_CLI_VERBS_H

#include "cli/command_line.h"

/**
   @file
   The tables of verbs and of the options that they share.
*/

/// All verbs in the order of use
extern const Verb cli_verbs[];
extern const uint32_t cli_n_verbs;

/// Options every verb takes
extern const Option cli_common[];
extern const uint32_t cli_n_common;

/// Options every verb that renders takes
extern const Option cli_rendering[];
extern const uint32_t cli_n_rendering;

/// Verb of that name, or null
const Verb* cli_find_verb(const char* name);

TonStatus cli_make(const CommandLine* line, TonError* error);
TonStatus cli_new(const CommandLine* line, TonError* error);
TonStatus cli_mix(const CommandLine* line, TonError* error);
TonStatus cli_master(const CommandLine* line, TonError* error);
TonStatus cli_album(const CommandLine* line, TonError* error);
TonStatus cli_release(const CommandLine* line, TonError* error);
TonStatus cli_studio(const CommandLine* line, TonError* error);
TonStatus cli_clean(const CommandLine* line, TonError* error);
TonStatus cli_check(const CommandLine* line, TonError* error);
TonStatus cli_measure(const CommandLine* line, TonError* error);
TonStatus cli_compare(const CommandLine* line, TonError* error);
TonStatus cli_apply(const CommandLine* line, TonError* error);
TonStatus cli_help(const CommandLine* line, TonError* error);

#endif
