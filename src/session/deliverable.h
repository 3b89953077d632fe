// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The deliverables of a release.
*/

#ifndef TON_SESSION_DELIVERABLE_H
#define TON_SESSION_DELIVERABLE_H

#include "session/read.h"

/// The deliverables of a release: names, or names with values of their own
TonStatus ton_read_deliverables(TonReader* r, const TonNode* node,
                                TonRelease* release);

/// Those a release has that names none
TonStatus ton_default_deliverables(TonReader* r, TonRelease* release);

#endif
