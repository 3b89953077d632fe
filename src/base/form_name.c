// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Names of folders that tell how files were stored, and not what plays.
#include "base/form_name.h"

#include "base/array.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static bool
is_listed(const char* const* words, size_t n, const char* text, size_t length)
{
  for (size_t i = 0; i < n; ++i) {
    if (strlen(words[i]) == length &&
        strncasecmp(words[i], text, length) == 0) {
      return true;
    }
  }
  return false;
}

static bool
is_form(const char* text, size_t length)
{
  static const char* const words[] = {
      "wav",      "wave",         "waves",   "wavs",     "mp3",
      "mp3s",     "flac",         "flacs",   "aif",      "aiff",
      "aiffs",    "m4a",          "aac",     "ogg",      "opus",
      "bwf",      "pcm",          "float",   "bit",      "bits",
      "khz",      "hz",           "stem",    "stems",    "audio",
      "file",     "files",        "track",   "tracks",   "multitrack",
      "raw",      "export",       "exports", "exported", "multitracks",
      "bounce",   "bounces",      "bounced", "render",   "renders",
      "rendered", "consolidated", "mono",    "stereo",   "spuren",
      "pistes",   "pistas",       "tracce"};
  return is_listed(words, TON_COUNT(words), text, length);
}

static bool
is_unit(const char* text, size_t length)
{
  static const char* const units[] = {"k",   "khz",  "hz", "b",
                                      "bit", "bits", "f",  "float"};
  return is_listed(units, TON_COUNT(units), text, length);
}

/// Length of the number that a word begins with, "44.1"
static size_t
number_length(const char* text, size_t length)
{
  size_t n = 0;
  while (n < length && (isdigit((unsigned char)text[n]) ||
                        (n && text[n] == '.' && n + 1 < length &&
                         isdigit((unsigned char)text[n + 1])))) {
    ++n;
  }
  return n;
}

bool
ton_names_a_form(const char* name, size_t length)
{
  static const char gaps[] = " _-.,()[]+&";
  bool form = false;
  for (size_t i = 0; i < length;) {
    if (memchr(gaps, name[i], sizeof(gaps) - 1)) {
      ++i;
      continue;
    }
    const size_t number = number_length(name + i, length - i);
    size_t n = number;
    while (i + n < length && !memchr(gaps, name[i + n], sizeof(gaps) - 1)) {
      ++n;
    }
    const char* const word = name + i + number;
    const bool measure =
        number && (n == number ? memchr(name + i, '.', number) != NULL
                               : is_unit(word, n - number));
    const bool known = measure || is_form(name + i, n);
    if (!known && n != number) {
      return false;
    }
    form = form || known;
    i += n;
  }
  return form;
}
