// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Safe and unique names of files.
#include "delivery/file_name.h"

#include "base/memory.h"
#include "base/safe_name.h"
#include "base/string.h"

#include <limits.h>
#include <stdbool.h>
#include <string.h>

/// Longest qualifier, bytes: some room is always left for the title
enum { MAX_QUALIFIER = 80 };

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
    ton_add_safe_name(&end, qualifier, strlen(qualifier), MAX_QUALIFIER);
    ton_string_add(&end, ")");
  }
  ton_string_printf(&end, ".%s", extension);
  ton_add_safe_name(name, title, strlen(title), MAX_FILE_NAME - 1 - end.length);
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
                      ton_is_reserved_name(ton_string_string(&plain)) ? "_"
                                                                      : "",
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
