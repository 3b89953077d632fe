// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The tables of verbs, options, processors, presets, targets, roles, tonal profiles
   and terms as JSON.
*/

#include "cli/help.h"
#include "cli/verbs.h"
#include "report/json.h"
#include "song/tables.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static json_t*
json_preset(const TonPreset* p)
{
  return json_pack("{s:s, s:s, s:s, s:s}", "name", p->name, "about", p->about,
                   "processor", p->processor, "values",
                   p->values ? p->values : "");
}

static void
json_options(json_t* list, const Option* options, uint32_t n)
{
  for (uint32_t i = 0; i < n; ++i) {
    const Option* const o = &options[i];
    const char letter[] = {o->letter, '\0'};
    json_array_append_new(
        list, json_pack("{s:s, s:s*, s:s*, s:s, s:b}", "name", o->name,
                        "letter", o->letter ? letter : NULL, "value", o->value,
                        "help", o->help, "repeats", (int)o->repeats));
  }
}

static json_t*
json_verb(const Verb* v)
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

static json_t*
json_target(const TonTarget* t)
{
  char loudness[32];
  char ceiling[32];
  snprintf(ceiling, sizeof(ceiling), "%g dBTP", t->ceiling_dbtp);
  return json_pack("{s:s, s:s, s:s, s:s}", "name", t->name, "title", t->title,
                   "loudness", cli_loudness(t, "", loudness), "ceiling",
                   ceiling);
}

static json_t*
json_texts(const char** texts, uint32_t n)
{
  json_t* const list = json_array();
  for (uint32_t i = 0; i < n; ++i) {
    json_array_append_new(list, json_string(texts[i]));
  }
  return list;
}

static json_t*
json_term(const GlossaryTerm* t)
{
  return json_pack("{s:s, s:s, s:o, s:o}", "term", t->term, "text", t->text,
                   "also", json_texts(t->also, t->n_also), "see",
                   json_texts(t->see, t->n_see));
}

static json_t*
json_kinds(const HelpKinds* kinds, const char* topic, bool all)
{
  json_t* const list = json_array();
  for (size_t i = 0; i < kinds->n; ++i) {
    const HelpKind* const k = &kinds->items[i];
    if (all || strcasecmp(topic, k->name) == 0) {
      json_array_append_new(
          list, json_pack("{s:s, s:s}", "name", k->name, "about", k->about));
    }
  }
  return list;
}

/// The tables of data/: presets, targets, terms, roles, tonal profiles
static void
add_data(json_t* o, const char* topic, bool all)
{
  TonPreset* const* presets = NULL;
  const TonTargets* const targets = cli_targets();
  const Glossary* const g = cli_terms();
  const GlossaryTerm* const term = ton_glossary_find(g, topic);
  const uint32_t n_presets = cli_presets(&presets);
  json_t* const list[] = {json_array(), json_array(), json_array()};
  for (uint32_t i = 0; i < n_presets; ++i) {
    if (all || strcmp(topic, presets[i]->name) == 0) {
      json_array_append_new(list[0], json_preset(presets[i]));
    }
  }
  for (uint32_t i = 0; i < targets->n; ++i) {
    if (all || strcmp(topic, "targets") == 0 ||
        strcmp(topic, targets->items[i].name) == 0) {
      json_array_append_new(list[1], json_target(&targets->items[i]));
    }
  }
  for (uint32_t i = 0; i < g->count; ++i) {
    if (all || strcmp(topic, "terms") == 0 || term == &g->terms[i]) {
      json_array_append_new(list[2], json_term(&g->terms[i]));
    }
  }
  json_object_set_new(o, "presets", list[0]);
  json_object_set_new(o, "targets", list[1]);
  json_object_set_new(o, "terms", list[2]);
  json_object_set_new(
      o, "roles",
      json_kinds(cli_roles(), topic, all || strcmp(topic, "roles") == 0));
  json_object_set_new(o, "tones", json_kinds(cli_tones(), topic, all));
  json_object_set_new(
      o, "genres",
      json_kinds(cli_genres(), topic, all || strcmp(topic, "genres") == 0));
  const bool styles = all || strcmp(topic, "styles") == 0;
  json_object_set_new(o, "styles", json_kinds(cli_styles(), topic, styles));
  json_object_set_new(o, "intensities",
                      json_kinds(cli_intensities(), topic, styles));
}

static json_t*
json_keys(const char* text)
{
  json_t* const list = json_array();
  TonKey k;
  for (uint32_t i = 0; ton_text_key(text, i, &k); ++i) {
    const bool number = strcmp(k.kind, "number") == 0;
    json_array_append_new(
        list, json_pack("{s:s, s:i, s:s, s:s, s:s, s:o, s:o, s:s?, s:s?}",
                        "key", k.key, "depth", (int)k.depth, "kind", k.kind,
                        "help", k.help, "unit", ton_unit_suffix(k.unit), "min",
                        number ? report_number(k.min) : json_null(), "max",
                        number ? report_number(k.max) : json_null(), "default",
                        k.otherwise, "example", k.example));
  }
  return list;
}

static json_t*
json_song_texts(const char* topic, bool all)
{
  json_t* const list = json_array();
  for (uint32_t i = 0; ton_text_name(i); ++i) {
    const char* const name = ton_text_name(i);
    if (all || strcmp(topic, name) == 0) {
      json_array_append_new(
          list, json_pack("{s:s, s:o}", "name", name, "keys", json_keys(name)));
    }
  }
  return list;
}

json_t*
cli_json_help(const char* topic)
{
  const bool all = !*topic || strcmp(topic, "all") == 0;
  json_t* const verbs = json_array();
  json_t* const processors = json_array();
  for (uint32_t i = 0; i < cli_n_verbs; ++i) {
    if (all || strcmp(topic, cli_verbs[i].name) == 0) {
      json_array_append_new(verbs, json_verb(&cli_verbs[i]));
    }
  }
  for (const TonProcessor* const* p = ton_processors(); *p; ++p) {
    if (all || strcmp(topic, (*p)->id) == 0) {
      json_array_append_new(processors, song_json_processor(*p));
    }
  }
  json_t* const o =
      json_pack("{s:i, s:o, s:o, s:o}", "schema", 1, "verbs", verbs, "texts",
                json_song_texts(topic, all), "processors", processors);
  add_data(o, topic, all);
  return o;
}
