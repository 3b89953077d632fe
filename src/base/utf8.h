// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The length of a UTF-8 character.
#ifndef TON_BASE_UTF8_H
#define TON_BASE_UTF8_H

#include <stddef.h>

/// Bytes of the UTF-8 character at `text`, of which `left` bytes are there; 0
/// if it is none (RFC 3629: no overlong forms, no surrogates, at most
/// U+10FFFF).  [any]
size_t ton_utf8_length(const char* text, size_t left);

#endif
