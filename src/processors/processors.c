// SPDX-License-Identifier: GPL-3.0-or-later
#include "processors/processors.h"

#include "base/array.h"
#include "base/cpu.h"

#include <string.h>

#ifdef TON_WIDE
#define LANED(name)                                                            \
  {                                                                            \
    &name##4, &name##8, &name##16                                              \
  }
#else
#define LANED(name)                                                            \
  {                                                                            \
    &name##4, NULL, NULL                                                       \
  }
#endif
#define ALONE(name)                                                            \
  {                                                                            \
    &name, &name, &name                                                        \
  }

/// Every processor at 4, 8 and 16 lanes, alphabetical inside its category
static const TonProcessor* const list[][3] = {
    // colour
    LANED(ton_saturator),
    // dynamics
    LANED(ton_compressor),
    LANED(ton_gate),
    ALONE(ton_limiter),
    LANED(ton_transient),
    // equaliser
    LANED(ton_dynamic_eq),
    LANED(ton_equaliser),
    // gain
    LANED(ton_gain),
    // space
    ALONE(ton_delay),
    LANED(ton_reverb),
    LANED(ton_width),
};

const TonProcessor* const*
ton_processors(void)
{
  static const TonProcessor* first[TON_COUNT(list) + 1];
  for (size_t i = 0; i < TON_COUNT(list); ++i) {
    first[i] = list[i][0];
  }
  return first;
}

const TonProcessor*
ton_processor(const char* id)
{
  for (size_t i = 0; i < TON_COUNT(list); ++i) {
    if (strcmp(list[i][0]->id, id) == 0) {
      return list[i][0];
    }
  }
  return NULL;
}

const TonProcessor*
ton_processor_lanes(const TonProcessor* processor, uint32_t lanes)
{
  const size_t width = lanes == 16 ? 2 : lanes == 8 ? 1 : 0;
  for (size_t i = 0; i < TON_COUNT(list); ++i) {
    if (strcmp(list[i][0]->id, processor->id) == 0) {
      return list[i][width];
    }
  }
  return processor;
}

uint32_t
ton_machine_lanes(void)
{
  return ton_cpu_lanes();
}
