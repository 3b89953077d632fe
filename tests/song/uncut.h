// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_TESTS_UNCUT_H
#define TON_TESTS_UNCUT_H

/// @file A mix without the clippers of its tracks and buses, and what these cut,
/// worked out without the program's analysis.

#include "heard.h"
#include "song.h"

/// A mix and one of its strips, behind its fader, with all clippers bypassed
typedef struct {
  Sound* mix;
  Sound* strip;
} Uncut;

/// Rendered anew unless the last call had the same strip
Uncut render_uncut(const TonSong* song, const char* strip);

/// The highest sample of each 0.1 s that 95 % of them stay below, over the time in
/// which the mix's own is no more than 20 dB under its loudness, dBFS
double high_peaks(const Sound* s, Sound* mix);

/// What the beginning of hits loses against their first 0.1 s: nine of ten lose
/// less, dB.  A hit rises by 8 dB within 5 ms
double onset_loss(const Sound* before, const Sound* behind);

#endif
