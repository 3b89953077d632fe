// SPDX-License-Identifier: GPL-3.0-or-later
#include "assistants/data_table.h"

#include "base/data_path.h"
#include "base/error.h"

#include <stdio.h>
#include <string.h>

static char*
value_at(const TonDoc* doc, const char* path, const char* key)
{
  char full[512];
  snprintf(full, sizeof(full), "%s%s%s", path, *path ? "/" : "", key);
  return ton_doc_get(doc, full);
}

double
ton_table_number(const TonDoc* doc, const char* path, const char* key,
                 TonUnit unit, double otherwise)
{
  char* const text = value_at(doc, path, key);
  if (!text) {
    return otherwise;
  }
  char room[160];
  const char* why = NULL;
  double value = otherwise;
  const bool read =
      ton_unit_parse(text, unit, &value, &why, room, sizeof(room));
  ton_free(text);
  return read ? value : otherwise;
}

char*
ton_table_text(const TonDoc* doc, const char* path, const char* key,
               TonArena* arena)
{
  char* const text = value_at(doc, path, key);
  if (!text) {
    return NULL;
  }
  char* const copy = ton_arena_string(arena, text, strlen(text));
  ton_free(text);
  return copy;
}

void
ton_table_copy(const TonDoc* doc, const char* path, const char* key, char* room,
               size_t size)
{
  char* const text = value_at(doc, path, key);
  snprintf(room, size, "%s", text ? text : "");
  ton_free(text);
}

bool
ton_table_yes(const TonDoc* doc, const char* path, const char* key)
{
  char word[8];
  ton_table_copy(doc, path, key, word, sizeof(word));
  return strcmp(word, "yes") == 0 || strcmp(word, "on") == 0 ||
         strcmp(word, "true") == 0;
}

TonStatus
ton_table_open(const char* name, TonDoc** doc, TonError* error)
{
  char path[1024];
  return ton_doc_open(ton_data_path(name, path, sizeof(path)), doc, error);
}

TonStatus
ton_table_done(TonStatus status, unsigned long refusals, TonError* error)
{
  return ton_alloc_refusals() == refusals
             ? status
             : ton_fail(error, TON_NO_MEMORY, "no memory to read a table");
}
