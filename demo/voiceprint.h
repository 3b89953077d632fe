// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef DEMO_VOICEPRINT_H
#define DEMO_VOICEPRINT_H

/// @file The colour of a voice over time.

#include "speech.h"

enum {
  PULSE = 1024, ///< Frames of a vocal-tract response
  HISS = 512,   ///< Frames of a noise grain
  HISS_BINS = HISS / 2 + 1,
  HOP = 88, ///< Frames of speech between two looks: 4 ms
};

/**
   What the throat does in a spoken line, without its pitch: every 4 ms the
   response of the vocal tract, and how much of it is noise.
*/
typedef struct {
  size_t frames;
  double rate;   ///< Of the pulses
  float* pulse;  ///< frames x PULSE: minimum phase, at the singer's rate
  float* hiss;   ///< frames x HISS_BINS: noise amplitude per bin
  float* voiced; ///< frames: 0 whispered to 1 sung
} Voiceprint;

typedef struct {
  double rate;      ///< Of what is sung
  double formants;  ///< Stretches the spectrum; 1 leaves it
  double soft_hz;   ///< Above it the voice falls by 6 dB per octave
  double breath_db; ///< Noise beside the tone above 2 kHz
  double effort_db; ///< Lift around 3 kHz of a voice that sings out
} Throat;

/// Look at a line; voiceprint_free() in any case
TonStatus voiceprint_of(const Speech* speech, const Throat* throat,
                        Voiceprint* print, TonError* error);

/// RMS of a look when it is sung on `hz`: its harmonics may fall on formants
/// or beside them
double voiceprint_level(const Voiceprint* print, size_t frame, double hz);

void voiceprint_free(Voiceprint* print);

#endif
