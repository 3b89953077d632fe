// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_CLI_HELP_H
#define TON_CLI_HELP_H

#include <tonmeister/processor.h>
#include <tonmeister/session.h>

#include <jansson.h>

#include <stdbool.h>
#include <stdint.h>

/// The presets of the program by name, read once.  Returns how many.
uint32_t cli_presets(TonPreset* const** presets);

/// A value of a parameter as people write it, to four decimals
const char* cli_print_param(const TonParam* p, float value, char* buffer,
                            size_t size);

/// "2-gain": a parameter of a band that was explained with band 1
bool cli_repeats_band(const char* symbol);

/// The tables of verbs, processors and presets: all, or those of that name
json_t* cli_json_help(const char* topic);

/// The manual page in roff, to stdout
void cli_manual(void);

/// A completion script for "bash", "zsh" or "fish", to stdout; false for others
bool cli_completion(const char* shell);

#endif
