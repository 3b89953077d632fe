// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Files in which a whole second file stands behind the first: decoders read
/// the first one and stop without a word.
#include "base/input_file.h"
#include "base/interrupt.h"
#include "files/files.h"

#include <string.h>
#include <unistd.h>

/// Bytes that tell what a part of a file is
enum { HEAD = 32 };

/// Where a part ends, and whether it begins a recording
typedef struct {
  uint64_t bytes; ///< 0: nobody knows
  bool begins;
} Part;

typedef Part (*Look)(const uint8_t head[HEAD]);

static uint32_t
little(const uint8_t* p)
{
  return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
         (uint32_t)p[3] << 24;
}

static uint32_t
big(const uint8_t* p)
{
  return (uint32_t)p[3] | (uint32_t)p[2] << 8 | (uint32_t)p[1] << 16 |
         (uint32_t)p[0] << 24;
}

/// RIFF, size, WAVE.  Sizes that are not known are 0 or reach beyond the end
static Part
look_wav(const uint8_t head[HEAD])
{
  const uint64_t size = little(head + 4);
  const bool begins =
      memcmp(head, "RIFF", 4) == 0 && memcmp(head + 8, "WAVE", 4) == 0;
  return (Part){begins && size ? 8 + size + (size & 1U) : 0, begins};
}

/// FORM, size, AIFF or AIFC
static Part
look_aiff(const uint8_t head[HEAD])
{
  const uint64_t size = big(head + 4);
  const bool begins =
      memcmp(head, "FORM", 4) == 0 && memcmp(head + 8, "AIF", 3) == 0;
  return (Part){begins && size ? 8 + size + (size & 1U) : 0, begins};
}

/// Blocks of wvpk, size, 2 bytes of version, 2 upper bytes, total, index, frames,
/// flags (WavPack 4 & 5 Binary File / Block Format): the first block of a recording
/// has the index 0 and the flag of a first channel, and holds frames
static Part
look_wavpack(const uint8_t head[HEAD])
{
  enum { INITIAL = 1 << 11 };
  const bool block = memcmp(head, "wvpk", 4) == 0;
  const bool tags = memcmp(head, "APETAGEX", 8) == 0;
  const bool begins = block && head[10] == 0 && little(head + 16) == 0 &&
                      little(head + 20) != 0 && (little(head + 24) & INITIAL);
  return (Part){block  ? 8 + (uint64_t)little(head + 4)
                : tags ? 32 + (uint64_t)little(head + 12)
                       : 0,
                begins};
}

/// Boxes of size and name (ISO 14496-12, 4.2), of which `ftyp` is the first; a
/// size of 1 is followed by one of 64 bits, 0 reaches to the end
static Part
look_mp4(const uint8_t head[HEAD])
{
  const uint64_t size = big(head);
  const uint64_t large = (uint64_t)big(head + 8) << 32 | big(head + 12);
  const bool begins = memcmp(head + 4, "ftyp", 4) == 0;
  return (Part){size == 1 ? large : size ? size : UINT64_MAX, begins};
}

/// From part to part, as far as they are known; true at the second beginning
static bool
begins_twice(int fd, uint64_t bytes, Look look)
{
  uint8_t head[HEAD];
  uint32_t begun = 0;
  uint64_t at = 0;
  while (at + HEAD <= bytes && begun < 2 && !ton_interrupted() &&
         pread(fd, head, HEAD, (off_t)at) == HEAD) {
    const Part part = look(head);
    begun += part.begins;
    if (part.bytes < 8 || part.bytes > bytes - at) {
      break;
    }
    at += part.bytes;
  }
  return begun > 1;
}

bool
files_is_joined(const char* path)
{
  static const Look looks[] = {look_wav, look_aiff, look_wavpack, look_mp4};
  uint8_t head[HEAD];
  const int fd = ton_input_open(path, NULL);
  const off_t bytes = fd >= 0 ? lseek(fd, 0, SEEK_END) : 0;
  bool joined = false;
  if (bytes > HEAD && pread(fd, head, HEAD, 0) == HEAD) {
    for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]) && !joined; ++i) {
      joined =
          looks[i](head).begins && begins_twice(fd, (uint64_t)bytes, looks[i]);
    }
  }
  if (fd >= 0) {
    close(fd);
  }
  return joined;
}
