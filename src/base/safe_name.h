// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Names of files that every system takes: Windows refuses characters and
/// words that Linux allows, and a disk is carried from one to the other.
#ifndef TON_BASE_SAFE_NAME_H
#define TON_BASE_SAFE_NAME_H

#include "base/string.h"

#include <stdbool.h>
#include <stddef.h>

/// Add at most `max` bytes of a text of `length` bytes as part of a name: what a
/// system refuses becomes '-', spaces in front and spaces and points at the end
/// are dropped, and it ends behind a whole letter.  [any]
void ton_add_safe_name(TonString* name, const char* text, size_t length,
                       size_t max);

/// Whether Windows takes the name for a device (CON, NUL, COM1), whatever follows
/// behind a point.  [any]
bool ton_is_reserved_name(const char* name);

#endif
