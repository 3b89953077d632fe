// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_SESSION_MARKS_H
#define TON_SESSION_MARKS_H

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
} TonMarks;

/// False when memory is refused.  `text` must stay.
bool ton_marks_make(TonMarks* marks, const char* text, size_t length);

void ton_marks_free(TonMarks* marks);

size_t ton_marks_byte(const TonMarks* marks, size_t character);

#endif
