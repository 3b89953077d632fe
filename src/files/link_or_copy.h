// SPDX-License-Identifier: GPL-3.0-or-later
/// @file A file under a second name: a hard link, or else a copy.
#ifndef TON_FILES_LINK_OR_COPY_H
#define TON_FILES_LINK_OR_COPY_H

#include <tonmeister/status.h>

/// A stem joins a song as a second name of the same file where the disk allows
/// it, else as a copy; it is never written to.  Another file at `to` is replaced
/// by a copy, in one step.  [main]
TonStatus ton_link_or_copy(const char* from, const char* to, TonError* error);

#endif
