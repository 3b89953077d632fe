// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef DEMO_SINGER_H
#define DEMO_SINGER_H

/// @file The singer.

#include "song.h"
#include "sound.h"

/// Sing everything the song has for `name` ("lead", "upper", "lower").
/// `sound` is set up here, mono; freed by the caller with sound_free().
TonStatus singer_sing(Song* song, const char* name, double rate, Sound* sound,
                      TonError* error);

#endif
