// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   What a text may not hold: other encodings, tabs, control characters.
*/

#include "session/tree_scan.h"

#include "base/error.h"
#include "base/utf8.h"
#include "session/tree.h"

#include <string.h>

/// A line break that editors do not show as one: NEL, LS, PS
static bool
odd_break(const unsigned char* s, size_t n)
{
  return (n == 2 && s[0] == 0xC2 && s[1] == 0x85) ||
         (n == 3 && s[0] == 0xE2 && s[1] == 0x80 &&
          (s[2] == 0xA8 || s[2] == 0xA9));
}

/// C0 and C1 controls but those that break a line, and U+FFFE and U+FFFF, which are
/// no characters
static bool
is_control(const unsigned char* s, size_t n)
{
  return (n == 1 && ((*s < 0x20 && *s != '\n') || *s == 0x7F)) ||
         (n == 2 && s[0] == 0xC2 && s[1] < 0xA0) ||
         (n == 3 && s[0] == 0xEF && s[1] == 0xBF && s[2] >= 0xBE);
}

/// What is wrong with the character of `n` bytes at `s`, or null
static const char*
fault(const unsigned char* s, size_t n, bool comment, bool last)
{
  if (n == 0) {
    return "this is not UTF-8; save the text as UTF-8";
  }
  if (*s == '\t') {
    return comment ? NULL : "a tab; use spaces";
  }
  if (*s == '\r') {
    return !last && s[1] == '\n' ? NULL
                                 : "a lone carriage return; end lines "
                                   "with a newline";
  }
  if (odd_break(s, n)) {
    return "an unusual line break; use a plain newline";
  }
  return is_control(s, n) ? "a control character; remove it" : NULL;
}

TonStatus
ton_tree_scan(const char* text, size_t length, const char* name,
              TonError* error)
{
  if (length > TON_TREE_BYTES) {
    return ton_fail_file(error, TON_BAD_TEXT, name,
                         "the text is longer than 8 MiB");
  }
  bool comment = false;
  for (size_t i = 0; i < length;) {
    const unsigned char* const s = (const unsigned char*)text + i;
    const size_t n = ton_utf8_length(text + i, length - i);
    if (*s == '#' && (i == 0 || strchr(" \t\n", text[i - 1]))) {
      comment = true;
    }
    comment = comment && *s != '\n';
    const char* const what = fault(s, n, comment, i + 1 == length);
    if (what) {
      return ton_fail_text(error, name, text, i, "%s", what);
    }
    i += n;
  }
  return TON_OK;
}
