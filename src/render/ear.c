// SPDX-License-Identifier: GPL-3.0-or-later
/// @file What is heard of the taps, and the fades between.
#include "render/ear.h"

enum { MASTER = 1, DIM = 2, MONO = 4, SIDE = 8 };

void
ear_choose(Ear* ear, const EarChoice* c)
{
  const unsigned bits = (c->source == EAR_MASTER ? MASTER : 0U) |
                        (c->dim ? DIM : 0U) | (c->mono ? MONO : 0U) |
                        (c->side && !c->mono ? SIDE : 0U);
  atomic_store(&ear->wanted, bits);
}

/// One frame as a choice hears it
static void
hear(unsigned choice, float* const* taps, uint32_t i, float* out)
{
  const unsigned tap = choice & MASTER ? 2 : 0;
  const float left = taps[tap][i];
  const float right = taps[tap + 1][i];
  out[0] = left;
  out[1] = right;
  if (choice & MONO) {
    out[0] = out[1] = 0.5F * (left + right);
  } else if (choice & SIDE) {
    out[0] = out[1] = 0.5F * (left - right);
  }
  if (choice & DIM) {
    out[0] *= 0.1F;
    out[1] *= 0.1F;
  }
}

void
ear_hear(Ear* ear, float* const* taps, float* out, uint32_t frames)
{
  for (uint32_t i = 0; i < frames; ++i) {
    if (ear->now == ear->next) {
      ear->next = atomic_load_explicit(&ear->wanted, memory_order_relaxed);
      ear->faded = 0;
    }
    hear(ear->now, taps, i, out + 2 * (uint64_t)i);
    if (ear->now != ear->next) {
      float to[2];
      const float part = (float)++ear->faded / (float)EAR_FADE;
      hear(ear->next, taps, i, to);
      for (int c = 0; c < 2; ++c) {
        float* const x = out + 2 * (uint64_t)i + c;
        *x += part * (to[c] - *x);
      }
      ear->now = ear->faded == EAR_FADE ? ear->next : ear->now;
    }
  }
}
