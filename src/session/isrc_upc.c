// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Codes of recordings (ISRC) and of products (UPC, EAN).
*/

#include "session/isrc_upc.h"

#include "base/array.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

/// Bytes of a hyphen, dash or space at the start of a text, also of those that
/// word processors put in their place; 0 if there is none
static size_t
separator(const char* text)
{
  static const char* const all[] = {
      "-",
      " ",
      "\xC2\xA0",
      "\xE2\x80\x87", // spaces
      "\xE2\x80\xAF",
      "\xE2\x80\x90",
      "\xE2\x80\x91",
      "\xE2\x80\x92",
      "\xE2\x80\x93",
      "\xE2\x80\x94",
      "\xE2\x80\x95",
      "\xE2\x88\x92",
  };
  for (size_t i = 0; i < TON_COUNT(all); ++i) {
    if (strncmp(text, all[i], strlen(all[i])) == 0) {
      return strlen(all[i]);
    }
  }
  return 0;
}

/// Copy without separators, upper case; false if longer than `max`
static bool
strip_separators(const char* text, char* plain, size_t max)
{
  size_t n = 0;
  while (*text) {
    const size_t skipped = separator(text);
    if (!skipped && n == max) {
      return false;
    }
    if (!skipped) {
      plain[n++] = (char)toupper((unsigned char)*text);
    }
    text += skipped ? skipped : 1;
  }
  plain[n] = '\0';
  return true;
}

static bool
all(const char* text, size_t n, int (*is)(int))
{
  for (size_t i = 0; i < n; ++i) {
    if ((unsigned char)text[i] > 127 || !is((unsigned char)text[i])) {
      return false;
    }
  }
  return true;
}

const char*
ton_isrc(const char* text, char* plain)
{
  if (strncasecmp(text, "ISRC", 4) == 0 && text[4] && text[4] != '-') {
    text += 4;
  }
  if (!strip_separators(text, plain, 12) || strlen(plain) != 12) {
    return "it has twelve letters and digits: CC-XXX-YY-NNNNN";
  }
  if (!all(plain, 2, isalpha)) {
    return "it begins with the two letters of a country";
  }
  if (!all(plain + 2, 3, isalnum)) {
    return "after the country come three letters or digits of the registrant";
  }
  return all(plain + 5, 7, isdigit)
             ? NULL
             : "it ends with two digits of the year and five of the recording";
}

/// The last digit that the others ask for
static char
check_digit(const char* digits, size_t n)
{
  unsigned sum = 0;
  for (size_t i = 1; i < n; ++i) {
    sum += (unsigned)(digits[n - 1 - i] - '0') * (i % 2 ? 3U : 1U);
  }
  return (char)('0' + (10 - sum % 10) % 10);
}

const char*
ton_upc(const char* text, char* plain, char* expected)
{
  *expected = '\0';
  if (!strip_separators(text, plain, 14)) {
    return "it has 12 digits (UPC) or 13 (EAN)";
  }
  const size_t n = strlen(plain);
  if (!all(plain, n, isdigit)) {
    return "it has digits only";
  }
  if (n == 11 && plain[10] == check_digit(plain, n)) {
    return "it has 11 digits; put the zero in front that spreadsheets drop";
  }
  if (n != 8 && n != 12 && n != 13 && n != 14) {
    return "it has 12 digits (UPC) or 13 (EAN)";
  }
  const char check = check_digit(plain, n);
  if (plain[n - 1] != check) {
    *expected = check;
    return "its last digit does not fit the others";
  }
  return NULL;
}
