// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The tables of verbs, options, processors and presets as JSON.
*/

#include "cli/help.h"
#include "cli/verbs.h"

#include <math.h>
#include <string.h>

static json_t*
json_preset(const TonPreset* p)
{
  return json_pack("{s:s, s:s, s:s, s:s}", "name", p->name, "about", p->about,
                   "processor", p->processor, "values",
                   p->values ? p->values : "");
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

json_t*
cli_json_help(const char* topic)
{
  const bool all = !*topic || strcmp(topic, "all") == 0;
  json_t* const verbs = json_array();
  json_t* const processors = json_array();
  json_t* const list = json_array();
  TonPreset* const* presets = NULL;
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
    if (all || strcmp(topic, presets[i]->name) == 0) {
      json_array_append_new(list, json_preset(presets[i]));
    }
  }
  return json_pack("{s:i, s:o, s:o, s:o}", "schema", 1, "verbs", verbs,
                   "processors", processors, "presets", list);
}
