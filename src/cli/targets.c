// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The targets of the program, for help: data/targets.yaml.
*/

#include "base/data_path.h"
#include "base/memory.h"
#include "base/string.h"
#include "cli/help.h"

enum { MAX_TARGETS = 64 };

static void
take(char* buffer, size_t size, const TonDoc* doc, const char* key)
{
  char* const value = ton_doc_get(doc, key);
  ton_string_cut(buffer, size, "%s", value ? value : "");
  ton_free(value);
}

static void
read_target(const TonDoc* doc, uint32_t number, TargetText* target)
{
  static const char* const keys[] = {"title", "loudness", "ceiling"};
  char* const fields[] = {target->title, target->loudness, target->ceiling};
  const size_t sizes[] = {sizeof(target->title), sizeof(target->loudness),
                          sizeof(target->ceiling)};
  char* const name = ton_doc_key(doc, "targets", number);
  ton_string_cut(target->name, sizeof(target->name), "%s", name ? name : "");
  ton_free(name);
  for (int i = 0; i < 3; ++i) {
    char path[128];
    if (ton_string_format(path, sizeof(path), "targets/%s/%s", target->name,
                          keys[i])) {
      take(fields[i], sizes[i], doc, path);
    }
  }
}

uint32_t
cli_targets(const TargetText** targets)
{
  static TargetText all[MAX_TARGETS];
  static uint32_t n;
  TonDoc* doc = NULL;
  char path[1024];
  *targets = all;
  if (n || ton_doc_open(ton_data_path("targets.yaml", path, sizeof(path)), &doc,
                        NULL)) {
    return n;
  }
  const uint32_t count = ton_doc_count(doc, "targets");
  while (n < count && n < MAX_TARGETS) {
    read_target(doc, n, &all[n]);
    ++n;
  }
  ton_doc_free(doc);
  return n;
}
