// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_PROCESSORS_SPACE_REVERB_H
#define TON_PROCESSORS_SPACE_REVERB_H

#include "dsp/duck.h"

#include <stdbool.h>
#include <stdint.h>

/**
   @file
   The reverb's state, the same at every vector width, and its design: what
   happens when a value changes.

     in -> filters -> past -+-> reflections ------------------+
                            |                                 |
                            +-> pre-delay -> 5 all-passes -+--+-> out
                                                           |  |
                                                           +-> lines
*/

typedef struct {
  float type;
  float decay_s;
  float predelay_ms;
  float size_percent;
  float damping_hz;
  float treble_percent;
  float bass_percent;
  float modulation_percent;
  float freeze;
  float highpass_hz;
  float lowpass_hz;
  float width_percent;
  float mix_percent;
  float duck_db;
} ReverbParams;

enum { ROOM, PLATE, HALL, CHAMBER, TYPES };

/// Frames worked on at a time: no longer than the shortest path
enum { CHUNK = 32 };

/**
   The newest `size` frames of a path in a ring, its beginning repeated behind
   its end so that a chunk read from anywhere lies in one piece:

     | newest ... | oldest ...      | the first MIRROR again |
     0            at             size

   Chunks end at multiples of CHUNK, as `size` does: none is written across the
   end.
*/
typedef struct {
  uint32_t start; ///< In the reverb's memory
  uint32_t size;
  uint32_t at; ///< Where the next frame goes
} ReverbRing;

enum { MIRROR = 2 * CHUNK };

enum { ZEROS = 8, POLES = 2 };

/**
   High-pass and low-pass in series, both sides, all zeros first.  Each pair of
   poles comes with its mirror image, which a pair of zeros takes away again, so
   that two frames can be worked on at a time:

               1                       1 - a1 z^-1 + a2 z^-2
     ---------------------- = --------------------------------------
     1 + a1 z^-1 + a2 z^-2    1 + (2 a2 - a1^2) z^-2 + a2^2 z^-4

     w = sum of b[k] x[-k],  u = w - p[0] u[-2] - p[1] u[-4],
     y = u - q[0] y[-2] - q[1] y[-4]
*/
typedef struct {
  double b[ZEROS + 1];
  double p[POLES];
  double q[POLES];
  double x[2 * ZEROS]; ///< The last frames, left and right in turn
  double u[2 * 2 * POLES];
  double y[2 * 2 * POLES];
} ReverbFilter;

enum { TAPS = 5, DIFFUSERS = 5 };

typedef struct {
  uint32_t delay;
  float gain;
} ReverbTap;

typedef struct {
  ReverbRing past[2];         ///< Of the input, left and right
  ReverbTap taps[2][2][TAPS]; ///< [to side][from side]
  ReverbRing ring[2][DIFFUSERS];
  uint32_t length[2][DIFFUSERS];
  uint32_t predelay;
  float diffuse; ///< Gain of the diffusers' output
} ReverbEarly;

enum { LINES = 16 };

/// A first-order shelf a line: y = b0 x + s, s = c x + a s
typedef struct {
  _Alignas(64) float b0[LINES];
  _Alignas(64) float c[LINES];
  _Alignas(64) float a[LINES];
} ReverbShelf;

typedef struct {
  ReverbShelf treble; ///< With the gain that makes the decay
  ReverbShelf bass;
} ReverbDamping;

typedef struct {
  ReverbDamping now;
  ReverbDamping step; ///< Per frame
  uint32_t moving;    ///< Frames until the damping has arrived
  bool bass;          ///< Whether there is a shelf for the bass
  _Alignas(64) float treble_state[LINES];
  _Alignas(64) float bass_state[LINES];

  _Alignas(64) float keep[LINES];       ///< Coefficients of the all-passes
  _Alignas(64) float keep_step[LINES];  ///< Per four frames
  _Alignas(64) float before[LINES];     ///< Their last inputs
  _Alignas(64) float behind[LINES];     ///< Their last outputs
  _Alignas(64) float modulation[LINES]; ///< Where their delays are, in frames
  _Alignas(64) int32_t phase[LINES];
  _Alignas(64) int32_t turn[LINES]; ///< Of the phase, per chunk; 2^32 is all
  float depth;                      ///< Frames of delay to either side
  float depth_goal;

  ReverbRing ring[LINES];
  _Alignas(64) int32_t length[LINES];
  _Alignas(64) int32_t back[LINES]; ///< Where they are read in this chunk
} ReverbLines;

typedef struct {
  double rate;
  ReverbFilter filter;
  ReverbEarly early;
  ReverbLines lines;
  ReverbParams now;
  uint32_t into; ///< Frames of the chunk done
  bool silent;   ///< Nothing was processed since the beginning
  float feed;    ///< Gain of the input: 0 while frozen
  float width;
  float mix;
  float duck; ///< Depth, 0 to 1
  float feed_goal;
  float width_goal;
  float mix_goal;
  float duck_goal;
  TonDuck ducking;
  float smoothing; ///< Share of the way per frame
  uint32_t floats; ///< Of memory
  _Alignas(64) float memory[];
} Reverb;

/// Paths and reflections for type, size and pre-delay, and how much memory they
/// need: sets `floats`, touches no memory.  [main]
void reverb_lay_out(Reverb* reverb, const ReverbParams* params);

/// Damping for `params`, reached after `frames`
void reverb_damp(Reverb* reverb, const ReverbParams* params, uint32_t frames);

void reverb_filter(Reverb* reverb, const ReverbParams* params);

/// Most frames of delay to either side by modulation
float reverb_max_depth(double rate);

/// Gain of the input with which a steady sound has one loudness at any decay;
/// 1 at the default decay
float reverb_feed(const ReverbParams* p);

/// Modulation after so many chunks since the song began
void reverb_turn(ReverbLines* lines, uint32_t chunks);

/// Modulation as at the song's beginning, with delays at their middle
void reverb_rest(ReverbLines* lines);

#endif
