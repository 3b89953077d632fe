// SPDX-License-Identifier: GPL-3.0-or-later
/// @file How wide the vectors of this machine are.
#include "base/cpu.h"

#include <stdlib.h>

static uint32_t
widest(void)
{
#if defined(TON_WIDE)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512bw")) {
    return 16;
  }
  if (__builtin_cpu_supports("avx2")) {
    return 8;
  }
#endif
  return 4;
}

uint32_t
ton_cpu_lanes(void)
{
  const char* const setting = getenv("TONMEISTER_LANES");
  const uint32_t max = widest();
  const long asked = setting ? strtol(setting, NULL, 10) : 0;
  return (asked == 4 || asked == 8) && asked < (long)max ? (uint32_t)asked
                                                         : max;
}
