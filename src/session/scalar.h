// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Single values as YAML.
*/

#ifndef TON_SESSION_SCALAR_H
#define TON_SESSION_SCALAR_H

#include "base/string.h"

#include <stdbool.h>

/// Whether a text can stand without quotes anywhere in our YAML: as a key or
/// a value, in lines or in brackets.  "-3 dB", "4:1", "0:51.4", "C" can.
bool ton_scalar_plain(const char* text);

/// Add a scalar, quoted if it needs to be, or if `quote` ('"' or '\'') asks
void ton_scalar_write(TonString* out, const char* text, char quote);

#endif
