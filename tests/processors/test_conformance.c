// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Every processor of the list against the contract of processor.h.

   usage: test_conformance [HZ]...   (48000 unless told)
*/
#include "conformance.h"

#include <stdlib.h>

int
main(int argc, char** argv)
{
  double rates[9] = {48000.0};
  for (int i = 1; i < argc && i < 9; ++i) {
    rates[i - 1] = strtod(argv[i], NULL);
  }
  const ConformanceSet set = {ton_processors(), ton_processor_lanes,
                              ton_machine_lanes(), rates};
  return conformance_run(&set);
}
