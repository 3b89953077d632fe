// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The one reader for texts: walks a map along its table of fields.
*/

#include "session/fields.h"

#include "base/array.h"
#include "base/data_path.h"
#include "base/error.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static void*
place(void* row, size_t at)
{
  return (char*)row + at;
}

/// "track "Bass"", "master.yaml"
static const char*
name_of(TonReader* r, const TonTable* table, const TonNode* node)
{
  return table->name && node->key
             ? ton_read_format(r, "%s \"%s\"", table->what, node->key->text)
             : table->what;
}

const TonField*
ton_field(const TonTable* table, const char* key)
{
  for (size_t i = 0; i < table->n_fields; ++i) {
    if (strcmp(table->fields[i].key, key) == 0) {
      return &table->fields[i];
    }
  }
  return NULL;
}

// Single values ---------------------------------------------------------------

static bool
is_word(const TonField* f, const TonNode* node)
{
  for (size_t i = 0; f->words && f->words[i] && node->kind == TON_SCALAR; ++i) {
    if (strcmp(f->words[i], node->text) == 0) {
      return true;
    }
  }
  return false;
}

static TonStatus
as_text(TonReader* r, const TonNode* node, const TonField* f, void* at)
{
  uint32_t which = 0;
  if (f->words) {
    TON_TRY(ton_read_choice(r, node, f->words, &which));
  }
  return ton_read_text(r, node, at);
}

static TonStatus
as_chars(TonReader* r, const TonNode* node, const TonField* f, void* at)
{
  char* text = NULL;
  TON_TRY(ton_read_text(r, node, &text));
  const size_t n = strlen(text);
  if (n >= f->size) {
    return ton_fail_at(r->doc, node, r->error,
                       "%s: too long; it may have %zu characters", f->key,
                       f->size - 1);
  }
  memcpy(at, text, n + 1);
  return TON_OK;
}

static TonStatus
as_double(TonReader* r, const TonNode* node, const TonField* f, void* at)
{
  const TonRange range = {f->unit, f->min, f->max};
  if (is_word(f, node)) {
    *(double*)at = 0.0;
    return TON_OK;
  }
  return ton_read_number(r, node, range, at);
}

static TonStatus
as_float(TonReader* r, const TonNode* node, const TonField* f, void* at)
{
  const TonRange range = {f->unit, f->min, f->max};
  if (is_word(f, node)) {
    *(float*)at = 0.0F;
    return TON_OK;
  }
  return ton_read_float(r, node, range, at);
}

static TonStatus
as_whole(TonReader* r, const TonNode* node, const TonField* f, void* at)
{
  double number = 0.0;
  TON_TRY(as_double(r, node, f, &number));
  if (number != rint(number)) {
    return ton_fail_at(r->doc, node, r->error,
                       "%s: %s is not a whole number%s%s", f->key, node->text,
                       f->unit ? " of " : "", ton_unit_suffix(f->unit));
  }
  *(uint32_t*)at = (uint32_t)number;
  return TON_OK;
}

static TonStatus
as_switch(TonReader* r, const TonNode* node, const TonField* f, void* at)
{
  uint32_t which = 0;
  if (!f->words) {
    return ton_read_switch(r, node, at);
  }
  TON_TRY(ton_read_choice(r, node, f->words, &which));
  *(bool*)at = which == 1;
  return TON_OK;
}

static TonStatus
as_word(TonReader* r, const TonNode* node, const TonField* f, void* at)
{
  return ton_read_choice(r, node, f->words, at);
}

static TonStatus
as_time(TonReader* r, const TonNode* node, const TonField* f, void* at)
{
  (void)f;
  return ton_read_time(r, node, at);
}

static TonStatus
as_file(TonReader* r, const TonNode* node, const TonField* f, void* at)
{
  (void)f;
  return ton_read_file(r, node, at);
}

typedef TonStatus (*ReadValue)(TonReader* r, const TonNode* node,
                               const TonField* f, void* at);

static const ReadValue read_value[TON_AS_OWN] = {
    [TON_AS_TEXT] = as_text,   [TON_AS_CHARS] = as_chars,
    [TON_AS_FLOAT] = as_float, [TON_AS_DOUBLE] = as_double,
    [TON_AS_WHOLE] = as_whole, [TON_AS_SWITCH] = as_switch,
    [TON_AS_WORD] = as_word,   [TON_AS_TIME] = as_time,
    [TON_AS_FILE] = as_file,
};

// Defaults --------------------------------------------------------------------

static TonStatus
set_default(TonReader* r, const TonField* f, void* row)
{
  const double nan = NAN;
  if (f->kind == TON_AS_PART) {
    return ton_field_defaults(r, f->table, place(row, f->at));
  }
  if (f->flags & TON_NAN) {
    memcpy(place(row, f->at), &nan, sizeof(nan));
  }
  if (!f->otherwise) {
    return TON_OK;
  }
  const TonNode node = {.kind = TON_SCALAR, .text = f->otherwise};
  return read_value[f->kind](r, &node, f, place(row, f->at));
}

TonStatus
ton_field_defaults(TonReader* r, const TonTable* table, void* row)
{
  for (size_t i = 0; i < table->n_fields; ++i) {
    TON_TRY(set_default(r, &table->fields[i], row));
  }
  return TON_OK;
}

// Maps and lists --------------------------------------------------------------

static TonStatus
unexpected(TonReader* r, const TonNode* node, const TonField* f)
{
  return ton_fail_at(r->doc, node, r->error, "%s: expected %s", f->key,
                     f->example ? f->example
                                : "keys with values (\"key: value\")");
}

static TonStatus
read_row(TonReader* r, const TonNode* node, const TonTable* table, void* row)
{
  TON_TRY(ton_field_defaults(r, table, row));
  if (table->name) {
    TON_TRY(read_value[table->name->kind](r, node->key, table->name,
                                          place(row, table->name->at)));
  }
  return ton_read_fields(r, node, table, row);
}

static TonStatus
read_rows(TonReader* r, const TonNode* node, const TonField* f, void* row)
{
  const TonNodeKind kind = f->kind == TON_AS_ROWS ? TON_LIST : TON_MAP;
  if (node->kind != kind) {
    return unexpected(r, node, f);
  }
  char* const rows = ton_read_buffer(r, node->count, f->table->size);
  if (!rows) {
    return ton_read_no_memory(r);
  }
  memcpy(place(row, f->at), (const void*)&rows, sizeof(rows));
  bool wrong = false;
  for (uint32_t i = 0; i < node->count; ++i) {
    const TonStatus status =
        read_row(r, node->items[i], f->table, rows + i * f->table->size);
    TON_TRY(ton_read_on(r, status, &wrong));
    *(uint32_t*)place(row, f->count) = i + 1;
  }
  return wrong ? TON_BAD_TEXT : TON_OK;
}

static TonStatus
read_files(TonReader* r, const TonNode* node, const TonField* f, void* row)
{
  const bool list = node->kind == TON_LIST;
  const uint32_t n = list ? node->count : 1;
  char** const files = ton_read_buffer(r, n, sizeof(char*));
  if (!files) {
    return ton_read_no_memory(r);
  }
  for (uint32_t i = 0; i < n; ++i) {
    TON_TRY(ton_read_file(r, list ? node->items[i] : node, &files[i]));
  }
  memcpy(place(row, f->at), (const void*)&files, sizeof(files));
  *(uint32_t*)place(row, f->count) = n;
  return TON_OK;
}

static TonStatus
read_by_kind(TonReader* r, const TonNode* node, const TonField* f, void* row)
{
  switch (f->kind) {
  case TON_AS_OWN:
    return TON_OK;
  case TON_AS_FILES:
    return read_files(r, node, f, row);
  case TON_AS_ROWS:
  case TON_AS_NAMED:
    return read_rows(r, node, f, row);
  case TON_AS_PART:
    return ton_read_fields(r, node, f->table, place(row, f->at));
  default:
    return f->table && node->kind == TON_MAP
               ? read_row(r, node, f->table, row)
               : read_value[f->kind](r, node, f, place(row, f->at));
  }
}

TonStatus
ton_read_field(TonReader* r, const TonNode* node, const TonField* f, void* row)
{
  TON_TRY(read_by_kind(r, node, f, row));
  return f->read ? f->read(r, node, row) : TON_OK;
}

/// Is `word` one of the words in `also`?
static bool
is_also(const char* also, const char* word)
{
  const size_t length = strlen(word);
  while (also && *also) {
    const size_t n = strcspn(also, " ");
    if (n == length && strncasecmp(also, word, n) == 0) {
      return true;
    }
    also += n + (also[n] != '\0');
  }
  return false;
}

static TonStatus
unknown_key(TonReader* r, const TonNode* map, const TonTable* table,
            const TonNode* key)
{
  TonNames names = {0};
  for (size_t i = 0; i < table->n_fields; ++i) {
    if (is_also(table->fields[i].also, key->text)) {
      return ton_fail_at(r->doc, key, r->error,
                         "\"%s\" is not a key of %s; did you mean \"%s\"?",
                         key->text, name_of(r, table, map),
                         table->fields[i].key);
    }
  }
  for (size_t i = 0; i < table->n_fields; ++i) {
    if (!ton_names_add(r, &names, table->fields[i].key)) {
      return ton_read_no_memory(r);
    }
  }
  const char* const what =
      ton_read_format(r, "a key of %s", name_of(r, table, map));
  return ton_read_is_not(r, key, key->text, what, names.items, names.count);
}

static TonStatus
check_keys(TonReader* r, const TonNode* map, const TonTable* table)
{
  if (map->kind != TON_MAP) {
    const bool joined = map->kind == TON_SCALAR && strchr(map->text, ':');
    return ton_fail_at(
        r->doc, map, r->error,
        "%s: expected keys with values (\"key: value\"), found a %s%s",
        name_of(r, table, map), map->kind == TON_LIST ? "list" : "single value",
        joined ? "; write a space behind the colon" : "");
  }
  bool wrong = false;
  for (uint32_t i = 0; i < map->count; ++i) {
    const TonNode* const key = map->items[i]->key;
    if (!ton_field(table, key->text)) {
      TON_TRY(ton_read_on(r, unknown_key(r, map, table, key), &wrong));
    }
  }
  return wrong ? TON_BAD_TEXT : TON_OK;
}

static TonStatus
missing(TonReader* r, const TonNode* map, const TonTable* table,
        const TonField* f)
{
  return ton_fail_at(r->doc, map->key ? map->key : map, r->error,
                     "%s: the key \"%s\" is missing; write \"%s: %s\"",
                     name_of(r, table, map), f->key, f->key,
                     f->example ? f->example : "...");
}

/// A field of a map.  One with a reader of its own may need those before it, so
/// it is left out when something is wrong already.
static TonStatus
read_key(TonReader* r, const TonNode* map, const TonTable* table,
         const TonField* f, void* row, bool wrong)
{
  const TonNode* const value = ton_node_child(map, f->key);
  if (!value || ton_node_empty(value)) {
    return f->flags & TON_REQUIRED ? missing(r, map, table, f) : TON_OK;
  }
  return wrong && f->kind == TON_AS_OWN ? TON_OK
                                        : ton_read_field(r, value, f, row);
}

TonStatus
ton_read_fields(TonReader* r, const TonNode* node, const TonTable* table,
                void* row)
{
  const bool empty = ton_node_empty(node);
  const bool alone = !empty && node->kind == TON_SCALAR && table->short_form;
  bool wrong = false;
  if (alone) {
    TON_TRY(ton_read_field(r, node, ton_field(table, table->short_form), row));
  } else if (!empty) {
    TON_TRY(ton_read_on(r, check_keys(r, node, table), &wrong));
  }
  for (size_t i = 0; i < table->n_fields && !alone; ++i) {
    const TonStatus status =
        read_key(r, node, table, &table->fields[i], row, wrong);
    TON_TRY(ton_read_on(r, status, &wrong));
  }
  return wrong          ? TON_BAD_TEXT
         : table->check ? table->check(r, node, row)
                        : TON_OK;
}

// Paths -----------------------------------------------------------------------

/// A row of a list by number, or of a map by name; null if there is none
static void*
find_row(const TonField* f, void* row, const char* step)
{
  char* rows = NULL;
  memcpy((void*)&rows, place(row, f->at), sizeof(rows));
  const uint32_t n = *(uint32_t*)place(row, f->count);
  const TonField* const named = f->table->name;
  char number[16];
  for (uint32_t i = 0; i < n; ++i) {
    char* const item = rows + i * f->table->size;
    const char* name = number;
    snprintf(number, sizeof(number), "%u", i);
    if (f->kind == TON_AS_NAMED && named->kind == TON_AS_CHARS) {
      name = place(item, named->at);
    } else if (f->kind == TON_AS_NAMED) {
      memcpy((void*)&name, place(item, named->at), sizeof(name));
    }
    if (strcmp(name, step) == 0) {
      return item;
    }
  }
  return NULL;
}

static bool
find_in_rows(const TonField* f, void* row, const char* path, TonFound* found)
{
  char step[TON_STEP_BYTES];
  const char* const rest = ton_path_step(path, step, sizeof(step));
  void* const item = find_row(f, row, step);
  if (item && !*rest) {
    const TonField* const alone =
        f->table->short_form ? ton_field(f->table, f->table->short_form) : NULL;
    *found = (TonFound){.field = alone, .data = item};
  }
  return item && (!*rest || ton_field_find(f->table, item, rest, found));
}

bool
ton_field_find(const TonTable* table, void* row, const char* path,
               TonFound* found)
{
  char step[TON_STEP_BYTES];
  const char* const rest = ton_path_step(path, step, sizeof(step));
  const TonField* const f = rest ? ton_field(table, step) : NULL;
  *found = (TonFound){.field = f, .data = row};
  if (!f || !*rest) {
    return f;
  }
  if (f->find) {
    return f->find(row, rest, found);
  }
  if (f->kind == TON_AS_ROWS || f->kind == TON_AS_NAMED) {
    return find_in_rows(f, row, rest, found);
  }
  const size_t at = f->kind == TON_AS_PART ? f->at : 0;
  return f->table && ton_field_find(f->table, place(row, at), rest, found);
}

// Whole texts -----------------------------------------------------------------

/// What stands in front of a struct that was read
typedef struct {
  TonArena arena;
} Owner;

enum { OWNER_BYTES = 64 };
_Static_assert(sizeof(Owner) <= OWNER_BYTES, "the struct stays aligned");

static Owner*
owner_of(void* data)
{
  return (Owner*)(void*)((char*)data - OWNER_BYTES);
}

TonArena*
ton_table_arena(void* data)
{
  return &owner_of(data)->arena;
}

TonStatus
ton_table_read(const TonDoc* doc, const char* folder, const TonTable* table,
               void** data, TonError* error)
{
  *data = NULL;
  char* const memory = ton_alloc(OWNER_BYTES + table->size);
  if (!memory) {
    return ton_fail_file(error, TON_NO_MEMORY, doc->name, "out of memory");
  }
  void* const row = memory + OWNER_BYTES;
  TonError later = {0};
  TonReader r = {.doc = doc,
                 .arena = ton_table_arena(row),
                 .error = error,
                 .later = error ? &later : NULL,
                 .beats_per_bar = 4,
                 .beats_per_note = 4};
  TonStatus status = ton_read_folder(&r, folder);
  status = status ? status : read_row(&r, doc->root, table, row);
  bool wrong = false;
  status = ton_read_on(&r, status, &wrong);
  if (status && r.first) {
    *r.first = later;
  }
  status = wrong ? TON_BAD_TEXT : status;
  if (status != TON_OK) {
    ton_table_free(row);
    return status == TON_NO_MEMORY ? ton_read_no_memory(&r) : status;
  }
  *data = row;
  return TON_OK;
}

TonStatus
ton_table_open(const char* path, const TonTable* table, void** data,
               TonError* error)
{
  *data = NULL;
  TonDoc* doc = NULL;
  TON_TRY(ton_doc_open(path, &doc, error));
  const TonStatus status = ton_table_read(doc, NULL, table, data, error);
  ton_doc_free(doc);
  return status;
}

TonStatus
ton_table_read_data(const char* name, const TonTable* table, void** data,
                    TonError* error)
{
  char path[PATH_MAX];
  return ton_table_open(ton_data_path(name, path, sizeof(path)), table, data,
                        error);
}

void
ton_table_free(void* data)
{
  if (data) {
    ton_arena_free(ton_table_arena(data));
    ton_free(owner_of(data));
  }
}
