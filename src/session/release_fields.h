// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Readers of keys that release.yaml and album.yaml have in common; the row begins
   with a TonRelease.
*/
#ifndef TON_SESSION_RELEASE_FIELDS_H
#define TON_SESSION_RELEASE_FIELDS_H

#include "session/read.h"

/// A UPC becomes its digits
TonStatus ton_release_upc(TonReader* r, const TonNode* node, void* row);

/// A name that is written is not blank
TonStatus ton_release_name(TonReader* r, const TonNode* node, void* row);

TonStatus ton_release_deliverables(TonReader* r, const TonNode* node,
                                   void* row);

#endif
