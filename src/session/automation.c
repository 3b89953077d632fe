// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/strip.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_STEPS = 6 };

/// A lane's name cut into steps: "chain/1/compressor/threshold"
typedef struct {
  char steps[MOST_STEPS][128];
  uint32_t count;
} LaneName;

static bool
split(const char* name, LaneName* lane)
{
  while (*name) {
    if (lane->count == MOST_STEPS) {
      return false;
    }
    name =
        ton_path_step(name, lane->steps[lane->count++], sizeof(lane->steps[0]));
  }
  return true;
}

static bool
as_number(const char* step, uint32_t* number)
{
  const size_t digits = strspn(step, "0123456789");
  if (!digits || step[digits] || digits > 6) {
    return false;
  }
  *number = (uint32_t)strtoul(step, NULL, 10);
  return true;
}

static TonStatus
find_send(TonReader* r, const TonNode* key, const char* name,
          const TonStrip* strip, TonAutomation* lane)
{
  lane->move = TON_MOVE_SEND;
  TonNames names = {0};
  for (uint32_t i = 0; i < strip->n_sends; ++i) {
    if (strcmp(strip->sends[i].to, name) == 0) {
      lane->item = i;
      return TON_OK;
    }
    if (!ton_names_add(r, &names, strip->sends[i].to)) {
      return ton_read_no_memory(r);
    }
  }
  return ton_read_unknown(r, key, "there is no send", name, names.items,
                          names.count);
}

/// The parameter that the steps from `at` on name: "threshold",
/// "compressor/threshold", "2/gain", "equaliser/2/bell/gain"
static const TonParam*
param_at(const LaneName* lane, uint32_t at, const TonInsert* insert)
{
  const TonProcessor* const type = insert->type;
  const char* const last = lane->steps[lane->count - 1];
  const bool names_it =
      strcmp(lane->steps[at], type->id) == 0 ||
      (insert->preset && strcmp(lane->steps[at], insert->preset) == 0);
  at += names_it && at + 1 < lane->count;
  at += strcmp(lane->steps[at], "bands") == 0 && at + 1 < lane->count;
  uint32_t band = 0;
  if (!as_number(lane->steps[at], &band)) {
    return at + 1 == lane->count ? ton_param(type, last) : NULL;
  }
  if (at + 1 >= lane->count || band >= ton_bands(type)) {
    return NULL;
  }
  const TonParam* const kind = ton_band_param(type, band + 1, "type");
  const int number = (int)insert->params[ton_param_number(type, kind)];
  const bool typed = at + 3 == lane->count;
  if (at + 3 < lane->count ||
      (typed && ton_band_type(type, lane->steps[at + 1]) != number)) {
    return NULL;
  }
  return ton_band_param(type, band + 1, last);
}

static TonStatus
wrong_band(TonReader* r, const TonNode* key, const TonInsert* insert,
           uint32_t band)
{
  const TonParam* const kind = ton_band_param(insert->type, band + 1, "type");
  char room[64];
  return ton_fail_at(
      r->doc, key, r->error,
      "\"%s\": band %u of the %s is a %s, counted "
      "from 0",
      key->text, band, insert->type->id,
      ton_param_print(kind,
                      insert->params[ton_param_number(insert->type, kind)],
                      room, sizeof(room)));
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
  char what[128];
  snprintf(what, sizeof(what), "the automation of %s has no", insert->type->id);
  return ton_read_unknown(r, key, what, word, names.items, names.count);
}

static TonStatus
find_param(TonReader* r, const TonNode* key, const LaneName* name,
           const TonStrip* strip, TonAutomation* lane)
{
  lane->move = TON_MOVE_PARAM;
  if (!as_number(name->steps[1], &lane->item) || lane->item >= strip->n_chain) {
    return ton_fail_at(r->doc, key, r->error,
                       "\"%s\": \"%s\" has %u processor%s in its chain, "
                       "counted from 0",
                       key->text, strip->name, strip->n_chain,
                       strip->n_chain == 1 ? "" : "s");
  }
  const TonInsert* const insert = &strip->chain[lane->item];
  const TonParam* const param = param_at(name, 2, insert);
  uint32_t band = 0;
  if (!param && name->count >= 5 && as_number(name->steps[3], &band) &&
      band < ton_bands(insert->type) &&
      ton_band_param(insert->type, band + 1, name->steps[name->count - 1])) {
    return wrong_band(r, key, insert, band);
  }
  if (!param) {
    return unknown_param(r, key, insert, name->steps[name->count - 1]);
  }
  if (!(param->flags & TON_AUTOMATE)) {
    return ton_fail_at(r->doc, key, r->error,
                       "%s of %s cannot change while the song plays",
                       param->symbol, insert->type->id);
  }
  lane->param = ton_param_number(insert->type, param);
  return TON_OK;
}

static TonStatus
find_move(TonReader* r, const TonNode* key, const TonStrip* strip,
          TonAutomation* lane)
{
  static const char* const known[] = {"fader", "pan", "mute", "sends/NAME",
                                      "chain/NUMBER/PARAMETER"};
  LaneName name = {0};
  if (split(key->text, &name)) {
    const char* const first = name.count ? name.steps[0] : "";
    for (int i = 0; i < 3 && name.count == 1; ++i) {
      if (strcmp(first, known[i]) == 0) {
        lane->move = (TonMove)((int)TON_MOVE_FADER + i);
        return TON_OK;
      }
    }
    if (name.count == 2 && strcmp(first, "sends") == 0) {
      return find_send(r, key, name.steps[1], strip, lane);
    }
    if (name.count >= 3 && strcmp(first, "chain") == 0) {
      return find_param(r, key, &name, strip, lane);
    }
  }
  return ton_read_unknown(r, key, "automation has no lane", key->text, known,
                          5);
}

// Breakpoints ---------------------------------------------------------------

static TonStatus
read_value(TonReader* r, const TonNode* node, const TonStrip* strip,
           const TonAutomation* lane, float* value)
{
  bool on = false;
  switch (lane->move) {
  case TON_MOVE_FADER:
  case TON_MOVE_SEND:
    return ton_read_float(r, node, ton_fader_range, value);
  case TON_MOVE_PAN:
    return ton_read_float(r, node, (TonRange){TON_PAN, -100.0, 100.0}, value);
  case TON_MOVE_MUTE:
    TON_TRY(ton_read_switch(r, node, &on));
    *value = on ? 1.0F : 0.0F;
    return TON_OK;
  case TON_MOVE_PARAM:
    break;
  }
  const TonProcessor* const type = strip->chain[lane->item].type;
  float room[1] = {0.0F};
  TonParam alone = type->params[lane->param];
  TonProcessor only = {.params = &alone, .n_params = 1};
  TonInsert insert = {.type = &only, .params = room};
  TON_TRY(ton_read_param(r, node, &alone, &insert));
  *value = room[0];
  return TON_OK;
}

static bool
steps_only(const TonStrip* strip, const TonAutomation* lane)
{
  if (lane->move != TON_MOVE_PARAM) {
    return lane->move == TON_MOVE_MUTE;
  }
  const TonProcessor* const type = strip->chain[lane->item].type;
  const TonSpacing spacing = type->params[lane->param].spacing;
  return spacing == TON_SWITCH || spacing == TON_CHOICE;
}

static TonStatus
read_point(TonReader* r, const TonNode* node, const TonStrip* strip,
           const TonAutomation* lane, TonPoint* point)
{
  static const char* const curves[] = {"linear", "hold", "smooth", NULL};
  if (node->kind != TON_LIST || node->count < 2 || node->count > 3) {
    return ton_fail_at(r->doc, node, r->error,
                       "a breakpoint is written [\"0:51.4\", value] or "
                       "[\"0:51.4\", value, smooth]");
  }
  TON_TRY(ton_read_time(r, node->items[0], &point->at_s));
  TON_TRY(read_value(r, node->items[1], strip, lane, &point->value));
  uint32_t curve = steps_only(strip, lane) ? TON_CURVE_HOLD : TON_CURVE_LINEAR;
  if (node->count == 3) {
    TON_TRY(ton_read_choice(r, node->items[2], curves, &curve));
  }
  point->curve = (TonCurve)curve;
  return TON_OK;
}

static TonStatus
read_lane(TonReader* r, const TonNode* list, const TonStrip* strip,
          TonAutomation* lane)
{
  TON_TRY(find_move(r, list->key, strip, lane));
  if (list->kind != TON_LIST || !list->count) {
    return ton_fail_at(r->doc, list, r->error,
                       "%s: expected breakpoints: [[\"0:50.9\", value], "
                       "[\"0:51.4\", value]]",
                       list->key->text);
  }
  lane->points = ton_read_room(r, list->count, sizeof(TonPoint));
  if (!lane->points) {
    return ton_read_no_memory(r);
  }
  for (uint32_t i = 0; i < list->count; ++i) {
    TON_TRY(read_point(r, list->items[i], strip, lane, &lane->points[i]));
    if (i && lane->points[i].at_s < lane->points[i - 1].at_s) {
      return ton_fail_at(r->doc, list->items[i], r->error,
                         "\"%s\" comes before the breakpoint in front of it "
                         "(\"%s\"); put them in the order of time",
                         list->items[i]->items[0]->text,
                         list->items[i - 1]->items[0]->text);
    }
  }
  lane->n_points = list->count;
  return TON_OK;
}

static TonStatus
check_once(TonReader* r, const TonNode* map, const TonAutomation* lanes,
           uint32_t i)
{
  for (uint32_t k = 0; k < i; ++k) {
    if (lanes[k].move == lanes[i].move && lanes[k].item == lanes[i].item &&
        lanes[k].param == lanes[i].param) {
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
                       "automation: expected lanes: {fader: [[\"0:51.4\", -3 "
                       "dB], ...]}");
  }
  strip->automation = ton_read_room(r, map->count, sizeof(TonAutomation));
  if (!strip->automation) {
    return ton_read_no_memory(r);
  }
  for (uint32_t i = 0; i < map->count; ++i) {
    TON_TRY(read_lane(r, map->items[i], strip, &strip->automation[i]));
    TON_TRY(check_once(r, map, strip->automation, i));
  }
  strip->n_automation = map->count;
  return TON_OK;
}
