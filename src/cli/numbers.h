// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_CLI_NUMBERS_H
#define TON_CLI_NUMBERS_H

#include "cli/cli.h"
#include "studio/json.h"

#include <jansson.h>

/// A measurement as the contract of `measure --json` has it
json_t* cli_measurement(const TonMeasurement* m, const char* path);

void cli_print_measurement(const TonMeasurement* m, const char* path);

/// Print an object as the verb's one document, and free it
void cli_print_json(json_t* object);

#endif
