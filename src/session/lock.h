// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Reading "lock: true" and "lock: [fader, sends/Plate]".
*/

#ifndef TON_SESSION_LOCK_H
#define TON_SESSION_LOCK_H

#include "session/fields.h"

/// Where the locks of a struct are stored
typedef struct {
  char*** paths;
  uint32_t* count;
} TonLocks;

/// Read the value of a key `lock`.  Every path has to lead to a value that
/// `row` has or that is written beside the key; it is stored as it stands in
/// the text, so that ton_lock_holds() can compare it.
TonStatus ton_read_locks(TonReader* r, const TonNode* node,
                         const TonTable* table, void* row, TonLocks locks);

#endif
