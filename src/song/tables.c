// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The tables of processors and parameters as JSON.
#include "song/tables.h"

#include "base/array.h"
#include "report/json.h"

static const char* const parts[] = {
    [TON_PART_NONE] = "",
    [TON_PART_SHAPE] = "shape",
    [TON_PART_FREQUENCY] = "frequency",
    [TON_PART_GAIN] = "gain",
    [TON_PART_Q] = "q",
    [TON_PART_SLOPE] = "slope",
    [TON_PART_SIDE] = "side",
    [TON_PART_ON] = "on",
    [TON_PART_THRESHOLD] = "threshold",
    [TON_PART_HYSTERESIS] = "hysteresis",
    [TON_PART_RATIO] = "ratio",
    [TON_PART_KNEE] = "knee",
    [TON_PART_RANGE] = "range",
    [TON_PART_DIRECTION] = "direction",
    [TON_PART_CEILING] = "ceiling",
    [TON_PART_ATTACK] = "attack",
    [TON_PART_HOLD] = "hold",
    [TON_PART_RELEASE] = "release",
    [TON_PART_LOOK_AHEAD] = "look-ahead",
    [TON_PART_LINK] = "link",
    [TON_PART_SIDECHAIN_HIGHPASS] = "sidechain-highpass",
    [TON_PART_SIDECHAIN_LOWPASS] = "sidechain-lowpass",
    [TON_PART_HIGHPASS] = "highpass",
    [TON_PART_LOWPASS] = "lowpass",
    [TON_PART_DRIVE] = "drive",
    [TON_PART_TIME] = "time",
    [TON_PART_FEEDBACK] = "feedback",
    [TON_PART_DECAY] = "decay",
    [TON_PART_SIZE] = "size",
    [TON_PART_WIDTH] = "width",
    [TON_PART_MIX] = "mix",
    [TON_PART_OUTPUT] = "output",
};

static const char* const spacings[] = {
    [TON_LINEAR] = "linear", [TON_LOG] = "log",       [TON_INTEGER] = "integer",
    [TON_SWITCH] = "switch", [TON_CHOICE] = "choice",
};

const char*
song_part_name(TonPart part)
{
  return (size_t)part < TON_COUNT(parts) && parts[part] ? parts[part] : "";
}

json_t*
song_json_param(const TonParam* p)
{
  json_t* const choices = json_array();
  for (int i = 0; p->choices && p->choices[i]; ++i) {
    json_array_append_new(choices, json_string(p->choices[i]));
  }
  json_t* const o = json_pack(
      "{s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o}", "symbol", p->symbol, "name",
      p->name, "help", p->help, "unit", ton_unit_suffix(p->unit), "min",
      report_number((double)p->min), "max", report_number((double)p->max),
      "default", report_number((double)p->def), "choices", choices);
  json_t* const more = json_pack(
      "{s:b, s:b, s:b, s:b, s:s, s:s, s:i}", "automates",
      (p->flags & TON_AUTOMATE) != 0, "restarts", (p->flags & TON_RESTART) != 0,
      "endless", (p->flags & TON_ENDLESS) != 0, "switch",
      p->spacing == TON_SWITCH, "spacing", spacings[p->spacing], "part",
      song_part_name(p->part), "band", (int)p->band);
  json_object_update_new(o, more);
  return o;
}

static json_t*
json_meters(const TonProcessor* p)
{
  json_t* const list = json_array();
  for (uint32_t i = 0; i < p->n_meters; ++i) {
    const TonMeterInfo* const m = &p->meters[i];
    json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:o}", "symbol",
                                          m->symbol, "name", m->name, "unit",
                                          ton_unit_suffix(m->unit), "rest",
                                          report_number((double)m->rest)));
  }
  return list;
}

json_t*
song_json_processor(const TonProcessor* p)
{
  json_t* const params = json_array();
  for (uint32_t i = 0; i < p->n_params; ++i) {
    json_array_append_new(params, song_json_param(&p->params[i]));
  }
  json_t* const resources = json_array();
  for (uint32_t i = 0; i < p->n_resources; ++i) {
    const TonResourceInfo* const r = &p->resources[i];
    json_array_append_new(resources,
                          json_pack("{s:s, s:s, s:s}", "symbol", r->symbol,
                                    "name", r->name, "help", r->help));
  }
  return json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:{s:b, s:b}, s:b}",
                   "id", p->id, "name", p->name, "category", p->category,
                   "help", p->help, "params", params, "resources", resources,
                   "meters", json_meters(p), "curves", "response",
                   p->response != NULL, "transfer", p->transfer != NULL,
                   "sidechain", (p->flags & TON_SIDECHAIN) != 0);
}
