// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Whole files or none: a temporary file beside the final name, written,
/// brought to the disk, renamed.
#include "base/output_file.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/path.h"
#include "base/string.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

/// Temporary files are ".part-", 16 random digits and the final name's ending.
/// Their writer holds a lock on them, so one without a lock is left over.
#define PREFIX ".part-"

struct TonOutput {
  char* asked;     ///< The path as the caller spelt it, for messages
  char* path;      ///< With links followed
  char* temporary; ///< Null once published or removed
  int fd;
  int folder; ///< The folder of `path`
};

/// The ending with its dot, "" if there is none or it is no ordinary one
static const char*
ending_of(const char* path)
{
  const char* const ending = ton_file_ending(path);
  return strlen(ending) <= 8 ? ending : "";
}

/// What stands there must be a regular file that may be changed
static TonStatus
check_target(const char* path, struct stat* there, TonError* error)
{
  if (stat(path, there) != 0) {
    struct stat link;
    there->st_mode = 0;
    if (errno != ENOENT) {
      return ton_fail_write(error, path);
    }
    return lstat(path, &link) != 0
               ? TON_OK
               : ton_fail_file(error, TON_WRITE_FAILED, path,
                               "is a link to a file that is not there and is "
                               "not written over; choose another name");
  }
  if (!S_ISREG(there->st_mode)) {
    return ton_fail_file(error, TON_WRITE_FAILED, path,
                         "is %s and is not written over; choose another name",
                         S_ISDIR(there->st_mode) ? "a folder"
                                                 : "a device or a pipe");
  }
  if (!(there->st_mode & 0222) || access(path, W_OK) != 0) {
    return ton_fail_file(error, TON_WRITE_FAILED, path,
                         "is read-only and stays as it is; make it writable "
                         "(chmod u+w) or choose another name");
  }
  return TON_OK;
}

/// Remove a temporary file that nobody holds a lock on
static void
remove_if_left(int folder, const char* name)
{
  const int fd =
      openat(folder, name, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
  struct stat st;
  if (fd >= 0) {
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
        flock(fd, LOCK_EX | LOCK_NB) == 0) {
      unlinkat(folder, name, 0);
    }
    close(fd);
  }
}

static void
remove_leftovers(const TonOutput* o)
{
  const int again = openat(o->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR* const list = again >= 0 ? fdopendir(again) : NULL;
  for (const struct dirent* d = list ? readdir(list) : NULL; d;
       d = readdir(list)) {
    if (strncmp(d->d_name, PREFIX, strlen(PREFIX)) == 0) {
      remove_if_left(o->folder, d->d_name);
    }
  }
  if (list) {
    closedir(list);
  } else if (again >= 0) {
    close(again);
  }
}

/// The folder of `path` with its slash, joined with `name`; null when refused
static char*
beside(const char* path, const char* name)
{
  const size_t folder = (size_t)(ton_file_name(path) - path);
  char* const joined = ton_alloc(folder + strlen(name) + 1);
  if (joined) {
    memcpy(joined, path, folder);
    // NOLINTNEXTLINE(bugprone-not-null-terminated-result)
    memcpy(joined + folder, name, strlen(name));
  }
  return joined;
}

/// A new locked file.  Between its birth and its lock another writer may take it
/// for a leftover: wait until that one has let go, then see if it was removed.
static int
create_locked(const char* path, bool* gone)
{
  const int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  struct stat st;
  *gone = false;
  if (fd >= 0) {
    flock(fd, LOCK_EX); // some file systems have no locks
    *gone = fstat(fd, &st) == 0 && st.st_nlink == 0;
  }
  return fd;
}

static TonStatus
create_temporary(TonOutput* o, TonError* error)
{
  bool gone = true;
  while (gone) {
    uint64_t random = 0;
    char name[48];
    if (getrandom(&random, sizeof(random), 0) != sizeof(random) ||
        !ton_string_format(name, sizeof(name), PREFIX "%016llx%s",
                           (unsigned long long)random, ending_of(o->path))) {
      return ton_fail_write(error, o->asked);
    }
    ton_free(o->temporary);
    o->temporary = beside(o->path, name);
    if (!o->temporary) {
      return ton_fail(error, TON_NO_MEMORY, "out of memory");
    }
    if (o->fd >= 0) {
      close(o->fd);
    }
    o->fd = create_locked(o->temporary, &gone);
    if (o->fd < 0 && errno != EEXIST) {
      return ton_fail_write(error, o->asked);
    }
    gone = gone || o->fd < 0;
  }
  return TON_OK;
}

static TonStatus
set_paths(TonOutput* o, const char* path, TonError* error)
{
  char real[PATH_MAX];
  o->asked = ton_copy_string(path);
  o->path = ton_copy_string(realpath(path, real) ? real : path);
  char* const folder = o->path ? beside(o->path, ".") : NULL;
  if (!o->asked || !folder) {
    ton_free(folder);
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  o->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  ton_free(folder);
  return o->folder < 0 ? ton_fail_write(error, path) : TON_OK;
}

static TonStatus
open_output(TonOutput* o, const char* path, TonError* error)
{
  struct stat there;
  TON_TRY(check_target(path, &there, error));
  TON_TRY(set_paths(o, path, error));
  remove_leftovers(o);
  TON_TRY(create_temporary(o, error));
  return there.st_mode && fchmod(o->fd, there.st_mode & 07777) != 0
             ? ton_fail_write(error, path)
             : TON_OK;
}

TonStatus
ton_output_replaceable(const char* path, TonError* error)
{
  struct stat there;
  return check_target(path, &there, error);
}

TonStatus
ton_output_open(const char* path, TonOutput** output, TonError* error)
{
  *output = NULL;
  TonOutput* const o = ton_alloc(sizeof(TonOutput));
  if (!o) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  o->fd = -1;
  o->folder = -1;
  const TonStatus status = open_output(o, path, error);
  if (status) {
    ton_output_free(o);
    return status;
  }
  *output = o;
  return TON_OK;
}

int
ton_output_fd(const TonOutput* output)
{
  return output->fd;
}

const char*
ton_output_temporary(const TonOutput* output)
{
  return output->temporary;
}

int
ton_write_all(int fd, const void* bytes, size_t size)
{
  const char* at = bytes;
  while (size) {
    const ssize_t n = write(fd, at, size);
    if (n == 0 || (n < 0 && errno != EINTR)) {
      errno = n ? errno : ENOSPC;
      return -1;
    }
    if (n > 0) {
      at += n;
      size -= (size_t)n;
    }
  }
  return 0;
}

TonStatus
ton_output_write(TonOutput* output, const void* bytes, size_t size,
                 TonError* error)
{
  return ton_write_all(output->fd, bytes, size) == 0
             ? TON_OK
             : ton_fail_write(error, output->asked);
}

static TonStatus
rename_one(TonOutput* o, TonError* error)
{
  TON_TRY(ton_output_replaceable(o->path, error));
  if (!o->temporary || rename(o->temporary, o->path) != 0) {
    return ton_fail_write(error, o->asked);
  }
  ton_free(o->temporary);
  o->temporary = NULL;
  return TON_OK;
}

TonStatus
ton_output_publish(TonOutput* const* outputs, size_t count, TonError* error)
{
  for (size_t i = 0; i < count; ++i) {
    if (fsync(outputs[i]->fd) != 0) {
      return ton_fail_write(error, outputs[i]->asked);
    }
  }
  TonStatus status = TON_OK;
  for (size_t i = 0; i < count && !status; ++i) {
    status = rename_one(outputs[i], error);
  }
  for (size_t i = 0; i < count; ++i) {
    fsync(outputs[i]->folder); // not all file systems can
  }
  return status;
}

void
ton_output_remove(TonOutput* output)
{
  if (output->temporary) {
    unlink(output->temporary);
  }
}

void
ton_output_free(TonOutput* output)
{
  if (output) {
    if (output->fd >= 0) {
      ton_output_remove(output);
      close(output->fd);
    }
    if (output->folder >= 0) {
      close(output->folder);
    }
    ton_free(output->temporary);
    ton_free(output->path);
    ton_free(output->asked);
    ton_free(output);
  }
}

TonStatus
ton_fail_destroyed(TonError* error, const char* output, const char* input,
                   const char* what)
{
  return ton_fail_file(error, TON_BAD_USE, output,
                       "is %s (%s) and would be destroyed; choose another "
                       "name for the result",
                       what, input);
}

TonStatus
ton_output_apart(const char* output, const char* input, const char* what,
                 TonError* error)
{
  struct stat a;
  struct stat b;
  const bool same = stat(output, &a) == 0 && stat(input, &b) == 0 &&
                    a.st_dev == b.st_dev && a.st_ino == b.st_ino;
  return same ? ton_fail_destroyed(error, output, input, what) : TON_OK;
}
