// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Tables of fields: what the keys of a text are, and the one reader for them.

   A table describes a struct: one row per key with its unit, range, default
   and offset.  Reading, defaults, errors, the manual's test, locks and edits
   of single values all follow from the rows.  Keys are read in the order of
   the table, so a row may rely on those above it.
*/

#ifndef TON_SESSION_FIELDS_H
#define TON_SESSION_FIELDS_H

#include "session/read.h"

/// How a value is stored
typedef enum {
  TON_AS_TEXT,   ///< char*; one of `words` if there are any
  TON_AS_CHARS,  ///< char[size]; longer texts are an error
  TON_AS_FLOAT,  ///< float in `unit`; a map by `table` if it has one
  TON_AS_DOUBLE, ///< double in `unit`
  TON_AS_WHOLE,  ///< uint32_t in `unit`
  TON_AS_SWITCH, ///< bool; false is the first of `words` if there are any
  TON_AS_WORD,   ///< uint32_t or an enum: which of `words`
  TON_AS_TIME,   ///< double, seconds from the song's start
  TON_AS_FILE,   ///< char*, absolute; has to be there
  TON_AS_FILES,  ///< char** and `count`: one file or a list
  TON_AS_PART,   ///< A map with a `table`, its struct beginning at `at`
  TON_AS_ROWS,   ///< A list of structs by `table`: pointer and `count`
  TON_AS_NAMED,  ///< A map of names, each with a struct by `table`
  TON_AS_OWN,    ///< `read` does it
} TonFieldKind;

enum {
  TON_REQUIRED = 1 << 0, ///< The text must have it
  TON_LOCKLESS = 1 << 1, ///< Cannot be locked
  TON_NAN = 1 << 2,      ///< NaN if it is not written
  TON_SHARED = 1 << 3,   ///< Other values follow from it
};

typedef struct TonTable TonTable;
typedef struct TonField TonField;

/// Where a path leads in the data
typedef struct {
  const TonField* field;   ///< Null for what has no row of its own
  const TonInsert* insert; ///< The processor it belongs to, if any
  const TonParam* param;   ///< Of the processor
  void* data;              ///< The struct the field is in
} TonFound;

/// One key
struct TonField {
  const char* key;
  TonFieldKind kind;
  size_t at; ///< Offset of the value in the struct
  TonUnit unit;
  double min;
  double max;
  const char* otherwise; ///< Default, as it would be written; null: zero
  unsigned flags;
  size_t size;              ///< Of TON_AS_CHARS
  size_t count;             ///< Offset of the uint32_t with the number of rows
  const char* const* words; ///< Null-terminated.  Beside a number: words that
                            ///< stand for 0
  const TonTable* table;
  const char* example; ///< What a list or map looks like, for errors
  const char* help;    ///< What it is, in one line for beginners
  const char* also; ///< Other words that people write for the key, with a space
                    ///< between them, for errors

  /// Reads TON_AS_OWN; for all others: called when the value is read, to check
  /// it or to set what depends on it
  TonStatus (*read)(TonReader* r, const TonNode* node, void* row);

  /// Finds what lies below TON_AS_OWN; null: nothing does
  bool (*find)(void* row, const char* path, TonFound* found);
};

/// A struct and its keys
struct TonTable {
  const char* what; ///< In errors: "master.yaml", "track"
  const TonField* fields;
  size_t n_fields;
  size_t size;            ///< Bytes of the struct
  const TonField* name;   ///< Of a named row: where the name is stored
  const char* short_form; ///< Key that a single value stands for, or null

  /// Called when all keys are read, or null
  TonStatus (*check)(TonReader* r, const TonNode* node, void* row);
};

#define TON_FIELDS(rows) .fields = (rows), .n_fields = TON_COUNT(rows)

/// Set the defaults of a struct.  `row` is zeroed.
TonStatus ton_field_defaults(TonReader* r, const TonTable* table, void* row);

/// Read the keys that a map has over what `row` holds
TonStatus ton_read_fields(TonReader* r, const TonNode* node,
                          const TonTable* table, void* row);

/// Read one value by its field; `node` may be of another text
TonStatus ton_read_field(TonReader* r, const TonNode* node, const TonField* f,
                         void* row);

const TonField* ton_field(const TonTable* table, const char* key);

/// What a path below `row` leads to, written or not; false if nothing
bool ton_field_find(const TonTable* table, void* row, const char* path,
                    TonFound* found);

/**
   Read a whole text into a new struct.

   `folder` is where its files are looked for; null leaves them unchecked.
   Freed with ton_table_free().  [main]
*/
TonStatus ton_table_read(const TonDoc* doc, const char* folder,
                         const TonTable* table, void** data, TonError* error);

/// Place of a name, in any case, among `n` rows of `size` bytes that begin with
/// theirs, as TON_AS_NAMED reads them.  TON_NOT_FOUND: "there is no `what` ...", with the nearest
/// name.  [main]
TonStatus ton_table_find(const char* what, const char* name, const void* rows,
                         size_t size, uint32_t n, uint32_t* at,
                         TonError* error);

/// Same for a file of the program's data folder ("targets.yaml").  [main]
TonStatus ton_table_read_data(const char* name, const TonTable* table,
                              void** data, TonError* error);

/// Same for a file anywhere.  [main]
TonStatus ton_table_open(const char* path, const TonTable* table, void** data,
                         TonError* error);

/// The memory of a struct that ton_table_read() has made: for values that are
/// added later.  [main]
TonArena* ton_table_arena(void* data);

/// Null is allowed.  [main]
void ton_table_free(void* data);

#endif
