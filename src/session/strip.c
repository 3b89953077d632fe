// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/strip.h"

#include "base/array.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const TonRange ton_fader_range = {TON_DB, -INFINITY, 24.0};
static const TonRange pan_range = {TON_PAN, -100.0, 100.0};

static TonStatus
read_stem(TonReader* r, const TonNode* value, void* target)
{
  TonStrip* const strip = target;
  return !strip->bus ? ton_read_file(r, value, &strip->file)
                     : ton_fail_at(r->doc, value->key, r->error,
                                   "\"%s\" is a bus; only a track has a file",
                                   strip->name);
}

static TonStatus
read_role(TonReader* r, const TonNode* value, void* target)
{
  return ton_read_text(r, value, &((TonStrip*)target)->role);
}

static TonStatus
read_trim(TonReader* r, const TonNode* value, void* target)
{
  return ton_read_float(r, value, (TonRange){TON_DB, -96.0, 96.0},
                        &((TonStrip*)target)->trim_db);
}

static TonStatus
read_polarity(TonReader* r, const TonNode* value, void* target)
{
  static const char* const words[] = {"normal", "inverted", NULL};
  uint32_t which = 0;
  TON_TRY(ton_read_choice(r, value, words, &which));
  ((TonStrip*)target)->invert = which == 1;
  return TON_OK;
}

static TonStatus
read_delay(TonReader* r, const TonNode* value, void* target)
{
  return ton_read_float(r, value, (TonRange){TON_MS, 0.0, 500.0},
                        &((TonStrip*)target)->delay_ms);
}

static TonStatus
read_chain(TonReader* r, const TonNode* value, void* target)
{
  TonStrip* const strip = target;
  return ton_read_chain(r, value, &strip->chain, &strip->n_chain);
}

static TonStatus
read_fader(TonReader* r, const TonNode* value, void* target)
{
  return ton_read_float(r, value, ton_fader_range,
                        &((TonStrip*)target)->fader_db);
}

static TonStatus
read_left(TonReader* r, const TonNode* value, void* target)
{
  return ton_read_float(r, value, pan_range, &((TonStrip*)target)->pan);
}

static TonStatus
read_right(TonReader* r, const TonNode* value, void* target)
{
  return ton_read_float(r, value, pan_range, &((TonStrip*)target)->pan_right);
}

static const TonKey dual_keys[] = {{"left", read_left}, {"right", read_right}};

/// "L30", or {left: L100, right: R20}
static TonStatus
read_pan(TonReader* r, const TonNode* value, void* target)
{
  TonStrip* const strip = target;
  if (value->kind == TON_SCALAR) {
    return read_left(r, value, target);
  }
  strip->dual_pan = true;
  strip->pan = -100.0F;
  strip->pan_right = 100.0F;
  return ton_read_map(r, value, (TonKeys){dual_keys, 2, "pan"}, target);
}

static TonStatus
read_pan_law(TonReader* r, const TonNode* value, void* target)
{
  static const char* const words[] = {"constant-power", "compromise", "linear",
                                      "balance", NULL};
  uint32_t which = 0;
  TON_TRY(ton_read_choice(r, value, words, &which));
  ((TonStrip*)target)->pan_law = (TonPanLaw)which;
  return TON_OK;
}

static TonStatus
read_mute(TonReader* r, const TonNode* value, void* target)
{
  return ton_read_switch(r, value, &((TonStrip*)target)->mute);
}

static TonStatus
read_solo(TonReader* r, const TonNode* value, void* target)
{
  return ton_read_switch(r, value, &((TonStrip*)target)->solo);
}

static TonStatus
read_to(TonReader* r, const TonNode* value, void* target)
{
  return ton_read_text(r, value, &((TonStrip*)target)->to);
}

// Sends -------------------------------------------------------------------

static TonStatus
read_level(TonReader* r, const TonNode* value, void* target)
{
  return ton_read_float(r, value, ton_fader_range,
                        &((TonSend*)target)->level_db);
}

static TonStatus
read_tap(TonReader* r, const TonNode* value, void* target)
{
  static const char* const words[] = {"post", "pre", NULL};
  uint32_t which = 0;
  TON_TRY(ton_read_choice(r, value, words, &which));
  ((TonSend*)target)->pre = which == 1;
  return TON_OK;
}

static const TonKey send_keys[] = {{"level", read_level}, {"tap", read_tap}};

static TonStatus
read_sends(TonReader* r, const TonNode* value, void* target)
{
  TonStrip* const strip = target;
  if (value->kind != TON_MAP) {
    return ton_fail_at(r->doc, value, r->error,
                       "sends: expected buses and levels: {Plate: -14 dB}");
  }
  strip->sends = ton_read_room(r, value->count, sizeof(TonSend));
  if (!strip->sends) {
    return ton_read_no_memory(r);
  }
  for (uint32_t i = 0; i < value->count; ++i) {
    const TonNode* const node = value->items[i];
    TonSend* const send = &strip->sends[i];
    TON_TRY(ton_read_text(r, node->key, &send->to));
    if (node->kind == TON_MAP) {
      TON_TRY(ton_read_map(r, node, (TonKeys){send_keys, 2, "a send"}, send));
    } else if (!ton_node_empty(node)) {
      TON_TRY(read_level(r, node, send));
    }
  }
  strip->n_sends = value->count;
  return TON_OK;
}

/// Automation names chain items and sends, so it is read after all others
static TonStatus
later(TonReader* r, const TonNode* value, void* target)
{
  (void)r;
  (void)value;
  (void)target;
  return TON_OK;
}

static TonStatus read_lock(TonReader* r, const TonNode* value, void* target);

static const TonKey keys[] = {
    {"file", read_stem},       {"role", read_role},
    {"trim", read_trim},       {"polarity", read_polarity},
    {"delay", read_delay},     {"chain", read_chain},
    {"fader", read_fader},     {"pan", read_pan},
    {"pan-law", read_pan_law}, {"mute", read_mute},
    {"solo", read_solo},       {"to", read_to},
    {"sends", read_sends},     {"automation", later},
    {"lock", read_lock},
};

static TonStatus
read_lock(TonReader* r, const TonNode* value, void* target)
{
  TonStrip* const strip = target;
  const TonKeys lockable = {keys, TON_COUNT(keys) - 1, "a lock"};
  return ton_read_locks(r, value, lockable, &strip->locks, &strip->n_locks);
}

TonStatus
ton_read_strip(TonReader* r, const TonNode* node, TonStrip* strip)
{
  char what[160];
  snprintf(what, sizeof(what), "%s \"%.120s\"", strip->bus ? "bus" : "track",
           strip->name);
  TON_TRY(ton_read_map(r, node, (TonKeys){keys, TON_COUNT(keys), what}, strip));
  if (!strip->bus && !strip->file) {
    return ton_fail_at(r->doc, node->key, r->error,
                       "%s has no file; write \"file: stems/....wav\"", what);
  }
  const TonNode* const lanes = ton_node_child(node, "automation");
  return lanes && !ton_node_empty(lanes) ? ton_read_automation(r, lanes, strip)
                                         : TON_OK;
}
