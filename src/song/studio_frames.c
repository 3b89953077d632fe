// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Binary frames, little-endian on every machine: docs/studio-protocol.md.
#include "song/studio_internal.h"

#include <string.h>
#include <time.h>

enum { MAGIC = 0x4d4e4f54 };

static void
put(unsigned char* out, uint64_t value, int bytes)
{
  for (int i = 0; i < bytes; ++i) {
    out[i] = (unsigned char)(value >> (8 * i));
  }
}

void
frame_head(const FrameHead* h, unsigned char* out)
{
  put(out, MAGIC, 4);
  put(out + 4, h->kind, 2);
  put(out + 6, h->width, 2);
  put(out + 8, h->id, 4);
  put(out + 12, h->rows, 4);
  put(out + 16, h->song, 8);
  put(out + 24, h->changes, 4);
  put(out + 28, 0, 4);
}

void
frame_floats(const float* values, size_t n, unsigned char* out)
{
  for (size_t i = 0; i < n; ++i) {
    uint32_t bits = 0;
    memcpy(&bits, &values[i], sizeof(bits));
    put(out + 4 * i, bits, 4);
  }
}

void
frame_words(const int16_t* values, size_t n, unsigned char* out)
{
  for (size_t i = 0; i < n; ++i) {
    put(out + 2 * i, (uint16_t)values[i], 2);
  }
}

uint64_t
studio_now_ms(void)
{
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}
