// SPDX-License-Identifier: GPL-3.0-or-later
/// @file UTF-8: the length of a character, and texts in one form, so that names
/// can be compared.
#ifndef TON_BASE_UTF8_H
#define TON_BASE_UTF8_H

#include <stddef.h>

/// Bytes of the UTF-8 character at `text`, of which `left` bytes are there; 0
/// if it is none (RFC 3629: no overlong forms, no surrogates, at most
/// U+10FFFF).  [any]
size_t ton_utf8_length(const char* text, size_t left);

/// The text with each letter and its accents as one character where Unicode has
/// one (normal form C), as most systems write names; macOS takes them apart.
/// Text that is no UTF-8 comes back as it is.  Freed with ton_free(); null when
/// memory is refused.  [any]
char* ton_utf8_composed(const char* text);

/// The same without capitals, as a disk that ignores case compares names.
char* ton_utf8_folded(const char* text);

#endif
