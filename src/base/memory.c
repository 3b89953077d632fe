// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Memory that can be refused, in tests at any request, and arenas.
#include "base/memory.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static atomic_long allowance = -1;
static atomic_ulong refusals;

static int
refused(void)
{
  long left = atomic_load(&allowance);
  if (left < 0) {
    return 0;
  }
  if (left == 0) {
    return 1;
  }
  atomic_fetch_sub(&allowance, 1);
  return 0;
}

/// Count what was refused
static void*
counted(void* block)
{
  if (!block) {
    atomic_fetch_add(&refusals, 1);
  }
  return block;
}

unsigned long
ton_alloc_fail_after(long n)
{
  atomic_store(&allowance, n);
  return atomic_exchange(&refusals, 0);
}

void*
ton_alloc(size_t bytes)
{
  if (refused() || bytes > SIZE_MAX - 63) {
    return counted(NULL);
  }
  const size_t rounded = bytes ? (bytes + 63) & ~(size_t)63 : 64;
  void* const block = aligned_alloc(64, rounded);
  if (block) {
    memset(block, 0, rounded);
  }
  return counted(block);
}

void*
ton_grow(void* items, size_t* capacity, size_t count, size_t size)
{
  if (count <= *capacity) {
    return items;
  }
  size_t wanted = *capacity ? *capacity : 8;
  while (wanted < count) {
    wanted *= 2;
  }
  if (refused() || wanted > SIZE_MAX / size) {
    return counted(NULL);
  }
  void* const grown = realloc(items, wanted * size);
  if (grown) {
    *capacity = wanted;
  }
  return counted(grown);
}

void
ton_free(void* block)
{
  free(block);
}

char*
ton_copy_string(const char* text)
{
  const size_t n = strlen(text) + 1;
  char* const copy = ton_alloc(n);
  return copy ? memcpy(copy, text, n) : NULL;
}

struct TonArenaChunk {
  TonArenaChunk* next;
  size_t size;
  size_t used;
  _Alignas(16) char bytes[];
};

enum { CHUNK = 16384 };

void*
ton_arena_alloc(TonArena* arena, size_t bytes)
{
  const size_t wanted = (bytes + 15) & ~(size_t)15;
  TonArenaChunk* chunk = arena->chunk;
  if (!chunk || chunk->size - chunk->used < wanted) {
    const size_t size = wanted > CHUNK ? wanted : CHUNK;
    chunk = ton_alloc(sizeof(TonArenaChunk) + size);
    if (!chunk) {
      return NULL;
    }
    chunk->size = size;
    chunk->next = arena->chunk;
    arena->chunk = chunk;
  }
  void* const block = chunk->bytes + chunk->used;
  chunk->used += wanted;
  return block;
}

char*
ton_arena_string(TonArena* arena, const char* text, size_t length)
{
  char* const copy = ton_arena_alloc(arena, length + 1);
  return copy ? memcpy(copy, text, length) : NULL;
}

void
ton_arena_free(TonArena* arena)
{
  while (arena->chunk) {
    TonArenaChunk* const next = arena->chunk->next;
    ton_free(arena->chunk);
    arena->chunk = next;
  }
}
