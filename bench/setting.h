// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Settings as the programs of bench/ have them: "symbol=value symbol=value".
#ifndef TON_BENCH_SETTING_H
#define TON_BENCH_SETTING_H

#include <stdbool.h>
#include <string.h>

/// One setting; a symbol may hold a "=", a value holds none
typedef struct {
  char* symbol;
  char* value; ///< Null: there is no "="
} Setting;

/// Take the next one out of a text, which is cut up; `rest` begins as the text.
/// False: there is none.  [any]
static inline bool
setting_next(char** rest, Setting* setting)
{
  char* const symbol = *rest + strspn(*rest, " ");
  char* const end = symbol + strcspn(symbol, " ");
  *rest = *end ? end + 1 : end;
  *end = '\0';
  setting->symbol = symbol;
  setting->value = strrchr(symbol, '=');
  if (setting->value) {
    *setting->value++ = '\0';
  }
  return end > symbol;
}

#endif
