// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef DEMO_VOICEPRINT_H
#define DEMO_VOICEPRINT_H

#include "speech.h"

enum {
  PULSE = 1024, ///< Frames of a vocal-tract response
  HISS = 512,   ///< Frames of a noise grain
  HISS_BINS = HISS / 2 + 1,
  HOP = 88, ///< Frames of speech between two looks: 4 ms
};

/**
   What the throat does in a spoken line, without its pitch: every 4 ms the
   response of the vocal tract, how much of it is noise, and how loud it is.
*/
typedef struct {
  size_t frames;
  float* pulse;  ///< frames x PULSE: minimum phase, at the singer's rate
  float* hiss;   ///< frames x HISS_BINS: noise amplitude per bin
  float* level;  ///< frames: RMS of the harmonics
  float* voiced; ///< frames: 0 whispered to 1 sung
} Voiceprint;

typedef struct {
  double rate;      ///< Of what is sung
  double formants;  ///< Stretches the spectrum; 1 leaves it
  double breath_db; ///< Noise beside the tone above 2 kHz
  double effort_db; ///< Lift around 3 kHz of a voice that sings out
} Throat;

/// Look at a line; voiceprint_free() in any case
TonStatus voiceprint_of(const Speech* speech, const Throat* throat,
                        Voiceprint* print, TonError* error);

void voiceprint_free(Voiceprint* print);

#endif
