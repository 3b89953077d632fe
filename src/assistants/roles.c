// SPDX-License-Identifier: GPL-3.0-or-later
#include "assistants/roles.h"

#include "assistants/data_table.h"
#include "base/array.h"
#include "base/data_path.h"
#include "base/error.h"

#include <tonmeister/session.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct {
  const TonDoc* doc;
  TonRoles* table;
} Reading;

static TonPlace
read_place(const TonDoc* doc, const char* path)
{
  static const char* const names[] = {"centre", "pair", "spread", "keep"};
  char word[16];
  ton_table_copy(doc, path, "place", word, sizeof(word));
  for (uint32_t i = 0; i < TON_COUNT(names); ++i) {
    if (strcmp(word, names[i]) == 0) {
      return (TonPlace)i;
    }
  }
  return TON_PLACE_KEEP;
}

static void
read_compress(const TonDoc* doc, const char* path, TonRole* role)
{
  char at[160];
  snprintf(at, sizeof(at), "%s/compress", path);
  role->uncompressed_range_lu =
      ton_table_number(doc, at, "comfort", TON_LU, NAN);
  role->uncompressed_hits_db = ton_table_number(doc, at, "hits", TON_DB, NAN);
  role->threshold_db = ton_table_number(doc, at, "threshold", TON_DB, 0.0);
  role->ratio = ton_table_number(doc, at, "ratio", TON_RATIO, 1.0);
  role->attack_ms = ton_table_number(doc, at, "attack", TON_MS, 10.0);
  role->release_ms = ton_table_number(doc, at, "release", TON_MS, 120.0);
  role->max_reduction_db = ton_table_number(doc, at, "most", TON_DB, 0.0);
}

static bool
read_role(const Reading* r, uint32_t index)
{
  const TonDoc* const doc = r->doc;
  TonRole* const role = &r->table->roles[index];
  char* const key = ton_doc_key(doc, "roles", index);
  if (!key) {
    return false;
  }
  char path[128];
  snprintf(path, sizeof(path), "roles/%s", key);
  role->name = ton_arena_string(&r->table->arena, key, strlen(key));
  ton_free(key);
  role->class = ton_table_text(doc, path, "class", &r->table->arena);
  role->group = ton_table_text(doc, path, "group", &r->table->arena);
  role->level_lu = ton_table_number(doc, path, "level", TON_LU, NAN);
  role->level_low_lu = ton_table_number(doc, path, "low", TON_LU, NAN);
  role->level_high_lu = ton_table_number(doc, path, "high", TON_LU, NAN);
  role->spread_lu = ton_table_number(doc, path, "spread", TON_LU, 5.0);
  role->sum = ton_table_yes(doc, path, "sum");
  role->mute = ton_table_yes(doc, path, "mute");
  role->importance = ton_table_number(doc, path, "importance", TON_PLAIN, 0.4);
  role->place = read_place(doc, path);
  role->width = ton_table_number(doc, path, "width", TON_PLAIN, 0.0);
  role->single_width = ton_table_number(doc, path, "single", TON_PLAIN, 0.0);
  role->highpass_hz = ton_table_number(doc, path, "highpass", TON_HZ, 0.0);
  role->send_db = ton_table_number(doc, path, "reverb", TON_DB, -INFINITY);
  read_compress(doc, path, role);
  return role->name && role->class && role->group && !isnan(role->level_lu) &&
         !isnan(role->level_low_lu) && !isnan(role->level_high_lu);
}

static bool
read_group(const Reading* r, uint32_t index)
{
  TonGroup* const group = &r->table->groups[index];
  char* const key = ton_doc_key(r->doc, "groups", index);
  if (!key) {
    return false;
  }
  char path[128];
  snprintf(path, sizeof(path), "groups/%s", key);
  group->name = ton_arena_string(&r->table->arena, key, strlen(key));
  ton_free(key);
  group->with = ton_table_text(r->doc, path, "with", &r->table->arena);
  group->level_lu = ton_table_number(r->doc, path, "level", TON_LU, NAN);
  group->spread_lu = ton_table_number(r->doc, path, "spread", TON_LU, 3.0);
  return group->name != NULL;
}

static bool
read_rule(const Reading* r, uint32_t index)
{
  TonRoleRule* const rule = &r->table->rules[index];
  char path[32];
  snprintf(path, sizeof(path), "words/%u", index);
  char name[64];
  ton_table_copy(r->doc, path, "role", name, sizeof(name));
  const TonRole* const role = ton_role(r->table, name);
  rule->say = ton_table_text(r->doc, path, "say", &r->table->arena);
  rule->unless = ton_table_text(r->doc, path, "unless", &r->table->arena);
  rule->confidence = ton_table_number(r->doc, path, "sure", TON_PLAIN, 0.8);
  if (!role || !rule->say) {
    return false;
  }
  rule->role = (uint32_t)(role - r->table->roles);
  return true;
}

static bool
read_space(const TonDoc* doc, TonSpace* space, TonArena* arena)
{
  space->bus = ton_table_text(doc, "space", "bus", arena);
  space->type = ton_table_text(doc, "space", "type", arena);
  space->decay_s = ton_table_number(doc, "space", "decay", TON_S, 1.6);
  space->shortest_s = ton_table_number(doc, "space", "shortest", TON_S, 0.8);
  space->longest_s = ton_table_number(doc, "space", "longest", TON_S, 2.8);
  space->gain_db = ton_table_number(doc, "space", "gain", TON_DB, 0.0);
  space->predelay_ms =
      ton_table_number(doc, "space", "pre-delay", TON_MS, 25.0);
  space->highpass_hz =
      ton_table_number(doc, "space", "highpass", TON_HZ, 200.0);
  space->lowpass_hz = ton_table_number(doc, "space", "lowpass", TON_HZ, 8000.0);
  return space->bus && space->type;
}

typedef bool (*ReadRow)(const Reading* r, uint32_t index);

/// Rows of a table: room for them, and each read
static TonStatus
read_rows(const Reading* r, const char* name, ReadRow read, uint32_t count,
          TonError* error)
{
  for (uint32_t i = 0; i < count; ++i) {
    if (!read(r, i)) {
      return ton_fail(error, TON_BAD_TEXT,
                      "row %u of \"%s\" in the table of roles is incomplete; "
                      "compare it with its neighbours",
                      i + 1, name);
    }
  }
  return TON_OK;
}

static TonStatus
read_table(const Reading* r, TonError* error)
{
  TonRoles* const t = r->table;
  t->n_roles = ton_doc_count(r->doc, "roles");
  t->n_groups = ton_doc_count(r->doc, "groups");
  t->n_rules = ton_doc_count(r->doc, "words");
  t->roles = ton_arena_alloc(&t->arena, t->n_roles * sizeof(TonRole));
  t->groups = ton_arena_alloc(&t->arena, t->n_groups * sizeof(TonGroup));
  t->rules = ton_arena_alloc(&t->arena, t->n_rules * sizeof(TonRoleRule));
  if (!t->roles || !t->groups || !t->rules) {
    return ton_fail(error, TON_NO_MEMORY, "no memory for the table of roles");
  }
  TON_TRY(read_rows(r, "groups", read_group, t->n_groups, error));
  TON_TRY(read_rows(r, "roles", read_role, t->n_roles, error));
  TON_TRY(read_rows(r, "words", read_rule, t->n_rules, error));
  t->noise = ton_table_text(r->doc, "", "noise", &t->arena);
  if (!read_space(r->doc, &t->space, &t->arena) || t->n_roles == 0 ||
      !ton_role(t, "unknown")) {
    return ton_fail(error, TON_BAD_TEXT,
                    "the table of roles needs a role \"unknown\" and a "
                    "\"space\" with bus and type");
  }
  return TON_OK;
}

TonStatus
ton_roles_read(const char* path, TonRoles** roles, TonError* error)
{
  char room[1024];
  TonDoc* doc = NULL;
  const unsigned long refusals = ton_alloc_refusals();
  TON_TRY(ton_doc_open(path ? path
                            : ton_data_path("roles.yaml", room, sizeof(room)),
                       &doc, error));
  TonRoles* const table = ton_alloc(sizeof(TonRoles));
  if (!table) {
    ton_doc_free(doc);
    return ton_fail(error, TON_NO_MEMORY, "no memory for the table of roles");
  }
  const Reading reading = {doc, table};
  const TonStatus status =
      ton_table_done(read_table(&reading, error), refusals, error);
  ton_doc_free(doc);
  if (status != TON_OK) {
    ton_roles_free(table);
    return status;
  }
  *roles = table;
  return TON_OK;
}

void
ton_roles_free(TonRoles* roles)
{
  if (roles) {
    ton_arena_free(&roles->arena);
    ton_free(roles);
  }
}

const TonRole*
ton_role(const TonRoles* roles, const char* name)
{
  for (uint32_t i = 0; i < roles->n_roles; ++i) {
    if (roles->roles[i].name && strcmp(roles->roles[i].name, name) == 0) {
      return &roles->roles[i];
    }
  }
  return NULL;
}
