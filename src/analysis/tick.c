// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   What the meters share: where ticks begin, pairs of channels, growing curves.
*/
#include "analysis/meters.h"
#include "base/memory.h"

uint64_t
tick_frame(uint32_t rate, uint64_t index)
{
  return (index * rate + TICKS_PER_S / 2) / TICKS_PER_S;
}

bool
tick_ends_tenth(const Tick* tick)
{
  return tick->index % TICKS_OF_TENTH == TICKS_OF_TENTH - 1 || !tick->whole;
}

uint32_t
partner(uint32_t channel, uint32_t channels)
{
  return channel + 1 < channels ? channel + 1 : channel;
}

void
curve_add(Curve* curve, double value)
{
  float* const grown = ton_grow(curve->values, &curve->capacity,
                                (size_t)curve->n + 1, sizeof(float));
  if (!grown) {
    curve->failed = true;
    return;
  }
  curve->values = grown;
  curve->values[curve->n++] = (float)value;
}

float*
curve_give(const Curve* curve, TonMeasurement* m)
{
  m->n_points = curve->n < m->n_points ? curve->n : m->n_points;
  return curve->values;
}

void
curve_free(Curve* curve)
{
  ton_free(curve->values);
}
