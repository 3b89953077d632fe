// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Writing a text so that a half-written one is never seen.
*/

#include "session/save.h"

#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool
write_all(int file, const char* bytes, size_t length)
{
  while (length) {
    const ssize_t n = write(file, bytes, length);
    if (n < 0 && errno != EINTR) {
      return false;
    }
    if (n > 0) {
      bytes += n;
      length -= (size_t)n;
    }
  }
  return true;
}

/// Rights of the old file, or those a new file gets
static mode_t
rights(const char* path)
{
  struct stat old;
  if (stat(path, &old) == 0) {
    return old.st_mode & 07777;
  }
  const mode_t mask = umask(0);
  umask(mask);
  return 0666 & ~mask;
}

/// The rename is safe on disk only when the folder is, too
static void
sync_folder(const char* path)
{
  char buffer[PATH_MAX];
  snprintf(buffer, sizeof(buffer), "%s", path);
  const int folder = open(dirname(buffer), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder >= 0) {
    fsync(folder);
    close(folder);
  }
}

TonStatus
ton_save(const char* path, const char* bytes, size_t length, TonError* error)
{
  char real[PATH_MAX];
  if (!realpath(path, real)) {
    snprintf(real, sizeof(real), "%s", path);
  }
  const char* const slash = strrchr(real, '/');
  const char* const name = slash ? slash + 1 : real;
  char beside[PATH_MAX + 16];
  snprintf(beside, sizeof(beside), "%.*s.part-XXXXXX-%s", (int)(name - real),
           real, name);
  const int file = mkostemps(beside, (int)strlen(name) + 1, O_CLOEXEC);
  if (file < 0) {
    return ton_fail_write(error, path);
  }
  const bool written = write_all(file, bytes, length) &&
                       fchmod(file, rights(real)) == 0 && fsync(file) == 0;
  const bool closed = close(file) == 0;
  if (written && closed && rename(beside, real) == 0) {
    sync_folder(real);
    return TON_OK;
  }
  const TonStatus status = ton_fail_write(error, path);
  unlink(beside);
  return status;
}
