// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_CLI_HELP_H
#define TON_CLI_HELP_H

#include "report/glossary.h"

#include <tonmeister/processor.h>
#include <tonmeister/session.h>
#include <tonmeister/target.h>

#include <jansson.h>

#include <stdbool.h>
#include <stdint.h>

/**
   @file
   What `help` prints: presets, processors, values of parameters.
*/

/// The presets of the program by name, read once.  Returns how many.
uint32_t cli_presets(TonPreset* const** presets);

/// The loudness goals of the program, read once; none if they cannot be read
const TonTargets* cli_targets(void);

/// "-14 LUFS"; `none` for a target without a loudness
const char* cli_loudness(const TonTarget* target, const char* none,
                         char buffer[32]);

/// The terms that help explains, read once; none if they cannot be read
const Glossary* cli_terms(void);

/// A role of a track, or a tonal profile
typedef struct {
  const char* name;
  const char* about;
} HelpKind;

typedef struct {
  HelpKind* items;
  size_t n;
  size_t capacity;
} HelpKinds;

/// The roles that a track may have, read once; none if they cannot be read
const HelpKinds* cli_roles(void);

/// The tonal profiles that a target may name, in the same way
const HelpKinds* cli_tones(void);
const HelpKinds* cli_genres(void);
const HelpKinds* cli_styles(void);
const HelpKinds* cli_intensities(void);

/// Print every key of a text: "mix.yaml"
void cli_help_keys(const char* text);

/// Print the keys of that name of a text; `found`: something was printed before, or
/// is now
void cli_help_key(const char* text, const char* name, bool* found);

/// What help explains
enum {
  TOPIC_VERB = 1 << 0,
  TOPIC_PROCESSOR = 1 << 1,
  TOPIC_BAND = 1 << 2, ///< Of an equaliser: "highpass"
  TOPIC_PRESET = 1 << 3,
  TOPIC_TARGET = 1 << 4,
  TOPIC_TERM = 1 << 5,     ///< Of data/glossary.yaml
  TOPIC_SPELLING = 1 << 6, ///< Other spellings of terms
  TOPIC_LIST =
      1 << 7, ///< "all", "genres", "roles", "styles", "targets", "terms"
  TOPIC_TEXT = 1 << 8, ///< "mix.yaml"
  TOPIC_KIND = 1 << 9, ///< A role of a track, a tonal profile
  TOPIC_KEY = 1 << 10, ///< Of a text: "fader"
  TOPIC_STYLE = 1 << 11,
  TOPIC_GENRE = 1 << 12,
  TOPIC_ALL = (1 << 13) - 1,
  TOPIC_INTENSITY = 1 << 13, ///< For completion: "low" is no topic by itself
  /// What completion offers: one spelling of each, and no keys
  TOPIC_OFFERED = TOPIC_ALL & ~(TOPIC_SPELLING | TOPIC_KEY),
};

/// Call `take` with every topic of these kinds
void cli_each_topic(unsigned kinds,
                    void (*take)(void* handle, const char* name), void* handle);

/// Print what is known of a topic, whatever kinds it is of; false: nothing
bool cli_explain(const char* topic);

/// A value of a parameter as people write it, to four decimals
const char* cli_print_param(const TonParam* p, float value, char* buffer,
                            size_t size);

/// "2-gain": a parameter of a band that was explained with band 1
bool cli_repeats_band(const char* symbol);

/// The tables of verbs, processors, presets, targets and terms: all, or what
/// has that name
json_t* cli_json_help(const char* topic);

/// The manual page in roff, to stdout
void cli_manual(void);

/// A completion script for "bash", "zsh" or "fish", to stdout; false for others
bool cli_completion(const char* shell);

#endif
