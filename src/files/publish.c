// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/error.h"
#include "base/memory.h"
#include "files/files.h"

#include <errno.h>
#include <fcntl.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

static void
split(const char* path, char* folder, size_t size, const char** name)
{
  const char* const slash = strrchr(path, '/');
  *name = slash ? slash + 1 : path;
  if (slash) {
    snprintf(folder, size, "%.*s", (int)(slash - path + 1), path);
  } else {
    snprintf(folder, size, "./");
  }
}

void
files_part_name(const char* path, char* room, size_t size)
{
  char folder[1024];
  const char* name = NULL;
  split(path, folder, sizeof(folder), &name);
  snprintf(room, size, "%s.part-%ld-%s", folder, (long)getpid(), name);
}

static int
sync_path(const char* path, int flags)
{
  const int fd = open(path, flags | O_CLOEXEC);
  if (fd < 0) {
    return -1;
  }
  const int result = fsync(fd);
  const int reason = errno;
  close(fd);
  errno = reason;
  return result;
}

TonStatus
files_publish(const char* part, const char* path, TonError* error)
{
  char folder[1024];
  const char* name = NULL;
  split(path, folder, sizeof(folder), &name);
  if (sync_path(part, O_RDONLY) != 0 || rename(part, path) != 0) {
    return ton_fail_write(error, path);
  }
  sync_path(folder, O_RDONLY | O_DIRECTORY); // not all file systems know how
  return TON_OK;
}

static int
write_all(int fd, const char* bytes, uint64_t size)
{
  while (size) {
    const ssize_t n = write(fd, bytes, size);
    if (n < 0 && errno != EINTR) {
      return -1;
    }
    if (n > 0) {
      bytes += n;
      size -= (uint64_t)n;
    }
  }
  return 0;
}

TonStatus
ton_file_write(const char* path, const void* bytes, uint64_t size,
               TonError* error)
{
  char part[1100];
  files_part_name(path, part, sizeof(part));
  const int fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd < 0) {
    return ton_fail_write(error, path);
  }
  const int failed = write_all(fd, bytes, size);
  const int reason = errno;
  const int closed = close(fd);
  errno = failed ? reason : errno;
  const TonStatus status = failed || closed ? ton_fail_write(error, path)
                                            : files_publish(part, path, error);
  if (status) {
    unlink(part);
  }
  return status;
}

/// Feed a file's bytes to a hash
static TonStatus
each_block(const char* path,
           void (*feed)(void* hash, const unsigned char* bytes, size_t n),
           void* hash, TonError* error)
{
  enum { BLOCK = 1 << 18 };
  FILE* const file = fopen(path, "rb");
  unsigned char* const block = ton_alloc(BLOCK);
  if (!file || !block) {
    const int reason = errno;
    if (file) {
      fclose(file);
    }
    ton_free(block);
    return ton_fail_file(error, TON_NOT_FOUND, path, "cannot be opened: %s",
                         strerror(reason));
  }
  size_t n = 0;
  while ((n = fread(block, 1, BLOCK, file)) > 0) {
    feed(hash, block, n);
  }
  const bool bad = ferror(file);
  fclose(file);
  ton_free(block);
  return bad ? ton_fail_file(error, TON_BAD_FILE, path, "cannot be read")
             : TON_OK;
}

static void
feed_xxh(void* hash, const unsigned char* bytes, size_t n)
{
  XXH3_128bits_update(hash, bytes, n);
}

static void
feed_sha(void* hash, const unsigned char* bytes, size_t n)
{
  sha256_update(hash, n, bytes);
}

TonStatus
ton_file_hash(const char* path, char hash[33], TonError* error)
{
  XXH3_state_t* const state = XXH3_createState();
  if (!state) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  XXH3_128bits_reset(state);
  const TonStatus status = each_block(path, feed_xxh, state, error);
  const XXH128_hash_t sum = XXH3_128bits_digest(state);
  XXH3_freeState(state);
  snprintf(hash, 33, "%016llx%016llx", (unsigned long long)sum.high64,
           (unsigned long long)sum.low64);
  return status;
}

TonStatus
ton_file_sha256(const char* path, char hash[65], TonError* error)
{
  struct sha256_ctx state;
  sha256_init(&state);
  TON_TRY(each_block(path, feed_sha, &state, error));
  uint8_t digest[SHA256_DIGEST_SIZE];
  sha256_digest(&state, sizeof(digest), digest);
  for (int i = 0; i < SHA256_DIGEST_SIZE; ++i) {
    snprintf(hash + 2 * (size_t)i, 3, "%02x", digest[i]);
  }
  return TON_OK;
}
