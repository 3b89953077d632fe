// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_DSP_SLIDING_MAX_H
#define TON_DSP_SLIDING_MAX_H

/**
   @file
   Hold: the largest of what came within a time, in lanes, each with a time of
   its own.

   A window of at most N parts and the part under way, so that it is as long as
   it says or up to 1/N longer:

       | part | part | ... | part | under way
       |<-------- hold -------->|      ^ this frame

   Parts begin at multiples of their length in the song, so that a render that
   starts anywhere has the same ones.
*/

#include "dsp/kernels/lanes.h"

#include <math.h>
#include <stdbool.h>

enum { TON_SLIDING_PARTS = 32 }; ///< Largest N

typedef struct {
  TonV part[TON_SLIDING_PARTS]; ///< State: largest of each part, newest first
  TonV whole;                   ///< State: largest of all whole parts
  TonV now;                     ///< State: largest of the part under way
  uint32_t length[TON_LANES];   ///< Of a part, in frames; 0: no hold
  uint32_t left[TON_LANES];     ///< State: frames until the part is whole
  uint64_t frame;               ///< State: of the song, as of the last block
  TonVi parts;                  ///< In the window
  int32_t max_parts;            ///< Of all lanes
  TonVi holds;                  ///< Lanes that do
  bool any;
} TonSlidingMax;

static inline void
ton_sliding_max_find_part(TonSlidingMax* m, uint32_t lane)
{
  const uint32_t length = m->length[lane];
  m->left[lane] = length ? length - (uint32_t)(m->frame % length) : 0;
}

/// The next frame is this one of the song.  [audio]
static inline void
ton_sliding_max_locate(TonSlidingMax* m, int64_t song_frame)
{
  m->frame = (uint64_t)song_frame;
  for (uint32_t lane = 0; lane < TON_LANES; ++lane) {
    ton_sliding_max_find_part(m, lane);
  }
}

/// Forget the values; the next frame is the song's first.  [audio]
static inline void
ton_sliding_max_reset(TonSlidingMax* m)
{
  memset(m->part, 0, sizeof(m->part));
  memset(&m->whole, 0, sizeof(m->whole));
  memset(&m->now, 0, sizeof(m->now));
  ton_sliding_max_locate(m, 0);
}

/// After each block, also if no lane holds.  [audio]
static inline void
ton_sliding_max_count(TonSlidingMax* m, uint32_t frames)
{
  m->frame += frames;
}

/// How long one lane holds, in frames; 0: not at all.  More parts (at most
/// TON_SLIDING_PARTS) are more exact, fewer are faster.  [audio]
static inline void
ton_sliding_max_set(TonSlidingMax* m, uint32_t lane, double frames,
                    uint32_t parts)
{
  const uint32_t hold = (uint32_t)ceil(frames);
  const uint32_t length = (hold + parts - 1) / parts;
  if (!m->length[lane]) { // nothing of the time without a hold is in it
    m->now[lane] = 0.0F;
    m->whole[lane] = 0.0F;
  }
  m->length[lane] = length;
  m->parts[lane] = length ? (int32_t)((hold + length - 1) / length) : 0;
  m->holds[lane] = length ? -1 : 0;
  m->any = ton_vi_any(m->holds);
  m->max_parts = 0;
  for (uint32_t i = 0; i < TON_LANES; ++i) {
    m->max_parts = m->parts[i] > m->max_parts ? m->parts[i] : m->max_parts;
  }
  for (int32_t i = m->parts[lane]; i < TON_SLIDING_PARTS; ++i) {
    m->part[i][lane] = 0.0F;
  }
  ton_sliding_max_find_part(m, lane);
}

/// Frames until a part of some lane is whole, at most n
static inline uint32_t
ton_sliding_max_span(const TonSlidingMax* m, uint32_t n)
{
  for (uint32_t lane = 0; lane < TON_LANES; ++lane) {
    n = m->length[lane] && m->left[lane] < n ? m->left[lane] : n;
  }
  return n;
}

/// Parts that are whole now join the window, and the oldest ones leave it
static inline void
ton_sliding_max_advance(TonSlidingMax* m, uint32_t frames)
{
  TonVi due = {0};
  for (uint32_t lane = 0; lane < TON_LANES; ++lane) {
    m->left[lane] -= m->length[lane] ? frames : 0;
    if (m->length[lane] && !m->left[lane]) {
      m->left[lane] = m->length[lane];
      due[lane] = -1;
    }
  }
  if (!ton_vi_any(due)) {
    return;
  }
  TonV newer = m->now;
  m->now = ton_v_select(due, ton_v(0.0F), m->now);
  m->whole = ton_v(0.0F);
  for (int32_t i = 0; i < m->max_parts; ++i) {
    const TonV before = m->part[i];
    m->part[i] = ton_v_select(due & (m->parts > i), newer, before);
    m->whole = ton_v_max(m->whole, m->part[i]);
    newer = before;
  }
}

/// n values of at least 0 become the largest of the window that ends with
/// them; lanes that do not hold keep every bit.  [audio]
static inline void
ton_sliding_max(TonSlidingMax* m, TonV* x, uint32_t n)
{
  while (n) {
    const uint32_t span = ton_sliding_max_span(m, n);
    for (uint32_t i = 0; i < span; ++i) {
      m->now = ton_v_max(m->now, x[i]);
      x[i] = ton_v_select(m->holds, ton_v_max(m->whole, m->now), x[i]);
    }
    ton_sliding_max_advance(m, span);
    x += span;
    n -= span;
  }
}

#endif
