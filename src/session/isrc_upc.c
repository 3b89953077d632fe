// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/isrc_upc.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

/// Copy without hyphens and spaces, upper case; false if longer than `most`
static bool
squeeze(const char* text, char* room, size_t most)
{
  size_t n = 0;
  for (; *text; ++text) {
    if (*text == '-' || *text == ' ') {
      continue;
    }
    if (n == most) {
      return false;
    }
    room[n++] = (char)toupper((unsigned char)*text);
  }
  room[n] = '\0';
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
ton_isrc(const char* text, char* room)
{
  if (strncasecmp(text, "ISRC", 4) == 0 && text[4] && text[4] != '-') {
    text += 4;
  }
  if (!squeeze(text, room, 12) || strlen(room) != 12) {
    return "it has twelve letters and digits: CC-XXX-YY-NNNNN";
  }
  if (!all(room, 2, isalpha)) {
    return "it begins with the two letters of a country";
  }
  if (!all(room + 2, 3, isalnum)) {
    return "after the country come three letters or digits of the registrant";
  }
  return all(room + 5, 7, isdigit)
             ? NULL
             : "it ends with two digits of the year and five of the recording";
}

const char*
ton_upc(const char* text, char* room, char* expected)
{
  *expected = '\0';
  if (!squeeze(text, room, 14)) {
    return "it has 12 digits (UPC) or 13 (EAN)";
  }
  const size_t n = strlen(room);
  if (!all(room, n, isdigit)) {
    return "it has digits only";
  }
  if (n != 8 && n != 12 && n != 13 && n != 14) {
    return "it has 12 digits (UPC) or 13 (EAN)";
  }
  unsigned sum = 0;
  for (size_t i = 1; i < n; ++i) {
    sum += (unsigned)(room[n - 1 - i] - '0') * (i % 2 ? 3U : 1U);
  }
  const char check = (char)('0' + (10 - sum % 10) % 10);
  if (room[n - 1] != check) {
    *expected = check;
    return "its last digit does not fit the others";
  }
  return NULL;
}
