// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_CLI_OUTPUT_H
#define TON_CLI_OUTPUT_H

#include "cli/cli.h"
#include "song/json.h"

#include <jansson.h>

/// A measurement as the contract of `measure --json` has it
json_t* cli_measurement(const TonMeasurement* m, const char* path);

/// Loudness, levels and clipping: what is measured while a mix is written
void cli_print_levels(const TonMeasurement* m, const char* path);

/// A file of a song as the command line named it: "song/out/mix.wav"
void cli_song_file(const char* song, const char* file, char* room, size_t size);

/// Minutes, seconds, thousandths: "1:02.345".  Returns `room`.
const char* cli_time(double s, char room[32]);

/// Third-octave band as engineers write it: "31.5", "1.25k"
const char* cli_third_name(uint32_t band);

/// Text of a path or a name, also where it is no UTF-8
json_t* cli_json_text(const char* text);

/// Take an object as the verb's one document; cli_finish_json() prints it
void cli_print_json(json_t* object);

#endif
