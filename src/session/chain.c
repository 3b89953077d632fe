// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   A chain: its list of processors, each by its own name or by a preset's.
*/

#include "session/chain.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

bool
ton_is_insert_key(const char* key)
{
  return strcmp(key, "bypass") == 0 || strcmp(key, "sidechain") == 0 ||
         strcmp(key, "preset") == 0;
}

static TonStatus
read_common(TonReader* r, const TonNode* value, TonInsert* insert)
{
  const char* const key = value->key->text;
  if (strcmp(key, "bypass") == 0) {
    return ton_read_switch(r, value, &insert->bypass);
  }
  if (strcmp(key, "preset") == 0) {
    return TON_OK; // taken before the values, see read_preset()
  }
  if (!(insert->type->flags & TON_SIDECHAIN)) {
    return ton_fail_at(
        r->doc, value->key, r->error,
        "%s has no side-chain input, so it takes no \"sidechain\"",
        insert->type->id);
  }
  return ton_read_text(r, value, &insert->sidechain);
}

uint32_t
ton_resource_number(const TonProcessor* type, const char* key)
{
  for (uint32_t i = 0; i < type->n_resources; ++i) {
    if (strcmp(type->resources[i].symbol, key) == 0) {
      return i;
    }
  }
  return UINT32_MAX;
}

static TonStatus
read_resource(TonReader* r, const TonNode* value, TonInsertFile* file)
{
  assert(file);
  TON_TRY(ton_read_file(r, value, &file->path));
  file->line = value->line;
  file->column = value->column;
  if (*r->doc->name) {
    file->text = ton_arena_string(r->arena, r->doc->name, strlen(r->doc->name));
    return file->text ? TON_OK : ton_read_no_memory(r);
  }
  return TON_OK;
}

static TonStatus
unknown_param(TonReader* r, const TonNode* key, const TonProcessor* type)
{
  TonNames names = {0};
  bool ok =
      ton_names_add(r, &names, "bypass") &&
      (!(type->flags & TON_SIDECHAIN) || ton_names_add(r, &names, "sidechain"));
  for (uint32_t i = 0; ok && i < type->n_resources; ++i) {
    ok = ton_names_add(r, &names, type->resources[i].symbol);
  }
  for (uint32_t i = 0; ok && i < type->n_params; ++i) {
    const char* const symbol = type->params[i].symbol;
    ok = strspn(symbol, "0123456789") || ton_names_add(r, &names, symbol);
  }
  ok = ok && (!ton_bands(type) || ton_names_add(r, &names, "bands"));
  if (!ok) {
    return ton_read_no_memory(r);
  }
  const char* const what = ton_read_format(r, "a parameter of %s", type->id);
  return ton_read_is_not(r, key, key->text, what, names.items, names.count);
}

TonStatus
ton_read_values(TonReader* r, const TonNode* node, TonInsert* insert)
{
  if (ton_node_empty(node)) {
    return TON_OK;
  }
  if (node->kind == TON_LIST) {
    return ton_read_bands(r, node, insert);
  }
  if (node->kind == TON_SCALAR) {
    return ton_fail_at(r->doc, node, r->error,
                       "%s: expected {parameter: value, ...}, found \"%s\"",
                       insert->type->id, node->text);
  }
  for (uint32_t i = 0; i < node->count; ++i) {
    const TonNode* const value = node->items[i];
    const char* const key = value->key->text;
    const TonParam* const param = ton_param(insert->type, key);
    const uint32_t resource = ton_resource_number(insert->type, key);
    if (param) {
      TON_TRY(ton_read_param(r, value, param, insert));
    } else if (resource != UINT32_MAX) {
      TON_TRY(read_resource(r, value, &insert->files[resource]));
    } else if (ton_is_insert_key(key)) {
      TON_TRY(read_common(r, value, insert));
    } else if (strcmp(key, "bands") == 0 && ton_bands(insert->type)) {
      TON_TRY(ton_read_bands(r, value, insert));
    } else {
      return unknown_param(r, value->key, insert->type);
    }
  }
  return TON_OK;
}

static const char*
nearest_band(const char* name)
{
  for (const TonProcessor* const* list = ton_processors(); *list; ++list) {
    const TonParam* const param =
        ton_bands(*list) ? ton_band_param(*list, 1, "type") : NULL;
    size_t n = 0;
    while (param && param->choices[n]) {
      ++n;
    }
    const char* const near =
        n ? ton_string_nearest(name, param->choices, n) : NULL;
    if (near && strcmp(near, "off") != 0) {
      return near;
    }
  }
  return NULL;
}

static TonStatus
unknown_processor(TonReader* r, const TonNode* node, const char* name)
{
  TonNames names = {0};
  bool ok = true;
  for (const TonProcessor* const* list = ton_processors(); ok && *list;
       ++list) {
    ok = ton_names_add(r, &names, (*list)->id);
  }
  ok = ok && ton_preset_names(r, &names);
  if (!ok) {
    return ton_read_no_memory(r);
  }
  const TonProcessor* const banded = ton_banded_with(name);
  if (banded) {
    return ton_fail_at(r->doc, node, r->error,
                       "\"%s\" is a band; write \"- %s: [%s: {...}]\"", name,
                       banded->id, name);
  }
  const char* const near = ton_string_nearest(name, names.items, names.count)
                               ? NULL
                               : nearest_band(name);
  if (near) {
    return ton_fail_at(r->doc, node, r->error,
                       "there is no processor or preset \"%s\"; did you mean "
                       "the band \"%s\"?",
                       name, near);
  }
  return ton_read_unknown(r, node, "there is no processor or preset", name,
                          names.items, names.count);
}

/// The processor itself, with its defaults
static TonStatus
begin(TonReader* r, const TonProcessor* type, TonInsert* insert)
{
  insert->type = type;
  insert->params = ton_read_buffer(r, type->n_params, sizeof(float));
  insert->files = type->n_resources ? ton_read_buffer(r, type->n_resources,
                                                      sizeof(TonInsertFile))
                                    : NULL;
  if (!insert->params || (type->n_resources && !insert->files)) {
    return ton_read_no_memory(r);
  }
  ton_param_defaults(type, insert->params);
  return TON_OK;
}

static TonStatus
read_preset_values(TonReader* r, const TonDoc* doc, const TonPreset* preset,
                   TonInsert* insert)
{
  TonReader of_preset = *r;
  of_preset.doc = doc;
  const TonProcessor* const type = ton_processor(preset->processor);
  if (!type) {
    return ton_fail_at(doc, ton_node_child(doc->root, "processor"), r->error,
                       "unknown processor \"%s\"", preset->processor);
  }
  TON_TRY(begin(r, type, insert));
  const TonNode* const values = ton_node_child(doc->root, "values");
  return values ? ton_read_values(&of_preset, values, insert) : TON_OK;
}

/// Give `insert` the preset's processor and values, or only its values if it
/// has that processor already.  TON_NOT_FOUND if there is no such preset.
static TonStatus
apply_preset(TonReader* r, const TonNode* node, const char* name,
             TonInsert* insert)
{
  TonDoc* doc = NULL;
  TonPreset* preset = NULL;
  TonStatus status = ton_preset_open(r, name, &doc, &preset);
  if (status == TON_OK && insert->type &&
      strcmp(preset->processor, insert->type->id) != 0) {
    status = ton_fail_at(r->doc, node, r->error,
                         "the preset \"%s\" is for %s, not for %s", name,
                         preset->processor, insert->type->id);
  }
  status = status ? status : read_preset_values(r, doc, preset, insert);
  ton_preset_free(preset);
  ton_doc_free(doc);
  TON_TRY(status);
  insert->preset = ton_arena_string(r->arena, name, strlen(name));
  return insert->preset ? TON_OK : ton_read_no_memory(r);
}

TonStatus
ton_read_named(TonReader* r, const TonNode* node, const char* name,
               TonInsert* insert)
{
  const TonProcessor* const type = ton_processor(name);
  if (type) {
    return begin(r, type, insert);
  }
  const TonStatus status = apply_preset(r, node, name, insert);
  return status == TON_NOT_FOUND ? unknown_processor(r, node, name) : status;
}

/// The one key of a chain item that names its processor
static TonStatus
find_name(TonReader* r, const TonNode* item, const TonNode** named)
{
  for (uint32_t i = 0; i < item->count; ++i) {
    const TonNode* const value = item->items[i];
    if (ton_is_insert_key(value->key->text)) {
      continue;
    }
    if (*named) {
      return ton_fail_at(r->doc, value->key, r->error,
                         "\"%s\" and \"%s\" in one list item; begin a new "
                         "item (\"- %s: ...\"), or indent further if it "
                         "belongs to the values",
                         (*named)->key->text, value->key->text,
                         value->key->text);
    }
    *named = value;
  }
  return TON_OK;
}

/// The key "preset" of a chain item, if it has one
static TonStatus
read_preset(TonReader* r, const TonNode* preset, TonInsert* insert)
{
  if (!preset) {
    return TON_OK;
  }
  char* name = NULL;
  TON_TRY(ton_read_text(r, preset, &name));
  const TonStatus status = apply_preset(r, preset, name, insert);
  if (status != TON_NOT_FOUND) {
    return status;
  }
  TonNames names = {0};
  return !ton_preset_names(r, &names)
             ? ton_read_no_memory(r)
             : ton_read_unknown(r, preset, "there is no preset", name,
                                names.items, names.count);
}

static TonStatus
read_item(TonReader* r, const TonNode* item, TonInsert* insert)
{
  if (item->kind == TON_SCALAR && *item->text) {
    return ton_read_named(r, item, item->text, insert);
  }
  if (item->kind != TON_MAP || !item->count) {
    return ton_fail_at(r->doc, item, r->error,
                       "expected a processor: \"- compressor: {ratio: 3:1}\"");
  }
  const TonNode* named = NULL;
  TON_TRY(find_name(r, item, &named));
  if (named) {
    TON_TRY(ton_read_named(r, named->key, named->key->text, insert));
    TON_TRY(read_preset(r, ton_node_child(named, "preset"), insert));
  }
  TON_TRY(read_preset(r, ton_node_child(item, "preset"), insert));
  if (!insert->type) {
    return ton_fail_at(r->doc, item, r->error,
                       "this list item names no processor");
  }
  if (named) {
    TON_TRY(ton_read_values(r, named, insert));
  }
  for (uint32_t i = 0; i < item->count; ++i) {
    if (item->items[i] != named) {
      TON_TRY(read_common(r, item->items[i], insert));
    }
  }
  return TON_OK;
}

TonStatus
ton_read_chain(TonReader* r, const TonNode* list, TonInsert** chain,
               uint32_t* n_chain)
{
  if (list->kind != TON_LIST) {
    return ton_fail_at(r->doc, list, r->error,
                       "chain: expected a list of processors, each on a line "
                       "that begins with \"- \"");
  }
  *chain = ton_read_buffer(r, list->count, sizeof(TonInsert));
  if (!*chain) {
    return ton_read_no_memory(r);
  }
  for (uint32_t i = 0; i < list->count; ++i) {
    TON_TRY(read_item(r, list->items[i], &(*chain)[i]));
  }
  *n_chain = list->count;
  return TON_OK;
}

TonStatus
ton_read_master_chain(TonReader* r, const TonNode* list, TonInsert** chain,
                      uint32_t* n_chain)
{
  TON_TRY(ton_read_chain(r, list, chain, n_chain));
  for (uint32_t i = 0; i < *n_chain; ++i) {
    // NOLINTNEXTLINE(clang-analyzer-core.NullDereference)
    if ((*chain)[i].sidechain) {
      return ton_fail_at(r->doc, list->items[i], r->error,
                         "a master has no other tracks to listen to; leave "
                         "\"sidechain\" out");
    }
  }
  return TON_OK;
}
