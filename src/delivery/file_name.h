// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Names of files made from names that people write, in one place: for the
/// deliverables of a release and for the stems of a mix.
#ifndef TON_DELIVERY_FILE_NAME_H
#define TON_DELIVERY_FILE_NAME_H

#include "base/name_set.h"

/// Longest name with its extension, bytes: file systems have 255, and the name
/// of the temporary file beside it must fit, too
enum { MAX_FILE_NAME = 200 };

/// The names given so far in one folder.  Zero-initialise;
/// file_names_free() when done.
typedef struct {
  NameSet taken;
} FileNames;

/**
   Make a name "TITLE (QUALIFIER).EXTENSION", or "TITLE.EXTENSION" if
   `qualifier` is null.

   The name is a single part of a path and safe on every system: characters
   that one of them refuses become '-', a first '.' or '-' becomes '_', a
   reserved name (CON, NUL, COM1 ...) gets a '_' in front, spaces and points at
   the end are dropped.  A long title is cut behind a whole letter.  If the name
   was given before, in whatever case, a number is added: "TITLE 2".

   @return The name, freed with ton_free(); null when memory is refused.  [main]
*/
char* file_names_add(FileNames* names, const char* title, const char* qualifier,
                     const char* extension);

void file_names_free(FileNames* names);

#endif
