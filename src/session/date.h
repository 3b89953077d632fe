// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Dates in texts.
*/

#ifndef TON_SESSION_DATE_H
#define TON_SESSION_DATE_H

#include "session/read.h"

/// Check of a field that holds a date: "2026", "2026-11" or "2026-11-21"
/// (ISO 8601), a day that there is
TonStatus ton_check_date(TonReader* r, const TonNode* node, void* row);

#endif
