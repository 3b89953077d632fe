// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_ASSISTANTS_DATA_TABLE_H
#define TON_ASSISTANTS_DATA_TABLE_H

#include "base/memory.h"

#include <tonmeister/session.h>
#include <tonmeister/unit.h>

/**
   @file
   Reading the tables in data/: values by path, with units.
*/

/// Number at `path`/`key`, in `unit`, or `otherwise` when it is missing.
/// "inf" words are read as the unit prints them.  [main]
double ton_table_number(const TonDoc* doc, const char* path, const char* key,
                        TonUnit unit, double otherwise);

/// Text at `path`/`key`, owned by the arena, or null.  [main]
char* ton_table_text(const TonDoc* doc, const char* path, const char* key,
                     TonArena* arena);

/// Same, copied into `room`, "" when missing.  [main]
void ton_table_copy(const TonDoc* doc, const char* path, const char* key,
                    char* room, size_t size);

/// Whether the value at `path`/`key` is "yes", "on" or "true".  [main]
bool ton_table_yes(const TonDoc* doc, const char* path, const char* key);

/// Open data/`name`.  [main]
TonStatus ton_table_open(const char* name, TonDoc** doc, TonError* error);

/// The status of reading a table, or TON_NO_MEMORY if a request was refused
/// since `refusals` (ton_alloc_refusals()): then values read may be defaults.
/// [main]
TonStatus ton_table_done(TonStatus status, unsigned long refusals,
                         TonError* error);

#endif
