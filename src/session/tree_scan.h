// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Characters a text may not hold.
*/

#ifndef TON_SESSION_TREE_SCAN_H
#define TON_SESSION_TREE_SCAN_H

#include <tonmeister/status.h>

#include <stddef.h>

/// Refuse what no text may hold: too long, not UTF-8, tabs outside comments,
/// control characters, odd line breaks.  `text` is null-terminated.  [main]
TonStatus ton_tree_scan(const char* text, size_t length, const char* name,
                        TonError* error);

#endif
