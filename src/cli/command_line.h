// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_CLI_COMMAND_LINE_H
#define TON_CLI_COMMAND_LINE_H

#include <tonmeister/song.h>

#include <stdbool.h>
#include <stdint.h>

/**
   @file
   The command line taken apart, and the tables that verbs and options are
   described by.
*/

/// What a shell can offer as an option's value
typedef enum {
  OFFER_NOTHING, ///< A number, a level
  OFFER_FILES,
  OFFER_TARGETS, ///< Names of data/targets.yaml
  OFFER_GENRES,  ///< Of data/genres.yaml
  OFFER_STYLES,  ///< Of data/styles.yaml
  OFFER_INTENSITIES,
  OFFER_SHELLS,
  OFFER_DEPTHS,
} Offer;

/// One option of a verb.  Help, manual and completion are made from these.
typedef struct {
  const char* name;  ///< Without dashes
  char letter;       ///< Or 0
  const char* value; ///< What it takes ("FILE"), or null for a switch
  const char* help;
  Offer offer;  ///< Where it takes a value
  bool repeats; ///< May be given several times
} Option;

typedef struct CommandLine CommandLine;

/// A verb: what the program is asked to do
typedef struct Verb {
  const char* name;
  const char* usage;    ///< Behind the name
  const char* summary;  ///< One sentence
  const char* text;     ///< A paragraph
  const char* examples; ///< Lines
  uint32_t min_args;
  uint32_t max_args;
  bool renders; ///< Takes --threads and --block
  const Option* options;
  uint32_t n_options;
  TonStatus (*run)(const CommandLine* line, TonError* error);
} Verb;

/// The values one option was given
typedef struct {
  const char** values;
  size_t capacity;
  uint32_t n;
} GivenValues;

/// A command line taken apart; its words are those of argv
struct CommandLine {
  const Verb* verb;
  GivenValues* given; ///< For each option of the verb
  const char** args;
  uint32_t n_args;
  bool json;
  bool quiet;
  TonJob job;
};

/// Take a command line apart; TON_BAD_USE says what is wrong.  `line` is freed
/// by cli_line_free() in any case.
TonStatus cli_parse(int argc, char** argv, CommandLine* line, TonError* error);

void cli_line_free(CommandLine* line);

/// Last value of an option, or null
const char* cli_value(const CommandLine* line, const char* name);

/// All values of an option, owned by the line; null where it was not given
const char* const* cli_values(const CommandLine* line, const char* name,
                              uint32_t* n);

bool cli_has(const CommandLine* line, const char* name);

#endif
