// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/data_path.h"
#include "base/error.h"
#include "session/chain.h"

#include <ctype.h>
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LONGEST_NAME = 64 };

/// "Vocal Presence Plate" stands in vocal-presence-plate.yaml
static bool
file_name(const char* name, char* room)
{
  size_t n = 0;
  for (; name[n]; ++n) {
    const unsigned char c = (unsigned char)name[n];
    if (n == LONGEST_NAME || !(isalnum(c) || c == ' ' || c == '-')) {
      return false;
    }
    room[n] = c == ' ' ? '-' : (char)tolower(c);
  }
  snprintf(room + n, 6, ".yaml");
  return n > 0;
}

/// The song's own presets come before the program's
static void
folder_of(const TonReader* r, int which, char* room, size_t size)
{
  if (which == 1) {
    ton_data_path("presets", room, size);
  } else {
    snprintf(room, size, "%s/presets", r->folder ? r->folder : "");
  }
}

static bool
find_file(const TonReader* r, const char* name, char* path, size_t size)
{
  char file[LONGEST_NAME + 8];
  if (!file_name(name, file)) {
    return false;
  }
  for (int which = r->folder ? 0 : 1; which < 2; ++which) {
    char folder[PATH_MAX];
    folder_of(r, which, folder, sizeof(folder));
    const int n = snprintf(path, size, "%s/%s", folder, file);
    if (n > 0 && (size_t)n < size && access(path, R_OK) == 0) {
      return true;
    }
  }
  return false;
}

// What a preset's file says -------------------------------------------------

typedef struct {
  const TonNode* processor;
  const TonNode* values;
} Preset;

static TonStatus
skip(TonReader* r, const TonNode* value, void* target)
{
  (void)target;
  char* text = NULL;
  return ton_read_text(r, value, &text);
}

static TonStatus
take_processor(TonReader* r, const TonNode* value, void* target)
{
  (void)r;
  ((Preset*)target)->processor = value;
  return TON_OK;
}

static TonStatus
take_values(TonReader* r, const TonNode* value, void* target)
{
  (void)r;
  ((Preset*)target)->values = value;
  return TON_OK;
}

static const TonKey keys[] = {
    {"name", skip},
    {"about", skip},
    {"date", skip},
    {"source", skip},
    {"processor", take_processor},
    {"values", take_values},
};

static TonStatus
read_preset(TonReader* r, TonInsert* insert)
{
  Preset preset = {0};
  TON_TRY(ton_read_map(
      r, r->doc->root,
      (TonKeys){keys, sizeof(keys) / sizeof(keys[0]), "the preset"}, &preset));
  const TonProcessor* const type =
      preset.processor ? ton_processor(preset.processor->text) : NULL;
  if (!type) {
    return ton_fail_at(r->doc,
                       preset.processor ? preset.processor : r->doc->root,
                       r->error, "the preset names no processor we have");
  }
  if (!insert->type) {
    insert->type = type;
    insert->params = ton_read_room(r, type->n_params, sizeof(float));
    if (!insert->params) {
      return ton_read_no_memory(r);
    }
  }
  ton_param_defaults(type, insert->params);
  return preset.values ? ton_read_values(r, preset.values, insert) : TON_OK;
}

static TonStatus
check_type(TonReader* r, const TonNode* node, const char* name,
           const TonDoc* doc, const TonInsert* insert)
{
  const TonNode* const processor = ton_node_child(doc->root, "processor");
  if (!insert->type || !processor ||
      strcmp(processor->text, insert->type->id) == 0) {
    return TON_OK;
  }
  return ton_fail_at(r->doc, node, r->error,
                     "the preset \"%s\" is for %s, not for %s", name,
                     processor->text, insert->type->id);
}

TonStatus
ton_preset_apply(TonReader* r, const TonNode* node, const char* name,
                 TonInsert* insert)
{
  char path[PATH_MAX];
  if (!find_file(r, name, path, sizeof(path))) {
    return TON_NOT_FOUND;
  }
  TonDoc* doc = NULL;
  const TonStatus opened = ton_doc_open(path, &doc, r->error);
  if (opened != TON_OK) {
    return opened == TON_NOT_FOUND ? TON_BAD_TEXT : opened;
  }
  TonStatus status = check_type(r, node, name, doc, insert);
  if (status == TON_OK) {
    TonReader of_preset = *r;
    of_preset.doc = doc;
    status = read_preset(&of_preset, insert);
  }
  ton_doc_free(doc);
  TON_TRY(status);
  insert->preset = ton_arena_string(r->arena, name, strlen(name));
  return insert->preset ? TON_OK : ton_read_no_memory(r);
}

static bool
add_folder(TonReader* r, const char* folder, TonNames* names)
{
  DIR* const dir = opendir(folder);
  bool ok = true;
  for (struct dirent* entry; ok && dir && (entry = readdir(dir));) {
    const size_t n = strlen(entry->d_name);
    if (n > 5 && strcmp(entry->d_name + n - 5, ".yaml") == 0) {
      char* const name = ton_arena_string(r->arena, entry->d_name, n - 5);
      for (char* c = name; c && *c; ++c) {
        *c = *c == '-' ? ' ' : *c;
      }
      ok = name && ton_names_add(r, names, name);
    }
  }
  if (dir) {
    closedir(dir);
  }
  return ok;
}

static int
by_name(const void* a, const void* b)
{
  return strcmp(*(const char* const*)a, *(const char* const*)b);
}

bool
ton_preset_names(TonReader* r, TonNames* names)
{
  const size_t first = names->count;
  for (int which = r->folder ? 0 : 1; which < 2; ++which) {
    char folder[PATH_MAX];
    folder_of(r, which, folder, sizeof(folder));
    if (!add_folder(r, folder, names)) {
      return false;
    }
  }
  if (names->count > first) {
    qsort(names->items + first, names->count - first, sizeof(char*), by_name);
  }
  return true;
}
