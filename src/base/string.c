// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Strings: copied into fixed buffers, growing ones, and the distance
/// between two of them.
#include "base/string.h"

#include "base/memory.h"
#include "base/utf8.h"

#include <assert.h>
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// Format; false and an empty text when it does not fit
static bool
format_whole(char* buffer, size_t size, const char* format, va_list args)
{
  const int n = vsnprintf(buffer, size, format, args);
  const bool whole = n >= 0 && (size_t)n < size;
  if (!whole && size) {
    buffer[0] = '\0';
  }
  return whole;
}

bool
ton_string_copy(char* buffer, size_t size, const char* text)
{
  return ton_string_format(buffer, size, "%s", text);
}

bool
ton_string_format(char* buffer, size_t size, const char* format, ...)
{
  va_list args;
  va_start(args, format);
  const bool whole = format_whole(buffer, size, format, args);
  va_end(args);
  return whole;
}

void
ton_string_vcut(char* buffer, size_t size, const char* format, va_list args)
{
  static const char dots[] = "...";
  const int n = vsnprintf(buffer, size, format, args);
  if (n >= 0 && (size_t)n >= size && size > sizeof(dots)) {
    memcpy(buffer + ton_utf8_cut(buffer, size - 1, size - sizeof(dots)), dots,
           sizeof(dots));
  }
}

void
ton_string_cut(char* buffer, size_t size, const char* format, ...)
{
  va_list args;
  va_start(args, format);
  ton_string_vcut(buffer, size, format, args);
  va_end(args);
}

void
ton_string_add_bytes(TonString* text, const char* bytes, size_t length)
{
  char* const grown =
      ton_grow(text->bytes, &text->capacity, text->length + length + 1, 1);
  if (!grown) {
    text->failed = true;
    return;
  }
  text->bytes = grown;
  memcpy(text->bytes + text->length, bytes, length);
  text->length += length;
  text->bytes[text->length] = '\0';
}

void
ton_string_add(TonString* text, const char* string)
{
  ton_string_add_bytes(text, string, strlen(string));
}

char*
ton_string_new(const char* format, ...)
{
  va_list args;
  va_list again;
  va_start(args, format);
  va_copy(again, args);
  const int n = vsnprintf(NULL, 0, format, args);
  va_end(args);
  char* const text = n < 0 ? NULL : ton_alloc((size_t)n + 1);
  const bool whole = text && vsnprintf(text, (size_t)n + 1, format, again) == n;
  va_end(again);
  assert(whole || !text);
  (void)whole;
  return text;
}

void
ton_string_printf(TonString* text, const char* format, ...)
{
  va_list args;
  va_list again;
  va_start(args, format);
  va_copy(again, args);
  const int n = vsnprintf(NULL, 0, format, args);
  va_end(args);
  char* const grown = n < 0 ? NULL
                            : ton_grow(text->bytes, &text->capacity,
                                       text->length + (size_t)n + 1, 1);
  if (grown) {
    text->bytes = grown;
    text->length += (size_t)vsnprintf(text->bytes + text->length, (size_t)n + 1,
                                      format, again);
  } else {
    text->failed = true;
  }
  va_end(again);
}

/// True if the character of `n` bytes controls a terminal or the reading
/// direction (U+200E, U+200F, U+2028 to U+202E, U+2066 to U+2069)
static bool
is_control(const unsigned char* s, size_t n)
{
  return s[0] < 0x20 || s[0] == 0x7F || (s[0] == 0xC2 && s[1] < 0xA0) ||
         (n == 3 && s[0] == 0xE2 && s[1] == 0x80 &&
          (s[2] == 0x8E || s[2] == 0x8F || (s[2] >= 0xA8 && s[2] <= 0xAE))) ||
         (n == 3 && s[0] == 0xE2 && s[1] == 0x81 && s[2] >= 0xA6 &&
          s[2] <= 0xA9);
}

void
ton_string_add_visible(TonString* text, const char* outside)
{
  size_t left = strlen(outside);
  while (left) {
    const unsigned char* const s = (const unsigned char*)outside;
    const size_t n = ton_utf8_length(outside, left);
    const size_t taken = n ? n : 1;
    if (n && !is_control(s, n)) {
      ton_string_add_bytes(text, outside, n);
    } else {
      for (size_t i = 0; i < taken; ++i) {
        ton_string_printf(text, "\\x%02X", s[i]);
      }
    }
    outside += taken;
    left -= taken;
  }
}

const char*
ton_string_string(const TonString* text)
{
  return text->bytes ? text->bytes : "";
}

void
ton_string_free(TonString* text)
{
  ton_free(text->bytes);
  *text = (TonString){0};
}

enum { MAX_LENGTH = 63 };

unsigned
ton_string_distance(const char* a, const char* b)
{
  const size_t na = strnlen(a, MAX_LENGTH);
  const size_t nb = strnlen(b, MAX_LENGTH);
  unsigned d[MAX_LENGTH + 1][MAX_LENGTH + 1];
  for (size_t i = 0; i <= na; ++i) {
    d[i][0] = (unsigned)i;
  }
  for (size_t j = 0; j <= nb; ++j) {
    d[0][j] = (unsigned)j;
  }
  for (size_t i = 1; i <= na; ++i) {
    for (size_t j = 1; j <= nb; ++j) {
      const int ca = tolower((unsigned char)a[i - 1]);
      const int cb = tolower((unsigned char)b[j - 1]);
      unsigned best = d[i - 1][j - 1] + (ca != cb);
      const unsigned drop = d[i - 1][j] + 1;
      const unsigned insert = d[i][j - 1] + 1;
      best = drop < best ? drop : best;
      best = insert < best ? insert : best;
      if (i > 1 && j > 1 && ca == tolower((unsigned char)b[j - 2]) &&
          tolower((unsigned char)a[i - 2]) == cb) {
        const unsigned swap = d[i - 2][j - 2] + 1;
        best = swap < best ? swap : best;
      }
      d[i][j] = best;
    }
  }
  return d[na][nb];
}

const char*
ton_string_nearest(const char* word, const char* const* candidates,
                   size_t count)
{
  const char* nearest = NULL;
  unsigned best = 1 + (unsigned)strlen(word) / 5;
  for (size_t i = 0; i < count; ++i) {
    const unsigned distance = ton_string_distance(word, candidates[i]);
    if (distance < best || (distance == best && !nearest)) {
      best = distance;
      nearest = candidates[i];
    }
  }
  return nearest;
}

int
ton_string_order(const char* a, const char* b)
{
  const char* x = a;
  const char* y = b;
  while (*x && *y) {
    if (isdigit((unsigned char)*x) && isdigit((unsigned char)*y)) {
      char* x_end = NULL;
      char* y_end = NULL;
      const unsigned long long u = strtoull(x, &x_end, 10);
      const unsigned long long v = strtoull(y, &y_end, 10);
      if (u != v) {
        return u < v ? -1 : 1;
      }
      x = x_end;
      y = y_end;
    } else if (*x != *y) {
      return (unsigned char)*x < (unsigned char)*y ? -1 : 1;
    } else {
      ++x;
      ++y;
    }
  }
  return *x || *y ? (*x != 0) - (*y != 0) : strcmp(a, b);
}
