// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The list of all processors: ours, and those added while the program runs.
*/
#include "processors/processors.h"

#include "base/cpu.h"

#include <string.h>

enum { WIDTHS = 3, MAX_PROCESSORS = 4096 };

typedef const TonProcessor* Variants[WIDTHS]; ///< For 4, 8 and 16 lanes

#ifdef TON_WIDE
#define LANED(name) {&name##4, &name##8, &name##16},
#else
#define LANED(name) {&name##4, NULL, NULL},
#endif
#define ALONE(name) {&name, &name, &name},

static Variants list[MAX_PROCESSORS] = {
    TON_OUR_PROCESSORS(LANED, ALONE, LANED)};

#define FIRST_LANED(name) &name##4,
#define FIRST_ALONE(name) &name,

/// The first variant of each, for loops over all; ends with null
static const TonProcessor* first[MAX_PROCESSORS + 1] = {
    TON_OUR_PROCESSORS(FIRST_LANED, FIRST_ALONE, FIRST_LANED)};

const TonProcessor* const*
ton_processors(void)
{
  return first;
}

/// Place of an id in the list, or of the first free row
static size_t
place_of(const char* id)
{
  size_t i = 0;
  while (first[i] && strcmp(first[i]->id, id) != 0) {
    ++i;
  }
  return i;
}

const TonProcessor*
ton_processor(const char* id)
{
  return first[place_of(id)];
}

const TonProcessor*
ton_processor_lanes(const TonProcessor* processor, uint32_t lanes)
{
  const size_t i = place_of(processor->id);
  const size_t width = lanes == 16 ? 2 : lanes == 8 ? 1 : 0;
  return first[i] ? list[i][width] : processor;
}

TonStatus
ton_processors_add(const TonProcessor* const variants[3], TonError* error)
{
  const char* const id = variants[0]->id;
  const size_t i = place_of(id);
  if (first[i]) {
    return ton_fail(error, TON_BAD_USE,
                    "there is already a processor named \"%s\"", id);
  }
  if (i == MAX_PROCESSORS) {
    return ton_fail(error, TON_UNSUPPORTED,
                    "\"%s\" cannot be added: there are %d processors already",
                    id, MAX_PROCESSORS);
  }
  memcpy(list[i], variants, sizeof(list[i]));
  first[i] = variants[0];
  return TON_OK;
}

bool
ton_neutral_without_mix(const TonProcessor* self, const float* values)
{
  for (uint32_t i = 0; i < self->n_params; ++i) {
    if (self->params[i].part == TON_PART_MIX) {
      return values[i] <= 0.0F;
    }
  }
  return false;
}

uint32_t
ton_machine_lanes(void)
{
  return ton_cpu_lanes();
}
