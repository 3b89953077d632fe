// SPDX-License-Identifier: GPL-3.0-or-later
/// @file A row of a table of data/ by its name.
#include "base/error.h"
#include "base/string.h"
#include "session/fields.h"

#include <strings.h>

enum { MOST_NAMED = 64 }; ///< Rows that a message names

TonStatus
ton_table_find(const char* what, const char* name, const void* rows,
               size_t size, uint32_t n, uint32_t* at, TonError* error)
{
  const char* names[MOST_NAMED];
  TonString all = {0};
  for (*at = 0; *at < n && *at < MOST_NAMED; ++*at) {
    names[*at] = (const char*)rows + *at * size;
    if (strcasecmp(names[*at], name) == 0) {
      ton_string_free(&all);
      return TON_OK;
    }
    ton_string_printf(&all, "%s%s", *at ? ", " : "", names[*at]);
  }
  const char* const near = ton_string_nearest(name, names, *at);
  const TonStatus status =
      ton_fail(error, TON_NOT_FOUND, "there is no %s \"%s\"; %s%s%s", what,
               name, near ? "did you mean \"" : "choose one of ",
               near ? near : ton_string_string(&all), near ? "\"?" : "");
  ton_string_free(&all);
  return status;
}
