// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   tonmeister help: explains verbs, processors and presets from their tables.
*/

#include "base/error.h"
#include "base/string.h"
#include "cli/help.h"
#include "cli/json_output.h"
#include "cli/verbs.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void
print_options(const Option* options, uint32_t n)
{
  for (uint32_t i = 0; i < n; ++i) {
    const Option* const o = &options[i];
    char head[64];
    snprintf(head, sizeof(head), "%s%c%s--%s%s%s", o->letter ? "-" : " ",
             o->letter ? o->letter : ' ', o->letter ? ", " : "  ", o->name,
             o->value ? " " : "", o->value ? o->value : "");
    printf("  %-24s %s\n", head, o->help);
  }
}

static void
print_lines(const char* lines)
{
  while (lines && *lines) {
    const size_t n = strcspn(lines, "\n");
    printf("  %.*s\n", (int)n, lines);
    lines += n + (lines[n] == '\n');
  }
}

/// A paragraph in lines of at most 78 letters
static void
print_wrapped(const char* text)
{
  size_t at = 0;
  while (*text) {
    const size_t n = strcspn(text, " ");
    if (at && at + 1 + n > 78) {
      printf("\n");
      at = 0;
    }
    printf("%s%.*s", at ? " " : "", (int)n, text);
    at += n + (at ? 1 : 0);
    text += n + strspn(text + n, " ");
  }
  printf("\n");
}

static void
help_verb(const Verb* v)
{
  printf("tonmeister %s %s\n\n%s\n\n", v->name, v->usage, v->summary);
  print_wrapped(v->text);
  printf("\nOptions:\n");
  print_options(v->options, v->n_options);
  if (v->renders) {
    print_options(cli_rendering, cli_n_rendering);
  }
  print_options(cli_common, cli_n_common);
  printf("\nExamples:\n");
  print_lines(v->examples);
}

static void
help_param(const TonParam* p)
{
  char buffers[3][32];
  printf("  %-14s %s\n  %-14s ", p->symbol, p->help, "");
  if (p->choices) {
    printf("one of");
    for (int i = 0; p->choices[i]; ++i) {
      printf("%s %s", i ? "," : "", p->choices[i]);
    }
  } else if (p->spacing == TON_SWITCH) {
    printf("on or off");
  } else {
    printf("%s to %s",
           cli_print_param(p, p->min, buffers[0], sizeof(buffers[0])),
           cli_print_param(p, p->max, buffers[1], sizeof(buffers[1])));
  }
  printf("; %s%s\n", cli_print_param(p, p->def, buffers[2], sizeof(buffers[2])),
         p->flags & TON_AUTOMATE ? "" : "; cannot be automated");
}

const char*
cli_print_param(const TonParam* p, float value, char* buffer, size_t size)
{
  const double whole = rint((double)value * 1e4) / 1e4;
  return ton_param_print(p, isfinite(whole) ? (float)whole : value, buffer,
                         size);
}

bool
cli_repeats_band(const char* symbol)
{
  const size_t digits = strspn(symbol, "0123456789");
  return digits && symbol[digits] == '-' && strncmp(symbol, "1-", 2) != 0;
}

static void
help_processor(const TonProcessor* p)
{
  printf("%s (%s)\n\n", p->id, p->category);
  print_wrapped(p->help);
  printf("\nParameters, with range and default:\n");
  for (uint32_t i = 0; i < p->n_params; ++i) {
    if (!cli_repeats_band(p->params[i].symbol)) {
      help_param(&p->params[i]);
    }
  }
  if (p->n_params && strncmp(p->params[0].symbol, "1-", 2) == 0) {
    printf(
        "  2-..., 3-...   the other bands, the same\n\nIn the texts its bands "
        "are a list, and on the command line one band may stand for\nall: "
        "bell:at=1kHz,gain=-3dB,q=1\n");
  }
}

static void
help_preset(const TonPreset* p)
{
  printf("%s (preset of %s)\n\n", p->name, p->processor);
  print_wrapped(p->about);
  printf("\n%s\n", p->values ? p->values : "");
}

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
  printf("\n\nMore: tonmeister help VERB, PROCESSOR or PRESET\n");
}

/// Explain the verb or processor of that name, or all
static void
print_topic(const char* topic)
{
  const bool all = strcmp(topic, "all") == 0;
  for (uint32_t i = 0; i < cli_n_verbs; ++i) {
    if (all || strcmp(topic, cli_verbs[i].name) == 0) {
      help_verb(&cli_verbs[i]);
      printf(all ? "\n" : "");
    }
  }
  for (const TonProcessor* const* p = ton_processors(); *p; ++p) {
    if (all || strcmp(topic, (*p)->id) == 0) {
      help_processor(*p);
      printf(all ? "\n" : "");
    }
  }
  TonPreset* const* presets = NULL;
  const uint32_t n = cli_presets(&presets);
  for (uint32_t i = 0; i < n; ++i) {
    if (all || strcmp(topic, presets[i]->name) == 0) {
      help_preset(presets[i]);
      printf(all ? "\n" : "");
    }
  }
}

enum { MOST_TOPICS = 512 };

static TonStatus
check_topic(const char* topic, TonError* error)
{
  const char* names[MOST_TOPICS] = {"all"};
  TonPreset* const* presets = NULL;
  const uint32_t n_presets = cli_presets(&presets);
  size_t n = 1;
  bool found = !*topic;
  for (uint32_t i = 0; i < cli_n_verbs; ++i) {
    names[n++] = cli_verbs[i].name;
  }
  for (const TonProcessor* const* p = ton_processors(); *p && n < MOST_TOPICS;
       ++p) {
    names[n++] = (*p)->id;
  }
  for (uint32_t i = 0; i < n_presets && n < MOST_TOPICS; ++i) {
    names[n++] = presets[i]->name;
  }
  for (size_t i = 0; i < n; ++i) {
    found = found || strcmp(topic, names[i]) == 0;
  }
  if (found) {
    return TON_OK;
  }
  const char* const near = ton_string_nearest(topic, names, n);
  return ton_fail(error, TON_BAD_USE,
                  "there is no verb, processor or preset \"%s\"%s%s%s", topic,
                  near ? "; did you mean \"" : "; see tonmeister help",
                  near ? near : "", near ? "\"?" : "");
}

TonStatus
cli_help(const CommandLine* line, TonError* error)
{
  const char* const shell = cli_value(line, "completion");
  const char* const topic = line->n_args ? line->args[0] : "";
  if (shell && !cli_completion(shell)) {
    return ton_fail(error, TON_BAD_USE,
                    "no completion for %s; expected bash, zsh or fish", shell);
  }
  TON_TRY(check_topic(topic, error));
  if (line->json) {
    cli_print_json(cli_json_help(topic));
  } else if (cli_has(line, "man")) {
    cli_manual();
  } else if (!shell && *topic) {
    print_topic(topic);
  } else if (!shell) {
    overview();
  }
  return TON_OK;
}
