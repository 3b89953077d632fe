// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_BASE_TEXT_H
#define TON_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/// A growing text.  Zero-initialise; ton_text_free() when done.  [main]
typedef struct {
  char* bytes;   ///< Null-terminated, or null while empty
  size_t length; ///< Without the terminator
  size_t capacity;
  bool failed; ///< Memory was refused at some point; the text is cut
} TonText;

void ton_text_add(TonText* text, const char* string);

void ton_text_add_bytes(TonText* text, const char* bytes, size_t length);

void ton_text_printf(TonText* text, const char* format, ...)
    __attribute__((format(printf, 2, 3)));

/// The text as a string, "" while empty.  Owned by `text`.
const char* ton_text_string(const TonText* text);

void ton_text_free(TonText* text);

/// Damerau-Levenshtein distance of two short strings, ignoring case
unsigned ton_text_distance(const char* a, const char* b);

/// Nearest of `count` candidates to `word`, or null when none is near
/// (more than a third of the letters differ).
const char* ton_text_nearest(const char* word, const char* const* candidates,
                             size_t count);

/// Whole file as text, at most `limit` bytes.  Freed with ton_free().
/// Null with errno set when it cannot be read; EFBIG when larger.
char* ton_text_read_file(const char* path, size_t limit, size_t* length);

#endif
