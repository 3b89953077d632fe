// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Reads the headers of MP3 frames (ISO 11172-3, 13818-3), of layer III.
#include "files/mp3_frames.h"

#include "base/memory.h"

#include <unistd.h>

enum { MAX_SEARCHED = 1 << 24 };

Mp3Header
mp3_header(const uint8_t bytes[4])
{
  static const uint32_t rates[4][4] = {{11025, 12000, 8000, 0},
                                       {0, 0, 0, 0},
                                       {22050, 24000, 16000, 0},
                                       {44100, 48000, 32000, 0}};
  static const uint32_t kbps[2][16] = {
      {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0},
      {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0}};
  const uint32_t version = (bytes[1] >> 3U) & 3U;
  if (bytes[0] != 0xFF || (bytes[1] & 0xE6U) != 0xE2U) {
    return (Mp3Header){0};
  }
  const uint32_t rate = rates[version][(bytes[2] >> 2U) & 3U];
  const uint32_t rate_kbps = kbps[version == 3][bytes[2] >> 4U];
  const uint32_t samples_8 = version == 3 ? 144 : 72;
  return (Mp3Header){.rate = rate,
                     .channels = bytes[3] >> 6U == 3 ? 1 : 2,
                     .bytes = rate && rate_kbps
                                  ? samples_8 * 1000 * rate_kbps / rate +
                                        ((bytes[2] >> 1U) & 1U)
                                  : 0};
}

static bool
holds_frames(const uint8_t* bytes, uint32_t n)
{
  for (uint32_t i = 0; i + 4 <= n; ++i) {
    const Mp3Header one = mp3_header(bytes + i);
    if (one.bytes && one.bytes <= n - i - 4 &&
        mp3_header(bytes + i + one.bytes).rate == one.rate) {
      return true;
    }
  }
  return false;
}

bool
mp3_frames_follow(int fd)
{
  const off_t at = lseek(fd, 0, SEEK_CUR);
  const off_t n = lseek(fd, 0, SEEK_END) - at;
  lseek(fd, at, SEEK_SET);
  uint8_t* const bytes =
      at >= 0 && n > 0 && n < MAX_SEARCHED ? ton_alloc((size_t)n) : NULL;
  const bool follow = bytes ? pread(fd, bytes, (size_t)n, at) != n ||
                                  holds_frames(bytes, (uint32_t)n)
                            : n != 0;
  ton_free(bytes);
  return follow;
}
