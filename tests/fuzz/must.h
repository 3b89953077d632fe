// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_TESTS_FUZZ_MUST_H
#define TON_TESTS_FUZZ_MUST_H

/// @file A condition that must hold, or the fuzzer stops.

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/// The entry of a fuzz target
int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size);

/// A crash for the fuzzer to find
#define MUST(holds)                                                            \
  do {                                                                         \
    if (!(holds)) {                                                            \
      fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #holds);              \
      abort();                                                                 \
    }                                                                          \
  } while (0)

#endif
