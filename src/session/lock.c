// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Which values of a text its user has locked.
*/

#include <tonmeister/session.h>

#include <string.h>

/// `inner` is the place `outer`, or a part of it
static bool
is_within(const char* inner, const char* outer)
{
  const size_t n = strlen(outer);
  return strncmp(inner, outer, n) == 0 && (!inner[n] || inner[n] == '/');
}

bool
ton_lock_holds(char* const* locks, uint32_t n_locks, const char* path)
{
  for (uint32_t i = 0; i < n_locks; ++i) {
    if (strcmp(locks[i], "all") == 0 || is_within(path, locks[i]) ||
        is_within(locks[i], path)) {
      return true;
    }
  }
  return false;
}
