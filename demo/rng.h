// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef DEMO_CHANCE_H
#define DEMO_CHANCE_H

/// @file Chance that is the same every time.

#include <stdint.h>

/// Seeded numbers: splitmix64 (Steele, Lea, Flood 2014).  The same song is
/// played the same way every time.
typedef struct {
  uint64_t state;
} Chance;

static inline uint64_t
chance_next(Chance* c)
{
  uint64_t z = (c->state += 0x9E3779B97F4A7C15U);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31);
}

/// A stream of its own for each player: seed and name (FNV-1a)
static inline Chance
chance_for(uint64_t seed, const char* name)
{
  uint64_t h = 0xCBF29CE484222325U;
  for (; *name; ++name) {
    h = (h ^ (uint8_t)*name) * 0x100000001B3U;
  }
  return (Chance){seed ^ h};
}

/// -1 to 1, even
static inline double
chance_even(Chance* c)
{
  return (double)(int64_t)chance_next(c) * 0x1p-63;
}

/// Bell-shaped, deviation 1, within +-3.5: twelve even ones make a normal one
static inline double
chance_bell(Chance* c)
{
  double sum = 0.0;
  for (int i = 0; i < 12; ++i) {
    sum += chance_even(c);
  }
  return sum > 7.0 ? 3.5 : sum < -7.0 ? -3.5 : sum * 0.5;
}

#endif
