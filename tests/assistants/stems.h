// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_TESTS_STEMS_H
#define TON_TESTS_STEMS_H

/// @file Stems made for tests of the assistants.

#include "analysis/facts.h"

/// What is known of a made sound.  `right` may be null; sounds are double, -1 to 1.
/// `chunk` frames at a time.
void sound_of(const double* left, const double* right, uint64_t n,
              uint32_t rate, uint32_t chunk, TonSound* sound);

/// Bass-like notes: a saw of 55 to 110 Hz through a low-pass, with rests
void stem_bass(double* x, uint64_t n, double rate);

/// Voice-like phrases: harmonics with a formant and hissing ends, with pauses
void stem_voice(double* x, uint64_t n, double rate);

/// Strummed chords
void stem_guitar(double* x, uint64_t n, double rate, double detune);

#endif
