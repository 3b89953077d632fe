// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Controls: their names, their values, and where they stand in the texts.
*/
#include "song/studio_internal.h"

#include "base/error.h"
#include "base/string.h"
#include "session/chain.h"
#include "session/doc.h"
#include "session/strip.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// What every strip has, in the order of ControlKind
const TonParam studio_controls[] = {
    {"fader", .name = "Fader", .help = "Gain after the chain",
     .offset = offsetof(TonStrip, fader_db), .unit = TON_DB, .min = -INFINITY,
     .max = 24.0F, .flags = TON_AUTOMATE, .part = TON_PART_GAIN},
    {"pan", .name = "Pan", .help = "Place between left and right",
     .offset = offsetof(TonStrip, pan), .unit = TON_PAN, .min = -100.0F,
     .max = 100.0F, .flags = TON_AUTOMATE},
    {"mute", .name = "Mute", .help = "Leaves the strip out of the mix",
     .spacing = TON_SWITCH, .max = 1.0F, .flags = TON_AUTOMATE},
    {"trim", .name = "Trim", .help = "Gain before the chain",
     .offset = offsetof(TonStrip, trim_db), .unit = TON_DB, .min = -96.0F,
     .max = 96.0F},
    {"send", .name = "Send", .help = "How much is sent to a bus",
     .offset = offsetof(TonSend, level_db), .unit = TON_DB, .min = -INFINITY,
     .max = 24.0F, .flags = TON_AUTOMATE, .part = TON_PART_GAIN},
    {"bypass", .name = "Bypass", .help = "The sound goes around the processor",
     .spacing = TON_SWITCH, .max = 1.0F, .flags = TON_AUTOMATE},
};
const uint32_t studio_n_controls = CONTROL_BYPASS + 1;

// Names -------------------------------------------------------------------------

static bool
read_number(const char** at, uint32_t* number)
{
  char* end = NULL;
  if (!strspn(*at, "0123456789")) {
    return false;
  }
  *number = (uint32_t)strtoul(*at, &end, 10);
  *at = end;
  return true;
}

/// "fader", "send/9"
static bool
find_on_strip(const Studio* s, const char* rest, Control* c)
{
  uint32_t bus = 0;
  uint32_t to = 0;
  const TonStrip* const strip = &s->mix->strips[c->strip];
  if (strncmp(rest, "send/", 5) == 0) {
    rest += 5;
    c->kind = CONTROL_SEND;
    if (!read_number(&rest, &bus) || *rest || !studio_find_strip(s, bus, &to) ||
        to >= s->mix->n_strips) {
      return false;
    }
    for (uint32_t i = 0; i < strip->n_sends; ++i) {
      c->item = i;
      if (strcmp(strip->sends[i].to, s->mix->strips[to].name) == 0) {
        return true;
      }
    }
    return false;
  }
  for (uint32_t i = 0; i < CONTROL_SEND; ++i) {
    c->kind = (ControlKind)i;
    if (strcmp(rest, studio_controls[i].symbol) == 0) {
      return true;
    }
  }
  return false;
}

static bool
find_on_insert(const Studio* s, const char* rest, Control* c)
{
  uint32_t n = 0;
  const TonInsert* const in = &studio_chain(s, c->strip, &n)[c->item];
  if (strcmp(rest, "bypass") == 0) {
    c->kind = CONTROL_BYPASS;
    return true;
  }
  const TonParam* const param = ton_param(in->type, rest);
  c->kind = CONTROL_PARAM;
  c->param = param ? ton_param_number(in->type, param) : 0;
  return param != NULL;
}

bool
studio_control(const Studio* s, const char* name, Control* c)
{
  uint32_t id = 0;
  const char* at = name + 1;
  *c = (Control){0};
  if ((*name != 's' && *name != 'i') || !read_number(&at, &id) ||
      *at++ != '/') {
    return false;
  }
  if (*name == 's') {
    return studio_find_strip(s, id, &c->strip) && c->strip < s->mix->n_strips &&
           find_on_strip(s, at, c);
  }
  return studio_find_insert(s, id, &c->strip, &c->item) &&
         find_on_insert(s, at, c);
}

void
studio_control_name(const Studio* s, const Control* c, char* name)
{
  const char* const symbol = studio_control_row(s, c)->symbol;
  if (c->kind >= CONTROL_BYPASS) {
    ton_string_cut(name, CONTROL_BYTES, "i%u/%s",
                   studio_insert_id(s, c->strip, c->item), symbol);
  } else if (c->kind == CONTROL_SEND) {
    const char* const to = s->mix->strips[c->strip].sends[c->item].to;
    ton_string_cut(name, CONTROL_BYTES, "s%u/send/%u",
                   studio_strip_id(s, c->strip),
                   studio_strip_id(s, ton_mix_strip(s->mix, to)));
  } else {
    ton_string_cut(name, CONTROL_BYTES, "s%u/%s", studio_strip_id(s, c->strip),
                   symbol);
  }
}

void
studio_control_title(const Studio* s, const Control* c, char* title,
                     size_t size)
{
  uint32_t n = 0;
  const bool master = c->strip >= s->mix->n_strips;
  const char* const strip = master ? "Master" : s->mix->strips[c->strip].name;
  const char* const what = studio_control_row(s, c)->name;
  if (c->kind >= CONTROL_BYPASS) {
    const TonInsert* const in = &studio_chain(s, c->strip, &n)[c->item];
    ton_string_cut(title, size, "%s %s %s", strip, in->type->id, what);
  } else if (c->kind == CONTROL_SEND) {
    ton_string_cut(title, size, "%s to %s", strip,
                   s->mix->strips[c->strip].sends[c->item].to);
  } else {
    ton_string_cut(title, size, "%s %s", strip, what);
  }
}

// Values ------------------------------------------------------------------------

const TonParam*
studio_control_row(const Studio* s, const Control* c)
{
  uint32_t n = 0;
  return c->kind == CONTROL_PARAM
             ? &studio_chain(s, c->strip, &n)[c->item].type->params[c->param]
             : &studio_controls[c->kind];
}

/// Where a value is a float; null: it is a switch
static float*
place_of(const Studio* s, const Control* c)
{
  uint32_t n = 0;
  char* at = NULL;
  switch (c->kind) {
  case CONTROL_PARAM:
    return &studio_chain(s, c->strip, &n)[c->item].params[c->param];
  case CONTROL_SEND:
    return &s->mix->strips[c->strip].sends[c->item].level_db;
  case CONTROL_FADER:
  case CONTROL_PAN:
  case CONTROL_TRIM:
    at = (char*)&s->mix->strips[c->strip];
    return (float*)(void*)(at + studio_controls[c->kind].offset);
  case CONTROL_MUTE:
  case CONTROL_BYPASS:
    break;
  }
  return NULL;
}

static bool*
switch_of(const Studio* s, const Control* c)
{
  uint32_t n = 0;
  return c->kind == CONTROL_MUTE
             ? &s->mix->strips[c->strip].mute
             : &studio_chain(s, c->strip, &n)[c->item].bypass;
}

float
studio_value(const Studio* s, const Control* c)
{
  const float* const place = place_of(s, c);
  return place ? *place : (float)*switch_of(s, c);
}

void
studio_set_value(Studio* s, const Control* c, float value)
{
  float* const place = place_of(s, c);
  if (place) {
    *place = value;
  } else {
    *switch_of(s, c) = value >= 0.5F;
  }
}

bool
studio_is_automated(const Studio* s, const Control* c)
{
  static const TonMove moves[] = {[CONTROL_FADER] = TON_MOVE_FADER,
                                  [CONTROL_PAN] = TON_MOVE_PAN,
                                  [CONTROL_MUTE] = TON_MOVE_MUTE,
                                  [CONTROL_SEND] = TON_MOVE_SEND,
                                  [CONTROL_PARAM] = TON_MOVE_PARAM};
  if (c->strip >= s->mix->n_strips || c->kind == CONTROL_TRIM ||
      c->kind == CONTROL_BYPASS) {
    return false;
  }
  const TonStrip* const strip = &s->mix->strips[c->strip];
  for (uint32_t i = 0; i < strip->n_automation; ++i) {
    const TonAutomation* const a = &strip->automation[i];
    if (a->n_points && a->move == moves[c->kind] && a->item == c->item &&
        a->param == c->param) {
      return true;
    }
  }
  return false;
}

// Paths -------------------------------------------------------------------------

static const TonDoc*
doc_of(const Studio* s, TonSongText which)
{
  return s->song->texts[which].doc;
}

/// The item of a chain, "tracks/Vox/chain/1"
static void
insert_path(const Studio* s, const Control* c, TonSongText* which,
            TonString* path)
{
  *which = studio_strip_path(s, c->strip, path);
  ton_path_add(path, "chain");
  ton_string_printf(path, "/%u", c->item);
}

/// A parameter's whole path, through the name of the processor and the band
static void
param_path(const Studio* s, const Control* c, TonSongText* which,
           TonString* path)
{
  uint32_t n = 0;
  TonString part = {0};
  const TonInsert* const in = &studio_chain(s, c->strip, &n)[c->item];
  const TonFound found = {.insert = in, .param = &in->type->params[c->param]};
  *which = studio_strip_path(s, c->strip, path);
  TonNode* const map = path->length
                           ? ton_node_at(doc_of(s, *which)->root, path->bytes)
                           : doc_of(s, *which)->root;
  ton_string_printf(&part, "chain/%u/%s", c->item, found.param->symbol);
  if (path->length) {
    ton_string_add(path, "/");
  }
  TonString whole = {0};
  ton_chain_path(&found, map, ton_string_string(&part), &whole);
  ton_string_add(path, ton_string_string(&whole));
  path->failed |= whole.failed || part.failed;
  ton_string_free(&whole);
  ton_string_free(&part);
}

/// A send is written as a level or as {level: ..., tap: ...}
static void
send_path(const Studio* s, const Control* c, TonSongText* which,
          TonString* path)
{
  *which = studio_strip_path(s, c->strip, path);
  ton_path_add(path, "sends");
  ton_path_add(path, s->mix->strips[c->strip].sends[c->item].to);
  if (ton_doc_count(doc_of(s, *which), ton_string_string(path))) {
    ton_path_add(path, "level");
  }
}

/// With places for both channels it is the left one
static void
strip_value_path(const Studio* s, const Control* c, TonSongText* which,
                 TonString* path)
{
  *which = studio_strip_path(s, c->strip, path);
  ton_path_add(path, studio_controls[c->kind].symbol);
  if (c->kind == CONTROL_PAN && s->mix->strips[c->strip].dual_pan) {
    ton_path_add(path, "left");
  }
}

void
studio_control_path(const Studio* s, const Control* c, TonSongText* which,
                    TonString* path)
{
  if (c->kind == CONTROL_PARAM) {
    param_path(s, c, which, path);
  } else if (c->kind == CONTROL_BYPASS) {
    insert_path(s, c, which, path);
    ton_path_add(path, "bypass");
  } else if (c->kind == CONTROL_SEND) {
    send_path(s, c, which, path);
  } else {
    strip_value_path(s, c, which, path);
  }
}
