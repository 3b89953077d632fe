// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The length of a UTF-8 character.
#include "base/utf8.h"

#include <stdbool.h>

size_t
ton_utf8_length(const char* text, size_t left)
{
  const unsigned char* const s = (const unsigned char*)text;
  const unsigned char c = left ? s[0] : 0xFF;
  if (c < 0x80) {
    return 1;
  }
  const size_t n = c >= 0xC2 && c <= 0xDF   ? 2
                   : c >= 0xE0 && c <= 0xEF ? 3
                   : c >= 0xF0 && c <= 0xF4 ? 4
                                            : 0;
  if (!n || n > left) {
    return 0;
  }
  for (size_t i = 1; i < n; ++i) {
    if ((s[i] & 0xC0U) != 0x80U) {
      return 0;
    }
  }
  const bool wrong = (c == 0xE0 && s[1] < 0xA0) || (c == 0xED && s[1] > 0x9F) ||
                     (c == 0xF0 && s[1] < 0x90) || (c == 0xF4 && s[1] > 0x8F);
  return wrong ? 0 : n;
}
