// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The part of a line of text that an error shows.
#ifndef TON_BASE_EXCERPT_H
#define TON_BASE_EXCERPT_H

#include <tonmeister/status.h>

/// Column, from 1, that the excerpt of an error at `column` begins with: a long
/// line is shown from 60 characters before the column on.  [any]
uint32_t ton_excerpt_begin(uint32_t column);

/// Copy the line that begins at `line` as the excerpt of an error whose column
/// is set.  [any]
void ton_excerpt_take(TonError* error, const char* line);

#endif
