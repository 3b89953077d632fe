// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The keys of the texts, one after the other, for help and pages.
*/

#include "base/array.h"
#include "session/texts.h"

#include <tonmeister/session.h>

#include <string.h>

static const TonTable* const texts[] = {&ton_mix_table, &ton_master_table,
                                        &ton_release_table, &ton_album_table};

static const char* const kinds[] = {
    [TON_AS_TEXT] = "text",     [TON_AS_FLOAT] = "number",
    [TON_AS_DOUBLE] = "number", [TON_AS_WHOLE] = "number",
    [TON_AS_SWITCH] = "switch", [TON_AS_WORD] = "word",
    [TON_AS_TIME] = "time",     [TON_AS_FILE] = "file",
    [TON_AS_FILES] = "files",   [TON_AS_OWN] = "",
};

static TonKey
key_of(const TonField* f, uint32_t depth)
{
  const bool word = f->words && strcmp(kinds[f->kind], "text") == 0;
  return (TonKey){
      .key = f->key,
      .help = f->help,
      .kind = word             ? "word"
              : kinds[f->kind] ? kinds[f->kind]
                               : "",
      .unit = f->unit,
      .min = f->min,
      .max = f->max,
      .otherwise = f->otherwise && *f->otherwise ? f->otherwise : NULL,
      .words = f->words,
      .single = f->table ? f->table->short_form : NULL,
      .example = f->example,
      .depth = depth,
  };
}

/// Key `*i` of a table and of those it refers to, three deep at most; `*i`
/// becomes less by those that were passed
// NOLINTNEXTLINE(misc-no-recursion)
static bool
find_key(const TonTable* table, uint32_t depth, uint32_t* i, TonKey* key)
{
  for (size_t k = 0; k < table->n_fields; ++k) {
    const TonField* const f = &table->fields[k];
    if ((*i)-- == 0) {
      *key = key_of(f, depth);
      return true;
    }
    if (f->table && find_key(f->table, depth + 1, i, key)) {
      return true;
    }
  }
  return false;
}

const char*
ton_text_name(uint32_t i)
{
  return i < TON_COUNT(texts) ? texts[i]->what : NULL;
}

bool
ton_text_key(const char* text, uint32_t i, TonKey* key)
{
  for (size_t t = 0; t < TON_COUNT(texts); ++t) {
    if (strcmp(texts[t]->what, text) == 0) {
      return find_key(texts[t], 0, &i, key);
    }
  }
  return false;
}
