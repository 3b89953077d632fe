// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Codes of recordings (ISRC) and of products (UPC, EAN).
*/

#include "session/isrc_upc.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

/// Copy without hyphens and spaces, upper case; false if longer than `max`
static bool
squeeze(const char* text, char* plain, size_t max)
{
  size_t n = 0;
  for (; *text; ++text) {
    if (*text == '-' || *text == ' ') {
      continue;
    }
    if (n == max) {
      return false;
    }
    plain[n++] = (char)toupper((unsigned char)*text);
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
  if (!squeeze(text, plain, 12) || strlen(plain) != 12) {
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

const char*
ton_upc(const char* text, char* plain, char* expected)
{
  *expected = '\0';
  if (!squeeze(text, plain, 14)) {
    return "it has 12 digits (UPC) or 13 (EAN)";
  }
  const size_t n = strlen(plain);
  if (!all(plain, n, isdigit)) {
    return "it has digits only";
  }
  if (n != 8 && n != 12 && n != 13 && n != 14) {
    return "it has 12 digits (UPC) or 13 (EAN)";
  }
  unsigned sum = 0;
  for (size_t i = 1; i < n; ++i) {
    sum += (unsigned)(plain[n - 1 - i] - '0') * (i % 2 ? 3U : 1U);
  }
  const char check = (char)('0' + (10 - sum % 10) % 10);
  if (plain[n - 1] != check) {
    *expected = check;
    return "its last digit does not fit the others";
  }
  return NULL;
}
