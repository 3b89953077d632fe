// SPDX-License-Identifier: GPL-3.0-or-later
/// @file UTF-8: the length of a character, and texts in one form.
#include "base/utf8.h"

#include "base/memory.h"

#include <stdbool.h>
#include <stdlib.h>
#include <utf8proc.h>

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

static char*
mapped(const char* text, utf8proc_option_t options)
{
  utf8proc_uint8_t* form = NULL;
  const utf8proc_ssize_t n =
      utf8proc_map((const utf8proc_uint8_t*)text, 0, &form,
                   options | UTF8PROC_NULLTERM | UTF8PROC_STABLE);
  char* const own = n == UTF8PROC_ERROR_NOMEM
                        ? NULL
                        : ton_copy_string(n < 0 ? text : (char*)form);
  free(form);
  return own;
}

char*
ton_utf8_composed(const char* text)
{
  return mapped(text, UTF8PROC_COMPOSE);
}

char*
ton_utf8_folded(const char* text)
{
  return mapped(text, UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD);
}
