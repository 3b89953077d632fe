// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/array.h"
#include "base/error.h"
#include "base/string.h"
#include "cli/cli.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const CliVerb*
find_verb(const char* name)
{
  for (uint32_t i = 0; i < cli_n_verbs; ++i) {
    if (strcmp(cli_verbs[i].name, name) == 0) {
      return &cli_verbs[i];
    }
  }
  return NULL;
}

static uint32_t
option_index(const CliVerb* verb, const char* name)
{
  for (uint32_t i = 0; i < verb->n_options; ++i) {
    if (strcmp(verb->options[i].name, name) == 0) {
      return i;
    }
  }
  return UINT32_MAX;
}

const char* const*
cli_values(const CliLine* line, const char* name, uint32_t* n)
{
  const uint32_t i = option_index(line->verb, name);
  *n = i == UINT32_MAX ? 0 : line->n_given[i];
  return *n ? line->given[i] : NULL;
}

const char*
cli_value(const CliLine* line, const char* name)
{
  uint32_t n = 0;
  const char* const* const values = cli_values(line, name, &n);
  return n ? values[n - 1] : NULL;
}

bool
cli_has(const CliLine* line, const char* name)
{
  uint32_t n = 0;
  cli_values(line, name, &n);
  return n > 0;
}

static TonStatus
unknown_verb(const char* name, TonError* error)
{
  const char* names[32];
  for (uint32_t i = 0; i < cli_n_verbs; ++i) {
    names[i] = cli_verbs[i].name;
  }
  const char* const near = ton_string_nearest(name, names, cli_n_verbs);
  return near ? ton_fail(error, TON_BAD_USE,
                         "there is no verb \"%s\"; did you mean \"%s\"?", name,
                         near)
              : ton_fail(error, TON_BAD_USE,
                         "there is no verb \"%s\"; see tonmeister help", name);
}

static TonStatus
unknown_option(const CliVerb* verb, const char* given, TonError* error)
{
  const char* names[32];
  size_t n = 0;
  for (uint32_t i = 0; i < verb->n_options; ++i) {
    names[n++] = verb->options[i].name;
  }
  for (uint32_t i = 0; i < cli_n_common; ++i) {
    names[n++] = cli_common[i].name;
  }
  for (uint32_t i = 0; verb->renders && i < cli_n_rendering; ++i) {
    names[n++] = cli_rendering[i].name;
  }
  const char* const word = given + strspn(given, "-");
  const char* const near = ton_string_nearest(word, names, n);
  return near ? ton_fail(error, TON_BAD_USE,
                         "%s has no option %s; did you mean --%s?", verb->name,
                         given, near)
              : ton_fail(error, TON_BAD_USE,
                         "%s has no option %s; see tonmeister help %s",
                         verb->name, given, verb->name);
}

static TonStatus
whole_number(const char* name, const char* text, uint32_t least, uint32_t most,
             uint32_t* number, TonError* error)
{
  assert(text);
  char* end = NULL;
  const long value = strtol(text, &end, 10);
  if (end == text || *end || value < (long)least || value > (long)most) {
    return ton_fail(error, TON_BAD_USE,
                    "--%s %s is not a whole number from %u to %u", name, text,
                    least, most);
  }
  *number = (uint32_t)value;
  return TON_OK;
}

/// An option of all verbs, or of all rendering verbs
static TonStatus
take_common(CliLine* line, const char* name, const char* value, TonError* error)
{
  if (strcmp(name, "json") == 0) {
    line->json = true;
  } else if (strcmp(name, "quiet") == 0) {
    line->quiet = true;
  } else if (strcmp(name, "threads") == 0) {
    return whole_number(name, value, 1, 64, &line->job.threads, error);
  } else if (strcmp(name, "block") == 0) {
    return whole_number(name, value, 1, 4096, &line->job.block, error);
  }
  return TON_OK;
}

static const CliOption*
match(const CliOption* options, uint32_t n, const char* word, size_t length)
{
  for (uint32_t i = 0; i < n; ++i) {
    const CliOption* const o = &options[i];
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
take_option(CliLine* line, int argc, char** argv, int* i, TonError* error)
{
  const char* const word = argv[*i];
  const size_t length = strcspn(word, "=");
  const CliVerb* const verb = line->verb;
  const CliOption* own = match(verb->options, verb->n_options, word, length);
  const CliOption* all = match(cli_common, cli_n_common, word, length);
  if (!all && verb->renders) {
    all = match(cli_rendering, cli_n_rendering, word, length);
  }
  const CliOption* const o = own ? own : all;
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
  if (!own) {
    return take_common(line, o->name, value, error);
  }
  const uint32_t at = (uint32_t)(own - verb->options);
  if (line->n_given[at] && !o->repeats) {
    line->n_given[at] = 0;
  }
  if (line->n_given[at] < MOST_VALUES) {
    line->given[at][line->n_given[at]++] = value ? value : "";
  }
  return TON_OK;
}

static TonStatus
check_args(const CliLine* line, TonError* error)
{
  const CliVerb* const v = line->verb;
  if (line->n_args < v->least_args || line->n_args > v->most_args) {
    return ton_fail(error, TON_BAD_USE, "expected: tonmeister %s %s", v->name,
                    v->usage);
  }
  return TON_OK;
}

/// A word that begins with '-' but is a level or another value
static bool
is_option(const char* word)
{
  return word[0] == '-' && word[1] && !strchr("0123456789.", word[1]);
}

TonStatus
cli_parse(int argc, char** argv, CliLine* line, TonError* error)
{
  line->verb = find_verb(argv[1]);
  if (!line->verb) {
    return unknown_verb(argv[1], error);
  }
  bool words = false;
  for (int i = 2; i < argc; ++i) {
    if (!words && strcmp(argv[i], "--") == 0) {
      words = true;
    } else if (!words && is_option(argv[i])) {
      TON_TRY(take_option(line, argc, argv, &i, error));
    } else if (line->n_args < 4096) {
      line->args[line->n_args++] = argv[i];
    }
  }
  return check_args(line, error);
}

TonStatus
cli_expect_wav(const char* path, TonError* error)
{
  static const char* const others[] = {".flac", ".mp3", ".m4a",  ".mp4",
                                       ".aac",  ".ogg", ".opus", ".aif",
                                       ".aiff", ".caf", ".wma",  ".w64"};
  const char* const dot = path ? strrchr(path, '.') : NULL;
  for (size_t i = 0; dot && i < TON_COUNT(others); ++i) {
    if (strcasecmp(dot, others[i]) == 0) {
      return ton_fail_file(error, TON_BAD_USE, path,
                           "would be a WAV file; name it .wav (tonmeister "
                           "release writes FLAC, MP3 and others)");
    }
  }
  return TON_OK;
}
