// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Bands of an equaliser as a list, and the parameters they are made of.
*/

#include "session/chain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint32_t
ton_bands(const TonProcessor* type)
{
  uint32_t bands = 0;
  for (uint32_t i = 0; i < type->n_params; ++i) {
    const char* const s = type->params[i].symbol;
    const size_t digits = strspn(s, "0123456789");
    if (digits && strcmp(s + digits, "-type") == 0 &&
        type->params[i].spacing == TON_CHOICE) {
      const uint32_t n = (uint32_t)strtoul(s, NULL, 10);
      bands = n > bands ? n : bands;
    }
  }
  return bands;
}

const TonParam*
ton_band_param(const TonProcessor* type, uint32_t band, const char* key)
{
  char symbol[64];
  const int n = snprintf(symbol, sizeof(symbol), "%u-%s", band, key);
  const TonParam* const param =
      n > 0 && (size_t)n < sizeof(symbol) ? ton_param(type, symbol) : NULL;
  if (param || (strcmp(key, "freq") != 0 && strcmp(key, "frequency") != 0)) {
    return param;
  }
  snprintf(symbol, sizeof(symbol), "%u-at", band);
  return ton_param(type, symbol);
}

int
ton_band_type(const TonProcessor* type, const char* name)
{
  const TonParam* const param = ton_band_param(type, 1, "type");
  for (int i = 0; param && param->choices && param->choices[i]; ++i) {
    if (strcmp(param->choices[i], name) == 0) {
      return i;
    }
  }
  return -1;
}

const TonProcessor*
ton_banded_with(const char* band_type)
{
  const TonProcessor* const* list = ton_processors();
  for (; *list; ++list) {
    if (ton_bands(*list) && ton_band_type(*list, band_type) >= 0) {
      return *list;
    }
  }
  return NULL;
}

void
ton_band_begin(TonInsert* insert, uint32_t band, int type)
{
  const TonParam* const kind = ton_band_param(insert->type, band, "type");
  const TonParam* const on = ton_band_param(insert->type, band, "on");
  insert->params[ton_param_number(insert->type, kind)] = (float)type;
  if (on) {
    insert->params[ton_param_number(insert->type, on)] = 1.0F;
  }
}

/// A key that is not a setting of a band
static TonStatus
unknown_setting(TonReader* r, const TonNode* key, const char* band_type,
                const TonProcessor* type)
{
  const char* const what = ton_read_format(r, "a setting of a %s", band_type);
  const char* known[16];
  size_t n = 0;
  for (uint32_t i = 0; i < type->n_params && n < 16; ++i) {
    const char* const symbol = type->params[i].symbol;
    if (strncmp(symbol, "1-", 2) == 0 && strcmp(symbol, "1-type") != 0) {
      known[n++] = symbol + 2;
    }
  }
  return ton_read_is_not(r, key, key->text, what, known, n);
}

static TonStatus
unknown_type(TonReader* r, const TonNode* key, const TonProcessor* type)
{
  const TonParam* const param = ton_band_param(type, 1, "type");
  size_t n = 0;
  while (param->choices[n]) {
    ++n;
  }
  const char* const lead = ton_read_format(r, "%s has no band", type->id);
  return ton_read_unknown(r, key, lead, key->text, param->choices, n);
}

static TonStatus
read_settings(TonReader* r, const TonNode* node, uint32_t band,
              TonInsert* insert)
{
  if (ton_node_empty(node)) {
    return TON_OK;
  }
  const TonParam* const at = ton_band_param(insert->type, band, "at");
  if (node->kind == TON_SCALAR && at) {
    return ton_read_param(r, node, at, insert);
  }
  if (node->kind != TON_MAP) {
    return ton_fail_at(r->doc, node, r->error, "%s: expected {at: 1 kHz, ...}",
                       node->key->text);
  }
  for (uint32_t i = 0; i < node->count; ++i) {
    const TonNode* const value = node->items[i];
    const char* const key = value->key->text;
    const TonParam* const param = strcmp(key, "type") == 0
                                      ? NULL
                                      : ton_band_param(insert->type, band, key);
    if (!param) {
      return unknown_setting(r, value->key, node->key->text, insert->type);
    }
    TON_TRY(ton_read_param(r, value, param, insert));
  }
  return TON_OK;
}

static TonStatus
read_band(TonReader* r, const TonNode* item, uint32_t band, TonInsert* insert)
{
  if (item->kind != TON_MAP || item->count != 1) {
    return ton_fail_at(r->doc, item, r->error,
                       "a band is written \"bell: {at: 1 kHz, gain: -2 dB}\", "
                       "one to a list item");
  }
  const TonNode* const settings = item->items[0];
  const int type = ton_band_type(insert->type, settings->key->text);
  if (type < 0) {
    return unknown_type(r, settings->key, insert->type);
  }
  ton_band_begin(insert, band, type);
  return read_settings(r, settings, band, insert);
}

/// A list says all there is: bands of a preset do not shine through
static void
clear_bands(TonInsert* insert)
{
  for (uint32_t i = 0; i < insert->type->n_params; ++i) {
    const TonParam* const param = &insert->type->params[i];
    if (strspn(param->symbol, "0123456789")) {
      insert->params[i] = param->def;
    }
  }
}

TonStatus
ton_read_bands(TonReader* r, const TonNode* list, TonInsert* insert)
{
  const uint32_t max = ton_bands(insert->type);
  if (!max) {
    return ton_fail_at(r->doc, list, r->error,
                       "%s has no bands; expected {parameter: value, ...}",
                       insert->type->id);
  }
  if (list->kind != TON_LIST) {
    return ton_fail_at(r->doc, list, r->error, "expected a list of bands");
  }
  clear_bands(insert);
  for (uint32_t i = 0; i < list->count; ++i) {
    if (i == max) {
      return ton_fail_at(r->doc, list->items[i], r->error,
                         "%s has %u bands; put the others in a second one",
                         insert->type->id, max);
    }
    TON_TRY(read_band(r, list->items[i], i + 1, insert));
  }
  return TON_OK;
}
