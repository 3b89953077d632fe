// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_CLI_CLI_H
#define TON_CLI_CLI_H

#include <tonmeister/song.h>

#include <stdbool.h>
#include <stdint.h>

/// One option of a verb.  Help, manual and completion are made from these.
typedef struct {
  const char* name;  ///< Without dashes
  char letter;       ///< Or 0
  const char* value; ///< What it takes ("FILE"), or null for a switch
  const char* help;
  bool repeats;
} CliOption;

enum { MOST_VALUES = 64 };

/// A command line taken apart
typedef struct {
  const struct CliVerb* verb;
  const char* given[16][MOST_VALUES]; ///< Per option: its values
  uint32_t n_given[16];
  const char* args[4096];
  uint32_t n_args;
  bool json;
  bool quiet;
  TonJob job;
} CliLine;

typedef struct CliVerb {
  const char* name;
  const char* usage;    ///< Behind the name
  const char* summary;  ///< One sentence
  const char* text;     ///< A paragraph
  const char* examples; ///< Lines
  uint32_t least_args;
  uint32_t most_args;
  bool renders; ///< Takes --threads and --block
  const CliOption* options;
  uint32_t n_options;
  TonStatus (*run)(const CliLine* line, TonError* error);
} CliVerb;

/// All verbs in the order of use
extern const CliVerb cli_verbs[];
extern const uint32_t cli_n_verbs;

/// Options every verb takes, and those every rendering verb takes
extern const CliOption cli_common[];
extern const uint32_t cli_n_common;
extern const CliOption cli_rendering[];
extern const uint32_t cli_n_rendering;

/// Last value of an option, or null
const char* cli_value(const CliLine* line, const char* name);

/// All values of an option
const char* const* cli_values(const CliLine* line, const char* name,
                              uint32_t* n);

bool cli_has(const CliLine* line, const char* name);

/// Take a command line apart; TON_BAD_USE says what is wrong
TonStatus cli_parse(int argc, char** argv, CliLine* line, TonError* error);

/// An error for a person: place, what, excerpt with a caret
void cli_print_error(const TonError* error);

/// Does the command line ask for JSON?  Known before it is taken apart.
bool cli_wants_json(int argc, char** argv);

/// Print the verb's one document with what went wrong, which may be null
void cli_finish_json(const TonError* error);

/// Progress on stderr when it is a terminal and the work takes over a second;
/// false once the user has pressed Ctrl-C
bool cli_progress(void* handle, const char* stage, double part);

void cli_progress_clear(void);

/// Remark on stderr if the file `from` of the song is newer than `made`, which
/// `verb` makes of it
void cli_warn_outdated(const CliLine* line, const char* made, const char* from,
                       const char* verb);

/// May the answer have colours?  On a terminal, unless NO_COLOR is set.
bool cli_colours(void);

/// "2-gain": a parameter of a band that was explained with band 1
bool cli_repeats_band(const char* symbol);

/// A value of a parameter as people write it, to four decimals
const char* cli_print_param(const TonParam* p, float value, char* room,
                            size_t size);

/// A preset of the program
typedef struct {
  char name[64];
  char about[256];
  char processor[32];
  char values[512];
} CliPreset;

/// All of them, by name; read once.  Returns how many.
uint32_t cli_presets(const CliPreset** presets);

/// The manual page in roff, to stdout
void cli_manual(void);

/// A completion script for "bash", "zsh" or "fish", to stdout; false for others
bool cli_completion(const char* shell);

/// Catch Ctrl-C and the like
void cli_catch_signals(void);

/// Exit status: that of the contract, or what shells say of a signal
int cli_exit(TonStatus status);

/// What is rendered is WAV: a name that promises another format is an error.
/// `path` may be null.
TonStatus cli_expect_wav(const char* path, TonError* error);

TonStatus cli_make(const CliLine* line, TonError* error);
TonStatus cli_new(const CliLine* line, TonError* error);
TonStatus cli_mix(const CliLine* line, TonError* error);
TonStatus cli_master(const CliLine* line, TonError* error);
TonStatus cli_release(const CliLine* line, TonError* error);
TonStatus cli_check(const CliLine* line, TonError* error);
TonStatus cli_measure(const CliLine* line, TonError* error);
TonStatus cli_compare(const CliLine* line, TonError* error);
TonStatus cli_apply(const CliLine* line, TonError* error);
TonStatus cli_help(const CliLine* line, TonError* error);

#endif
