// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Memory, locks and files on the thread that plays: linked with --wrap for
   each name here, so that a call from our own objects ends the program.
*/
#include "audio_guard.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

_Thread_local bool audio_guard;

static void
refuse(const char* what)
{
  if (audio_guard) {
    audio_guard = false;
    fprintf(stderr, "Bail out! %s() while a block is played\n", what);
    abort();
  }
}

#define GUARD(type, name, params, args)                                        \
  type __real_##name params;                                                   \
  type __wrap_##name params;                                                   \
  type __wrap_##name params                                                    \
  {                                                                            \
    refuse(#name);                                                             \
    return __real_##name args;                                                 \
  }

GUARD(void*, malloc, (size_t size), (size))
GUARD(void*, calloc, (size_t count, size_t size), (count, size))
GUARD(void*, realloc, (void* block, size_t size), (block, size))
GUARD(void*, aligned_alloc, (size_t align, size_t size), (align, size))

void __real_free(void* block);
void __wrap_free(void* block);
void
__wrap_free(void* block)
{
  refuse("free");
  __real_free(block);
}

GUARD(int, pthread_mutex_lock, (pthread_mutex_t * mutex), (mutex))
GUARD(int, pthread_cond_signal, (pthread_cond_t * cond), (cond))
GUARD(int, pthread_cond_broadcast, (pthread_cond_t * cond), (cond))
GUARD(int, pthread_cond_wait, (pthread_cond_t * cond, pthread_mutex_t* mutex),
      (cond, mutex))
GUARD(FILE*, fopen, (const char* path, const char* mode), (path, mode))
GUARD(size_t, fread, (void* to, size_t size, size_t n, FILE* file),
      (to, size, n, file))
GUARD(ssize_t, read, (int fd, void* to, size_t size), (fd, to, size))
GUARD(ssize_t, pread, (int fd, void* to, size_t size, off_t at),
      (fd, to, size, at))
