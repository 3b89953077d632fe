// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The words of mixing and mastering, as data/glossary.yaml explains them to
   help, report and messages.
*/

#include "report/glossary.h"

#include "base/data_path.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/string.h"

#include <tonmeister/session.h>

#include <string.h>
#include <strings.h>

/// The text at terms/`number`/`key`, owned by the arena; null where there is
/// none
static const char*
text_at(const TonDoc* doc, uint32_t number, const char* key, TonArena* arena)
{
  char path[64];
  if (!ton_string_format(path, sizeof(path), "terms/%u/%s", number, key)) {
    return NULL;
  }
  char* const text = ton_doc_get(doc, path);
  const char* const kept =
      text ? ton_arena_string(arena, text, strlen(text)) : NULL;
  ton_free(text);
  return kept;
}

/// The list of texts at terms/`number`/`key`; its length in `n`
static const char**
list_at(const TonDoc* doc, uint32_t number, const char* key, TonArena* arena,
        uint32_t* n)
{
  char path[64];
  const bool fits =
      ton_string_format(path, sizeof(path), "terms/%u/%s", number, key);
  const uint32_t count = fits ? ton_doc_count(doc, path) : 0;
  const char** const list =
      ton_arena_alloc(arena, (count + 1) * sizeof(const char*));
  *n = list ? count : 0;
  for (uint32_t i = 0; i < *n; ++i) {
    list[i] = ton_string_format(path, sizeof(path), "%s/%u", key, i)
                  ? text_at(doc, number, path, arena)
                  : NULL;
    list[i] = list[i] ? list[i] : "";
  }
  return list;
}

static TonStatus
read_terms(const TonDoc* doc, Glossary* g, TonArena* arena, TonError* error)
{
  g->count = ton_doc_count(doc, "terms");
  g->terms = ton_arena_alloc(arena, (g->count + 1) * sizeof(GlossaryTerm));
  for (uint32_t i = 0; g->terms && i < g->count; ++i) {
    GlossaryTerm* const t = &g->terms[i];
    t->term = text_at(doc, i, "term", arena);
    t->text = text_at(doc, i, "text", arena);
    t->also = list_at(doc, i, "also", arena, &t->n_also);
    t->see = list_at(doc, i, "see", arena, &t->n_see);
    if (!t->term || !t->text) {
      return ton_fail_file(error, TON_BAD_TEXT, "glossary.yaml",
                           "term number %u has no \"term\" or no \"text\"", i);
    }
  }
  return TON_OK;
}

const Glossary*
ton_glossary(TonError* error)
{
  static Glossary glossary;
  static TonArena arena;
  TonError unwanted = {0};
  TonDoc* doc = NULL;
  char path[1024];
  if (glossary.terms) {
    return &glossary;
  }
  error = error ? error : &unwanted;
  const unsigned long refusals = ton_alloc_refusals();
  TonStatus status = ton_doc_open(
      ton_data_path("glossary.yaml", path, sizeof(path)), &doc, error);
  status = status ? status : read_terms(doc, &glossary, &arena, error);
  ton_doc_free(doc);
  if (ton_alloc_refusals() != refusals) {
    status = ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  if (status) {
    ton_arena_free(&arena);
    glossary = (Glossary){0};
    return NULL;
  }
  return &glossary;
}

static bool
is_called(const GlossaryTerm* t, const char* word)
{
  bool found = strcasecmp(t->term, word) == 0;
  for (uint32_t i = 0; i < t->n_also; ++i) {
    found = found || strcasecmp(t->also[i], word) == 0;
  }
  return found;
}

const GlossaryTerm*
ton_glossary_find(const Glossary* glossary, const char* word)
{
  for (uint32_t i = 0; glossary && i < glossary->count; ++i) {
    if (is_called(&glossary->terms[i], word)) {
      return &glossary->terms[i];
    }
  }
  return NULL;
}
