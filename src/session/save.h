// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Writing a text.
*/

#ifndef TON_SESSION_SAVE_H
#define TON_SESSION_SAVE_H

#include <tonmeister/status.h>

#include <stddef.h>

/// Write bytes beside `path`, sync, rename.  A link is followed, the file's
/// rights are kept.  On failure the old file stands untouched.  [main]
TonStatus ton_save(const char* path, const char* bytes, size_t length,
                   TonError* error);

#endif
