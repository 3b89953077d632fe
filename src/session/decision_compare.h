// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Records held against a text.
#ifndef TON_SESSION_DECISION_COMPARE_H
#define TON_SESSION_DECISION_COMPARE_H

#include "session/tree.h"

#include <tonmeister/decision.h>

/// Whether the text has a record's value still; `*holds` is set on success
TonStatus decision_compare(const TonNode* node, const char* value, bool* holds);

/// Records about a track or bus that is gone from a text move to one that has none
/// and most of their values: a person gave it another name.  TON_NO_MEMORY at worst
TonStatus decisions_follow_names(TonDecisions* all, const TonDoc* doc);

#endif
