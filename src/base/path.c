// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Parts of a path.
#include "base/path.h"

#include <string.h>

const char*
ton_file_name(const char* path)
{
  const char* const slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

const char*
ton_file_ending(const char* path)
{
  const char* const name = ton_file_name(path);
  const char* const dot = strrchr(name, '.');
  return dot && dot > name ? dot : name + strlen(name);
}
