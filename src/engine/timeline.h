// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_ENGINE_TIMELINE_H
#define TON_ENGINE_TIMELINE_H

#include <stdint.h>

/**
   @file
   Which frame of the song belongs to which frame of the engine's clock.

   The clock counts every frame that is run, from 0.  The song runs along with
   it until it jumps: by a seek, or at the end of a loop.  Behind a latency the
   same jump happens that much later: ask with the clock minus the latency.
*/

/// "Never"; a latency may be added or subtracted without overflow
#define TIME_NEVER (INT64_MAX / 2)

/// From clock frame `at` on the song is at `song`, `song` + 1, ...
typedef struct {
  int64_t at;
  int64_t song;
} SongJump;

/// Jumps in order of time; the first is the start and holds before it too
typedef struct {
  SongJump* jumps;
  uint32_t n;
  uint32_t capacity;
} Timeline;

/// Last jump at or before a clock frame
static inline const SongJump*
timeline_jump(const Timeline* timeline, int64_t clock)
{
  const SongJump* jump = timeline->jumps + timeline->n - 1;
  while (jump > timeline->jumps && jump->at > clock) {
    --jump;
  }
  return jump;
}

static inline int64_t
timeline_song(const Timeline* timeline, int64_t clock)
{
  const SongJump* const jump = timeline_jump(timeline, clock);
  return jump->song + (clock - jump->at);
}

/// Whether the song jumps at exactly this clock frame
static inline int
timeline_jumps_at(const Timeline* timeline, int64_t clock)
{
  const SongJump* const jump = timeline_jump(timeline, clock);
  return jump > timeline->jumps && jump->at == clock;
}

/// Clock frame of the next jump behind `clock`, or TIME_NEVER
static inline int64_t
timeline_next(const Timeline* timeline, int64_t clock)
{
  const SongJump* const jump = timeline_jump(timeline, clock);
  return jump + 1 < timeline->jumps + timeline->n ? jump[1].at : TIME_NEVER;
}

#endif
