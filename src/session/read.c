// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/read.h"

#include "base/error.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

TonStatus
ton_read_no_memory(TonReader* r)
{
  return ton_fail_file(r->error, TON_NO_MEMORY, r->doc->name,
                       "out of memory while reading the text");
}

void*
ton_read_room(TonReader* r, size_t count, size_t size)
{
  return ton_arena_alloc(r->arena, (count ? count : 1) * size);
}

TonStatus
ton_read_unknown(TonReader* r, const TonNode* node, const char* lead,
                 const char* word, const char* const* known, size_t n_known)
{
  const char* const near = ton_string_nearest(word, known, n_known);
  if (near) {
    return ton_fail_at(r->doc, node, r->error,
                       "%s \"%s\"; did you mean \"%s\"?", lead, word, near);
  }
  TonString all = {0};
  for (size_t i = 0; i < n_known && all.length < 600; ++i) {
    ton_string_printf(&all, "%s%s", i ? ", " : "", known[i]);
  }
  const TonStatus status =
      ton_fail_at(r->doc, node, r->error, "%s \"%s\"%s%s", lead, word,
                  n_known ? "; known are " : "", ton_string_string(&all));
  ton_string_free(&all);
  return status;
}

static const TonKey*
find_key(const TonKeys* keys, const char* word)
{
  for (size_t i = 0; i < keys->count; ++i) {
    if (strcmp(keys->keys[i].key, word) == 0) {
      return &keys->keys[i];
    }
  }
  return NULL;
}

static TonStatus
unknown_key(TonReader* r, const TonNode* node, const TonKeys* keys,
            const char* word)
{
  const char* known[32];
  size_t n = 0;
  for (; n < keys->count && n < sizeof(known) / sizeof(known[0]); ++n) {
    known[n] = keys->keys[n].key;
  }
  char lead[192];
  snprintf(lead, sizeof(lead), "%s has no", keys->what);
  return ton_read_unknown(r, node, lead, word, known, n);
}

TonStatus
ton_read_map(TonReader* r, const TonNode* map, TonKeys keys, void* target)
{
  if (ton_node_empty(map)) {
    return TON_OK;
  }
  if (map->kind != TON_MAP) {
    return ton_fail_at(r->doc, map, r->error,
                       "%s: expected keys with values (\"key: value\"), found "
                       "a %s",
                       keys.what,
                       map->kind == TON_LIST ? "list" : "single value");
  }
  for (uint32_t i = 0; i < map->count; ++i) {
    const TonNode* const value = map->items[i];
    const TonKey* const key = find_key(&keys, value->key->text);
    if (!key) {
      return unknown_key(r, value->key, &keys, value->key->text);
    }
    if (!ton_node_empty(value)) {
      TON_TRY(key->read(r, value, target));
    }
  }
  return TON_OK;
}

static TonStatus
want_scalar(TonReader* r, const TonNode* node)
{
  return node->kind == TON_SCALAR
             ? TON_OK
             : ton_fail_at(r->doc, node, r->error,
                           "expected a single value, found a %s",
                           node->kind == TON_LIST ? "list" : "map");
}

TonStatus
ton_read_text(TonReader* r, const TonNode* node, char** text)
{
  TON_TRY(want_scalar(r, node));
  size_t n = strlen(node->text);
  while (n && node->text[n - 1] == '\n') {
    --n;
  }
  *text = ton_arena_string(r->arena, node->text, n);
  return *text ? TON_OK : ton_read_no_memory(r);
}

TonStatus
ton_read_texts(TonReader* r, const TonNode* node, char*** texts,
               uint32_t* count)
{
  const bool list = node->kind == TON_LIST;
  const uint32_t n = list ? node->count : 1;
  char** const room = ton_read_room(r, n, sizeof(char*));
  if (!room) {
    return ton_read_no_memory(r);
  }
  for (uint32_t i = 0; i < n; ++i) {
    TON_TRY(ton_read_text(r, list ? node->items[i] : node, &room[i]));
  }
  *texts = room;
  *count = n;
  return TON_OK;
}

TonStatus
ton_read_number(TonReader* r, const TonNode* node, TonRange range,
                double* value)
{
  TON_TRY(want_scalar(r, node));
  const char* const key = node->key ? node->key->text : "value";
  char room[160];
  const char* why = NULL;
  double number = 0.0;
  if (!ton_unit_parse(node->text, range.unit, &number, &why, room,
                      sizeof(room))) {
    return ton_fail_at(r->doc, node, r->error, "%s: %s", key, why);
  }
  if (!(number >= range.min && number <= range.max)) {
    char low[32];
    char high[32];
    return ton_fail_at(
        r->doc, node, r->error, "%s: %s is out of range; it goes from %s to %s",
        key, node->text,
        ton_unit_print(range.min, range.unit, low, sizeof(low)),
        ton_unit_print(range.max, range.unit, high, sizeof(high)));
  }
  *value = number;
  return TON_OK;
}

TonStatus
ton_read_float(TonReader* r, const TonNode* node, TonRange range, float* value)
{
  double number = 0.0;
  TON_TRY(ton_read_number(r, node, range, &number));
  *value = (float)number;
  return TON_OK;
}

TonStatus
ton_read_whole(TonReader* r, const TonNode* node, uint32_t min, uint32_t max,
               uint32_t* value)
{
  TON_TRY(want_scalar(r, node));
  const char* const key = node->key ? node->key->text : "value";
  const size_t digits = strspn(node->text, "0123456789");
  const unsigned long number = strtoul(node->text, NULL, 10);
  if (!digits || node->text[digits] || digits > 9) {
    return ton_fail_at(r->doc, node, r->error,
                       "%s: \"%s\" is not a whole number", key, node->text);
  }
  if (number < min || number > max) {
    return ton_fail_at(r->doc, node, r->error,
                       "%s: %s is out of range; it goes from %u to %u", key,
                       node->text, min, max);
  }
  *value = (uint32_t)number;
  return TON_OK;
}

TonStatus
ton_read_switch(TonReader* r, const TonNode* node, bool* on)
{
  static const char* const words[] = {"off", "on",  "false", "true",
                                      "no",  "yes", NULL};
  TON_TRY(want_scalar(r, node));
  for (uint32_t i = 0; words[i]; ++i) {
    if (strcmp(node->text, words[i]) == 0) {
      *on = i % 2;
      return TON_OK;
    }
  }
  return ton_fail_at(r->doc, node, r->error,
                     "%s: \"%s\" is neither true nor false",
                     node->key ? node->key->text : "value", node->text);
}

TonStatus
ton_read_choice(TonReader* r, const TonNode* node, const char* const* words,
                uint32_t* value)
{
  TON_TRY(want_scalar(r, node));
  uint32_t n = 0;
  for (; words[n]; ++n) {
    if (strcmp(node->text, words[n]) == 0) {
      *value = n;
      return TON_OK;
    }
  }
  char lead[96];
  snprintf(lead, sizeof(lead), "%.64s%sthere is no",
           node->key ? node->key->text : "", node->key ? ": " : "");
  return ton_read_unknown(r, node, lead, node->text, words, n);
}

TonStatus
ton_read_locks(TonReader* r, const TonNode* node, TonKeys keys, char*** locks,
               uint32_t* n_locks)
{
  static const char* const all[] = {"true", "on", "yes", "all"};
  static const char* const none[] = {"false", "off", "no"};
  TON_TRY(ton_read_texts(r, node, locks, n_locks));
  const bool one = node->kind == TON_SCALAR;
  for (size_t i = 0; one && i < sizeof(all) / sizeof(all[0]); ++i) {
    if (strcmp(node->text, all[i]) == 0) {
      (*locks)[0] = ton_arena_string(r->arena, "all", 3);
      return (*locks)[0] ? TON_OK : ton_read_no_memory(r);
    }
  }
  for (size_t i = 0; one && i < sizeof(none) / sizeof(none[0]); ++i) {
    if (strcmp(node->text, none[i]) == 0) {
      *n_locks = 0;
      return TON_OK;
    }
  }
  for (uint32_t i = 0; i < *n_locks; ++i) {
    char step[64];
    ton_path_step((*locks)[i], step, sizeof(step));
    if (!find_key(&keys, step) && strcmp(step, "all") != 0) {
      return unknown_key(r, one ? node : node->items[i], &keys, step);
    }
  }
  return TON_OK;
}
