// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   What help prints of a verb, a processor, a band, a preset, a target, a role,
   a tonal profile or a term.
*/

#include "base/string.h"
#include "cli/help.h"
#include "cli/verbs.h"
#include "report/glossary.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static void
print_options(const Option* options, uint32_t n)
{
  for (uint32_t i = 0; i < n; ++i) {
    const Option* const o = &options[i];
    char head[64];
    ton_string_cut(head, sizeof(head), "%s%c%s--%s%s%s", o->letter ? "-" : " ",
                   o->letter ? o->letter : ' ', o->letter ? ", " : "  ",
                   o->name, o->value ? " " : "", o->value ? o->value : "");
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

static bool
has_bands(const TonProcessor* p)
{
  bool found = false;
  for (uint32_t i = 0; i < p->n_params; ++i) {
    found = found || cli_repeats_band(p->params[i].symbol);
  }
  return found;
}

/// How it is used, and the names of its presets
static void
help_presets_of(const TonProcessor* p)
{
  TonPreset* const* presets = NULL;
  const uint32_t n = cli_presets(&presets);
  const char* one = NULL;
  for (uint32_t i = 0; i < n; ++i) {
    if (strcmp(presets[i]->processor, p->id) == 0) {
      printf("%s%s", one ? ", " : "\nPresets: ", presets[i]->name);
      one = presets[i]->name;
    }
  }
  printf("%s\nUse: tonmeister apply IN.wav OUT.wav %s%s%s%s%s\n",
         one ? "\n" : "", p->id, one ? ", or with a preset:\n     " : "",
         one ? "tonmeister apply IN.wav OUT.wav \"" : "", one ? one : "",
         one ? "\"" : "");
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
  for (uint32_t i = 0; i < p->n_resources; ++i) {
    printf("  %-14s %s\n  %-14s a file\n", p->resources[i].symbol,
           p->resources[i].help, "");
  }
  if (has_bands(p)) {
    printf("  2-..., 3-...   the other bands, the same\n");
  }
  if (p->n_params && strncmp(p->params[0].symbol, "1-", 2) == 0) {
    printf(
        "\nIn the texts its bands are a list, and on the command line one band "
        "may stand for\nall: bell:at=1kHz,gain=-3dB,q=1\n");
  }
  help_presets_of(p);
}

static void
help_preset(const TonPreset* p)
{
  printf("%s (preset of %s)\n\n", p->name, p->processor);
  print_wrapped(p->about);
  printf("\n%s\n", p->values ? p->values : "");
}

static void
help_target(const TonTarget* t)
{
  char loudness[32];
  char ceiling[32];
  snprintf(ceiling, sizeof(ceiling), "%g dBTP", t->ceiling_dbtp);
  printf("  %-10s %-9s %-9s %s\n", t->name, cli_loudness(t, "any", loudness),
         ceiling, t->title);
}

static void
help_term(const GlossaryTerm* t)
{
  printf("%s\n\n", t->term);
  print_wrapped(t->text);
  for (uint32_t i = 0; i < t->n_see; ++i) {
    printf("%s%s%s", i ? ", " : "\nSee also: ", t->see[i],
           i + 1 == t->n_see ? "\n" : "");
  }
}

/// A band belongs to a processor, and is set by that one's parameters
static void
help_band(const TonProcessor* p, const char* band)
{
  printf("%s (band of %s)\n\nParameters, with range and default:\n", band,
         p->id);
  for (uint32_t i = 0; i < p->n_params; ++i) {
    TonParam param = p->params[i];
    if (strncmp(param.symbol, "1-", 2) == 0 &&
        strcmp(param.symbol, "1-type") != 0) {
      param.symbol += 2;
      help_param(&param);
    }
  }
}

/// Is there a blank line to print before the next answer?
static void
separate(bool* found)
{
  printf("%s", *found ? "\n" : "");
  *found = true;
}

static void
explain_processors(const char* topic, bool all, bool* found)
{
  for (const TonProcessor* const* p = ton_processors(); *p; ++p) {
    if (all || strcmp(topic, (*p)->id) == 0) {
      separate(found);
      help_processor(*p);
    }
    for (uint32_t i = 0; i < (*p)->n_params; ++i) {
      const TonParam* const param = &(*p)->params[i];
      const bool bands = strcmp(param->symbol, "1-type") == 0;
      for (int k = 0; bands && param->choices && param->choices[k]; ++k) {
        if (strcmp(param->choices[k], topic) == 0) {
          separate(found);
          help_band(*p, topic);
        }
      }
    }
  }
}

/// All presets, a line each
static void
list_presets(bool* found)
{
  TonPreset* const* presets = NULL;
  const uint32_t n = cli_presets(&presets);
  separate(found);
  printf("Presets, each explained by tonmeister help NAME:\n");
  for (uint32_t i = 0; i < n; ++i) {
    printf("  %-24s %s\n", presets[i]->name, presets[i]->processor);
  }
}

static void
explain_data(const char* topic, bool all, bool* found)
{
  TonPreset* const* presets = NULL;
  const uint32_t n = cli_presets(&presets);
  for (uint32_t i = 0; i < n; ++i) {
    if (all || strcmp(topic, presets[i]->name) == 0) {
      separate(found);
      help_preset(presets[i]);
    }
  }
  if (strcmp(topic, "presets") == 0) {
    list_presets(found);
  }
  const TonTargets* const targets = cli_targets();
  const bool list = all || strcmp(topic, "targets") == 0;
  bool begun = false;
  for (uint32_t i = 0; i < targets->n; ++i) {
    if (list || strcmp(topic, targets->items[i].name) == 0) {
      if (!begun) {
        separate(found);
        printf("Targets of --target, with loudness and ceiling:\n");
      }
      begun = true;
      help_target(&targets->items[i]);
    }
  }
}

/// Roles or tonal profiles: one, or all as a list
static void
explain_kinds(const HelpKinds* all, const char* what, const char* topic,
              bool list, bool* found)
{
  bool begun = false;
  for (size_t i = 0; i < all->n; ++i) {
    const HelpKind* const k = &all->items[i];
    if (!list && strcasecmp(topic, k->name) != 0) {
      continue;
    }
    if (!begun) {
      separate(found);
      printf("%s:\n", what);
      begun = true;
    }
    printf("  %-16s %s\n", k->name, k->about);
  }
}

static void
explain_terms(const char* topic, bool all, bool* found)
{
  const Glossary* const g = cli_terms();
  const GlossaryTerm* const t = ton_glossary_find(g, topic);
  if (!all && t) {
    separate(found);
    help_term(t);
  }
  const bool list = strcmp(topic, "terms") == 0;
  if (all || list) {
    separate(found);
    printf("Terms, each explained by tonmeister help TERM:\n");
    for (uint32_t i = 0; i < g->count; ++i) {
      printf("  %s\n", g->terms[i].term);
    }
  }
}

static void
explain_keys(const char* topic, bool* found)
{
  for (uint32_t t = 0; ton_text_name(t); ++t) {
    cli_help_key(ton_text_name(t), topic, found);
  }
}

bool
cli_explain(const char* topic)
{
  const bool all = strcmp(topic, "all") == 0;
  bool found = false;
  for (uint32_t i = 0; i < cli_n_verbs; ++i) {
    if (all || strcmp(topic, cli_verbs[i].name) == 0) {
      separate(&found);
      help_verb(&cli_verbs[i]);
    }
  }
  for (uint32_t i = 0; ton_text_name(i); ++i) {
    if (all || strcmp(topic, ton_text_name(i)) == 0) {
      separate(&found);
      cli_help_keys(ton_text_name(i));
    }
  }
  explain_terms(all ? "" : topic, false, &found);
  explain_keys(topic, &found);
  explain_processors(topic, all, &found);
  explain_data(topic, all, &found);
  explain_kinds(cli_roles(), "Roles of tracks, \"role\" in mix.yaml", topic,
                all || strcmp(topic, "roles") == 0, &found);
  explain_kinds(cli_tones(), "Tonal profiles, \"tone\" in data/targets.yaml",
                topic, all, &found);
  explain_kinds(cli_genres(), "Genres of --genre", topic,
                all || strcmp(topic, "genres") == 0, &found);
  const bool styles = strcmp(topic, "styles") == 0;
  explain_kinds(cli_styles(), "Styles of --style", topic, all || styles,
                &found);
  if (all || styles) {
    explain_kinds(cli_intensities(), "Intensities of --intensity", topic, true,
                  &found);
  }
  if (all) {
    explain_terms(topic, true, &found);
  }
  return found;
}
