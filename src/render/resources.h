// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Files that processors use beside their input (impulse responses, reference
   spectra), read for the engine by the hash of their content.  All functions
   [main].
*/
#ifndef TON_RENDER_RESOURCES_H
#define TON_RENDER_RESOURCES_H

#include <tonmeister/processor.h>
#include <tonmeister/session.h>

/// A file and the hash of what it held when it was added
typedef struct {
  const TonInsertFile* file;
  char hash[33];
} Resource;

/// The files of one render.  Zero-initialise; freed by resources_free().
typedef struct {
  Resource* rows;
  size_t n;
  size_t capacity;
} Resources;

/// Hash a file, which has to stay.  `hash` is valid until the next call.  An
/// error names the place in the text that names the file.
TonStatus resources_add(Resources* r, const TonInsertFile* file,
                        const char** hash, TonError* error);

/// What reads them, valid as long as `r`
TonResources resources_loader(Resources* r);

void resources_free(Resources* r);

/// An error if `out` is one of the files that a chain uses
TonStatus resources_apart(const char* out, const TonInsert* chain, uint32_t n,
                          TonError* error);

#endif
