// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Rows of a parameter table, one macro per unit.

   A file that uses them says first which struct the fields are of:

     #define AT(field) offsetof(GateParams, field)

   `part` is the end of a TON_PART_ name.  Frequencies and times that cannot be
   zero, and ratios, are spaced by the logarithm.
*/
#ifndef TON_PROCESSORS_PARAM_ROWS_H
#define TON_PROCESSORS_PARAM_ROWS_H

#include "base/array.h"

#include <tonmeister/processor.h>

#include <assert.h>

#define ROW_IN_BAND(band_, symbol_, field, unit_, spacing_, choices_, min_,    \
                    max_, def_, flags_, part_, name_, help_)                   \
  {                                                                            \
    .symbol = symbol_, .name = name_, .help = help_, .offset = AT(field),      \
    .unit = unit_, .spacing = spacing_, .min = (float)(min_),                  \
    .max = (float)(max_), .def = (float)(def_), .choices = choices_,           \
    .flags = flags_, .part = TON_PART_##part_, .band = band_                   \
  }

#define ROW(symbol, field, unit, spacing, min, max, def, flags, part, name,    \
            help)                                                              \
  ROW_IN_BAND(0, symbol, field, unit, spacing, NULL, min, max, def, flags,     \
              part, name, help)

#define ROW_FROM_ZERO(min) ((min) > 0 ? TON_LOG : TON_LINEAR)

#define ROW_DB(symbol, field, min, max, def, flags, part, name, help)          \
  ROW(symbol, field, TON_DB, TON_LINEAR, min, max, def, flags, part, name, help)

#define ROW_DBTP(symbol, field, min, max, def, flags, part, name, help)        \
  ROW(symbol, field, TON_DBTP, TON_LINEAR, min, max, def, flags, part, name,   \
      help)

#define ROW_PERCENT(symbol, field, min, max, def, flags, part, name, help)     \
  ROW(symbol, field, TON_PERCENT, TON_LINEAR, min, max, def, flags, part,      \
      name, help)

#define ROW_HZ(symbol, field, min, max, def, flags, part, name, help)          \
  ROW(symbol, field, TON_HZ, ROW_FROM_ZERO(min), min, max, def, flags, part,   \
      name, help)

#define ROW_MS(symbol, field, min, max, def, flags, part, name, help)          \
  ROW(symbol, field, TON_MS, ROW_FROM_ZERO(min), min, max, def, flags, part,   \
      name, help)

#define ROW_S(symbol, field, min, max, def, flags, part, name, help)           \
  ROW(symbol, field, TON_S, ROW_FROM_ZERO(min), min, max, def, flags, part,    \
      name, help)

#define ROW_RATIO(symbol, field, min, max, def, flags, part, name, help)       \
  ROW(symbol, field, TON_RATIO, TON_LOG, min, max, def, flags, part, name, help)

#define ROW_SWITCH(symbol, field, def, flags, part, name, help)                \
  ROW(symbol, field, TON_PLAIN, TON_SWITCH, 0, 1, def, flags, part, name, help)

/// `choices` is an array of keys that ends with null
#define ROW_CHOICE(symbol, field, choices, def, flags, part, name, help)       \
  ROW_IN_BAND(0, symbol, field, TON_PLAIN, TON_CHOICE, choices, 0,             \
              TON_COUNT(choices) - 2, def, flags, part, name, help)

/// The same with values in a unit as its keys, "0.3 ms"; any way to write a
/// value is read
#define ROW_STEPS(symbol, field, unit, choices, def, flags, part, name, help)  \
  ROW_IN_BAND(0, symbol, field, unit, TON_CHOICE, choices, 0,                  \
              TON_COUNT(choices) - 2, def, flags, part, name, help)

#endif
