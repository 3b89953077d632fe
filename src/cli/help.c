// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/error.h"
#include "base/string.h"
#include "cli/output.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void
print_options(const CliOption* options, uint32_t n)
{
  for (uint32_t i = 0; i < n; ++i) {
    const CliOption* const o = &options[i];
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
help_verb(const CliVerb* v)
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
  char room[3][32];
  printf("  %-14s %s\n  %-14s ", p->symbol, p->help, "");
  if (p->choices) {
    printf("one of");
    for (int i = 0; p->choices[i]; ++i) {
      printf("%s %s", i ? "," : "", p->choices[i]);
    }
  } else if (p->spacing == TON_SWITCH) {
    printf("on or off");
  } else {
    printf("%s to %s", cli_print_param(p, p->min, room[0], sizeof(room[0])),
           cli_print_param(p, p->max, room[1], sizeof(room[1])));
  }
  printf("; %s%s\n", cli_print_param(p, p->def, room[2], sizeof(room[2])),
         p->flags & TON_AUTOMATE ? "" : "; stays while the song plays");
}

const char*
cli_print_param(const TonParam* p, float value, char* room, size_t size)
{
  const double whole = rint((double)value * 1e4) / 1e4;
  return ton_param_print(p, isfinite(whole) ? (float)whole : value, room, size);
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
help_preset(const CliPreset* p)
{
  printf("%s (preset of %s)\n\n", p->name, p->processor);
  print_wrapped(p->about);
  printf("\n%s\n", p->values);
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
  const CliPreset* presets = NULL;
  const uint32_t n = cli_presets(&presets);
  size_t at = 0;
  printf("\nProcessors:");
  for (const TonProcessor* const* p = ton_processors(); *p; ++p) {
    at = listed((*p)->id, !p[1], at ? at : strlen("Processors:"));
  }
  at = strlen("Presets:");
  printf("\nPresets:");
  for (uint32_t i = 0; i < n; ++i) {
    at = listed(presets[i].name, i + 1 == n, at);
  }
  printf("\n\nMore: tonmeister help VERB, PROCESSOR or PRESET\n");
}

static json_t*
json_preset(const CliPreset* p)
{
  return json_pack("{s:s, s:s, s:s, s:s}", "name", p->name, "about", p->about,
                   "processor", p->processor, "values", p->values);
}

static json_t*
json_param(const TonParam* p)
{
  json_t* const o = json_object();
  json_object_set_new(o, "symbol", json_string(p->symbol));
  json_object_set_new(o, "name", json_string(p->name));
  json_object_set_new(o, "help", json_string(p->help));
  json_object_set_new(o, "unit", json_string(ton_unit_suffix(p->unit)));
  json_object_set_new(o, "min", json_real((double)p->min));
  json_object_set_new(o, "max", json_real((double)p->max));
  json_object_set_new(o, "default", json_real((double)p->def));
  json_t* const choices = json_array();
  for (int i = 0; p->choices && p->choices[i]; ++i) {
    json_array_append_new(choices, json_string(p->choices[i]));
  }
  json_object_set_new(o, "choices", choices);
  json_object_set_new(o, "automates", json_boolean(p->flags & TON_AUTOMATE));
  json_object_set_new(o, "switch", json_boolean(p->spacing == TON_SWITCH));
  return o;
}

static json_t*
json_processor(const TonProcessor* p)
{
  json_t* const o = json_object();
  json_object_set_new(o, "id", json_string(p->id));
  json_object_set_new(o, "name", json_string(p->name));
  json_object_set_new(o, "category", json_string(p->category));
  json_object_set_new(o, "help", json_string(p->help));
  json_t* const params = json_array();
  for (uint32_t i = 0; i < p->n_params; ++i) {
    json_array_append_new(params, json_param(&p->params[i]));
  }
  json_object_set_new(o, "params", params);
  return o;
}

static void
json_options(json_t* list, const CliOption* options, uint32_t n)
{
  for (uint32_t i = 0; i < n; ++i) {
    const CliOption* const o = &options[i];
    const char letter[] = {o->letter, '\0'};
    json_array_append_new(
        list, json_pack("{s:s, s:s*, s:s*, s:s, s:b}", "name", o->name,
                        "letter", o->letter ? letter : NULL, "value", o->value,
                        "help", o->help, "repeats", (int)o->repeats));
  }
}

static json_t*
json_verb(const CliVerb* v)
{
  json_t* const options = json_array();
  json_options(options, v->options, v->n_options);
  if (v->renders) {
    json_options(options, cli_rendering, cli_n_rendering);
  }
  json_options(options, cli_common, cli_n_common);
  return json_pack("{s:s, s:s, s:s, s:s, s:s, s:o}", "name", v->name, "usage",
                   v->usage, "summary", v->summary, "text", v->text, "examples",
                   v->examples, "options", options);
}

/// The tables: all, or the one verb or processor of that name
static void
print_json(const char* topic)
{
  const bool all = !*topic || strcmp(topic, "all") == 0;
  json_t* const verbs = json_array();
  json_t* const processors = json_array();
  json_t* const list = json_array();
  const CliPreset* presets = NULL;
  const uint32_t n = cli_presets(&presets);
  for (uint32_t i = 0; i < cli_n_verbs; ++i) {
    if (all || strcmp(topic, cli_verbs[i].name) == 0) {
      json_array_append_new(verbs, json_verb(&cli_verbs[i]));
    }
  }
  for (const TonProcessor* const* p = ton_processors(); *p; ++p) {
    if (all || strcmp(topic, (*p)->id) == 0) {
      json_array_append_new(processors, json_processor(*p));
    }
  }
  for (uint32_t i = 0; i < n; ++i) {
    if (all || strcmp(topic, presets[i].name) == 0) {
      json_array_append_new(list, json_preset(&presets[i]));
    }
  }
  cli_print_json(json_pack("{s:i, s:o, s:o, s:o}", "schema", 1, "verbs", verbs,
                           "processors", processors, "presets", list));
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
  const CliPreset* presets = NULL;
  const uint32_t n = cli_presets(&presets);
  for (uint32_t i = 0; i < n; ++i) {
    if (all || strcmp(topic, presets[i].name) == 0) {
      help_preset(&presets[i]);
      printf(all ? "\n" : "");
    }
  }
}

enum { MOST_TOPICS = 512 };

static TonStatus
check_topic(const char* topic, TonError* error)
{
  const char* names[MOST_TOPICS] = {"all"};
  const CliPreset* presets = NULL;
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
    names[n++] = presets[i].name;
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
cli_help(const CliLine* line, TonError* error)
{
  const char* const shell = cli_value(line, "completion");
  const char* const topic = line->n_args ? line->args[0] : "";
  if (shell && !cli_completion(shell)) {
    return ton_fail(error, TON_BAD_USE,
                    "no completion for %s; expected bash, zsh or fish", shell);
  }
  TON_TRY(check_topic(topic, error));
  if (line->json) {
    print_json(topic);
  } else if (cli_has(line, "man")) {
    cli_manual();
  } else if (!shell && *topic) {
    print_topic(topic);
  } else if (!shell) {
    overview();
  }
  return TON_OK;
}
