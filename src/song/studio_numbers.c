// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Numbers of strips and inserts, which stay theirs whatever is added, moved or
   removed around them.
*/
#include "song/studio_internal.h"

#include "base/error.h"
#include "base/string.h"
#include "session/doc.h"

#include <stdlib.h>
#include <string.h>

static const char master[] = "";

TonInsert*
studio_chain(const Studio* s, uint32_t strip, uint32_t* n)
{
  if (strip < s->mix->n_strips) {
    *n = s->mix->strips[strip].n_chain;
    return s->mix->strips[strip].chain;
  }
  *n = s->master ? s->master->n_chain : 0;
  return s->master ? s->master->chain : NULL;
}

// Giving numbers ----------------------------------------------------------------

static NumberedStrip*
find_row(const StudioNumbers* all, const char* name)
{
  for (size_t i = 0; i < all->n; ++i) {
    if (strcmp(all->rows[i].name, name) == 0) {
      return &all->rows[i];
    }
  }
  return NULL;
}

static NumberedStrip*
add_row(StudioNumbers* all, const char* name)
{
  NumberedStrip* const rows =
      ton_grow(all->rows, &all->capacity, all->n + 1, sizeof(NumberedStrip));
  char* const copy = rows ? ton_copy_string(name) : NULL;
  all->rows = rows ? rows : all->rows;
  if (!copy) {
    return NULL;
  }
  rows[all->n] = (NumberedStrip){.name = copy, .id = ++all->last_strip};
  return &rows[all->n++];
}

/// The number of the first insert of a type that is still free, or 0
static uint32_t
take_number(NumberedStrip* row, const TonProcessor* type)
{
  for (uint32_t i = 0; i < row->n; ++i) {
    if (row->types[i] == type) {
      row->types[i] = NULL;
      return row->inserts[i];
    }
  }
  return 0;
}

/// An insert is the next one of its type that was there before, or a new one
static TonStatus
number_chain(StudioNumbers* all, NumberedStrip* row, const TonInsert* chain,
             uint32_t n)
{
  uint32_t* const ids = ton_alloc((n + 1U) * sizeof(uint32_t));
  const TonProcessor** const types = ton_alloc((n + 1U) * sizeof(void*));
  if (!ids || !types) {
    ton_free(ids);
    ton_free(types);
    return TON_NO_MEMORY;
  }
  for (uint32_t i = 0; i < n; ++i) {
    const uint32_t number = take_number(row, chain[i].type);
    ids[i] = number ? number : ++all->last_insert;
    types[i] = chain[i].type;
  }
  ton_free(row->inserts);
  ton_free(row->types);
  row->inserts = ids;
  row->types = types;
  row->n = n;
  return TON_OK;
}

TonStatus
studio_number(Studio* s)
{
  StudioNumbers* const all = &s->numbers;
  const uint32_t n = s->mix->n_strips + 1;
  uint32_t* const order = ton_alloc(n * sizeof(uint32_t));
  if (!order) {
    return TON_NO_MEMORY;
  }
  ton_free(all->order);
  all->order = order;
  all->n_order = n;
  for (uint32_t i = 0; i < n; ++i) {
    const char* const name = i + 1 < n ? s->mix->strips[i].name : master;
    uint32_t n_chain = 0;
    const TonInsert* const chain = studio_chain(s, i, &n_chain);
    NumberedStrip* row = find_row(all, name);
    row = row ? row : add_row(all, name);
    if (!row || number_chain(all, row, chain, n_chain)) {
      return TON_NO_MEMORY;
    }
    order[i] = (uint32_t)(row - all->rows);
  }
  return TON_OK;
}

void
studio_renumber(Studio* s, uint32_t strip, uint32_t from, uint32_t to)
{
  NumberedStrip* const row = &s->numbers.rows[s->numbers.order[strip]];
  const uint32_t id = row->inserts[from];
  const TonProcessor* const type = row->types[from];
  const size_t after = row->n - from - 1;
  memmove(row->inserts + from, row->inserts + from + 1,
          after * sizeof(uint32_t));
  memmove(row->types + from, row->types + from + 1, after * sizeof(void*));
  if (to >= row->n) { // it is gone
    --row->n;
    return;
  }
  const size_t behind = row->n - 1 - to;
  memmove(row->inserts + to + 1, row->inserts + to, behind * sizeof(uint32_t));
  memmove(row->types + to + 1, row->types + to, behind * sizeof(void*));
  row->inserts[to] = id;
  row->types[to] = type;
}

void
studio_numbers_free(StudioNumbers* all)
{
  for (size_t i = 0; i < all->n; ++i) {
    ton_free(all->rows[i].name);
    ton_free(all->rows[i].inserts);
    ton_free(all->rows[i].types);
  }
  ton_free(all->rows);
  ton_free(all->order);
}

// Finding -----------------------------------------------------------------------

uint32_t
studio_strip_id(const Studio* s, uint32_t strip)
{
  return s->numbers.rows[s->numbers.order[strip]].id;
}

uint32_t
studio_insert_id(const Studio* s, uint32_t strip, uint32_t insert)
{
  return s->numbers.rows[s->numbers.order[strip]].inserts[insert];
}

bool
studio_find_strip(const Studio* s, uint32_t id, uint32_t* strip)
{
  for (uint32_t i = 0; i < s->numbers.n_order; ++i) {
    if (studio_strip_id(s, i) == id) {
      *strip = i;
      return true;
    }
  }
  return false;
}

bool
studio_find_insert(const Studio* s, uint32_t id, uint32_t* strip,
                   uint32_t* insert)
{
  for (uint32_t i = 0; i < s->numbers.n_order; ++i) {
    const NumberedStrip* const row = &s->numbers.rows[s->numbers.order[i]];
    for (uint32_t k = 0; k < row->n; ++k) {
      if (row->inserts[k] == id) {
        *strip = i;
        *insert = k;
        return true;
      }
    }
  }
  return false;
}

// Paths -------------------------------------------------------------------------

TonSongText
studio_strip_path(const Studio* s, uint32_t strip, TonString* path)
{
  if (strip >= s->mix->n_strips) {
    return TON_SONG_MASTER_TEXT; // its keys stand at the top
  }
  ton_path_add(path, s->mix->strips[strip].bus ? "buses" : "tracks");
  ton_path_add(path, s->mix->strips[strip].name);
  return TON_SONG_MIX_TEXT;
}

bool
studio_expand(const Studio* s, const char* path, TonString* out)
{
  while (*path) {
    const size_t n = strcspn(path, "@");
    ton_string_add_bytes(out, path, n);
    path += n;
    if (*path && (out->length == 0 || out->bytes[out->length - 1] != '/')) {
      ton_string_add_bytes(out, path++, 1); // a name with "@" in it
    } else if (*path) {
      char* end = NULL;
      uint32_t strip = 0;
      uint32_t insert = 0;
      const unsigned long id = strtoul(path + 1, &end, 10);
      if (end == path + 1 || (*end && *end != '/')) {
        ton_string_add_bytes(out, path++, 1);
      } else if (!studio_find_insert(s, (uint32_t)id, &strip, &insert)) {
        return false;
      } else {
        ton_string_printf(out, "%u", insert);
        path = end;
      }
    }
  }
  return !out->failed;
}

// What stands there ----------------------------------------------------------------

// NOLINTNEXTLINE(misc-no-recursion)
static void
add_flow(const TonNode* node, TonString* out)
{
  if (node->kind == TON_SCALAR) {
    char* const text = ton_doc_scalar(node->text);
    ton_string_add(out, text ? text : "");
    out->failed |= !text;
    ton_free(text);
    return;
  }
  const bool map = node->kind == TON_MAP;
  ton_string_add(out, map ? "{" : "[");
  for (uint32_t i = 0; i < node->count; ++i) {
    ton_string_add(out, i ? ", " : "");
    if (map) {
      char* const key = ton_doc_scalar(node->items[i]->key->text);
      ton_string_printf(out, "%s: ", key ? key : "");
      ton_free(key);
    }
    add_flow(node->items[i], out);
  }
  ton_string_add(out, map ? "}" : "]");
}

char*
studio_flow(const TonDoc* doc, const char* path)
{
  TonString out = {0};
  const TonNode* const node = ton_node_at(doc->root, path);
  if (node) {
    add_flow(node, &out);
  }
  char* const flow =
      out.failed ? NULL : ton_copy_string(ton_string_string(&out));
  ton_string_free(&out);
  return flow;
}
