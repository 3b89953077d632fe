// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Opens regular files for reading and nothing else.
#include "base/input_file.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/string.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

TonStatus
ton_input_failed(const char* path, TonError* error)
{
  const int reason = errno;
  const bool missing = reason == ENOENT || reason == ENOTDIR;
  const bool short_of =
      reason == EMFILE || reason == ENFILE || reason == ENOMEM;
  if (reason == EISDIR || reason == EINVAL) {
    return ton_fail_file(error, TON_BAD_FILE, path, "is %s, not a file",
                         reason == EISDIR ? "a folder" : "a device or a pipe");
  }
  return ton_fail_file(error,
                       missing    ? TON_NOT_FOUND
                       : short_of ? TON_NO_MEMORY
                                  : TON_BAD_FILE,
                       path, "cannot be opened: %s", strerror(reason));
}

static int
refuse(int fd, int reason, TonError* error, const char* path)
{
  if (fd >= 0) {
    close(fd);
  }
  errno = reason;
  ton_input_failed(path, error);
  errno = reason;
  return -1;
}

int
ton_input_open(const char* path, TonError* error)
{
  // O_NONBLOCK: a pipe that nobody writes to would be waited for
  const int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  struct stat st;
  if (fd < 0) {
    return refuse(fd, errno == ENXIO ? EINVAL : errno, error, path);
  }
  if (fstat(fd, &st) != 0) {
    return refuse(fd, errno, error, path);
  }
  if (!S_ISREG(st.st_mode)) {
    return refuse(fd, S_ISDIR(st.st_mode) ? EISDIR : EINVAL, error, path);
  }
  fcntl(fd, F_SETFL, 0);
  return fd;
}

FILE*
ton_input_stream(const char* path, TonError* error)
{
  const int fd = ton_input_open(path, error);
  FILE* const stream = fd < 0 ? NULL : fdopen(fd, "rb");
  if (!stream && fd >= 0) {
    refuse(fd, errno, error, path);
  }
  return stream;
}

char*
ton_string_read_file(const char* path, size_t limit, size_t* length)
{
  FILE* const file = ton_input_stream(path, NULL);
  if (!file) {
    return NULL;
  }
  TonString text = {0};
  char block[8192];
  size_t n = 0;
  while ((n = fread(block, 1, sizeof(block), file)) > 0) {
    ton_string_add_bytes(&text, block, n);
    if (text.failed || text.length > limit) {
      break;
    }
  }
  const int reason = ferror(file)          ? EIO
                     : text.failed         ? ENOMEM
                     : text.length > limit ? EFBIG
                                           : 0;
  fclose(file);
  if (reason) {
    ton_string_free(&text);
    errno = reason;
    return NULL;
  }
  ton_string_add_bytes(&text, "", 0);
  *length = text.length;
  return text.bytes;
}

void
ton_allow_many_files(void)
{
  struct rlimit files;
  if (getrlimit(RLIMIT_NOFILE, &files) == 0 &&
      files.rlim_cur < files.rlim_max) {
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
  }
}
