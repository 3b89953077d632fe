// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_PROCESSORS_SPACE_REVERB_LINES_H
#define TON_PROCESSORS_SPACE_REVERB_LINES_H

#include "processors/space/reverb_ring.h"

#include <math.h>
#include <stdbool.h>

/**
   @file
   The feedback delay network of the reverb (Jot 1991):

     in -(+)-> line -> all-pass -> damping -+-> out
          ^                                 |
          +------------ Hadamard <----------+

   Lines are read and mixed in time, a vector of frames of one line after the
   other.  What recurs from frame to frame runs with the lines side by side:
   they are transposed, filtered, and transposed back.
*/

#define REVERB_INLINE static inline __attribute__((always_inline))

/// sin(pi t) but for 6 %, of two parabolas: 4 t (1 - |t|), t = phase / 2^31
static inline TonV
reverb_swing(TonVi phase)
{
  const TonV t = ton_vi_float(phase) * (1.0F / 2147483648.0F);
  return 4.0F * t * (1.0F - ton_v_abs(t));
}

/// Phase of the next chunk; overflow wraps it
static inline TonVi
reverb_turned(TonVi phase, TonVi turn)
{
  typedef uint32_t Turns __attribute__((vector_size(4 * TON_LANES)));
  return (TonVi)((Turns)phase + (Turns)turn);
}

/// Coefficient of an all-pass that delays by `rest` frames
static inline TonV
reverb_keep(TonV rest)
{
  return (1.0F - rest) / (1.0F + rest);
}

/**
   Delays of the next chunk.

   Modulated by d, a line is read at a whole number of frames and the rest, 0.5
   to 1.5 frames, is left to an all-pass, which keeps every frequency's level:

     (keep + z^-1) / (1 + keep z^-1), keep = (1 - rest) / (1 + rest)

   No faster than a quarter of a frame in a chunk: the rest stays near there,
   and the all-pass stable, also while the depth moves.

   A line that is read elsewhere than before goes on from the frame before
   there.
*/
static inline void
reverb_lines_swing(ReverbLines* l, const float* memory)
{
  const float depth = l->depth + 0.02F * (l->depth_goal - l->depth);
  for (int k = 0; k < LINES; k += TON_LANES) {
    const TonVi phase =
        reverb_turned(ton_vi_load(l->phase + k), ton_vi_load(l->turn + k));
    const TonV from = ton_v_load(l->modulation + k);
    const TonV way = depth * reverb_swing(phase) - from;
    const TonV to =
        from + ton_v_max(ton_v_min(way, ton_v(0.25F)), ton_v(-0.25F));
    const TonVi whole = ton_v_int(from + 1023.5F) - 1024;
    const TonV keep = reverb_keep(from - ton_vi_float(whole));
    const TonV next = reverb_keep(to - ton_vi_float(whole));
    const TonVi back = ton_vi_load(l->length + k) + whole;
    const TonVi moved = back != ton_vi_load(l->back + k);
    memcpy(l->phase + k, &phase, sizeof(phase));
    memcpy(l->back + k, &back, sizeof(back));
    ton_v_store(l->modulation + k, to);
    ton_v_store(l->keep + k, keep);
    ton_v_store(l->keep_step + k, (next - keep) * (4.0F / CHUNK));
    for (int j = 0; ton_vi_any(moved) && j < TON_LANES; ++j) {
      if (moved[j]) {
        l->before[k + j] = *reverb_ring_back(memory, &l->ring[k + j],
                                             (uint32_t)l->back[k + j] + 1);
      }
    }
  }
  l->depth = depth;
}

/// Sums and differences of lines `step` apart, of each two steps.  Steps 1, 2,
/// 4 and 8 make a Hadamard matrix; its gain of 4 is taken out by the damping.
REVERB_INLINE void
reverb_butterflies(TonV* v, int lines, int step)
{
#pragma GCC unroll 8
  for (int k = 0; k < lines / 2; ++k) {
    TonV* const a = v + k / step * 2 * step + k % step;
    const TonV x = a[0];
    const TonV y = a[step];
    a[0] = x + y;
    a[step] = x - y;
  }
}

/// A shelf of a vector of lines: y = b0 x + s, s = c x + a s
typedef struct {
  TonV b0;
  TonV c;
  TonV a;
  TonV state;
} ReverbShelfLanes;

REVERB_INLINE ReverbShelfLanes
reverb_shelf_load(const ReverbShelf* c, const float* state, int k)
{
  return (ReverbShelfLanes){ton_v_load(c->b0 + k), ton_v_load(c->c + k),
                            ton_v_load(c->a + k), ton_v_load(state + k)};
}

REVERB_INLINE TonV
reverb_shelved(ReverbShelfLanes* s, TonV x)
{
  const TonV y = s->b0 * x + s->state;
  s->state = s->c * x + s->a * s->state;
  return y;
}

REVERB_INLINE void
reverb_shelf_move(ReverbShelfLanes* s, const ReverbShelf* step, int k)
{
  s->b0 = s->b0 + ton_v_load(step->b0 + k);
  s->c = s->c + ton_v_load(step->c + k);
  s->a = s->a + ton_v_load(step->a + k);
}

REVERB_INLINE void
reverb_shelf_store(const ReverbShelfLanes* s, ReverbShelf* c, float* state,
                   int k)
{
  ton_v_store(c->b0 + k, s->b0);
  ton_v_store(c->c + k, s->c);
  ton_v_store(c->a + k, s->a);
  ton_v_store(state + k, s->state);
}

/// All-passes and damping of lines k, k + 1, ...; v[frame]
REVERB_INLINE void
reverb_lines_recur(ReverbLines* l, TonV* v, int k, uint32_t into, uint32_t n,
                   bool bass, bool moving)
{
  ReverbShelfLanes treble =
      reverb_shelf_load(&l->now.treble, l->treble_state, k);
  ReverbShelfLanes low = reverb_shelf_load(&l->now.bass, l->bass_state, k);
  const TonV keep_step = ton_v_load(l->keep_step + k);
  TonV keep = ton_v_load(l->keep + k);
  TonV before = ton_v_load(l->before + k);
  TonV behind = ton_v_load(l->behind + k);
#pragma GCC unroll 16
  for (uint32_t f = 0; f < n; ++f) {
    const TonV x = v[f];
    behind = (before + keep * x) - keep * behind;
    before = x;
    if ((into + f) % 4 == 3) {
      keep = keep + keep_step;
    }
    v[f] = reverb_shelved(&treble, behind);
    if (bass) {
      v[f] = reverb_shelved(&low, v[f]);
    }
    if (moving) {
      reverb_shelf_move(&treble, &l->step.treble, k);
      reverb_shelf_move(&low, &l->step.bass, k);
    }
  }
  ton_v_store(l->keep + k, keep);
  ton_v_store(l->before + k, before);
  ton_v_store(l->behind + k, behind);
  ton_v_store(l->treble_state + k, treble.state);
  if (bass || moving) {
    reverb_shelf_store(&treble, &l->now.treble, l->treble_state, k);
    reverb_shelf_store(&low, &l->now.bass, l->bass_state, k);
  }
}

/// Left hears the even lines and right the odd ones, some upside down:
/// this is what four of them add
REVERB_INLINE void
reverb_hear(const TonV* v, int four, TonV* left, TonV* right)
{
  switch (four) {
  case 0:
    *left = v[0] + v[2];
    *right = v[1] + v[3];
    break;
  case 1:
    *left = *left + (v[0] - v[2]);
    *right = *right + (v[3] - v[1]);
    break;
  case 2:
    *left = *left + (v[2] - v[0]);
    *right = *right + (v[1] - v[3]);
    break;
  default:
    *left = *left + (v[0] - v[2]);
    *right = *right + (v[1] + v[3]);
  }
}

/// One vector of frames, i to i + n of the chunk
REVERB_INLINE void
reverb_lines_block(ReverbLines* l, const float* const* from, float* const* to,
                   float in[2][CHUNK], float out[2][CHUNK], uint32_t i,
                   uint32_t into, uint32_t n, bool bass, bool moving)
{
  TonV v[LINES];
  TonV heard[2];
#pragma GCC unroll 4
  for (int k = 0; k < LINES; k += TON_LANES) {
    ton_v_load_frames(from + k, i, v + k);
    reverb_lines_recur(l, v + k, k, into, n, bass, moving);
    ton_v_transpose(v + k);
#pragma GCC unroll 4
    for (int j = k; j < k + TON_LANES; j += 4) {
      reverb_hear(v + j, j / 4, &heard[0], &heard[1]);
    }
    reverb_butterflies(v + k, TON_LANES, 1);
    reverb_butterflies(v + k, TON_LANES, 2);
  }
  ton_v_store(out[0] + i, heard[0]);
  ton_v_store(out[1] + i, heard[1]);
  reverb_butterflies(v, LINES, 4);
  reverb_butterflies(v, LINES, 8);
  const TonV fed[2] = {ton_v_load(in[0] + i), ton_v_load(in[1] + i)};
#pragma GCC unroll 16
  for (int k = 0; k < LINES; ++k) {
    const TonV y = k & 2 ? v[k] - fed[k & 1] : v[k] + fed[k & 1];
    reverb_write(to[k] + i, y, n);
  }
}

/// The first chunk begins `into` frames inside.  Once in the life of an
/// instance: it stays out of the loop over chunks, which is slower with it.
static __attribute__((noinline, cold)) void
reverb_lines_begin_inside(ReverbLines* l, const float* memory, uint32_t into)
{
  reverb_lines_swing(l, memory);
  for (int k = 0; k < LINES; ++k) {
    l->keep[k] += (float)(into / 4) * l->keep_step[k];
  }
}

/// n frames within a chunk that begins `into` frames before
static inline void
reverb_lines_run(ReverbLines* l, float* memory, float in[2][CHUNK],
                 float out[2][CHUNK], uint32_t into, uint32_t n)
{
  const float* from[LINES];
  float* to[LINES];
  if (!into) {
    reverb_lines_swing(l, memory);
  }
  for (int k = 0; k < LINES; ++k) {
    from[k] = reverb_ring_back(memory, &l->ring[k], (uint32_t)l->back[k]);
    to[k] = memory + l->ring[k].start + l->ring[k].at;
  }
  const bool whole = n == CHUNK && !l->moving;
  for (uint32_t i = 0; i < n; i += TON_LANES) {
    if (whole && !l->bass) {
      reverb_lines_block(l, from, to, in, out, i, 0, TON_LANES, false, false);
    } else if (whole) {
      reverb_lines_block(l, from, to, in, out, i, 0, TON_LANES, true, false);
    } else {
      reverb_lines_block(l, from, to, in, out, i, into + i,
                         n - i < TON_LANES ? n - i : TON_LANES, l->bass,
                         l->moving);
    }
  }
  for (int k = 0; k < LINES; ++k) {
    reverb_ring_mirror(memory, &l->ring[k], n);
  }
  reverb_ring_advance(l->ring, LINES, n);
}

#endif
