// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The queue of changes between two threads.

#include "engine/change_ring.h"

#include "base/memory.h"

TonStatus
change_ring_new(ChangeRing* ring, uint32_t size)
{
  ring->size = size;
  ring->items = ton_alloc(size * sizeof(TonChange));
  return ring->items ? TON_OK : TON_NO_MEMORY;
}

void
change_ring_free(ChangeRing* ring)
{
  ton_free(ring->items);
  ring->items = NULL;
}

bool
change_ring_put(ChangeRing* ring, const TonChange* change)
{
  const uint32_t put = atomic_load_explicit(&ring->put, memory_order_relaxed);
  if (put - atomic_load_explicit(&ring->got, memory_order_acquire) ==
      ring->size) {
    return false;
  }
  ring->items[put % ring->size] = *change;
  atomic_store_explicit(&ring->put, put + 1, memory_order_release);
  return true;
}

const TonChange*
change_ring_peek(ChangeRing* ring)
{
  const uint32_t got = atomic_load_explicit(&ring->got, memory_order_relaxed);
  return got == atomic_load_explicit(&ring->put, memory_order_acquire)
             ? NULL
             : &ring->items[got % ring->size];
}

bool
change_ring_get(ChangeRing* ring, TonChange* change)
{
  const TonChange* const oldest = change_ring_peek(ring);
  if (oldest) {
    *change = *oldest;
    atomic_fetch_add_explicit(&ring->got, 1, memory_order_release);
  }
  return oldest != NULL;
}
