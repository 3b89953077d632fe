// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_CLI_JSON_OUTPUT_H
#define TON_CLI_JSON_OUTPUT_H

#include "report/json.h"

#include <tonmeister/measure.h>
#include <tonmeister/status.h>

#include <jansson.h>

#include <stdbool.h>

/**
   @file
   The one JSON document that a verb prints with --json.
*/

/// Does the command line ask for JSON?  Known before it is taken apart.
bool cli_wants_json(int argc, char** argv);

/// Take an object as the verb's one document; cli_finish_json() prints it
void cli_print_json(json_t* object);

/// Print the verb's one document with what went wrong, which may be null
void cli_finish_json(const TonError* error);

/// A measurement as docs/json.md has it, of the file `path`
json_t* cli_measurement(const TonMeasurement* m, const char* path);

#endif
