// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_DSP_LFO_H
#define TON_DSP_LFO_H

/**
   @file
   Low-frequency oscillator: slow waves that follow the song.

   The phase is a whole number, 2^64 of them are one turn, so that it is as
   exact after ten hours as at the beginning, and a song frame times a step is
   the sum of as many steps.
*/

#include <math.h>
#include <stdint.h>

typedef struct {
  uint64_t phase;
  uint64_t step; ///< Per frame
} TonLfo;

/// A quarter of a turn
static const uint64_t TON_LFO_QUARTER = 1ULL << 62;

/// Turns per second, fewer than the frames: `hz` < `rate`, both in Hz.  [main]
static inline void
ton_lfo_set(TonLfo* lfo, double hz, double rate)
{
  lfo->step = (uint64_t)(0x1p64 * (hz / rate));
}

/// The next frame is this one of the song.  [audio]
static inline void
ton_lfo_locate(TonLfo* lfo, int64_t song_frame)
{
  lfo->phase = lfo->step * (uint64_t)song_frame;
}

/// Rises from 0 to 1, falls to -1 and rises to 0 in one turn.  [audio]
static inline double
ton_lfo_triangle(uint64_t phase)
{
  const double t = 0x1p-62 * (double)(int64_t)phase; // quarters, -2 to 2
  return t > 1.0 ? 2.0 - t : t < -1.0 ? -2.0 - t : t;
}

/// Within 1e-9 of the sine, of sums and products alone: the same bits on every
/// machine.  sin z = z - z^3/3! + ... + z^13/13!, |z| <= pi / 2.  [audio]
static inline double
ton_lfo_sine(uint64_t phase)
{
  static const double part[] = {1.0 / (12 * 13), 1.0 / (10 * 11),
                                1.0 / (8 * 9),   1.0 / (6 * 7),
                                1.0 / (4 * 5),   1.0 / (2 * 3)};
  const double z = 0.5 * M_PI * ton_lfo_triangle(phase);
  const double s = z * z;
  double sum = 1.0;
  for (int k = 0; k < 6; ++k) {
    sum = 1.0 - sum * s * part[k];
  }
  return z * sum;
}

#endif
