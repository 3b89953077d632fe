// SPDX-License-Identifier: GPL-3.0-or-later
/// @file How wide the vectors of this machine are.
#ifndef TON_BASE_CPU_H
#define TON_BASE_CPU_H

#include <stdint.h>

/// Widest vectors this machine runs well, in floats: 16, 8 or 4.  The
/// environment variable TONMEISTER_LANES may ask for fewer.  [any]
uint32_t ton_cpu_lanes(void);

#endif
