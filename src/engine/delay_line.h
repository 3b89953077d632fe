// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_ENGINE_DELAY_LINE_H
#define TON_ENGINE_DELAY_LINE_H

#include <stdint.h>

/**
   @file
   A delay by whole frames, whose length may change without a click.
*/

/// One channel.  All zero: no delay, and none possible.
typedef struct {
  float* ring;   ///< mask + 1 samples, a power of two
  uint32_t mask; ///< Longest delay
  uint32_t frames;
  uint32_t at;
  uint32_t old_frames; ///< The delay that is left while `fade` counts down
  uint32_t fade;
} DelayLine;

/// Samples of ring for a delay of some frames
static inline uint32_t
delay_line_size(uint32_t frames)
{
  uint32_t size = 64;
  while (size < frames + 1) {
    size *= 2;
  }
  return size;
}

/// Push `n` samples through, in place.  [audio]
void delay_line_run(DelayLine* line, float* x, uint32_t n);

/// Crossfade to another length, at most `mask`, once that many frames have been
/// pushed.  [audio]
void delay_line_change(DelayLine* line, uint32_t frames);

/// Copy the content of an older line, then crossfade from its length to this
/// line's own.  [audio]
void delay_line_take_over(DelayLine* line, const DelayLine* old);

#endif
