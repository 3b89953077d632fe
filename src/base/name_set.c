// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Names of which none is there twice.
#include "base/name_set.h"

#include "base/memory.h"
#include "base/utf8.h"

#include <string.h>

static bool
has(const NameSet* names, const char* folded)
{
  for (uint32_t i = 0; i < names->n; ++i) {
    // NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker)
    if (strcmp(names->folded[i], folded) == 0) {
      return true;
    }
  }
  return false;
}

bool
name_set_add(NameSet* names, const char* name, bool* failed)
{
  char* const folded = ton_utf8_folded(name);
  char** const grown = folded ? ton_grow(names->folded, &names->capacity,
                                         (size_t)names->n + 1, sizeof(char*))
                              : NULL;
  names->folded = grown ? grown : names->folded;
  *failed = !grown;
  if (!grown || has(names, folded)) {
    ton_free(folded);
    return false;
  }
  names->folded[names->n++] = folded;
  return true;
}

void
name_set_free(NameSet* names)
{
  for (uint32_t i = 0; i < names->n; ++i) {
    ton_free(names->folded[i]);
  }
  ton_free(names->folded);
  *names = (NameSet){0};
}
