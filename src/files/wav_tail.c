// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The end of the samples in a WAV file whose header does not know it:
/// chunks of tags that stand behind the sound are not sound.
#include "base/memory.h"
#include "files/pcm_file.h"

#include <unistd.h>

/// Tags, a cover among them, are looked for in so many bytes at the end
enum { WINDOW_BYTES = 1 << 24 };

bool
wav_is_chunk_name(const uint8_t* id)
{
  for (int i = 0; i < 4; ++i) {
    if (id[i] < 32 || id[i] > 126) {
      return false;
    }
  }
  return true;
}

static uint64_t
size_at(const uint8_t* p)
{
  return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 |
         (uint64_t)p[3] << 24;
}

/// True if chunks follow each other from `at` to the very end
static bool
leads_to_end(const uint8_t* bytes, uint64_t at, uint64_t end)
{
  enum { MAX_CHUNKS = 64 };
  for (int i = 0;
       i < MAX_CHUNKS && at + 8 <= end && wav_is_chunk_name(bytes + at); ++i) {
    const uint64_t size = size_at(bytes + at + 4);
    const uint64_t next = at + 8 + size;
    if (next == end || next + (size & 1U) == end) {
      return true;
    }
    at = next + (size & 1U);
  }
  return false;
}

uint64_t
wav_tail(int fd, uint64_t data_at, uint64_t file_bytes)
{
  const uint64_t behind = file_bytes - data_at;
  const uint64_t n = behind < WINDOW_BYTES ? behind : WINDOW_BYTES;
  uint8_t* const bytes = ton_alloc(n);
  uint64_t at = n;
  if (bytes && pread(fd, bytes, n, (off_t)(file_bytes - n)) == (ssize_t)n) {
    at = 0;
    while (at + 8 <= n && !leads_to_end(bytes, at, n)) {
      ++at;
    }
    at = at + 8 <= n ? at : n;
  }
  ton_free(bytes);
  return file_bytes - n + at;
}
