// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_TESTS_HEARD_H
#define TON_TESTS_HEARD_H

/// @file Measures of whole files, worked out without the program's analysis.

#include <stdbool.h>
#include <stdint.h>

#define HEARD_STEP_S 0.025

enum { WINDOW = 1 << 15, BINS = WINDOW / 2 + 1 };

/// Power at each frequency, of all windows
typedef struct {
  bool known;
  double at[BINS];
} Spectrum;

/// A file, as the program may not hear it: all of it, in double.  What was
/// measured once stays
typedef struct {
  char* path;
  double* x[2];
  uint32_t channels;
  uint64_t n;
  double rate;
  double lufs; ///< NaN before
  double dbtp;
  Spectrum mid; ///< Of a mono file: the file
  Spectrum side;
  double* power; ///< K-weighted, of each 50 ms
  bool* on;      ///< Whether it plays in them
  uint64_t steps;
} Sound;

/// Load a file, unless it is there.  Null for null
Sound* load(Sound* s, const char* path);

/// A file of which the last six stay loaded, with what was measured of them
Sound* heard(const char* path);

/// Free what heard() keeps
void forget_heard(void);

void unload(Sound* s);

/// Find the steps of HEARD_STEP_S in which it plays, and their powers
void find_playing(Sound* s);

double loudness(Sound* s);  ///< Integrated, LUFS
double true_peak(Sound* s); ///< dBTP

/// Power below a frequency re all of both channels, dB
double share_below_db(Sound* s, double hz);

/// Side against middle, dB
double sides_db(Sound* s, double from_hz, double to_hz);

/// Loudness of 5 to 10 kHz in windows of 0.09 s: nine of ten of those in which it
/// plays and that band stands 6 dB over 300 Hz to 3 kHz stay below, LUFS
double s_loudness(Sound* s);

/// The larger mean of both channels, % of full scale
double offset(const Sound* s);

/// Samples in runs of three or more equal ones within 0.1 dB of the highest
double clipped(const Sound* s);

/// Loudness over the 400 ms of which half plays in `playing`, gated 10 LU under
/// their mean, LUFS
double playing_loudness(Sound* s, Sound* playing);

/// P95 - P10 of these 400 ms, of those in which `playing` lies within 20 LU of its
/// mean, LU
double playing_range(Sound* s, Sound* playing);

/// Mean over these 400 ms of the level before less that behind, dB
double playing_loss(Sound* before, Sound* behind);

/// Loudness of the loud parts: the 400 ms without a pause inside the loudest 40 %
/// of the 3 s, LUFS
double loud_parts_loudness(Sound* s);

/// P95 - P10 of these 400 ms, LU
double loud_parts_range(Sound* s);

/// Mean over these 400 ms of `s` of the level before less that behind, dB
double loud_parts_loss(Sound* s, Sound* before, Sound* behind);

/// Power of the sum of two microphones, 60 to 400 Hz, both equally loud and while
/// both play, re the sum of their powers
typedef struct {
  double as_is;
  double flipped; ///< The second with its polarity flipped
} PairSums;

PairSums pair_sums(Sound* a, Sound* b);

/// Highest correlation of either sign, 60 Hz to 1.2 kHz, while both play, and by
/// how much the second is later
double likeness_of(Sound* a, Sound* b, double longest_ms, double* lag_ms);

#endif
