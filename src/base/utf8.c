// SPDX-License-Identifier: GPL-3.0-or-later
/// @file UTF-8: where its characters begin and end, and texts in one form.
#include "base/utf8.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

size_t
ton_utf8_length(const char* text, size_t left)
{
  utf8proc_int32_t character = 0;
  const utf8proc_ssize_t n = utf8proc_iterate(
      (const utf8proc_uint8_t*)text, (utf8proc_ssize_t)left, &character);
  return n > 0 ? (size_t)n : 0;
}

size_t
ton_utf8_count(const char* text, size_t length)
{
  size_t n = 0;
  for (size_t i = 0; i < length; ++i) {
    n += ton_utf8_starts(text[i]);
  }
  return n;
}

size_t
ton_utf8_columns(const char* text)
{
  size_t columns = 0;
  for (size_t left = strlen(text); left;) {
    utf8proc_int32_t character = 0;
    const utf8proc_ssize_t n = utf8proc_iterate(
        (const utf8proc_uint8_t*)text, (utf8proc_ssize_t)left, &character);
    const size_t bytes = n > 0 ? (size_t)n : 1;
    columns += n > 0 ? (size_t)utf8proc_charwidth(character) : 1;
    text += bytes;
    left -= bytes;
  }
  return columns;
}

size_t
ton_utf8_cut(const char* text, size_t length, size_t max)
{
  size_t n = length < max ? length : max;
  while (n < length && n && !ton_utf8_starts(text[n])) {
    --n;
  }
  return n;
}

void
ton_utf8_copy(char* buffer, size_t size, const char* text, size_t length)
{
  const size_t n = ton_utf8_cut(text, length, size - 1);
  memcpy(buffer, text, n);
  buffer[n] = '\0';
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
