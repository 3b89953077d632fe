// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Memory and locks while a processor runs: linked with --wrap for each name
   here, so that a call from our own objects ends the program.
*/
#include "rig.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static void
refuse(const char* what)
{
  if (rig_on_air) {
    fprintf(stderr, "Bail out! %s() inside process, update or reset\n", what);
    abort();
  }
}

void* __real_malloc(size_t size);
void* __wrap_malloc(size_t size);
void* __real_calloc(size_t count, size_t size);
void* __wrap_calloc(size_t count, size_t size);
void* __real_realloc(void* block, size_t size);
void* __wrap_realloc(void* block, size_t size);
void* __real_aligned_alloc(size_t alignment, size_t size);
void* __wrap_aligned_alloc(size_t alignment, size_t size);
void __real_free(void* block);
void __wrap_free(void* block);
int __real_pthread_mutex_lock(pthread_mutex_t* mutex);
int __wrap_pthread_mutex_lock(pthread_mutex_t* mutex);

void*
__wrap_malloc(size_t size)
{
  refuse("malloc");
  return __real_malloc(size);
}

void*
__wrap_calloc(size_t count, size_t size)
{
  refuse("calloc");
  return __real_calloc(count, size);
}

void*
__wrap_realloc(void* block, size_t size)
{
  refuse("realloc");
  return __real_realloc(block, size);
}

void*
__wrap_aligned_alloc(size_t alignment, size_t size)
{
  refuse("aligned_alloc");
  return __real_aligned_alloc(alignment, size);
}

void
__wrap_free(void* block)
{
  refuse("free");
  __real_free(block);
}

int
__wrap_pthread_mutex_lock(pthread_mutex_t* mutex)
{
  refuse("pthread_mutex_lock");
  return __real_pthread_mutex_lock(mutex);
}
