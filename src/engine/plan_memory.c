// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The memory of a plan: its arena, its delay lines, the buffers that
/// strips and sums hand their sound on in, and the points of its meters.

#include "engine/plan_parts.h"

void*
plan_alloc(Plan* p, size_t bytes)
{
  const uintptr_t block = (uintptr_t)ton_arena_alloc(&p->arena, bytes + 48);
  return block ? (void*)((block + 63) & ~(uintptr_t)63) : NULL;
}

TonStatus
plan_delay(Plan* p, DelayLine* line, uint32_t frames, uint32_t longest)
{
  longest = longest > frames ? longest : frames;
  line->frames = frames;
  if (longest) {
    const uint32_t size = delay_line_size(longest);
    line->mask = size - 1;
    line->ring = plan_alloc(p, size * sizeof(float));
  }
  return longest && !line->ring ? TON_NO_MEMORY : TON_OK;
}

/// Buffers of a period that all strips and sums need
static size_t
count_buffers(const Plan* p)
{
  size_t n = 0;
  for (uint32_t i = 0; i < p->graph->n_strips; ++i) {
    const StripPlan* const s = &p->strips[i];
    n += (size_t)s->channels * (p->n_buffers + (s->stream != NULL));
  }
  return n + (size_t)2 * p->n_buffers * p->n_sums;
}

/// Bytes that the buffers of a plan take before periods become shorter
static const size_t BUFFER_BYTES = (size_t)8 << 20;

TonStatus
plan_buffers(Plan* p)
{
  const size_t n = count_buffers(p);
  while (p->period > MIN_PERIOD &&
         n * p->period * sizeof(float) > BUFFER_BYTES) {
    p->period /= 2;
  }
  p->block = p->block < p->period ? p->block : p->period;
  p->buffers = ton_alloc(n * p->period * sizeof(float));
  if (!p->buffers) {
    return TON_NO_MEMORY;
  }
  float* next = p->buffers;
  for (uint32_t i = 0; i < p->graph->n_strips; ++i) {
    StripPlan* const s = &p->strips[i];
    for (uint32_t c = 0; c < s->channels; ++c) {
      for (uint32_t k = 0; k < p->n_buffers; ++k, next += p->period) {
        s->out[k][c] = next;
      }
      if (s->stream) {
        s->in[c] = next;
        next += p->period;
      }
    }
  }
  for (uint32_t i = 0; i < 2 * p->n_sums * p->n_buffers; ++i) {
    const uint32_t k = i % (2 * p->n_buffers);
    p->sums[i / (2 * p->n_buffers)].out[k / 2][k % 2] = next;
    next += p->period;
  }
  return TON_OK;
}

TonStatus
plan_meter_points(Plan* p, uint64_t from, uint64_t frames)
{
  p->from = from;
  p->n_points = (uint32_t)(frames / p->point_frames + 1);
  for (uint32_t b = 0; b < p->n_banks; ++b) {
    for (uint32_t i = 0; i < p->banks[b].n_stages; ++i) {
      const Stage* const stage = &p->banks[b].stages[i];
      const size_t n = (size_t)stage->type->n_meters * p->n_points;
      for (uint32_t k = 0; n && k < stage->n_slots; ++k) {
        stage->slots[k].points = plan_alloc(p, n * sizeof(float));
        if (!stage->slots[k].points) {
          return TON_NO_MEMORY;
        }
      }
    }
  }
  return TON_OK;
}
