// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Making folders, telling them from files.
#include "base/folder.h"

#include "base/error.h"
#include "base/memory.h"

#include <tonmeister/audio_file.h>

#include <errno.h>
#include <sys/stat.h>

TonStatus
ton_make_folder(const char* path, TonError* error)
{
  char* const part = ton_copy_string(path);
  if (!part) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  bool good = true;
  for (char* at = part + 1; good && *at; ++at) {
    if (*at == '/') {
      *at = '\0';
      good = mkdir(part, 0777) == 0 || errno == EEXIST;
      *at = '/';
    }
  }
  good = good && (mkdir(part, 0777) == 0 || errno == EEXIST);
  if (good && !ton_is_folder(part)) {
    errno = ENOTDIR;
    good = false;
  }
  ton_free(part);
  return good ? TON_OK : ton_fail_write(error, path);
}

bool
ton_is_folder(const char* path)
{
  struct stat st;
  return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

bool
ton_is_file(const char* path)
{
  struct stat st;
  return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}
