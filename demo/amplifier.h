// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef DEMO_AMPLIFIER_H
#define DEMO_AMPLIFIER_H

/// @file The guitars' amplifier.

#include "song.h"
#include "sound.h"

/**
   A valve amplifier and its cabinet, in place, on a mono guitar.

   @param second Another amplifier: darker, a little less gain
*/
TonStatus amplify(Song* song, bool second, Sound* guitar, TonError* error);

#endif
