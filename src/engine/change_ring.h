// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_ENGINE_CHANGE_RING_H
#define TON_ENGINE_CHANGE_RING_H

#include <tonmeister/engine.h>

#include <stdatomic.h>

/**
   @file
   A bounded queue of changes from one thread to one other, without a lock.
*/

typedef struct {
  TonChange* items;
  uint32_t size;        ///< A power of two
  _Atomic uint32_t put; ///< Items ever put in; wraps
  _Atomic uint32_t got; ///< Items ever taken out
} ChangeRing;

/// `size` is a power of two.  Freed by caller with change_ring_free().  [main]
TonStatus change_ring_new(ChangeRing* ring, uint32_t size);

void change_ring_free(ChangeRing* ring);

/// False: it is full.  [audio]
bool change_ring_put(ChangeRing* ring, const TonChange* change);

/// The oldest, which stays; null: it is empty.  [audio]
const TonChange* change_ring_peek(ChangeRing* ring);

/// Take out the oldest; false: it is empty.  [audio]
bool change_ring_get(ChangeRing* ring, TonChange* change);

#endif
