// SPDX-License-Identifier: GPL-3.0-or-later
/// @file What a page is shown of a song: strips, values, sections, history.
#include "song/studio_internal.h"

#include "base/error.h"
#include "base/string.h"
#include "session/tree.h"
#include "song/tables.h"

#include <math.h>
#include <string.h>

json_t*
studio_error_json(const TonError* e)
{
  json_t* const o =
      json_pack("{s:o}", "text",
                report_text(*e->text ? e->text : ton_status_text(e->status)));
  if (*e->file) {
    json_object_set_new(o, "file", report_text(e->file));
  }
  if (e->line) {
    json_object_set_new(o, "line", json_integer(e->line));
    json_object_set_new(o, "column", json_integer(e->column));
    json_object_set_new(o, "excerpt", report_text(e->excerpt));
  }
  return o;
}

// Values ------------------------------------------------------------------------

static json_t*
show_value(const Studio* s, Control c)
{
  char name[CONTROL_BYTES];
  char text[64];
  TonString path = {0};
  TonSongText which = TON_SONG_MIX_TEXT;
  studio_control_name(s, &c, name);
  studio_control_path(s, &c, &which, &path);
  const TonDoc* const doc = s->song->texts[which].doc;
  const float value = studio_value(s, &c);
  const uint32_t line = ton_doc_line(doc, ton_string_string(&path));
  char* const comment = ton_doc_comment(doc, ton_string_string(&path));
  ton_param_print(studio_control_row(s, &c), value, text, sizeof(text));
  json_t* const o = json_pack(
      "{s:s, s:o, s:s, s:b, s:i, s:o, s:b}", "control", name, "value",
      report_number((double)value), "text", text, "written", line > 0, "line",
      (int)line, "comment", report_text(comment ? comment : ""), "automated",
      studio_is_automated(s, &c));
  ton_free(comment);
  ton_string_free(&path);
  return o;
}

static json_t*
show_sends(const Studio* s, uint32_t strip)
{
  json_t* const list = json_array();
  const TonStrip* const t = &s->mix->strips[strip];
  for (uint32_t i = 0; i < t->n_sends; ++i) {
    const Control c = {.kind = CONTROL_SEND, .strip = strip, .item = i};
    json_t* const o = show_value(s, c);
    const uint32_t to = ton_mix_strip(s->mix, t->sends[i].to);
    json_object_set_new(o, "to", json_integer(studio_strip_id(s, to)));
    json_object_set_new(o, "pre", json_boolean(t->sends[i].pre));
    json_array_append_new(list, o);
  }
  return list;
}

// Chains ------------------------------------------------------------------------

static json_t*
show_insert(const Studio* s, uint32_t strip, uint32_t item)
{
  uint32_t n = 0;
  const TonInsert* const in = &studio_chain(s, strip, &n)[item];
  TonString path = {0};
  json_t* const values = json_array();
  json_t* const texts = json_array();
  for (uint32_t i = 0; i < in->type->n_params; ++i) {
    char text[64];
    ton_param_print(&in->type->params[i], in->params[i], text, sizeof(text));
    json_array_append_new(values, report_number((double)in->params[i]));
    json_array_append_new(texts, json_string(text));
  }
  const TonSongText which = studio_strip_path(s, strip, &path);
  ton_path_add(&path, "chain");
  ton_string_printf(&path, "/%u", item);
  const uint32_t from =
      in->sidechain ? ton_mix_strip(s->mix, in->sidechain) : UINT32_MAX;
  json_t* const o = json_pack(
      "{s:i, s:s, s:o, s:o, s:i, s:b, s:o, s:o}", "id",
      (int)studio_insert_id(s, strip, item), "processor", in->type->id,
      "preset", in->preset ? report_text(in->preset) : json_null(), "path",
      report_text(ton_string_string(&path)), "line",
      (int)ton_doc_line(s->song->texts[which].doc, ton_string_string(&path)),
      "bypass", in->bypass, "values", values, "texts", texts);
  json_object_set_new(o, "sidechain",
                      from == UINT32_MAX
                          ? json_null()
                          : json_integer(studio_strip_id(s, from)));
  ton_string_free(&path);
  return o;
}

static json_t*
show_chain(const Studio* s, uint32_t strip)
{
  uint32_t n = 0;
  json_t* const list = json_array();
  studio_chain(s, strip, &n);
  for (uint32_t i = 0; i < n; ++i) {
    json_array_append_new(list, show_insert(s, strip, i));
  }
  return list;
}

// Automation --------------------------------------------------------------------

static Control
moved_control(uint32_t strip, const TonAutomation* a)
{
  static const ControlKind kinds[] = {[TON_MOVE_FADER] = CONTROL_FADER,
                                      [TON_MOVE_PAN] = CONTROL_PAN,
                                      [TON_MOVE_MUTE] = CONTROL_MUTE,
                                      [TON_MOVE_SEND] = CONTROL_SEND,
                                      [TON_MOVE_PARAM] = CONTROL_PARAM};
  return (Control){kinds[a->move], strip, a->item, a->param};
}

static json_t*
show_points(const TonAutomation* a)
{
  static const char* const curves[] = {
      [TON_CURVE_HOLD] = "hold", [TON_CURVE_SMOOTH] = "smooth"};
  json_t* const points = json_array();
  for (uint32_t i = 0; i < a->n_points; ++i) {
    const TonPoint* const p = &a->points[i];
    json_t* const point =
        json_pack("[f, o]", p->at_s, report_number((double)p->value));
    if (p->curve != TON_CURVE_LINEAR) {
      json_array_append_new(point, json_string(curves[p->curve]));
    }
    json_array_append_new(points, point);
  }
  return points;
}

static json_t*
show_automation(const Studio* s, uint32_t strip)
{
  const TonStrip* const t = &s->mix->strips[strip];
  json_t* const list = json_array();
  for (uint32_t i = 0; i < t->n_automation; ++i) {
    char name[CONTROL_BYTES];
    const Control c = moved_control(strip, &t->automation[i]);
    TonString path = {0};
    studio_control_name(s, &c, name);
    studio_strip_path(s, strip, &path);
    ton_path_add(&path, "automation");
    json_array_append_new(list,
                          json_pack("{s:s, s:o, s:o}", "control", name, "path",
                                    report_text(ton_string_string(&path)),
                                    "points", show_points(&t->automation[i])));
    ton_string_free(&path);
  }
  return list;
}

// Strips ------------------------------------------------------------------------

static json_t*
show_locks(char* const* locks, uint32_t n, bool* all)
{
  json_t* const list = json_array();
  for (uint32_t i = 0; i < n; ++i) {
    *all |= strcmp(locks[i], "all") == 0;
    json_array_append_new(list, report_text(locks[i]));
  }
  return list;
}

static json_t*
show_master(const Studio* s)
{
  bool all = false;
  const uint32_t strip = s->mix->n_strips;
  json_t* const locks = show_locks(s->master->locks, s->master->n_locks, &all);
  return json_pack("{s:i, s:s, s:s, s:s, s:n, s:o, s:b, s:o}", "id",
                   (int)studio_strip_id(s, strip), "name", "Master", "kind",
                   "master", "path", "", "to", "chain", show_chain(s, strip),
                   "lock_all", all, "locks", locks);
}

/// The values that every strip of a mix has
static void
add_values(const Studio* s, uint32_t strip, json_t* o)
{
  for (uint32_t k = 0; k < CONTROL_SEND; ++k) {
    const Control c = {.kind = (ControlKind)k, .strip = strip};
    json_object_set_new(o, studio_controls[k].symbol, show_value(s, c));
  }
  json_object_set_new(o, "sends", show_sends(s, strip));
  json_object_set_new(o, "chain", show_chain(s, strip));
  json_object_set_new(o, "automation", show_automation(s, strip));
}

json_t*
studio_show_strip(const Studio* s, uint32_t strip)
{
  if (strip >= s->mix->n_strips) {
    return s->master ? show_master(s) : json_null();
  }
  const TonStrip* const t = &s->mix->strips[strip];
  const uint32_t to = t->to ? ton_mix_strip(s->mix, t->to) : UINT32_MAX;
  const char* const kind = strip == s->mix->mix ? "mix"
                           : t->bus             ? "bus"
                                                : "track";
  bool all = false;
  TonString path = {0};
  studio_strip_path(s, strip, &path);
  json_t* const o = json_pack(
      "{s:i, s:o, s:s, s:o, s:o, s:i, s:b, s:o}", "id",
      (int)studio_strip_id(s, strip), "name", report_text(t->name), "kind",
      kind, "role", report_text(t->role ? t->role : ""), "path",
      report_text(ton_string_string(&path)), "line",
      (int)ton_doc_line(s->song->texts[TON_SONG_MIX_TEXT].doc,
                        ton_string_string(&path)),
      "solo", t->solo, "to",
      to == UINT32_MAX ? json_null() : json_integer(studio_strip_id(s, to)));
  json_object_set_new(o, "locks", show_locks(t->locks, t->n_locks, &all));
  json_object_set_new(o, "lock_all", json_boolean(all));
  json_object_set_new(
      o, "frames",
      json_integer(
          t->bus ? 0 : (json_int_t)live_mix_frames(&s->transport.live, strip)));
  add_values(s, strip, o);
  ton_string_free(&path);
  return o;
}

json_t*
studio_show_history(const Studio* s)
{
  json_t* const steps = json_array();
  for (uint32_t i = 0; i < s->history.n; ++i) {
    json_array_append_new(steps, report_text(s->history.steps[i].name));
  }
  return json_pack("{s:i, s:o}", "at", (int)s->history.at, "steps", steps);
}

json_t*
studio_show_ear(const Studio* s)
{
  const Transport* const t = &s->transport;
  json_t* const solo = json_array();
  for (uint32_t i = 0; i < t->n_solo; ++i) {
    json_array_append_new(solo, json_integer(t->solo[i]));
  }
  return json_pack("{s:s, s:b, s:b, s:b, s:o}", "source",
                   t->ear.source == EAR_MASTER ? "master" : "mix", "dim",
                   t->ear.dim, "mono", t->ear.mono, "side", t->ear.side, "solo",
                   solo);
}
