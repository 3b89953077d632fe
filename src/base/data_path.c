// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Where the program's own data files lie: targets, roles, presets.
#include "base/data_path.h"

#include "base/string.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool
beside_program(const char* name, char* buffer, size_t size)
{
  char program[1024];
  const ssize_t n = readlink("/proc/self/exe", program, sizeof(program) - 1);
  if (n <= 0) {
    return false;
  }
  program[n] = '\0';
  char* const slash = strrchr(program, '/');
  if (!slash) {
    return false;
  }
  *slash = '\0';
  return ton_string_format(buffer, size, "%s/../share/tonmeister/%s", program,
                           name) &&
         access(buffer, R_OK) == 0;
}

const char*
ton_data_path(const char* name, char* buffer, size_t size)
{
  const char* const chosen = getenv("TONMEISTER_DATA");
  const bool told = chosen && *chosen;
  if (!told && beside_program(name, buffer, size)) {
    return buffer;
  }
  // a path that does not fit is empty, and no such file is found
  return ton_string_format(buffer, size, "%s/%s",
                           told ? chosen : TON_SOURCE_DATA, name)
             ? buffer
             : "";
}
