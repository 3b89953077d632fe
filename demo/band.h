// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef DEMO_BAND_H
#define DEMO_BAND_H

/// @file The band: parts played with a soundfont.

#include "score.h"
#include "sound.h"

/// The soundfont all instruments come from, unless `path` says otherwise
#define BAND_SOUNDFONT "/usr/share/sounds/sf2/FluidR3_GM.sf2"

/**
   Play a part with the soundfont, dry, in stereo.

   @param soundfont Path of an SF2 file with the General MIDI programs
   @param drums Whether `program` is a drum kit
   @param sound Set up here; freed by the caller with sound_free()
*/
TonStatus band_play(const char* soundfont, bool drums, int program,
                    const Part* part, double seconds, double rate, Sound* sound,
                    TonError* error);

#endif
