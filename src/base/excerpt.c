// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The part of a line of text that an error shows.
#include "base/excerpt.h"

#include "base/utf8.h"

#include <string.h>

enum { BEFORE = 60 }; ///< Characters of at most 4 bytes: they fit an excerpt

uint32_t
ton_excerpt_begin(uint32_t column)
{
  return column > BEFORE ? column - BEFORE : 1;
}

void
ton_excerpt_take(TonError* error, const char* line)
{
  const char* const end = line + strcspn(line, "\r\n");
  for (uint32_t left = ton_excerpt_begin(error->column); line < end; ++line) {
    left -= ton_utf8_starts(*line);
    if (!left) {
      break;
    }
  }
  ton_utf8_copy(error->excerpt, sizeof(error->excerpt), line,
                (size_t)(end - line));
}
