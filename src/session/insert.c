// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   A processor as the command line writes it: "compressor:ratio=4,attack=5ms".

   The words become nodes as if they stood in a text, with their places in the
   argument, and are read by the same functions.
*/

#include "base/error.h"
#include "session/chain.h"

#include <assert.h>
#include <string.h>

/// An argument being read
typedef struct {
  TonReader r;
  TonDoc doc; ///< The argument as a text
  TonArena arena;
} Argument;

/// A node for bytes `from` to `to` of the argument, spaces around them left out
static TonNode*
make_node(Argument* a, TonNodeKind kind, size_t from, size_t to)
{
  const char* const text = ton_doc_text(&a->doc);
  while (from < to && text[from] == ' ') {
    ++from;
  }
  while (to > from && text[to - 1] == ' ') {
    --to;
  }
  TonNode* const node = ton_arena_alloc(&a->arena, sizeof(TonNode));
  if (node) {
    *node = (TonNode){.kind = kind, .start = from, .end = to, .text = ""};
    if (kind == TON_SCALAR) {
      node->text = ton_arena_string(&a->arena, text + from, to - from);
    }
  }
  return node && node->text ? node : NULL;
}

/// "a=1,b=2" from a byte on
static TonNode*
read_pairs(Argument* a, size_t at)
{
  const char* const text = ton_doc_text(&a->doc);
  TonNode* const map = make_node(a, TON_MAP, at, a->doc.text.length);
  const size_t max = a->doc.text.length - at + 1;
  TonNode** const items = ton_arena_alloc(&a->arena, max * sizeof(TonNode*));
  if (!map || !items) {
    return NULL;
  }
  map->items = items;
  while (text[at]) {
    const size_t end = at + strcspn(text + at, ",");
    const size_t sign = at + strcspn(text + at, "=,");
    TonNode* const key = make_node(a, TON_SCALAR, at, sign);
    TonNode* const value =
        make_node(a, TON_SCALAR, sign < end ? sign + 1 : end, end);
    if (!key || !value) {
      return NULL;
    }
    value->key = key;
    items[map->count++] = value;
    at = end + (text[end] == ',');
  }
  return map;
}

static TonStatus
check_pairs(Argument* a, const TonNode* map)
{
  for (uint32_t i = 0; i < map->count; ++i) {
    const TonNode* const value = map->items[i];
    if (!*value->key->text || !*value->text) {
      return ton_fail_at(&a->doc, value->key, a->r.error,
                         "expected parameter=value, such as ratio=4");
    }
    if (strcmp(value->key->text, "sidechain") == 0) {
      return ton_fail_at(
          &a->doc, value->key, a->r.error,
          "a file has no other tracks to listen to; leave \"sidechain\" out");
    }
    for (uint32_t k = 0; k < i; ++k) {
      if (strcmp(map->items[k]->key->text, value->key->text) == 0) {
        return ton_fail_at(&a->doc, value->key, a->r.error,
                           "\"%s\" is here twice", value->key->text);
      }
    }
  }
  return TON_OK;
}

/// "highpass:freq=80Hz": the first band of the processor that has this type
static TonStatus
read_band(Argument* a, const TonProcessor* type, TonNode* name, TonNode* map,
          TonInsert* insert)
{
  TON_TRY(ton_read_named(&a->r, name, type->id, insert));
  map->key = name;
  TonNode item = {.kind = TON_MAP, .text = "", .items = &map, .count = 1};
  TonNode* items[] = {&item};
  const TonNode list = {
      .kind = TON_LIST, .text = "", .items = items, .count = 1};
  return ton_read_bands(&a->r, &list, insert);
}

static TonStatus
read_argument(Argument* a, TonInsert* insert)
{
  const char* const text = ton_doc_text(&a->doc);
  const size_t colon = strcspn(text, ":");
  TonNode* const name = make_node(a, TON_SCALAR, 0, colon);
  TonNode* const map = read_pairs(a, colon + (text[colon] == ':'));
  if (!name || !map) {
    return ton_read_no_memory(&a->r);
  }
  TON_TRY(check_pairs(a, map));
  const TonProcessor* const banded =
      ton_processor(name->text) ? NULL : ton_banded_with(name->text);
  if (banded) {
    return read_band(a, banded, name, map, insert);
  }
  TON_TRY(ton_read_named(&a->r, name, name->text, insert));
  return ton_read_values(&a->r, map, insert);
}

/// Move files out of the arena
static TonStatus
take_files(const TonInsert* from, TonInsert* insert)
{
  const uint32_t n = from->type->n_resources;
  insert->files = n ? ton_alloc(n * sizeof(TonInsertFile)) : NULL;
  for (uint32_t i = 0; i < n; ++i) {
    const char* const path = from->files[i].path;
    char* const copy = path && insert->files ? ton_copy_string(path) : NULL;
    if (!insert->files || (path && !copy)) {
      return TON_NO_MEMORY;
    }
    insert->files[i].path = copy;
  }
  return TON_OK;
}

/// Move what was read out of the arena
static TonStatus
take(const TonInsert* from, TonInsert* insert)
{
  assert(from->type);
  const size_t bytes = from->type->n_params * sizeof(float);
  *insert = *from;
  insert->sidechain = NULL;
  insert->preset = from->preset ? ton_copy_string(from->preset) : NULL;
  insert->params = ton_alloc(bytes);
  if (take_files(from, insert) || !insert->params ||
      (from->preset && !insert->preset)) {
    ton_insert_free(insert);
    return TON_NO_MEMORY;
  }
  memcpy(insert->params, from->params, bytes);
  return TON_OK;
}

TonStatus
ton_insert_parse(const char* text, TonInsert* insert, TonError* error)
{
  *insert = (TonInsert){0};
  char name[] = "";
  TonError unused;
  Argument a = {.doc.name = name};
  a.r = (TonReader){
      .doc = &a.doc, .arena = &a.arena, .error = error ? error : &unused};
  ton_string_add(&a.doc.text, text);
  TonInsert read = {0};
  TonStatus status =
      a.doc.text.failed ? TON_NO_MEMORY : read_argument(&a, &read);
  if (status == TON_OK) {
    status = take(&read, insert);
  }
  if (status == TON_NO_MEMORY) {
    ton_fail(error, status, "out of memory");
  } else if (status == TON_BAD_TEXT && !*a.r.error->file) {
    status = TON_BAD_USE;
    a.r.error->status = status;
    a.r.error->line = 0;
  }
  ton_arena_free(&a.arena);
  ton_string_free(&a.doc.text);
  return status;
}

void
ton_insert_free(TonInsert* insert)
{
  if (insert) {
    for (uint32_t i = 0; insert->files && i < insert->type->n_resources; ++i) {
      ton_free(insert->files[i].path);
    }
    ton_free(insert->files);
    ton_free(insert->params);
    ton_free(insert->sidechain);
    ton_free(insert->preset);
    *insert = (TonInsert){0};
  }
}
