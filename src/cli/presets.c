// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The presets of the program, for help: data/presets.
*/

#include "base/data_path.h"
#include "base/memory.h"
#include "cli/help.h"

#include <tonmeister/session.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_PRESETS = 256 };

static int
by_name(const void* a, const void* b)
{
  return strcmp(((const Preset*)a)->name, ((const Preset*)b)->name);
}

static void
take(char* buffer, size_t size, const TonDoc* doc, const char* key)
{
  char* const value = ton_doc_get(doc, key);
  snprintf(buffer, size, "%s", value ? value : "");
  ton_free(value);
}

static bool
read_preset(const char* path, Preset* p)
{
  TonDoc* doc = NULL;
  if (ton_doc_open(path, &doc, NULL)) {
    return false;
  }
  take(p->name, sizeof(p->name), doc, "name");
  take(p->about, sizeof(p->about), doc, "about");
  take(p->processor, sizeof(p->processor), doc, "processor");
  take(p->values, sizeof(p->values), doc, "values");
  ton_doc_free(doc);
  return *p->name;
}

uint32_t
cli_presets(const Preset** presets)
{
  static Preset all[MAX_PRESETS];
  static uint32_t n;
  char folder[1024];
  *presets = all;
  DIR* const dir = n ? NULL : opendir(ton_data_path("presets", folder, 1024));
  for (struct dirent* d; dir && n < MAX_PRESETS && (d = readdir(dir));) {
    char path[2048];
    const char* const dot = strrchr(d->d_name, '.');
    snprintf(path, sizeof(path), "%s/%s", folder, d->d_name);
    if (dot && strcmp(dot, ".yaml") == 0 && read_preset(path, &all[n])) {
      ++n;
    }
  }
  if (dir) {
    closedir(dir);
    qsort(all, n, sizeof(all[0]), by_name);
  }
  return n;
}
