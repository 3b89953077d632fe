// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Names of files that every system takes.
#include "base/safe_name.h"

#include "base/array.h"
#include "base/utf8.h"

#include <string.h>
#include <strings.h>

/// Most of `max` bytes of a text that end behind a whole letter, without
/// spaces and points at the end
static size_t
fitting(const char* text, size_t length, size_t max)
{
  size_t n = ton_utf8_cut(text, length, max);
  while (n && (text[n - 1] == ' ' || text[n - 1] == '.')) {
    --n;
  }
  return n;
}

void
ton_add_safe_name(TonString* name, const char* text, size_t length, size_t max)
{
  while (length && *text == ' ') {
    ++text;
    --length;
  }
  const size_t n = fitting(text, length, max);
  for (size_t i = 0; i < n; ++i) {
    const unsigned char c = (unsigned char)text[i];
    const bool refused = c < 32 || c == 127 || strchr("/\\:*?\"<>|", c);
    ton_string_add_bytes(name, refused ? "-" : &text[i], 1);
  }
}

/// ¹, ² and ³, which Windows takes for 1, 2 and 3
static bool
is_raised_digit(const char* text)
{
  return memcmp(text, "\xC2\xB9", 2) == 0 || memcmp(text, "\xC2\xB2", 2) == 0 ||
         memcmp(text, "\xC2\xB3", 2) == 0;
}

bool
ton_is_reserved_name(const char* name)
{
  static const char* const words[] = {"CON", "PRN", "AUX", "NUL"};
  const size_t n = strcspn(name, ". ");
  for (size_t i = 0; i < TON_COUNT(words); ++i) {
    if (n == 3 && strncasecmp(name, words[i], 3) == 0 && name[n] != ' ') {
      return true;
    }
  }
  const bool port =
      strncasecmp(name, "COM", 3) == 0 || strncasecmp(name, "LPT", 3) == 0;
  return port && name[n] != ' ' &&
         ((n == 4 && name[3] >= '0' && name[3] <= '9') ||
          (n == 5 && is_raised_digit(name + 3)));
}
