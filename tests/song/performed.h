// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_TESTS_PERFORMED_H
#define TON_TESTS_PERFORMED_H

/// @file Songs that the program mixes in a test: the demo song, performed anew,
/// or a folder of stems.

#include "song/song.h"

/// Perform the demo song into a folder of its own; null: it failed
const char* perform(const char* program, const char* score);

/// Remove that folder, if there is one
void drop_performed(void);

/// The folder of stems that a test's arguments ask for: "NAME", a song of TON_AUDIO,
/// which may not be there, or "--perform PROGRAM SCORE", the demo song.  Null: it
/// could not be performed
const char* stems_asked_for(int argc, char** argv);

/// A new song of a folder of stems, mixed as the assistant proposes, with its
/// tracks in out/stems; `n` is how many stems there are.  Freed by caller
TonSong* performed_mix(const char* stems, uint32_t* n);

#endif
