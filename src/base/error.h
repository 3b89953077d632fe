// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Fill in an error where something fails.
#ifndef TON_BASE_ERROR_H
#define TON_BASE_ERROR_H

#include <tonmeister/status.h>

/// Fill `error` (which may be null) and return `status`.  [any]
TonStatus ton_fail(TonError* error, TonStatus status, const char* format, ...)
    __attribute__((format(printf, 3, 4)));

/// Same, naming the file concerned.  [any]
TonStatus ton_fail_file(TonError* error, TonStatus status, const char* path,
                        const char* format, ...)
    __attribute__((format(printf, 4, 5)));

/// Same for a write that failed: adds the system's reason (errno).  [any]
TonStatus ton_fail_write(TonError* error, const char* path);

#endif
