// SPDX-License-Identifier: GPL-3.0-or-later
/// @file UTF-8: where its characters begin and end, and texts in one form, so that
/// names can be compared.
#ifndef TON_BASE_UTF8_H
#define TON_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/// Bytes of the UTF-8 character at `text`, of which `left` bytes are there; 0
/// if it is none (RFC 3629: no overlong forms, no surrogates, at most
/// U+10FFFF).  [any]
size_t ton_utf8_length(const char* text, size_t left);

/// Not the second or a later byte of a character of UTF-8.  [audio]
static inline bool
ton_utf8_starts(char byte)
{
  return ((unsigned char)byte & 0xC0U) != 0x80U;
}

/// Number of characters in `length` bytes of UTF-8.  [any]
size_t ton_utf8_count(const char* text, size_t length);

/// Columns that a text takes on a terminal: letters of East Asia take two, accents
/// that stand alone none.  [any]
size_t ton_utf8_columns(const char* text);

/// The most bytes of a text, up to `max`, that end behind a whole character of
/// UTF-8; `length` if they are not more.  [any]
size_t ton_utf8_cut(const char* text, size_t length, size_t max);

/// Copy `length` bytes of UTF-8 into a buffer of `size` bytes, cut between two
/// characters if they do not fit.  [any]
void ton_utf8_copy(char* buffer, size_t size, const char* text, size_t length);

/// The text with each letter and its accents as one character where Unicode has
/// one (normal form C), as most systems write names; macOS takes them apart.
/// Text that is no UTF-8 comes back as it is.  Freed with ton_free(); null when
/// memory is refused.  [any]
char* ton_utf8_composed(const char* text);

/// The same without capitals, as a disk that ignores case compares names.
char* ton_utf8_folded(const char* text);

#endif
