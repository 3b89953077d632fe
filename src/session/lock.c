// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Which values of a text its user has locked.
*/

#include "session/lock.h"

#include "base/array.h"
#include "session/chain.h"

#include <stdio.h>
#include <string.h>

/// `inner` is the place `outer`, or a part of it
static bool
is_within(const char* inner, const char* outer)
{
  const size_t n = strlen(outer);
  return strncmp(inner, outer, n) == 0 && (!inner[n] || inner[n] == '/');
}

bool
ton_lock_holds(char* const* locks, uint32_t n_locks, const char* path)
{
  for (uint32_t i = 0; i < n_locks; ++i) {
    if (strcmp(locks[i], "all") == 0 || is_within(path, locks[i]) ||
        is_within(locks[i], path)) {
      return true;
    }
  }
  return false;
}

// Reading ---------------------------------------------------------------------

/// A key `lock` being read
typedef struct {
  TonReader* r;
  TonNode* map; ///< What the paths start from
  const TonTable* table;
  void* row;
} LockReader;

static bool
leads_somewhere(const LockReader* l, const char* path, TonFound* found)
{
  *found = (TonFound){0};
  const bool field = ton_field_find(l->table, l->row, path, found);
  if (field && found->field && (found->field->flags & TON_LOCKLESS)) {
    return false;
  }
  return field || ton_node_at(l->map, path);
}

static bool
add_name(const LockReader* l, TonNames* names, const char* prefix,
         const char* name)
{
  TonString path = {0};
  ton_string_add(&path, prefix);
  ton_path_add(&path, name);
  char* const copy =
      path.failed ? NULL
                  : ton_arena_string(l->r->arena, path.bytes, path.length);
  ton_string_free(&path);
  return copy && ton_names_add(l->r, names, copy);
}

/// What can be locked right below a place
static bool
add_names(const LockReader* l, const char* prefix, TonNames* names)
{
  bool ok = true;
  for (size_t i = 0; !*prefix && ok && i < l->table->n_fields; ++i) {
    const TonField* const f = &l->table->fields[i];
    ok = (f->flags & TON_LOCKLESS) || ton_names_add(l->r, names, f->key);
  }
  TonFound found = {0};
  const bool insert = *prefix && leads_somewhere(l, prefix, &found);
  const TonProcessor* const type =
      insert && found.insert ? found.insert->type : NULL;
  for (uint32_t i = 0; type && ok && i < type->n_params; ++i) {
    ok = add_name(l, names, prefix, type->params[i].symbol);
  }
  const TonNode* const node = *prefix ? ton_node_at(l->map, prefix) : NULL;
  for (uint32_t i = 0; node && ok && i < node->count; ++i) {
    char number[16];
    snprintf(number, sizeof(number), "%u", i);
    ok = add_name(l, names, prefix,
                  node->kind == TON_MAP ? node->items[i]->key->text : number);
  }
  return ok;
}

static TonStatus
unknown_place(const LockReader* l, const TonNode* node, const char* path)
{
  TonNames names = {0};
  TonFound found;
  char* const prefix = ton_arena_string(l->r->arena, path, strlen(path));
  char* slash = prefix ? strrchr(prefix, '/') : NULL;
  if (!prefix) {
    return ton_read_no_memory(l->r);
  }
  *(slash ? slash : prefix) = '\0';
  while (slash && !leads_somewhere(l, prefix, &found)) {
    slash = strrchr(prefix, '/');
    *(slash ? slash : prefix) = '\0';
  }
  return !add_names(l, prefix, &names)
             ? ton_read_no_memory(l->r)
             : ton_read_unknown(l->r, node, "lock: there is no value", path,
                                names.items, names.count);
}

/// "chain/0/threshold" as it stands in the text:
/// "chain/0/compressor/threshold"
static TonStatus
write_out(const LockReader* l, const TonFound* found, char** path)
{
  TonString whole = {0};
  ton_chain_path(found, l->map, *path, &whole);
  *path = whole.failed
              ? NULL
              : ton_arena_string(l->r->arena, whole.bytes, whole.length);
  ton_string_free(&whole);
  return *path ? TON_OK : ton_read_no_memory(l->r);
}

static TonStatus
read_path(const LockReader* l, const TonNode* node, char** path)
{
  TonFound found;
  TON_TRY(ton_read_text(l->r, node, path));
  if (strcmp(*path, "all") == 0) {
    return TON_OK;
  }
  if (!leads_somewhere(l, *path, &found)) {
    return unknown_place(l, node, *path);
  }
  return found.param && !ton_node_at(l->map, *path) ? write_out(l, &found, path)
                                                    : TON_OK;
}

static bool
is_one_of(const char* text, const char* const* words, size_t n)
{
  for (size_t i = 0; i < n; ++i) {
    if (strcmp(text, words[i]) == 0) {
      return true;
    }
  }
  return false;
}

TonStatus
ton_read_locks(TonReader* r, const TonNode* node, const TonTable* table,
               void* row, TonLocks locks)
{
  static const char* const all[] = {"true", "on", "yes", "all"};
  static const char* const none[] = {"false", "off", "no"};
  const LockReader l = {r, node->parent, table, row};
  const bool one = node->kind == TON_SCALAR;
  if (node->kind == TON_MAP) {
    return ton_fail_at(r->doc, node, r->error,
                       "lock: expected true, or a list of values: [fader, "
                       "sends/Plate]");
  }
  const uint32_t n = one ? 1 : node->count;
  char** const paths = ton_read_buffer(r, n, sizeof(char*));
  if (!paths) {
    return ton_read_no_memory(r);
  }
  *locks.paths = paths;
  *locks.count = n;
  if (one && is_one_of(node->text, none, TON_COUNT(none))) {
    *locks.count = 0;
    return TON_OK;
  }
  if (one && is_one_of(node->text, all, TON_COUNT(all))) {
    paths[0] = ton_arena_string(r->arena, "all", 3);
    return paths[0] ? TON_OK : ton_read_no_memory(r);
  }
  for (uint32_t i = 0; i < n; ++i) {
    TON_TRY(read_path(&l, one ? node : node->items[i], &paths[i]));
  }
  return TON_OK;
}
