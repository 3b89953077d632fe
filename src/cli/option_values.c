// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   What a command line gives to an option.
*/

#include "cli/command_line.h"

#include <string.h>

const char* const*
cli_values(const CommandLine* line, const char* name, uint32_t* n)
{
  *n = 0;
  for (uint32_t i = 0; i < line->verb->n_options; ++i) {
    if (strcmp(line->verb->options[i].name, name) == 0) {
      *n = line->given[i].n;
      return line->given[i].values;
    }
  }
  return NULL;
}

const char*
cli_value(const CommandLine* line, const char* name)
{
  uint32_t n = 0;
  const char* const* const values = cli_values(line, name, &n);
  return n ? values[n - 1] : NULL;
}

bool
cli_has(const CommandLine* line, const char* name)
{
  uint32_t n = 0;
  cli_values(line, name, &n);
  return n > 0;
}
