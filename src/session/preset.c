// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Presets: their files, found by name in the song's folder and the program's.
*/

#include "base/array.h"
#include "base/data_path.h"
#include "session/chain.h"
#include "session/date.h"

#include <ctype.h>
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// What a preset's file says -----------------------------------------------------

#define AT(field) offsetof(TonPreset, field)

/// `values` as they are written, the first line indented like the others
static TonStatus
read_values(TonReader* r, const TonNode* node, void* row)
{
  char** const values = &((TonPreset*)row)->values;
  const char* const text = ton_doc_text(r->doc);
  size_t start = node->start;
  while (start && text[start - 1] == ' ') {
    --start;
  }
  if (start && text[start - 1] != '\n') {
    start = node->start;
  }
  *values = ton_arena_string(r->arena, text + start, node->end - start);
  return *values ? TON_OK : ton_read_no_memory(r);
}

static const TonField fields[] = {
    {"name", TON_AS_TEXT, AT(name), .otherwise = ""},
    {"about", TON_AS_TEXT, AT(about), .otherwise = ""},
    {"date", TON_AS_TEXT, AT(date), .otherwise = "", .read = ton_check_date},
    {"source", TON_AS_TEXT, AT(source), .otherwise = ""},
    {"processor", TON_AS_TEXT, AT(processor), .flags = TON_REQUIRED,
     .example = "compressor"},
    {"values", TON_AS_OWN, AT(values), .read = read_values},
};

const TonTable ton_preset_table = {
    .what = "the preset", TON_FIELDS(fields), .size = sizeof(TonPreset)};

TonStatus
ton_preset_read(const char* path, TonPreset** preset, TonError* error)
{
  void* data = NULL;
  const TonStatus status =
      ton_table_open(path, &ton_preset_table, &data, error);
  *preset = data;
  return status;
}

void
ton_preset_free(TonPreset* preset)
{
  ton_table_free(preset);
}

// Files -------------------------------------------------------------------------

enum { MAX_NAME = 64 };

/// "Vocal Presence Plate" stands in vocal-presence-plate.yaml
static bool
file_name(const char* name, char* file)
{
  size_t n = 0;
  for (; name[n]; ++n) {
    const unsigned char c = (unsigned char)name[n];
    if (n == MAX_NAME || !(isalnum(c) || c == ' ' || c == '-')) {
      return false;
    }
    file[n] = c == ' ' ? '-' : (char)tolower(c);
  }
  memcpy(file + n, ".yaml", sizeof(".yaml"));
  return n > 0;
}

/// The song's own presets, beside its text, come before the program's.  False:
/// no such folder.
static bool
folder_of(const TonReader* r, int which, char* folder, size_t size)
{
  if (which == 1) {
    ton_data_path("presets", folder, size);
    return true;
  }
  const char* const slash = strrchr(r->doc->name, '/');
  const char* const song = r->folder ? r->folder : r->doc->name;
  const size_t length = r->folder ? strlen(song)
                        : slash   ? (size_t)(slash - song)
                                  : 0;
  return length && (size_t)snprintf(folder, size, "%.*s/presets", (int)length,
                                    song) < size;
}

static bool
find_file(const TonReader* r, const char* name, char* path, size_t size)
{
  char file[MAX_NAME + sizeof(".yaml")];
  if (!file_name(name, file)) {
    return false;
  }
  for (int which = 0; which < 2; ++which) {
    char folder[PATH_MAX];
    if (!folder_of(r, which, folder, sizeof(folder))) {
      continue;
    }
    const int n = snprintf(path, size, "%s/%s", folder, file);
    if (n > 0 && (size_t)n < size && access(path, R_OK) == 0) {
      return true;
    }
  }
  return false;
}

TonStatus
ton_preset_open(TonReader* r, const char* name, TonDoc** doc,
                TonPreset** preset)
{
  char path[PATH_MAX];
  void* data = NULL;
  if (!find_file(r, name, path, sizeof(path))) {
    return TON_NOT_FOUND;
  }
  const TonStatus opened = ton_doc_open(path, doc, r->error);
  if (opened != TON_OK) {
    return opened == TON_NOT_FOUND ? TON_BAD_TEXT : opened;
  }
  const TonStatus status =
      ton_table_read(*doc, NULL, &ton_preset_table, &data, r->error);
  *preset = data;
  return status;
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
  for (int which = 0; which < 2; ++which) {
    char folder[PATH_MAX];
    if (folder_of(r, which, folder, sizeof(folder)) &&
        !add_folder(r, folder, names)) {
      return false;
    }
  }
  if (names->count > first) {
    qsort((void*)(names->items + first), names->count - first, sizeof(char*),
          by_name);
  }
  return true;
}
