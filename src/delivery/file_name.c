// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Safe and unique names of files.
#include "delivery/file_name.h"

#include "base/array.h"
#include "base/memory.h"
#include "base/string.h"
#include "base/utf8.h"

#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

/// Longest qualifier, bytes: some room is always left for the title
enum { MAX_QUALIFIER = 80 };

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

/// Add at most `max` bytes of a text, refused characters replaced
static void
add_safe(TonString* name, const char* text, size_t max)
{
  text += strspn(text, " ");
  const size_t n = fitting(text, strlen(text), max);
  for (size_t i = 0; i < n; ++i) {
    const unsigned char c = (unsigned char)text[i];
    const bool refused = c < 32 || c == 127 || strchr("/\\:*?\"<>|", c);
    ton_string_add_bytes(name, refused ? "-" : &text[i], 1);
  }
}

/// Windows takes these for devices, whatever follows behind a point
static bool
is_reserved(const char* name)
{
  static const char* const words[] = {"CON", "PRN", "AUX", "NUL"};
  const size_t n = strcspn(name, ". ");
  for (size_t i = 0; i < TON_COUNT(words); ++i) {
    if (n == 3 && strncasecmp(name, words[i], 3) == 0 && name[n] != ' ') {
      return true;
    }
  }
  return n == 4 && name[n] != ' ' && name[3] >= '0' && name[3] <= '9' &&
         (strncasecmp(name, "COM", 3) == 0 || strncasecmp(name, "LPT", 3) == 0);
}

/// TITLE, number and qualifier, the title as long as it may be
static void
compose(TonString* name, const char* title, unsigned number,
        const char* qualifier, const char* extension)
{
  TonString end = {0};
  if (number > 1) {
    ton_string_printf(&end, " %u", number);
  }
  if (qualifier) {
    ton_string_add(&end, " (");
    add_safe(&end, qualifier, MAX_QUALIFIER);
    ton_string_add(&end, ")");
  }
  ton_string_printf(&end, ".%s", extension);
  add_safe(name, title, MAX_FILE_NAME - 1 - end.length);
  if (!name->length) {
    ton_string_add(name, "_");
  } else if (*name->bytes == '.' || *name->bytes == '-') {
    *name->bytes = '_';
  }
  ton_string_add(name, ton_string_string(&end));
  name->failed |= end.failed;
  ton_string_free(&end);
}

char*
file_names_add(FileNames* names, const char* title, const char* qualifier,
               const char* extension)
{
  for (unsigned number = 1;; ++number) {
    TonString plain = {0};
    TonString name = {0};
    compose(&plain, title, number, qualifier, extension);
    ton_string_printf(&name, "%s%s",
                      is_reserved(ton_string_string(&plain)) ? "_" : "",
                      ton_string_string(&plain));
    name.failed |= plain.failed;
    ton_string_free(&plain);
    bool failed = name.failed;
    char* const own =
        !failed && name_set_add(&names->taken, name.bytes, &failed)
            ? ton_copy_string(name.bytes)
            : NULL;
    const bool over = own || failed || number == UINT_MAX;
    ton_string_free(&name);
    if (over) {
      return own;
    }
  }
}

void
file_names_free(FileNames* names)
{
  name_set_free(&names->taken);
}
