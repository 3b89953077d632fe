// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The words of mixing and mastering, explained.

#ifndef TON_REPORT_GLOSSARY_H
#define TON_REPORT_GLOSSARY_H

#include <tonmeister/status.h>

#include <stdint.h>

/// A word of the field, explained
typedef struct {
  const char* term;
  const char* text;
  const char** also; ///< Other spellings and near words
  uint32_t n_also;
  const char** see; ///< Terms that belong to it
  uint32_t n_see;
} GlossaryTerm;

typedef struct {
  GlossaryTerm* terms; ///< In the order of the file
  uint32_t count;
} Glossary;

/// data/glossary.yaml, read at the first call that succeeds and owned here; null
/// where it cannot be read.  [main]
TonStatus ton_glossary(const Glossary** glossary, TonError* error);

/// Term of that name or spelling, whatever its case, or null; `glossary` may be
/// null.  [any]
const GlossaryTerm* ton_glossary_find(const Glossary* glossary,
                                      const char* word);

#endif
