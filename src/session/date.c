// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Dates in texts.
*/

#include "session/date.h"

#include <stdio.h>
#include <string.h>

static bool
is_leap(unsigned year)
{
  return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/// Digits and hyphens where they belong
static bool
has_shape(const char* text)
{
  static const char shape[] = "0000-00-00";
  const size_t n = strlen(text);
  if (n != 4 && n != 7 && n != 10) {
    return false;
  }
  for (size_t i = 0; i < n; ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (digit != (shape[i] == '0') || (!digit && text[i] != '-')) {
      return false;
    }
  }
  return true;
}

TonStatus
ton_check_date(TonReader* r, const TonNode* node, void* row)
{
  static const unsigned days[] = {31, 28, 31, 30, 31, 30,
                                  31, 31, 30, 31, 30, 31};
  (void)row;
  unsigned year = 0;
  unsigned month = 1;
  unsigned day = 1;
  const bool shaped = has_shape(node->text);
  if (shaped) {
    sscanf(node->text, "%4u-%2u-%2u", &year, &month, &day);
  }
  const bool real = shaped && month >= 1 && month <= 12 && day >= 1 &&
                    day <= days[month - 1] + (month == 2 && is_leap(year));
  return real ? TON_OK
              : ton_fail_at(r->doc, node, r->error,
                            "date: \"%s\" is not a date; write 2026, 2026-11 "
                            "or 2026-11-21",
                            node->text);
}
