// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef DEMO_SPEECH_H
#define DEMO_SPEECH_H

/// @file Speech, and the sounds that it is made of.

#include <stdbool.h>
#include <stddef.h>
#include <tonmeister/status.h>

/// Speech comes at this rate, spoken on one pitch: a whole number of frames
/// per period, so that every harmonic can be measured exactly
enum { SPEECH_RATE = 22050, SPEECH_HZ = 150, SPEECH_PERIOD = 147 };

/// One sound of speech, named as espeak-ng names it ("aI", "tS")
typedef struct {
  char name[9];
  double start_s;
  double end_s;
} Phone;

/// A spoken line.  Zero-initialise; speech_free() when done.
typedef struct {
  float* x;
  size_t frames;
  size_t x_capacity;
  Phone* phones;
  size_t n;
  size_t n_capacity;
  bool failed; ///< Memory was refused
} Speech;

bool phone_is_vowel(const Phone* phone);

/// Two vowels in one, such as "aI"
bool phone_glides(const Phone* phone);

bool phone_is_silent(const Phone* phone);

/// Let espeak-ng say `text` on one pitch; `voice` as in "en+f2".
/// espeak-ng has one state for the whole process.  [main]
TonStatus speech_say(Speech* speech, const char* voice, const char* text,
                     TonError* error);

void speech_free(Speech* speech);

#endif
