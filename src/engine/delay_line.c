// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Delays by whole frames, and the crossfade from one length to another.

#include "engine/delay_line.h"

/// Frames over which one length goes over into another
enum { FADE = 1024 };

static float
tap(const DelayLine* line, uint32_t frames)
{
  return line->ring[(line->at - frames) & line->mask];
}

/// Weight of the new length with `left` frames to go
static float
weight(uint32_t left)
{
  const float t = left < FADE ? 1.0F - (float)left / (float)FADE : 0.0F;
  return t * t * (3.0F - 2.0F * t);
}

void
delay_line_run(DelayLine* line, float* x, uint32_t n)
{
  for (uint32_t i = 0; line->ring && i < n; ++i, ++line->at) {
    line->ring[line->at & line->mask] = x[i];
    x[i] = tap(line, line->frames);
    if (line->fade) {
      const float old = tap(line, line->old_frames);
      x[i] = old + weight(--line->fade) * (x[i] - old);
    }
  }
}

void
delay_line_change(DelayLine* line, uint32_t frames)
{
  if (line->frames != frames) {
    line->old_frames = line->frames;
    line->frames = frames;
    line->fade = FADE + frames;
  }
}

void
delay_line_take_over(DelayLine* line, const DelayLine* old)
{
  if (!line->ring) {
    return;
  }
  const uint32_t frames = line->frames;
  const uint32_t n = old->mask < line->mask ? old->mask : line->mask;
  for (uint32_t i = 1; old->ring && i <= n + 1; ++i) {
    line->ring[(old->at - i) & line->mask] =
        old->ring[(old->at - i) & old->mask];
  }
  line->at = old->at;
  line->frames = old->frames;
  line->old_frames = old->old_frames;
  line->fade = old->fade;
  delay_line_change(line, frames);
}
