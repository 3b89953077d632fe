// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Where the program's own data files lie: targets, roles, presets.
#include "base/data_path.h"

#include "base/string.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/// In share/tonmeister of a folder that the program or the library lies in
static bool
find_above(const char* object, const char* name, char* path, size_t size)
{
  char folder[PATH_MAX];
  bool found = false;
  const bool fits = ton_string_format(folder, sizeof(folder), "%s", object);
  for (int i = 0; i < 4 && fits && !found; ++i) {
    char* const slash = strrchr(folder, '/');
    if (!slash) {
      break;
    }
    *slash = '\0';
    found =
        ton_string_format(path, size, "%s/share/tonmeister/%s", folder, name) &&
        access(path, R_OK) == 0;
  }
  return found;
}

static bool
find_installed(const char* name, char* path, size_t size)
{
  char program[PATH_MAX];
  static const char here = 0;
  const ssize_t n = readlink("/proc/self/exe", program, sizeof(program) - 1);
  program[n > 0 ? n : 0] = '\0';
  Dl_info library;
  return find_above(program, name, path, size) ||
         (dladdr(&here, &library) && library.dli_fname &&
          find_above(library.dli_fname, name, path, size));
}

const char*
ton_data_path(const char* name, char* path, size_t size)
{
  const char* const chosen = getenv("TONMEISTER_DATA");
  const bool told = chosen && *chosen;
  if (!told && find_installed(name, path, size)) {
    return path;
  }
  // a path that does not fit is empty, and no such file is found
  return ton_string_format(path, size, "%s/%s", told ? chosen : TON_SOURCE_DATA,
                           name)
             ? path
             : "";
}
