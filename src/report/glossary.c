// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The words of mixing and mastering, as data/glossary.yaml explains them to
   help, report and messages.
*/

#include "report/glossary.h"

#include "base/array.h"
#include "session/fields.h"

#include <stddef.h>
#include <strings.h>

#define AT(field) offsetof(GlossaryTerm, field)

static const TonField word_fields[] = {{"word", TON_AS_TEXT, .at = 0}};

static const TonTable word_table = {.what = "a word",
                                    TON_FIELDS(word_fields),
                                    .size = sizeof(const char*),
                                    .short_form = "word"};

static const TonField term_fields[] = {
    {"term", TON_AS_TEXT, AT(term), .flags = TON_REQUIRED},
    {"also", TON_AS_ROWS, AT(also), .count = AT(n_also), .table = &word_table,
     .example = "a list of spellings"},
    {"text", TON_AS_TEXT, AT(text), .flags = TON_REQUIRED},
    {"see", TON_AS_ROWS, AT(see), .count = AT(n_see), .table = &word_table,
     .example = "a list of terms"},
};

static const TonTable term_table = {
    .what = "a term", TON_FIELDS(term_fields), .size = sizeof(GlossaryTerm)};

static const TonField fields[] = {
    {"terms", TON_AS_ROWS, offsetof(Glossary, terms),
     .count = offsetof(Glossary, count), .table = &term_table,
     .flags = TON_REQUIRED, .example = "a list of terms"},
};

static const TonTable glossary_table = {
    .what = "the glossary", TON_FIELDS(fields), .size = sizeof(Glossary)};

TonStatus
ton_glossary(const Glossary** glossary, TonError* error)
{
  static void* kept;
  const TonStatus status =
      kept
          ? TON_OK
          : ton_table_read_data("glossary.yaml", &glossary_table, &kept, error);
  *glossary = kept;
  return status;
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
