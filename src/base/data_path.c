// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/data_path.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int
beside_program(const char* name, char* room, size_t size)
{
  char program[1024];
  const ssize_t n = readlink("/proc/self/exe", program, sizeof(program) - 1);
  if (n <= 0) {
    return 0;
  }
  program[n] = '\0';
  char* const slash = strrchr(program, '/');
  if (!slash) {
    return 0;
  }
  *slash = '\0';
  const int wrote =
      snprintf(room, size, "%s/../share/tonmeister/%s", program, name);
  return wrote > 0 && (size_t)wrote < size && access(room, R_OK) == 0;
}

const char*
ton_data_path(const char* name, char* room, size_t size)
{
  const char* const chosen = getenv("TONMEISTER_DATA");
  if (chosen && *chosen) {
    snprintf(room, size, "%s/%s", chosen, name);
  } else if (!beside_program(name, room, size)) {
    snprintf(room, size, "%s/%s", TON_SOURCE_DATA, name);
  }
  return room;
}
