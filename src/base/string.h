// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Strings: copied into fixed buffers, growing ones, and the distance
/// between two of them.
#ifndef TON_BASE_STRING_H
#define TON_BASE_STRING_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/// Copy a text into a buffer of `size` bytes.  False, and an empty text, when
/// it does not fit: half a path or half a name would be another one.  [any]
bool ton_string_copy(char* buffer, size_t size, const char* text)
    __attribute__((warn_unused_result));

/// The same for printf's formats.  [any]
bool ton_string_format(char* buffer, size_t size, const char* format, ...)
    __attribute__((format(printf, 3, 4), warn_unused_result));

/// A text by printf's formats, freed with ton_free(); null when memory is refused.
/// [any]
char* ton_string_new(const char* format, ...)
    __attribute__((format(printf, 1, 2)));

/// For messages that only people read: what does not fit is cut between two
/// characters of UTF-8 and ends in "...".  [any]
void ton_string_cut(char* buffer, size_t size, const char* format, ...)
    __attribute__((format(printf, 3, 4)));

void ton_string_vcut(char* buffer, size_t size, const char* format,
                     va_list args) __attribute__((format(printf, 3, 0)));

/// A growing text.  Zero-initialise; ton_string_free() when done.  [main]
typedef struct {
  char* bytes;   ///< Null-terminated, or null while empty
  size_t length; ///< Without the terminator
  size_t capacity;
  bool failed; ///< Memory was refused at some point: not all was added
} TonString;

void ton_string_add(TonString* text, const char* string);

void ton_string_add_bytes(TonString* text, const char* bytes, size_t length);

void ton_string_printf(TonString* text, const char* format, ...)
    __attribute__((format(printf, 2, 3)));

/// Text from outside (a name, a tag, a file's content) for a terminal or a page:
/// control characters, bytes that are no UTF-8 and characters that turn the
/// reading direction are written as "\x1B", so that they have no effect.
void ton_string_add_visible(TonString* text, const char* outside);

/// The text as a string, "" while empty.  Owned by `text`.
const char* ton_string_string(const TonString* text);

void ton_string_free(TonString* text);

/// Order of two names as a person lists them, as strcmp(): numbers in them count
/// as numbers, "2 Bass" before "10 Keys"; of names that are alike ("01 Kick",
/// "1 Kick") the bytes decide.  [any]
int ton_string_order(const char* a, const char* b);

/// Damerau-Levenshtein distance of two short strings, ignoring case
unsigned ton_string_distance(const char* a, const char* b);

/// Nearest of `count` candidates to `word`, or null when none is near
/// (more than a third of the letters differ).
const char* ton_string_nearest(const char* word, const char* const* candidates,
                               size_t count);

#endif
