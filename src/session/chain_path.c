// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Paths into a chain: "1/compressor/threshold", "0/equaliser/2/bell/gain".

   Automation, locks and edits name parameters by them.  The processor's name
   and a band's type may be left out: "1/threshold", "0/2/gain".
*/

#include "session/chain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_STEPS = 5 };

/// A path cut into steps
typedef struct {
  char steps[MAX_STEPS][TON_STEP_BYTES];
  uint32_t count;
} ChainSteps;

static bool
split(const char* path, ChainSteps* s)
{
  s->count = 0;
  while (*path && s->count < MAX_STEPS) {
    path = ton_path_step(path, s->steps[s->count++], TON_STEP_BYTES);
  }
  return s->count && !*path;
}

bool
ton_path_number(const char* step, uint32_t* number)
{
  const size_t digits = strspn(step, "0123456789");
  if (!digits || step[digits] || digits > 6) {
    return false;
  }
  *number = (uint32_t)strtoul(step, NULL, 10);
  return true;
}

static bool
is_name_of(const TonInsert* insert, const char* step)
{
  return strcmp(step, insert->type->id) == 0 ||
         (insert->preset && strcmp(step, insert->preset) == 0);
}

/// The type of a band, as a number
static int
band_type(const TonInsert* insert, uint32_t band)
{
  const TonParam* const type = ton_band_param(insert->type, band + 1, "type");
  return (int)insert->params[ton_param_number(insert->type, type)];
}

const TonParam*
ton_insert_param(const TonInsert* insert, const char* path)
{
  ChainSteps s;
  if (!split(path, &s)) {
    return NULL;
  }
  uint32_t at = s.count > 1 && is_name_of(insert, s.steps[0]);
  at += strcmp(s.steps[at], "bands") == 0 && at + 1 < s.count;
  const char* const last = s.steps[s.count - 1];
  uint32_t band = 0;
  if (!ton_path_number(s.steps[at], &band)) {
    return at + 1 == s.count ? ton_param(insert->type, last) : NULL;
  }
  if (at + 1 >= s.count || at + 3 < s.count ||
      band >= ton_bands(insert->type)) {
    return NULL;
  }
  const bool typed = at + 3 == s.count;
  return typed && ton_band_type(insert->type, s.steps[at + 1]) !=
                      band_type(insert, band)
             ? NULL
             : ton_band_param(insert->type, band + 1, last);
}

bool
ton_chain_find(const TonInsert* chain, uint32_t n_chain, const char* path,
               TonFound* found)
{
  char step[TON_STEP_BYTES];
  uint32_t number = 0;
  const char* rest = ton_path_step(path, step, sizeof(step));
  if (!ton_path_number(step, &number) || number >= n_chain) {
    return false;
  }
  const TonInsert* const insert = &chain[number];
  *found = (TonFound){.insert = insert};
  const char* const after = ton_path_step(rest, step, sizeof(step));
  if (!after || (is_name_of(insert, step) && !*after)) {
    return true;
  }
  found->param = ton_insert_param(insert, rest);
  rest = is_name_of(insert, step) ? after : rest;
  return found->param || ton_is_insert_key(rest) ||
         ton_resource_number(insert->type, rest) != UINT32_MAX;
}

/// What names the processor in the text; its id if nothing does
static const char*
name_in_text(const TonInsert* insert, const TonNode* item)
{
  if (item && item->kind == TON_SCALAR && *item->text) {
    return item->text;
  }
  for (uint32_t i = 0; item && item->kind == TON_MAP && i < item->count; ++i) {
    if (!ton_is_insert_key(item->items[i]->key->text)) {
      return item->items[i]->key->text;
    }
  }
  return insert->type->id;
}

void
ton_chain_path(const TonFound* found, TonNode* map, const char* path,
               TonString* whole)
{
  const size_t n = strcspn(path, "/") + 1;
  const size_t item = n + strcspn(path + n, "/");
  ton_string_add_bytes(whole, path, item);
  if (whole->failed) {
    return;
  }
  const TonNode* const node = ton_node_at(map, whole->bytes);
  ton_path_add(whole, name_in_text(found->insert, node));
  const char* const symbol = found->param->symbol;
  const size_t digits = strspn(symbol, "0123456789");
  const uint32_t band = digits ? (uint32_t)strtoul(symbol, NULL, 10) - 1 : 0;
  if (digits && ton_bands(found->insert->type) > band) {
    const TonParam* const type =
        ton_band_param(found->insert->type, band + 1, "type");
    ton_string_printf(whole, "/%u/%s/%s", band,
                      type->choices[band_type(found->insert, band)],
                      symbol + digits + 1);
  } else {
    ton_path_add(whole, symbol);
  }
}
