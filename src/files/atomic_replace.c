// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/error.h"
#include "files/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

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
  static atomic_uint count;
  char folder[1024];
  const char* name = NULL;
  split(path, folder, sizeof(folder), &name);
  snprintf(room, size, "%s.part-%ld-%u-%s", folder, (long)getpid(),
           atomic_fetch_add(&count, 1), name);
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
files_atomic_replace(const char* part, const char* path, TonError* error)
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

int
files_write_all(int fd, const void* from, uint64_t size)
{
  const char* bytes = from;
  while (size) {
    const ssize_t n = write(fd, bytes, size);
    if (n == 0 || (n < 0 && errno != EINTR)) {
      errno = n ? errno : ENOSPC;
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
  const int failed = files_write_all(fd, bytes, size);
  const int reason = errno;
  const int closed = close(fd);
  errno = failed ? reason : errno;
  const TonStatus status = failed || closed
                               ? ton_fail_write(error, path)
                               : files_atomic_replace(part, path, error);
  if (status) {
    unlink(part);
  }
  return status;
}
