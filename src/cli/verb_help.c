// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   tonmeister help: explains whatever has a name, and prints manual and completions.
*/

#include "base/error.h"
#include "base/memory.h"
#include "base/string.h"
#include "cli/help.h"
#include "cli/json_output.h"
#include "cli/verbs.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/// A name of a list, on a new line where the old is full; returns its column
static size_t
listed(const char* name, bool last, size_t at)
{
  const size_t more = strlen(name) + 2;
  const bool full = at + more > 78;
  printf("%s%s%s", full ? "\n  " : " ", name, last ? "" : ",");
  return full ? more + 1 : at + more;
}

static void
overview(void)
{
  printf("tonmeister mixes and masters music: from a folder of stems to a "
         "release, with a\nreason for every decision, all of it in short text "
         "files.\n\ntonmeister VERB ...\n\n");
  for (uint32_t i = 0; i < cli_n_verbs; ++i) {
    printf("  %-8s %-20s %s\n", cli_verbs[i].name, cli_verbs[i].usage,
           cli_verbs[i].summary);
  }
  TonPreset* const* presets = NULL;
  const uint32_t n = cli_presets(&presets);
  size_t at = 0;
  printf("\nProcessors:");
  for (const TonProcessor* const* p = ton_processors(); *p; ++p) {
    at = listed((*p)->id, !p[1], at ? at : strlen("Processors:"));
  }
  at = strlen("Presets:");
  printf("\nPresets:");
  for (uint32_t i = 0; i < n; ++i) {
    at = listed(presets[i]->name, i + 1 == n, at);
  }
  printf("\n\nMore: tonmeister help NAME, of a verb, a processor, a band, a "
         "preset or a target,\nof a text (help mix.yaml), of a role (help lead "
         "vocal), or of a word of the field\n(help LUFS, help mud); help "
         "presets, help roles, help genres,\nhelp styles, help targets and "
         "help terms list them\n");
}

/// Names to find the nearest one of
typedef struct {
  const char** names;
  size_t n;
  size_t capacity;
} Names;

static void
add_name(void* handle, const char* name)
{
  Names* const all = handle;
  const char** const grown =
      ton_grow(all->names, &all->capacity, all->n + 1, sizeof(char*));
  if (grown) {
    all->names = grown;
    all->names[all->n++] = name;
  }
}

static TonStatus
unknown_topic(const char* topic, TonError* error)
{
  Names all = {0};
  cli_each_topic(TOPIC_ALL, add_name, &all);
  const char* const near = ton_string_nearest(topic, all.names, all.n);
  ton_free(all.names);
  return ton_fail(error, TON_BAD_USE, "nothing is called \"%s\"%s%s%s", topic,
                  near ? "; did you mean \""
                       : "; tonmeister help and tonmeister help terms list "
                         "what can be explained",
                  near ? near : "", near ? "\"?" : "");
}

static void
see_whether(void* handle, const char* name)
{
  const char** const topic = handle;
  if (*topic && strcasecmp(name, *topic) == 0) {
    *topic = NULL;
  }
}

static bool
is_topic(const char* topic)
{
  cli_each_topic(TOPIC_ALL, see_whether, &topic);
  return !topic;
}

static TonStatus
answer(const CommandLine* line, const char* topic, TonError* error)
{
  const char* const shell = cli_value(line, "completion");
  if (shell && !cli_completion(shell)) {
    return ton_fail(error, TON_BAD_USE,
                    "no completion for %s; expected bash, zsh or fish", shell);
  }
  if (*topic && !is_topic(topic)) {
    return unknown_topic(topic, error);
  }
  if (line->json) {
    cli_print_json(cli_json_help(topic));
  } else if (cli_has(line, "man")) {
    cli_manual();
  } else if (!shell && *topic) {
    cli_explain(topic);
  } else if (!shell) {
    overview();
  }
  return TON_OK;
}

/// A topic of several words needs no quotes
TonStatus
cli_help(const CommandLine* line, TonError* error)
{
  TonString topic = {0};
  for (uint32_t i = 0; i < line->n_args; ++i) {
    ton_string_printf(&topic, "%s%s", i ? " " : "", line->args[i]);
  }
  const TonStatus status = answer(line, ton_string_string(&topic), error);
  ton_string_free(&topic);
  return status;
}
