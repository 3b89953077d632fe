// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Names of which none is there twice, on disks that ignore case neither.
#ifndef TON_BASE_NAME_SET_H
#define TON_BASE_NAME_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Zero-initialise; name_set_free() when done
typedef struct {
  char** folded; ///< As ton_utf8_folded()
  uint32_t n;
  size_t capacity;
} NameSet;

/// Add a name.  False if it is there already, in whatever case or normal form;
/// or, with `*failed` set, if memory is refused.  [main]
bool name_set_add(NameSet* names, const char* name, bool* failed);

void name_set_free(NameSet* names);

#endif
