// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The folder of decoded stems, which can be made again at any time.
#include "render/cache.h"

#include "base/error.h"
#include "base/path.h"
#include "base/string.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/// Files that nobody needs stay this long: another run may just have made them
static const time_t STALE_S = 3600;

enum { BLOCK_BYTES = 512 }; ///< Unit of st_blocks

/// Remove one file of the cache and add the room that it took on the disk; what is
/// not a file stays, and what is younger than `age`
static TonStatus
remove_file(const char* cache, const char* name, time_t age, uint64_t* bytes,
            TonError* error)
{
  char path[4096];
  struct stat st;
  if (!ton_string_format(path, sizeof(path), "%s/%s", cache, name) ||
      lstat(path, &st) != 0 || !S_ISREG(st.st_mode) ||
      time(NULL) - st.st_mtime < age) {
    return TON_OK;
  }
  if (unlink(path) != 0) {
    return ton_fail_file(error, TON_WRITE_FAILED, path, "cannot be removed: %s",
                         strerror(errno));
  }
  *bytes += (uint64_t)st.st_blocks * BLOCK_BYTES;
  return TON_OK;
}

/// Is a file of the cache one of those that are ready, or the proof of one?
static bool
is_needed(const char* name, const PreparedStem* ready, uint32_t n)
{
  for (uint32_t i = 0; i < n; ++i) {
    const char* const file = ton_file_name(ready[i].path);
    if (strncmp(name, file, strlen(file)) == 0) {
      return true;
    }
  }
  return false;
}

static TonStatus
remove_others(const char* cache, const PreparedStem* ready, uint32_t n,
              time_t age, uint64_t* bytes, TonError* error)
{
  DIR* const folder = opendir(cache);
  if (!folder) {
    return TON_OK;
  }
  TonStatus status = TON_OK;
  const struct dirent* entry = NULL;
  while (!status && (entry = readdir(folder))) {
    if (!is_needed(entry->d_name, ready, n)) {
      status = remove_file(cache, entry->d_name, age, bytes, error);
    }
  }
  closedir(folder);
  return status;
}

void
cache_limit(const char* cache, const PreparedStem* ready, uint32_t n)
{
  uint64_t bytes = 0;
  (void)remove_others(cache, ready, n, STALE_S, &bytes, NULL);
}

TonStatus
cache_clear(const char* cache, uint64_t* bytes, TonError* error)
{
  *bytes = 0;
  return remove_others(cache, NULL, 0, 0, bytes, error);
}
