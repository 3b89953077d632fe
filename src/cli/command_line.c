// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Takes a command line apart: verb, options with their values, and the words
   that are left.
*/

#include "cli/command_line.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/string.h"
#include "cli/verbs.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static TonStatus
no_memory(TonError* error)
{
  return ton_fail(error, TON_NO_MEMORY, "out of memory");
}

static TonStatus
unknown_verb(const char* name, TonError* error)
{
  const char* names[32];
  assert(cli_n_verbs <= 32);
  for (uint32_t i = 0; i < cli_n_verbs; ++i) {
    names[i] = cli_verbs[i].name;
  }
  const char* const near = ton_string_nearest(name, names, cli_n_verbs);
  return near ? ton_fail(error, TON_BAD_USE,
                         "there is no verb \"%s\"; did you mean \"%s\"?", name,
                         near)
              : ton_fail(error, TON_BAD_USE,
                         "there is no verb \"%s\"; tonmeister help lists them",
                         name);
}

static TonStatus
unknown_option(const Verb* verb, const char* given, TonError* error)
{
  const char* names[32];
  size_t n = 0;
  assert(verb->n_options + cli_n_common + cli_n_rendering <= 32);
  for (uint32_t i = 0; i < verb->n_options; ++i) {
    names[n++] = verb->options[i].name;
  }
  for (uint32_t i = 0; i < cli_n_common; ++i) {
    names[n++] = cli_common[i].name;
  }
  for (uint32_t i = 0; verb->renders && i < cli_n_rendering; ++i) {
    names[n++] = cli_rendering[i].name;
  }
  const char* const near =
      ton_string_nearest(given + strspn(given, "-"), names, n);
  if (access(given, F_OK) == 0) {
    return ton_fail(
        error, TON_BAD_USE,
        "%s has no option %s; for the file of that name write ./%s, "
        "or -- in front of all files",
        verb->name, given, given);
  }
  return near ? ton_fail(error, TON_BAD_USE,
                         "%s has no option %s; did you mean --%s?", verb->name,
                         given, near)
              : ton_fail(error, TON_BAD_USE,
                         "%s has no option %s; tonmeister help %s lists them",
                         verb->name, given, verb->name);
}

static TonStatus
read_whole_number(const char* name, const char* text, long min, long max,
                  uint32_t* number, TonError* error)
{
  char* end = NULL;
  // NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker)
  const long value = strtol(text, &end, 10);
  if (end == text || *end || value < min || value > max) {
    return ton_fail(error, TON_BAD_USE,
                    "--%s %s is not a whole number from %ld to %ld", name, text,
                    min, max);
  }
  *number = (uint32_t)value;
  return TON_OK;
}

/// An option of all verbs, or of all rendering verbs
static TonStatus
take_common(CommandLine* line, const char* name, const char* value,
            TonError* error)
{
  if (strcmp(name, "json") == 0) {
    line->json = true;
  } else if (strcmp(name, "quiet") == 0) {
    line->quiet = true;
  } else if (strcmp(name, "threads") == 0) {
    return read_whole_number(name, value, 1, 64, &line->job.threads, error);
  } else if (strcmp(name, "block") == 0) {
    return read_whole_number(name, value, 1, 4096, &line->job.block, error);
  }
  return TON_OK;
}

/// An option of the verb itself: the last value counts, or all of them
static TonStatus
take_own(CommandLine* line, const Option* option, const char* value,
         TonError* error)
{
  GivenValues* const g = &line->given[option - line->verb->options];
  const uint32_t kept = option->repeats ? g->n : 0;
  const char** const values =
      ton_grow(g->values, &g->capacity, kept + 1, sizeof(char*));
  if (!values) {
    return no_memory(error);
  }
  values[kept] = value ? value : "";
  g->values = values;
  g->n = kept + 1;
  return TON_OK;
}

static const Option*
match(const Option* options, uint32_t n, const char* word, size_t length)
{
  for (uint32_t i = 0; i < n; ++i) {
    const Option* const o = &options[i];
    const bool by_name = word[1] == '-' && strlen(o->name) == length - 2 &&
                         strncmp(o->name, word + 2, length - 2) == 0;
    const bool by_letter =
        word[1] != '-' && length == 2 && o->letter && word[1] == o->letter;
    if (by_name || by_letter) {
      return o;
    }
  }
  return NULL;
}

/// One option with its value, which may be the next word; `*i` moves on
static TonStatus
take_option(CommandLine* line, int argc, char** argv, int* i, TonError* error)
{
  const char* const word = argv[*i];
  const size_t length = strcspn(word, "=");
  const Verb* const verb = line->verb;
  const Option* own = match(verb->options, verb->n_options, word, length);
  const Option* all = match(cli_common, cli_n_common, word, length);
  if (!all && verb->renders) {
    all = match(cli_rendering, cli_n_rendering, word, length);
  }
  const Option* const o = own ? own : all;
  if (!o) {
    return unknown_option(verb, word, error);
  }
  const char* value = word[length] ? word + length + 1 : NULL;
  if (o->value && !value) {
    if (*i + 1 >= argc) {
      return ton_fail(error, TON_BAD_USE, "--%s needs a value: %s", o->name,
                      o->value);
    }
    value = argv[++*i];
  } else if (!o->value && value) {
    return ton_fail(error, TON_BAD_USE, "--%s takes no value", o->name);
  }
  return own ? take_own(line, own, value, error)
             : take_common(line, o->name, value, error);
}

static TonStatus
check_args(const CommandLine* line, TonError* error)
{
  const Verb* const v = line->verb;
  if (line->n_args < v->min_args || line->n_args > v->max_args) {
    return ton_fail(error, TON_BAD_USE, "expected: tonmeister %s %s", v->name,
                    v->usage);
  }
  return TON_OK;
}

/// A word that begins with '-' but is a level or another value is no option
static bool
is_option(const char* word)
{
  return word[0] == '-' && word[1] && !strchr("0123456789.", word[1]);
}

TonStatus
cli_parse(int argc, char** argv, CommandLine* line, TonError* error)
{
  line->verb = cli_find_verb(argv[1]);
  if (!line->verb) {
    return unknown_verb(argv[1], error);
  }
  line->args = ton_alloc((size_t)argc * sizeof(char*));
  line->given = ton_alloc((line->verb->n_options + 1) * sizeof(GivenValues));
  if (!line->args || !line->given) {
    return no_memory(error);
  }
  bool only_words = false;
  for (int i = 2; i < argc; ++i) {
    if (!only_words && strcmp(argv[i], "--") == 0) {
      only_words = true;
    } else if (!only_words && is_option(argv[i])) {
      TON_TRY(take_option(line, argc, argv, &i, error));
    } else {
      line->args[line->n_args++] = argv[i];
    }
  }
  return check_args(line, error);
}

void
cli_line_free(CommandLine* line)
{
  for (uint32_t i = 0; line->given && i < line->verb->n_options; ++i) {
    ton_free(line->given[i].values);
  }
  ton_free(line->given);
  ton_free(line->args);
}
