// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Zeroed aligned memory, growing arrays, and arenas.
#ifndef TON_BASE_MEMORY_H
#define TON_BASE_MEMORY_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Zeroed memory aligned to 64 bytes, or null.  Freed with ton_free().  [main]
void* ton_alloc(size_t bytes);

/// Room for `count` items of `size`, grown by doubling.  `items` may be null;
/// `*capacity` is updated.  Returns null (old block intact) when refused.
/// Not aligned beyond malloc; freed with ton_free().  [main]
void* ton_grow(void* items, size_t* capacity, size_t count, size_t size);

/// Free what the functions here returned; null is allowed.  [main]
void ton_free(void* block);

/// Copy of a string, freed with ton_free().  Null when refused.  [main]
char* ton_copy_string(const char* text);

/// Tests: let `n` more requests pass, refuse all after them; negative = never.
/// Returns how many were refused since the last call.
unsigned long ton_alloc_fail_after(long n);

/**
   Arena: many small things of one document, freed together.

   Zero-initialise, use, ton_arena_free().  Not shared between threads.
*/
typedef struct TonArenaChunk TonArenaChunk;

typedef struct {
  TonArenaChunk* chunk;
} TonArena;

/// Zeroed memory aligned to 16 bytes, owned by the arena, or null.  [main]
void* ton_arena_alloc(TonArena* arena, size_t bytes);

/// Copy of `length` characters with a terminating null, or null.  [main]
char* ton_arena_string(TonArena* arena, const char* text, size_t length);

/// Free everything; the arena is empty and usable again.  [main]
void ton_arena_free(TonArena* arena);

#ifdef __cplusplus
}
#endif

#endif
