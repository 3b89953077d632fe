// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Processors put in, moved and taken out, and locks.
#include "song/studio_internal.h"

#include "base/error.h"
#include "base/string.h"
#include "session/doc.h"

#include <string.h>

/// "tracks/Vox/chain/1", or with `plus` the place in front of it
static TonSongText
item_path(const Studio* s, uint32_t strip, uint32_t item, bool plus,
          TonString* path)
{
  const TonSongText which = studio_strip_path(s, strip, path);
  ton_path_add(path, "chain");
  ton_string_printf(path, plus ? "/+%u" : "/%u", item);
  return which;
}

static TonStatus
insert_new(Studio* s, const char* by, const json_t* m, TonError* error)
{
  uint32_t strip = 0;
  uint32_t n = 0;
  const json_int_t number = json_integer_value(json_object_get(m, "strip"));
  const json_int_t at = json_integer_value(json_object_get(m, "at"));
  const char* const id = json_string_value(json_object_get(m, "processor"));
  if (!studio_find_strip(s, (uint32_t)number, &strip) || !id ||
      !ton_processor(id)) {
    return ton_fail(error, TON_BAD_USE, "there is no such strip or processor");
  }
  studio_chain(s, strip, &n);
  if (at < 0 || at > (json_int_t)n) {
    return ton_fail(error, TON_BAD_USE, "the chain has no place %d", (int)at);
  }
  TonString path = {0};
  const TonSongText which =
      item_path(s, strip, (uint32_t)at, at < (json_int_t)n, &path);
  const StudioEdit edit = {which, {ton_string_string(&path), id, NULL}};
  const TonStatus status = studio_edit(s, &edit, 1, id, by, error);
  ton_string_free(&path);
  return status;
}

static TonStatus
take_out(Studio* s, const char* by, uint32_t strip, uint32_t item,
         TonError* error)
{
  uint32_t n = 0;
  TonString path = {0};
  char name[96];
  ton_string_cut(name, sizeof(name), "%s out",
                 studio_chain(s, strip, &n)[item].type->id);
  const TonSongText which = item_path(s, strip, item, false, &path);
  const StudioEdit edit = {which, {ton_string_string(&path), NULL, NULL}};
  studio_renumber(s, strip, item, UINT32_MAX);
  const TonStatus status = studio_edit(s, &edit, 1, name, by, error);
  ton_string_free(&path);
  return status;
}

/// Taken out and put in as it stands
static TonStatus
move_to(Studio* s, const char* by, uint32_t strip, uint32_t from, uint32_t to,
        TonError* error)
{
  uint32_t n = 0;
  TonString old = {0};
  TonString new = {0};
  char name[96];
  ton_string_cut(name, sizeof(name), "%s moved",
                 studio_chain(s, strip, &n)[from].type->id);
  if (to >= n || from == to) {
    return to == from
               ? TON_OK
               : ton_fail(error, TON_BAD_USE, "the chain has no place %u", to);
  }
  const TonSongText which = item_path(s, strip, from, false, &old);
  item_path(s, strip, to, to + 1 < n, &new);
  char* const value =
      studio_flow(s->song->texts[which].doc, ton_string_string(&old));
  const StudioEdit edits[] = {{which, {ton_string_string(&old), NULL, NULL}},
                              {which, {ton_string_string(&new), value, NULL}}};
  TonStatus status =
      value ? TON_OK : ton_fail(error, TON_NO_MEMORY, "out of memory");
  if (!status) {
    studio_renumber(s, strip, from, to);
    status = studio_edit(s, edits, 2, name, by, error);
  }
  ton_free(value);
  ton_string_free(&old);
  ton_string_free(&new);
  return status;
}

TonStatus
studio_rearrange(Studio* s, const char* by, const json_t* m, TonError* error)
{
  uint32_t strip = 0;
  uint32_t item = 0;
  const char* const what = json_string_value(json_object_get(m, "do"));
  if (what && strcmp(what, "insert") == 0) {
    return insert_new(s, by, m, error);
  }
  const json_int_t id = json_integer_value(json_object_get(m, "insert"));
  if (!what || !studio_find_insert(s, (uint32_t)id, &strip, &item)) {
    return ton_fail(error, TON_BAD_USE, "there is no such processor");
  }
  if (strip < s->mix->n_strips && s->mix->strips[strip].n_automation) {
    const TonStrip* const t = &s->mix->strips[strip];
    for (uint32_t i = 0; i < t->n_automation; ++i) {
      if (t->automation[i].move == TON_MOVE_PARAM) {
        return ton_fail(error, TON_UNSUPPORTED,
                        "the automation of \"%s\" counts its processors; take "
                        "it out first",
                        t->name);
      }
    }
  }
  const json_int_t at = json_integer_value(json_object_get(m, "at"));
  return strcmp(what, "remove") == 0 ? take_out(s, by, strip, item, error)
         : strcmp(what, "move") == 0
             ? move_to(s, by, strip, item, (uint32_t)at, error)
             : ton_fail(error, TON_BAD_USE,
                        "a chain is rearranged by insert, move or remove");
}

// Locks -------------------------------------------------------------------------

static void
add_lock(TonString* list, const char* path, uint32_t* n)
{
  char* const text = ton_doc_scalar(path);
  ton_string_printf(list, "%s%s", (*n)++ ? ", " : "[", text ? text : "");
  list->failed |= !text;
  ton_free(text);
}

/// A new lock is one more item of the list; taken away, the item goes
TonStatus
studio_lock(Studio* s, const char* by, const Control* c, bool on,
            TonError* error)
{
  TonString path = {0};
  TonString strip = {0};
  const TonSongText which = studio_strip_path(s, c->strip, &strip);
  TonSongText same = which;
  studio_control_path(s, c, &same, &path);
  const size_t skip = strip.length ? strip.length + 1 : 0;
  const char* const below = ton_string_string(&path) + skip;
  ton_path_add(&strip, "lock");
  const TonDoc* const doc = s->song->texts[which].doc;
  const uint32_t n = ton_doc_count(doc, ton_string_string(&strip));
  TonString list = {0};
  uint32_t kept = 0;
  for (uint32_t i = 0; i < n; ++i) {
    TonString at = {0};
    ton_string_printf(&at, "%s/%u", ton_string_string(&strip), i);
    char* const one = ton_doc_get(doc, ton_string_string(&at));
    if (one && strcmp(one, below) != 0) {
      add_lock(&list, one, &kept);
    }
    ton_free(one);
    ton_string_free(&at);
  }
  if (on) {
    add_lock(&list, below, &kept);
  }
  ton_string_add(&list, "]");
  const StudioEdit edit = {which,
                           {ton_string_string(&strip),
                            kept ? ton_string_string(&list) : NULL, NULL}};
  const TonStatus status =
      list.failed ? ton_fail(error, TON_NO_MEMORY, "out of memory")
                  : studio_edit(s, &edit, 1, on ? "lock" : "unlock", by, error);
  ton_string_free(&list);
  ton_string_free(&path);
  ton_string_free(&strip);
  return status;
}
