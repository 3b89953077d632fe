// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Telling the values of the user from those of the assistant.
#include "assistants/user_edits.h"

#include "base/array.h"
#include "base/error.h"
#include "base/string.h"

#include <string.h>

enum {
  ROLE,
  TO,
  CHAIN,
  SENDS,
  TRIM,
  POLARITY,
  FADER,
  PAN,
  MUTE,
  REPAIR,
  DELAY
};

/// Keys of a strip that an assistant writes
static const char* const keys[] = {"role", "to",       "chain", "sends",
                                   "trim", "polarity", "fader", "pan",
                                   "mute", "repair",   "delay"};

/// Keys of the song that it writes
static const char* const song_keys[] = {"tempo", "meter", "first-bar",
                                        "sections"};

static const TonDecision*
find(const TonDecisions* all, const char* path)
{
  for (uint32_t i = 0; i < all->count; ++i) {
    if (*all->items[i].value && strcmp(all->items[i].path, path) == 0) {
      return &all->items[i];
    }
  }
  return NULL;
}

static bool
begins(const char* path, const char* prefix)
{
  return strncmp(path, prefix, strlen(prefix)) == 0;
}

/// Whether all records below a place hold, and how many there are
static bool
all_hold(const TonDecisions* before, const char* prefix, uint32_t* n)
{
  *n = 0;
  for (uint32_t i = 0; i < before->count; ++i) {
    const TonDecision* const d = &before->items[i];
    if (*d->value && begins(d->path, prefix)) {
      ++*n;
      if (d->superseded) {
        return false;
      }
    }
  }
  return true;
}

static char*
under(UserEdits* k, const char* path, const char* key)
{
  return (char*)(uintptr_t)ton_plan_text(&k->strings, "%s/%s", path, key);
}

/// Processors of a chain, an equaliser's bands one by one
static uint32_t
count_chain(UserEdits* k, const TonDoc* doc, const char* path)
{
  uint32_t n = 0;
  for (uint32_t i = 0; i < ton_doc_count(doc, path); ++i) {
    const char* const item = ton_plan_text(&k->strings, "%s/%u", path, i);
    const char* const bands = under(k, item, "equaliser");
    const uint32_t here = ton_doc_count(doc, bands);
    n += ton_doc_line(doc, bands) && here ? here : 1;
  }
  return n;
}

static bool
is_own(UserEdits* k, const TonDoc* doc, const char* path, uint32_t key)
{
  if (key != CHAIN && key != SENDS) {
    const TonDecision* const d = find(&k->before, path);
    return d && !d->superseded;
  }
  uint32_t n = 0;
  const bool hold = all_hold(&k->before, under(k, path, ""), &n);
  return hold && n == (key == CHAIN ? count_chain(k, doc, path)
                                    : ton_doc_count(doc, path));
}

static void
copy_locks(UserEdits* k, const TonStrip* strip, UserEditsStrip* s)
{
  s->locks =
      ton_arena_alloc(&k->strings.arena, (strip->n_locks + 1) * sizeof(char*));
  k->strings.failed |= !s->locks;
  for (uint32_t i = 0; s->locks && i < strip->n_locks; ++i) {
    s->locks[s->n_locks++] =
        (char*)(uintptr_t)ton_plan_text(&k->strings, "%s", strip->locks[i]);
  }
}

/// What a curve moves is the user's: a value beside it would not be heard, and
/// the curve names processors by their numbers
static bool
is_moved(const TonStrip* strip, uint32_t key)
{
  static const uint32_t moved[] = {[TON_MOVE_FADER] = FADER,
                                   [TON_MOVE_PAN] = PAN,
                                   [TON_MOVE_MUTE] = MUTE,
                                   [TON_MOVE_SEND] = SENDS,
                                   [TON_MOVE_PARAM] = CHAIN};
  for (uint32_t i = 0; i < strip->n_automation; ++i) {
    if (moved[strip->automation[i].move] == key) {
      return true;
    }
  }
  return false;
}

static void
sort_keys(UserEdits* k, const TonDoc* doc, const TonStrip* strip,
          UserEditsStrip* s)
{
  s->name = ton_plan_text(&k->strings, "%s", strip->name);
  copy_locks(k, strip, s);
  const char* const base =
      ton_plan_text(&k->strings, "%s/%s", strip->bus ? "buses" : "tracks",
                    ton_plan_name(&k->strings, strip->name));
  for (uint32_t i = 0; i < TON_COUNT(keys); ++i) {
    const char* const path = under(k, base, keys[i]);
    if (is_moved(strip, i)) {
      s->kept |= 1U << i;
    } else if (ton_doc_line(doc, path)) {
      const bool own = !ton_lock_holds(strip->locks, strip->n_locks, keys[i]) &&
                       is_own(k, doc, path, i);
      s->own |= own ? 1U << i : 0U;
      s->kept |= own ? 0U : 1U << i;
    }
  }
}

/// Whether the assistant wrote a key of the song, and it still says the same
static bool
is_own_song_key(const UserEdits* k, const TonDoc* doc, const char* key)
{
  uint32_t n = 0;
  const TonDecision* const d = find(&k->before, key);
  return strcmp(key, "sections") == 0 ? all_hold(&k->before, "sections/", &n) &&
                                            n == ton_doc_count(doc, key)
                                      : d && !d->superseded;
}

/// A person's, or what a curve is placed by
static void
sort_song_keys(UserEdits* k, const TonDoc* doc, const TonMix* mix)
{
  for (uint32_t i = 0; i < TON_COUNT(song_keys); ++i) {
    const char* const key = song_keys[i];
    const bool written = ton_doc_line(doc, key) > 0;
    const bool own = ton_lock_holds(mix->locks, mix->n_locks, key) ||
                     (written && !is_own_song_key(k, doc, key));
    k->song_kept |= own || (written && mix->by_section) ? 1U << i : 0U;
    k->tempo_bpm = own && i == 0 ? mix->tempo_bpm : k->tempo_bpm;
  }
}

TonStatus
user_edits_find(UserEdits* k, TonDecisions* records, const TonDoc* doc,
                const TonMix* mix, TonError* error)
{
  *k = (UserEdits){.before = *records};
  *records = (TonDecisions){0};
  if (ton_decisions_compare(&k->before, doc)) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  k->strips = ton_alloc((mix->n_strips + 1) * sizeof(UserEditsStrip));
  for (uint32_t i = 0; k->strips && i < mix->n_strips; ++i) {
    sort_keys(k, doc, &mix->strips[i], &k->strips[k->n++]);
  }
  sort_song_keys(k, doc, mix);
  return k->strips && !k->strings.failed
             ? TON_OK
             : ton_fail(error, TON_NO_MEMORY, "out of memory");
}

void
user_edits_free(UserEdits* k)
{
  ton_decisions_free(&k->before);
  ton_plan_free(&k->strings);
  ton_free(k->strips);
  *k = (UserEdits){0};
}

// Before a proposal -------------------------------------------------------------

/// Locks of a strip or of the song, to be added to
typedef struct {
  char*** paths;
  uint32_t* count;
} KeptLocks;

/// Add the keys whose bits are set
static bool
add_locks(UserEdits* k, uint32_t bits, const char* const* names, size_t n,
          const KeptLocks* locks)
{
  if (!bits) {
    return true;
  }
  char** const all =
      ton_arena_alloc(&k->strings.arena, (*locks->count + n) * sizeof(char*));
  if (!all) {
    return false;
  }
  for (uint32_t i = 0; i < *locks->count; ++i) {
    all[i] = (*locks->paths)[i];
  }
  *locks->paths = all;
  for (uint32_t i = 0; i < n; ++i) {
    if (bits >> i & 1U) {
      all[(*locks->count)++] = (char*)(uintptr_t)names[i];
    }
  }
  return true;
}

TonStatus
user_edits_lock(UserEdits* k, TonMix* mix, TonError* error)
{
  bool ok = add_locks(k, k->song_kept, song_keys, TON_COUNT(song_keys),
                      &(KeptLocks){&mix->locks, &mix->n_locks});
  for (uint32_t i = 0; ok && i < k->n; ++i) {
    const uint32_t at = ton_mix_strip(mix, k->strips[i].name);
    TonStrip* const strip = at == UINT32_MAX ? NULL : &mix->strips[at];
    // A role that a person wrote is a word to follow, not a lock
    ok = !strip ||
         add_locks(k, k->strips[i].kept & ~(1U << ROLE), keys, TON_COUNT(keys),
                   &(KeptLocks){&strip->locks, &strip->n_locks});
  }
  return ok ? TON_OK : ton_fail(error, TON_NO_MEMORY, "out of memory");
}

void
user_edits_forget(const UserEdits* k, TonMix* mix)
{
  for (uint32_t i = 0; i < k->n; ++i) {
    const uint32_t at = ton_mix_strip(mix, k->strips[i].name);
    TonStrip* const strip = at == UINT32_MAX ? NULL : &mix->strips[at];
    if (strip && strip->role && k->strips[i].own >> ROLE & 1U) {
      strip->role[0] = '\0';
    }
    if (strip && k->strips[i].own >> TO & 1U) {
      strip->to = mix->strips[mix->mix].name;
    }
  }
}

// The proposal ------------------------------------------------------------------

static bool
has_path(const TonDecisions* all, const char* path)
{
  return find(all, path) != NULL;
}

/// The same places below a prefix in both
static bool
same_places(const TonDecisions* a, const TonDecisions* b, const char* prefix)
{
  const TonDecisions* const both[2] = {a, b};
  for (int k = 0; k < 2; ++k) {
    for (uint32_t i = 0; i < both[k]->count; ++i) {
      const TonDecision* const d = &both[k]->items[i];
      if (*d->value && begins(d->path, prefix) &&
          !has_path(both[1 - k], d->path)) {
        return false;
      }
    }
  }
  return true;
}

/// Removals of chains that come back with the same processors are dropped
static void
spare_chains(const UserEdits* k, TonPlan* plan)
{
  uint32_t n = 0;
  for (uint32_t i = 0; i < plan->n_edits; ++i) {
    const TonEdit* const e = &plan->edits[i];
    const size_t length = strlen(e->path);
    const bool chain =
        !e->value && length > 6 && strcmp(e->path + length - 6, "/chain") == 0;
    const char* const prefix =
        chain ? ton_plan_text(plan, "%s/", e->path) : NULL;
    uint32_t count = 0;
    if (prefix && all_hold(&k->before, prefix, &count) && count &&
        same_places(&k->before, &plan->decisions, prefix)) {
      continue;
    }
    plan->edits[n++] = *e;
  }
  plan->n_edits = n;
}

static bool
says(const TonDecisions* all, const char* path, const char* comment)
{
  const TonDecision* const d = find(all, path);
  return d && strcmp(d->reason, comment) == 0;
}

void
user_edits_spare(const UserEdits* k, const TonDecisions* now, const TonDoc* doc,
                 TonPlan* plan)
{
  spare_chains(k, plan);
  for (uint32_t i = 0; i < plan->n_edits; ++i) {
    TonEdit* const e = &plan->edits[i];
    char* const comment = e->comment ? ton_doc_comment(doc, e->path) : NULL;
    if (comment && *comment && !says(&k->before, e->path, comment) &&
        !says(now, e->path, comment)) {
      e->comment = NULL;
    }
    ton_free(comment);
  }
}

// After it ----------------------------------------------------------------------

/// Whether a person keeps the key that a path lies in
static bool
key_is_kept(const UserEditsStrip* s, const char* key)
{
  for (uint32_t n = 0; n < TON_COUNT(keys); ++n) {
    const size_t length = strlen(keys[n]);
    if (begins(key, keys[n]) && (!key[length] || key[length] == '/')) {
      return s->kept >> n & 1U;
    }
  }
  return false;
}

static bool
is_kept(UserEdits* k, const char* path)
{
  for (uint32_t i = 0; i < k->n; ++i) {
    const UserEditsStrip* const s = &k->strips[i];
    const char* const name = ton_plan_name(&k->strings, s->name);
    const char* const bases[2] = {
        ton_plan_text(&k->strings, "tracks/%s/", name),
        ton_plan_text(&k->strings, "buses/%s/", name)};
    for (int b = 0; b < 2; ++b) {
      const char* const key = path + strlen(bases[b]);
      if (begins(path, bases[b]) &&
          (ton_lock_holds(s->locks, s->n_locks, key) || key_is_kept(s, key))) {
        return true;
      }
    }
  }
  return false;
}

/// Number of the song's key that a path lies in, or UINT32_MAX
static uint32_t
song_key_of(const char* path)
{
  for (uint32_t i = 0; i < TON_COUNT(song_keys); ++i) {
    const size_t length = strlen(song_keys[i]);
    if (begins(path, song_keys[i]) && (!path[length] || path[length] == '/')) {
      return i;
    }
  }
  return UINT32_MAX;
}

/// "fader" of "tracks/Bass/fader"
static const char*
below_strip(const char* path)
{
  const char* const name = strchr(path, '/');
  const char* const key = name ? strchr(name + 1, '/') : NULL;
  return key ? key + 1 : "";
}

/// Whether a value is taken out when it is not proposed again
static bool
goes_stale(UserEdits* k, const char* path)
{
  const uint32_t key = song_key_of(path);
  return key != UINT32_MAX
             ? !(k->song_kept >> key & 1U)
             : begins(path, "tracks/") &&
                   !begins(below_strip(path), "chain/") && !is_kept(k, path);
}

static TonStatus
take_out(TonDoc* doc, const char* path, TonError* error)
{
  char parent[TON_PATH_BYTES];
  const bool whole = ton_string_format(parent, sizeof(parent), "%s", path);
  char* const slash = whole ? strrchr(parent, '/') : NULL;
  if (slash &&
      (begins(below_strip(path), "sends/") || begins(path, "sections/"))) {
    *slash = '\0';
    if (ton_doc_count(doc, parent) == 1) {
      path = parent;
    }
  }
  return ton_doc_edit(doc, &(TonEdit){.path = path}, error);
}

TonStatus
user_edits_clear_reason(const TonDecision* d, TonDoc* doc, TonError* error)
{
  const bool stale = d->superseded && *d->value && *d->path;
  char* const comment = stale ? ton_doc_comment(doc, d->path) : NULL;
  const bool ours = comment && *comment && strcmp(d->reason, comment) == 0;
  char* const value = ours ? ton_doc_get(doc, d->path) : NULL;
  const TonStatus status =
      value ? ton_doc_edit(doc, &(TonEdit){d->path, value, ""}, error) : TON_OK;
  ton_free(comment);
  ton_free(value);
  return status;
}

TonStatus
user_edits_close(UserEdits* k, TonDoc* doc, TonDecisions* now, TonError* error)
{
  for (uint32_t i = 0; i < k->before.count; ++i) {
    const TonDecision* const d = &k->before.items[i];
    if (!*d->value || has_path(now, d->path)) {
      continue;
    }
    const bool stale = !d->superseded && goes_stale(k, d->path);
    if (stale && ton_doc_line(doc, d->path)) {
      TON_TRY(take_out(doc, d->path, error));
    }
    const bool there = ton_doc_line(doc, d->path) > 0;
    TON_TRY(user_edits_clear_reason(d, doc, error));
    TonDecision* const to = there ? ton_decisions_add(now) : NULL;
    if (there && !to) {
      return ton_fail(error, TON_NO_MEMORY, "out of memory");
    }
    if (to) {
      *to = *d;
    }
  }
  return ton_decisions_compare(now, doc)
             ? ton_fail(error, TON_NO_MEMORY, "out of memory")
             : TON_OK;
}
