// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Memory, locks and files on the thread that plays: linked with --wrap for
   each name here, so that a call from our own objects ends the program.
*/
#include "audio_guard.h"

#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <time.h>
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

GUARD(int, posix_memalign, (void** to, size_t align, size_t size),
      (to, align, size))
GUARD(int, pthread_mutex_lock, (pthread_mutex_t * mutex), (mutex))
GUARD(int, pthread_mutex_trylock, (pthread_mutex_t * mutex), (mutex))
GUARD(int, pthread_rwlock_rdlock, (pthread_rwlock_t * lock), (lock))
GUARD(int, pthread_rwlock_wrlock, (pthread_rwlock_t * lock), (lock))
GUARD(int, pthread_spin_lock, (pthread_spinlock_t * lock), (lock))
GUARD(int, sem_wait, (sem_t * semaphore), (semaphore))
GUARD(int, pthread_cond_signal, (pthread_cond_t * cond), (cond))
GUARD(int, pthread_cond_broadcast, (pthread_cond_t * cond), (cond))
GUARD(int, pthread_cond_wait, (pthread_cond_t * cond, pthread_mutex_t* mutex),
      (cond, mutex))
GUARD(int, pthread_cond_timedwait,
      (pthread_cond_t * cond, pthread_mutex_t* mutex,
       const struct timespec* until),
      (cond, mutex, until))
GUARD(int, poll, (struct pollfd * fds, nfds_t n, int timeout_ms),
      (fds, n, timeout_ms))
GUARD(FILE*, fopen, (const char* path, const char* mode), (path, mode))
GUARD(FILE*, fopen64, (const char* path, const char* mode), (path, mode))
GUARD(size_t, fread, (void* to, size_t size, size_t n, FILE* file),
      (to, size, n, file))
GUARD(ssize_t, read, (int fd, void* to, size_t size), (fd, to, size))
GUARD(ssize_t, pread, (int fd, void* to, size_t size, off_t at),
      (fd, to, size, at))
GUARD(ssize_t, pread64, (int fd, void* to, size_t size, off_t at),
      (fd, to, size, at))
GUARD(ssize_t, pwrite, (int fd, const void* from, size_t size, off_t at),
      (fd, from, size, at))
GUARD(ssize_t, pwrite64, (int fd, const void* from, size_t size, off_t at),
      (fd, from, size, at))
GUARD(ssize_t, write, (int fd, const void* from, size_t size), (fd, from, size))
GUARD(int, nanosleep, (const struct timespec* time, struct timespec* left),
      (time, left))

// The mode is there when a file may be made, and is handed on as it is
GUARD(int, open, (const char* path, int flags, mode_t mode),
      (path, flags, mode))
GUARD(int, open64, (const char* path, int flags, mode_t mode),
      (path, flags, mode))
GUARD(int, openat, (int folder, const char* path, int flags, mode_t mode),
      (folder, path, flags, mode))
GUARD(int, openat64, (int folder, const char* path, int flags, mode_t mode),
      (folder, path, flags, mode))
