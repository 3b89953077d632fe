// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/array.h"
#include "base/error.h"
#include "session/chain.h"

#include <string.h>

/// A master and what it stands in
typedef struct {
  TonMaster master;
  TonArena arena;
} Owned;

static TonStatus
read_song(TonReader* r, const TonNode* value, void* target)
{
  return ton_read_text(r, value, &((TonMaster*)target)->song);
}

/// The mix may not be rendered yet, so only a file elsewhere must be there
static TonStatus
read_source(TonReader* r, const TonNode* value, void* target)
{
  TonMaster* const master = target;
  const bool rendered =
      value->kind == TON_SCALAR && strncmp(value->text, "out/", 4) == 0;
  return rendered ? ton_read_path(r, value, &master->source)
                  : ton_read_file(r, value, &master->source);
}

static TonStatus
read_target(TonReader* r, const TonNode* value, void* target)
{
  return ton_read_text(r, value, &((TonMaster*)target)->target);
}

static TonStatus
read_loudness(TonReader* r, const TonNode* value, void* target)
{
  TonMaster* const master = target;
  if (value->kind == TON_SCALAR && strcmp(value->text, "keep") == 0) {
    master->has_loudness = false;
    return TON_OK;
  }
  master->has_loudness = true;
  return ton_read_float(r, value, (TonRange){TON_LUFS, -40.0, 0.0},
                        &master->loudness_lufs);
}

static TonStatus
read_ceiling(TonReader* r, const TonNode* value, void* target)
{
  return ton_read_float(r, value, (TonRange){TON_DBTP, -20.0, 0.0},
                        &((TonMaster*)target)->ceiling_dbtp);
}

static TonStatus
read_amount(TonReader* r, const TonNode* value, void* target)
{
  return ton_read_float(r, value, (TonRange){TON_PERCENT, 0.0, 100.0},
                        &((TonMaster*)target)->amount);
}

static TonStatus
read_chain(TonReader* r, const TonNode* value, void* target)
{
  TonMaster* const master = target;
  TON_TRY(ton_read_chain(r, value, &master->chain, &master->n_chain));
  for (uint32_t i = 0; i < master->n_chain; ++i) {
    if (master->chain[i].key) {
      return ton_fail_at(r->doc, value->items[i], r->error,
                         "a master has no other tracks to be keyed by; leave "
                         "\"key\" out");
    }
  }
  return TON_OK;
}

static TonStatus
read_references(TonReader* r, const TonNode* value, void* target)
{
  TonMaster* const master = target;
  const bool list = value->kind == TON_LIST;
  const uint32_t n = list ? value->count : 1;
  master->references = ton_read_room(r, n, sizeof(char*));
  if (!master->references) {
    return ton_read_no_memory(r);
  }
  for (uint32_t i = 0; i < n; ++i) {
    TON_TRY(ton_read_file(r, list ? value->items[i] : value,
                          &master->references[i]));
  }
  master->n_references = n;
  return TON_OK;
}

static TonStatus read_lock(TonReader* r, const TonNode* value, void* target);

static const TonKey keys[] = {
    {"song", read_song},       {"source", read_source},
    {"target", read_target},   {"loudness", read_loudness},
    {"ceiling", read_ceiling}, {"references", read_references},
    {"amount", read_amount},   {"chain", read_chain},
    {"lock", read_lock},
};

static TonStatus
read_lock(TonReader* r, const TonNode* value, void* target)
{
  TonMaster* const master = target;
  const TonKeys lockable = {keys, TON_COUNT(keys) - 1, "a lock"};
  return ton_read_locks(r, value, lockable, &master->locks, &master->n_locks);
}

static TonStatus
set_defaults(TonReader* r, TonMaster* m)
{
  const char* const slash = r->folder ? strrchr(r->folder, '/') : NULL;
  const char* const song = slash ? slash + 1 : "";
  const char* const folder = r->folder ? r->folder : "";
  m->ceiling_dbtp = -1.0F;
  m->amount = 100.0F;
  m->song = ton_arena_string(r->arena, song, strlen(song));
  m->folder = ton_arena_string(r->arena, folder, strlen(folder));
  m->target = ton_arena_string(r->arena, "", 0);
  m->source = ton_read_in_folder(r, "out/mix.wav");
  return m->song && m->folder && m->target && m->source ? TON_OK
                                                        : ton_read_no_memory(r);
}

static TonStatus
read_master(TonReader* r, TonMaster* master, const char* folder)
{
  TON_TRY(ton_read_folder(r, folder));
  TON_TRY(set_defaults(r, master));
  return ton_read_map(r, r->doc->root,
                      (TonKeys){keys, TON_COUNT(keys), "master.yaml"}, master);
}

TonStatus
ton_master_read(const TonDoc* doc, const char* folder, TonMaster** master,
                TonError* error)
{
  *master = NULL;
  Owned* const owned = ton_alloc(sizeof(Owned));
  if (!owned) {
    return ton_fail_file(error, TON_NO_MEMORY, doc->name, "out of memory");
  }
  TonReader r = {.doc = doc, .arena = &owned->arena, .error = error};
  const TonStatus status = read_master(&r, &owned->master, folder);
  if (status != TON_OK) {
    ton_master_free(&owned->master);
    return status;
  }
  *master = &owned->master;
  return TON_OK;
}

void
ton_master_free(TonMaster* master)
{
  if (master) {
    Owned* const owned = (Owned*)master;
    ton_arena_free(&owned->arena);
    ton_free(owned);
  }
}
