// SPDX-License-Identifier: GPL-3.0-or-later
/// @file FLAC files in which one recording stands behind another: decoders read the
/// first one and stop without a word.
#include "base/input_file.h"
#include "base/interrupt.h"
#include "base/memory.h"
#include "files/files.h"

#include <string.h>
#include <unistd.h>

/// How each stream begins: "fLaC" and the head of a STREAMINFO block of 34 bytes,
/// which may be the last block of its kind (RFC 9639, 8.1 and 8.2)
enum { MARK = 8, CHUNK = 1 << 16 };

static bool
begins_stream(const uint8_t* at)
{
  return memcmp(at, "fLaC", 4) == 0 && (at[4] & 0x7F) == 0 && at[5] == 0 &&
         at[6] == 0 && at[7] == 34;
}

static uint32_t
count_streams(const uint8_t* bytes, size_t n)
{
  uint32_t found = 0;
  for (const uint8_t* at = bytes; n >= MARK;) {
    const uint8_t* const next = memchr(at, 'f', n - MARK + 1);
    if (!next) {
      break;
    }
    found += begins_stream(next);
    n -= (size_t)(next + 1 - at);
    at = next + 1;
  }
  return found;
}

bool
files_flac_is_joined(const char* path)
{
  const int fd = ton_input_open(path, NULL);
  uint8_t* const bytes = ton_alloc(CHUNK + MARK);
  uint32_t found = 0;
  size_t kept = 0;
  ssize_t got = 1;
  while (fd >= 0 && bytes && got > 0 && found < 2 && !ton_interrupted()) {
    got = read(fd, bytes + kept, CHUNK);
    const size_t n = kept + (got > 0 ? (size_t)got : 0);
    found += count_streams(bytes, n);
    kept = n < MARK - 1 ? n : MARK - 1;
    memmove(bytes, bytes + n - kept, kept);
  }
  ton_free(bytes);
  if (fd >= 0) {
    close(fd);
  }
  return found > 1;
}
