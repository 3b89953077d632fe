// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   From the tree of a text to plain values: what one scalar says.

   Every function fails at the node concerned: line, column, what was
   expected, the nearest right thing.
*/

#ifndef TON_SESSION_READ_H
#define TON_SESSION_READ_H

#include "session/doc.h"

/// A text being read into values
typedef struct {
  const TonDoc* doc;
  const char* folder; ///< Absolute; null: files are not looked for
  TonArena* arena;    ///< Owns what is read
  TonError* error;
  TonError* first;  ///< The first error, once there is one: `error` is `later`
  TonError* later;  ///< Room for an error behind the first one; null: the first
                    ///< one ends the reading
  double tempo_bpm; ///< 0: unknown
  uint32_t beats_per_bar;
  uint32_t beats_per_note;    ///< In a whole note: 4 in 4/4, 8 in 6/8
  double first_bar_s;         ///< Where bar 1 begins
  const TonSection* sections; ///< Of the song, once they are read
  uint32_t n_sections;
  bool by_section; ///< Something is placed by sections or bars
} TonReader;

/// Fail at `node`: "LEAD "word"; did you mean "nearest"?", where the lead is
/// "there is no preset"
TonStatus ton_read_unknown(TonReader* r, const TonNode* node, const char* lead,
                           const char* word, const char* const* known,
                           size_t n_known);

/// Fail at `node`: ""word" is not WHAT; did you mean "nearest"?", where WHAT is
/// "a key of track "Bass""
TonStatus ton_read_is_not(TonReader* r, const TonNode* node, const char* word,
                          const char* what, const char* const* known,
                          size_t n_known);

TonStatus ton_read_no_memory(TonReader* r);

/// A fault in the text is noted, `*wrong` is set, and the reading goes on: TON_OK.
/// Every other status ends it.  Whoever saw something wrong ends with
/// TON_BAD_TEXT.
TonStatus ton_read_on(TonReader* r, TonStatus status, bool* wrong);

/// A text for an error, owned by the arena; "" when memory is refused
const char* ton_read_format(TonReader* r, const char* format, ...)
    __attribute__((format(printf, 2, 3)));

/// Zeroed memory for `count` items; null when refused
void* ton_read_buffer(TonReader* r, size_t count, size_t size);

/// Names to choose from, for "did you mean".  Zero-initialise; owned by the
/// reader's arena.
typedef struct {
  const char** items;
  size_t count;
  size_t capacity;
} TonNames;

/// False when memory is refused
bool ton_names_add(TonReader* r, TonNames* names, const char* name);

/// Fail if the value of `key` is a list or has keys
TonStatus ton_read_scalar(TonReader* r, const TonNode* node, const char* key);

/// The text of a scalar, copied
TonStatus ton_read_text(TonReader* r, const TonNode* node, char** text);

/// What a value is held against
typedef struct {
  TonUnit unit;
  double min; ///< -INFINITY allows "-inf dB"
  double max;
} TonRange;

TonStatus ton_read_number(TonReader* r, const TonNode* node, TonRange range,
                          double* value);

TonStatus ton_read_float(TonReader* r, const TonNode* node, TonRange range,
                         float* value);

TonStatus ton_read_switch(TonReader* r, const TonNode* node, bool* on);

/// One of `words` (null-terminated); `value` is its number
TonStatus ton_read_choice(TonReader* r, const TonNode* node,
                          const char* const* words, uint32_t* value);

/// A time in the song: "0:51.4", "12.5 s", "17 bar", "17.3 bar"
TonStatus ton_read_time(TonReader* r, const TonNode* node, double* seconds);

/// A file that must be there, as an absolute path
TonStatus ton_read_file(TonReader* r, const TonNode* node, char** path);

/// A path that need not be there yet, made absolute
TonStatus ton_read_path(TonReader* r, const TonNode* node, char** path);

/// `name` under the reader's folder, absolute; null when memory is refused
char* ton_read_in_folder(TonReader* r, const char* name);

/// The folder as an absolute path, or null if `folder` is null
TonStatus ton_read_folder(TonReader* r, const char* folder);

#endif
