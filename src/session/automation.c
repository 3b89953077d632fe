// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Automation: curves of breakpoints, each moving one value of a strip.
*/

#include "base/array.h"
#include "session/chain.h"
#include "session/section_moves.h"
#include "session/strip.h"

#include <stdio.h>
#include <string.h>

static TonStatus
find_send(TonReader* r, const TonNode* key, const char* name,
          const TonStrip* strip, TonAutomation* curve)
{
  curve->move = TON_MOVE_SEND;
  TonNames names = {0};
  for (uint32_t i = 0; i < strip->n_sends; ++i) {
    if (strcmp(strip->sends[i].to, name) == 0) {
      curve->item = i;
      return TON_OK;
    }
    if (!ton_names_add(r, &names, strip->sends[i].to)) {
      return ton_read_no_memory(r);
    }
  }
  return ton_read_unknown(r, key, "there is no send", name, names.items,
                          names.count);
}

static TonStatus
wrong_band(TonReader* r, const TonNode* key, const TonInsert* insert,
           uint32_t band)
{
  const TonParam* const kind = ton_band_param(insert->type, band + 1, "type");
  char buffer[64];
  return ton_fail_at(
      r->doc, key, r->error,
      "\"%s\": band %u of the %s is a %s, counted "
      "from 0",
      key->text, band, insert->type->id,
      ton_param_print(kind,
                      insert->params[ton_param_number(insert->type, kind)],
                      buffer, sizeof(buffer)));
}

static TonStatus
unknown_param(TonReader* r, const TonNode* key, const TonInsert* insert,
              const char* word)
{
  TonNames names = {0};
  for (uint32_t i = 0; i < insert->type->n_params; ++i) {
    const TonParam* const p = &insert->type->params[i];
    if ((p->flags & TON_AUTOMATE) && !ton_names_add(r, &names, p->symbol)) {
      return ton_read_no_memory(r);
    }
  }
  const char* const what = ton_read_format(
      r, "a parameter of %s that can be automated", insert->type->id);
  return ton_read_is_not(r, key, word, what, names.items, names.count);
}

/// Number of the band that "equaliser/2/bell/gain" means, if it has a setting
/// of that name; the type is another one then
static bool
has_setting(const TonInsert* insert, const char* path, uint32_t* band)
{
  char step[TON_STEP_BYTES];
  const char* const last = strrchr(path, '/');
  path = ton_path_step(path, step, sizeof(step));
  path = ton_path_step(path, step, sizeof(step));
  return path && *path && last && ton_path_number(step, band) &&
         *band < ton_bands(insert->type) &&
         ton_band_param(insert->type, *band + 1, last + 1);
}

/// "1/threshold", what follows "chain/"
static TonStatus
find_param(TonReader* r, const TonNode* key, const char* path,
           const TonStrip* strip, TonAutomation* curve)
{
  char step[TON_STEP_BYTES];
  const char* const rest = ton_path_step(path, step, sizeof(step));
  curve->move = TON_MOVE_PARAM;
  if (!rest || !ton_path_number(step, &curve->item) ||
      curve->item >= strip->n_chain) {
    return ton_fail_at(r->doc, key, r->error,
                       "\"%s\": \"%s\" has %u processor%s in its chain, "
                       "counted from 0",
                       key->text, strip->name, strip->n_chain,
                       strip->n_chain == 1 ? "" : "s");
  }
  const TonInsert* const insert = &strip->chain[curve->item];
  const TonParam* const param = ton_insert_param(insert, rest);
  uint32_t band = 0;
  if (!param && has_setting(insert, rest, &band)) {
    return wrong_band(r, key, insert, band);
  }
  if (!param) {
    const char* const last = strrchr(path, '/');
    return unknown_param(r, key, insert, last ? last + 1 : path);
  }
  if (!(param->flags & TON_AUTOMATE)) {
    return ton_fail_at(r->doc, key, r->error, "%s of %s cannot be automated",
                       param->symbol, insert->type->id);
  }
  curve->param = ton_param_number(insert->type, param);
  return TON_OK;
}

static TonStatus
find_move(TonReader* r, const TonNode* key, const TonStrip* strip,
          TonAutomation* curve)
{
  static const char* const known[] = {"fader", "pan", "mute", "sends/NAME",
                                      "chain/NUMBER/PARAMETER"};
  char step[TON_STEP_BYTES];
  const char* const rest = ton_path_step(key->text, step, sizeof(step));
  for (int i = 0; rest && i < 3; ++i) {
    if (!*rest && strcmp(step, known[i]) == 0) {
      curve->move = (TonMove)((int)TON_MOVE_FADER + i);
      return TON_OK;
    }
  }
  if (rest && *rest && strcmp(step, "chain") == 0 && strchr(rest, '/')) {
    return find_param(r, key, rest, strip, curve);
  }
  if (rest && *rest && strcmp(step, "sends") == 0 && !strchr(rest, '/')) {
    ton_path_step(rest, step, sizeof(step));
    return find_send(r, key, step, strip, curve);
  }
  return ton_read_unknown(r, key, "automation cannot move", key->text, known,
                          TON_COUNT(known));
}

// Breakpoints ---------------------------------------------------------------

/// The range a curve shares with the value it moves
static TonRange
range_of(const char* key)
{
  const TonField* const f = ton_field(&ton_track_table, key);
  return (TonRange){f->unit, f->min, f->max};
}

static TonStatus
read_value(TonReader* r, const TonNode* node, const TonStrip* strip,
           const TonAutomation* curve, float* value)
{
  bool on = false;
  switch (curve->move) {
  case TON_MOVE_FADER:
  case TON_MOVE_SEND:
    return ton_read_float(r, node, range_of("fader"), value);
  case TON_MOVE_PAN:
    return ton_read_float(r, node, range_of("pan"), value);
  case TON_MOVE_MUTE:
    TON_TRY(ton_read_switch(r, node, &on));
    *value = on ? 1.0F : 0.0F;
    return TON_OK;
  case TON_MOVE_PARAM:
    break;
  }
  const TonProcessor* const type = strip->chain[curve->item].type;
  return ton_read_param_value(r, node, &type->params[curve->param], value);
}

static bool
steps_only(const TonStrip* strip, const TonAutomation* curve)
{
  if (curve->move != TON_MOVE_PARAM) {
    return curve->move == TON_MOVE_MUTE;
  }
  const TonProcessor* const type = strip->chain[curve->item].type;
  const TonSpacing spacing = type->params[curve->param].spacing;
  return spacing == TON_SWITCH || spacing == TON_CHOICE;
}

static TonStatus
read_point(TonReader* r, const TonNode* node, const TonStrip* strip,
           const TonAutomation* curve, TonPoint* point)
{
  static const char* const shapes[] = {"linear", "hold", "smooth", NULL};
  if (node->kind != TON_LIST || node->count < 2 || node->count > 3) {
    return ton_fail_at(r->doc, node, r->error,
                       "a breakpoint is written [\"0:51.4\", value] or "
                       "[\"0:51.4\", value, smooth]");
  }
  TON_TRY(ton_read_time(r, node->items[0], &point->at_s));
  TON_TRY(read_value(r, node->items[1], strip, curve, &point->value));
  uint32_t shape = steps_only(strip, curve) ? TON_CURVE_HOLD : TON_CURVE_LINEAR;
  if (node->count == 3) {
    TON_TRY(ton_read_choice(r, node->items[2], shapes, &shape));
  }
  point->curve = (TonCurve)shape;
  return TON_OK;
}

/// A level that moves by sections, from where it is written
static TonStatus
read_moves(TonReader* r, const TonNode* list, const TonStrip* strip,
           TonAutomation* curve)
{
  const bool fader = curve->move == TON_MOVE_FADER;
  if (!fader && curve->move != TON_MOVE_SEND) {
    return ton_fail_at(r->doc, list->items[0], r->error,
                       "\"%s\": only a fader and a send are moved by sections; "
                       "write [\"chorus 1\", value]",
                       list->items[0]->text);
  }
  const double base_db =
      (double)(fader ? strip->fader_db : strip->sends[curve->item].level_db);
  return ton_read_section_moves(r, list, range_of("fader"), base_db, curve);
}

static TonStatus
read_curve(TonReader* r, const TonNode* list, const TonStrip* strip,
           TonAutomation* curve)
{
  TON_TRY(find_move(r, list->key, strip, curve));
  if (list->kind != TON_LIST || !list->count) {
    return ton_fail_at(r->doc, list, r->error,
                       "%s: expected breakpoints: [[\"0:50.9\", value], "
                       "[\"0:51.4\", value]]",
                       list->key->text);
  }
  if (ton_moves_by_section(list)) {
    return read_moves(r, list, strip, curve);
  }
  curve->points = ton_read_buffer(r, list->count, sizeof(TonPoint));
  if (!curve->points) {
    return ton_read_no_memory(r);
  }
  for (uint32_t i = 0; i < list->count; ++i) {
    TON_TRY(read_point(r, list->items[i], strip, curve, &curve->points[i]));
    if (i && curve->points[i].at_s < curve->points[i - 1].at_s) {
      return ton_fail_at(r->doc, list->items[i], r->error,
                         "\"%s\" comes before the breakpoint in front of it "
                         "(\"%s\"); put them in the order of time",
                         list->items[i]->items[0]->text,
                         list->items[i - 1]->items[0]->text);
    }
  }
  curve->n_points = list->count;
  return TON_OK;
}

static TonStatus
check_once(TonReader* r, const TonNode* map, const TonAutomation* curves,
           uint32_t i)
{
  for (uint32_t k = 0; k < i; ++k) {
    if (curves[k].move == curves[i].move && curves[k].item == curves[i].item &&
        curves[k].param == curves[i].param) {
      return ton_fail_at(r->doc, map->items[i]->key, r->error,
                         "\"%s\" moves the same value as \"%s\" in line %u",
                         map->items[i]->key->text, map->items[k]->key->text,
                         map->items[k]->key->line);
    }
  }
  return TON_OK;
}

TonStatus
ton_read_automation(TonReader* r, const TonNode* map, TonStrip* strip)
{
  if (map->kind != TON_MAP) {
    return ton_fail_at(r->doc, map, r->error,
                       "automation: expected " TON_AUTOMATION_EXAMPLE);
  }
  strip->automation = ton_read_buffer(r, map->count, sizeof(TonAutomation));
  if (!strip->automation) {
    return ton_read_no_memory(r);
  }
  for (uint32_t i = 0; i < map->count; ++i) {
    TON_TRY(read_curve(r, map->items[i], strip, &strip->automation[i]));
    TON_TRY(check_once(r, map, strip->automation, i));
  }
  strip->n_automation = map->count;
  return TON_OK;
}
