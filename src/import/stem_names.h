// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   What stems are called in a song: the file, the track and the bus of each.
*/
#ifndef TON_IMPORT_STEM_NAMES_H
#define TON_IMPORT_STEM_NAMES_H

#include "base/memory.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct {
  const char* from;  ///< Path of the recording
  const char* name;  ///< Its last part, as a text may have it: "01_Kick.wav"
  const char* file;  ///< "stems/Drums/01_Kick.wav", which every system takes
  const char* track; ///< "01 Kick"
  const char* bus;   ///< "Drums", or null: no bus of its own
  bool first_of_bus;
} NamedStem;

/// Zero-initialise; stem_names_free() when done
typedef struct {
  TonArena arena; ///< Owns the names
  NamedStem* stems;
  uint32_t n;
} StemNames;

/**
   Name the stems at `paths`, which must outlive the names.

   Files and tracks: no two of one name, on disks that ignore case neither; all
   in normal form C.  Folders that all stems lie in do not count; the first one
   below them is a bus if it holds two stems or more.  False: no memory.
*/
bool stem_names(char** paths, uint32_t n, StemNames* names);

void stem_names_free(StemNames* names);

#endif
