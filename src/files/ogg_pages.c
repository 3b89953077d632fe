// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The pages of Ogg files.  Where one recording stands behind another, or the
/// end is missing, libsndfile would read what it gets and stop without a word; and
/// it writes streams under a number drawn by chance, so that the same sound would
/// never make the same bytes.
#include "base/input_file.h"
#include "base/interrupt.h"
#include "base/memory.h"
#include "files/files.h"

#include <errno.h>
#include <ogg/ogg.h>
#include <string.h>
#include <unistd.h>

enum {
  HEAD_BYTES = 27, ///< Of a page, before the sizes of its segments (RFC 3533)
  FLAGS = 5,
  SERIAL = 14,
  FIRST_OF_STREAM = 2,
  LAST_OF_STREAM = 4,
  SEGMENTS = 26,
  MAX_PAGE = HEAD_BYTES + 255 + 255 * 255,
};

/// Bytes of the page at `at`, 0 if there is none; its flags
static uint32_t
page_bytes(int fd, off_t at, uint8_t* flags)
{
  uint8_t head[HEAD_BYTES + 255];
  const ssize_t n = pread(fd, head, sizeof(head), at);
  if (n < HEAD_BYTES || memcmp(head, "OggS", 4) != 0 ||
      n < HEAD_BYTES + head[SEGMENTS]) {
    return 0;
  }
  uint32_t bytes = HEAD_BYTES + (uint32_t)head[SEGMENTS];
  for (uint32_t i = 0; i < head[SEGMENTS]; ++i) {
    bytes += head[HEAD_BYTES + i];
  }
  *flags = head[FLAGS];
  return bytes;
}

OggPages
files_ogg_pages(const char* path)
{
  OggPages pages = {0};
  const int fd = ton_input_open(path, NULL);
  if (fd < 0) {
    return pages;
  }
  bool begun = false;
  uint8_t flags = 0;
  off_t at = 0;
  for (uint32_t n = 1; n && !pages.chained && !ton_interrupted(); at += n) {
    n = page_bytes(fd, at, &flags);
    pages.chained = n && begun && (flags & FIRST_OF_STREAM);
    begun = begun || (n && !(flags & FIRST_OF_STREAM));
  }
  pages.cut = !(flags & LAST_OF_STREAM) || at > lseek(fd, 0, SEEK_END);
  close(fd);
  return pages;
}

bool
files_ogg_renumber(int fd)
{
  static const uint8_t number[] = {1, 0, 0, 0};
  uint8_t* const bytes = ton_alloc(MAX_PAGE);
  uint8_t flags = 0;
  uint32_t n = 0;
  bool good = bytes;
  errno = bytes ? 0 : ENOMEM;
  for (off_t at = 0; good && (n = page_bytes(fd, at, &flags)); at += n) {
    good = pread(fd, bytes, n, at) == (ssize_t)n;
    memcpy(bytes + SERIAL, number, sizeof(number));
    const long head = HEAD_BYTES + (long)bytes[SEGMENTS];
    ogg_page page = {bytes, head, bytes + head, (long)n - head};
    ogg_page_checksum_set(&page);
    good = good && pwrite(fd, bytes, (size_t)head, at) == head;
  }
  ton_free(bytes);
  return good;
}
