// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Places in a text, by character and by byte.
*/

#ifndef TON_SESSION_UTF8_INDEX_H
#define TON_SESSION_UTF8_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// From characters, as libyaml counts, to bytes.  Every 64th character's byte
/// is kept; the rest is walked.
typedef struct {
  const char* text;
  size_t length;
  uint32_t* every; ///< Null while all characters are one byte
  size_t count;
} TonUtf8Index;

/// False when memory is refused.  `text` must stay.
bool ton_utf8_index_make(TonUtf8Index* marks, const char* text, size_t length);

void ton_utf8_index_free(TonUtf8Index* marks);

size_t ton_utf8_index_byte(const TonUtf8Index* marks, size_t character);

#endif
