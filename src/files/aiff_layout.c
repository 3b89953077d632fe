// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Where the samples lie in an AIFF or uncompressed AIFC file.
#include "files/pcm_file.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/**
   FORM, size, AIFF or AIFC, then chunks: id, size, body, padded to even, all
   big-endian (Apple, Audio Interchange File Format 1.3; AIFF-C draft 1991).

   COMM: channels 16, frames 32, bits 16, rate as an 80-bit float, in AIFC the
   form of compression.  SSND: offset 32, block 32, samples.
*/
typedef struct {
  int fd;
  uint64_t at;
  bool coded; ///< AIFC
  uint64_t frames;
  uint32_t bits;
  char form[5];
} Aiff;

static uint32_t
u16(const uint8_t* p)
{
  return (uint32_t)p[0] << 8 | p[1];
}

static uint32_t
u32(const uint8_t* p)
{
  return u16(p) << 16 | u16(p + 2);
}

static bool
read_at(const Aiff* a, uint64_t at, void* buffer, size_t bytes)
{
  return pread(a->fd, buffer, bytes, (off_t)at) == (ssize_t)bytes;
}

/// Whole part of an 80-bit float: 1 sign, 15 exponent, 64 mantissa
static uint32_t
read_rate(const uint8_t* p)
{
  const uint32_t exponent = u16(p);
  const uint64_t mantissa = (uint64_t)u32(p + 2) << 32 | u32(p + 6);
  const uint32_t shift = 16383 + 63 - exponent;
  return exponent < 16383 || shift < 32 || shift > 63
             ? 0
             : (uint32_t)(mantissa >> shift);
}

static bool
read_common(Aiff* a, PcmLayout* layout, uint32_t size)
{
  uint8_t body[22] = {0};
  const uint32_t needed = a->coded ? 22 : 18;
  if (size < needed || !read_at(a, a->at + 8, body, needed)) {
    return false;
  }
  layout->info.channels = u16(body);
  a->frames = u32(body + 2);
  a->bits = u16(body + 6);
  layout->info.rate = read_rate(body + 8);
  memcpy(a->form, a->coded ? (const char*)body + 18 : "NONE", 4);
  return true;
}

static bool
choose_samples(const Aiff* a, PcmLayout* layout)
{
  const bool floating =
      strcmp(a->form, "fl32") == 0 || strcmp(a->form, "FL32") == 0;
  const bool little = strcmp(a->form, "sowt") == 0;
  if (!floating && !little && strcmp(a->form, "NONE") != 0 &&
      strcmp(a->form, "twos") != 0) {
    return false;
  }
  if (a->bits != 16 && a->bits != 24 && a->bits != 32) {
    return false;
  }
  layout->bytes = floating ? 4 : a->bits / 8;
  layout->big_endian = !little;
  layout->info.samples = floating        ? TON_SAMPLES_FLOAT
                         : a->bits == 16 ? TON_SAMPLES_16
                         : a->bits == 24 ? TON_SAMPLES_24
                                         : TON_SAMPLES_32;
  snprintf(layout->info.codec, sizeof(layout->info.codec),
           floating ? "float %u bit" : "PCM %u bit", a->bits);
  return true;
}

static bool
find_samples(const Aiff* a, PcmLayout* layout, uint32_t size, uint64_t end)
{
  uint8_t head[8];
  if (size < 8 || !read_at(a, a->at + 8, head, 8) || !layout->info.channels ||
      !choose_samples(a, layout)) {
    return false;
  }
  layout->data_at = a->at + 16 + u32(head);
  const uint64_t width = (uint64_t)layout->bytes * layout->info.channels;
  const uint64_t there =
      end > layout->data_at ? (end - layout->data_at) / width : 0;
  layout->info.truncated = a->frames > there;
  layout->info.frames = a->frames < there ? a->frames : there;
  return true;
}

bool
aiff_layout(int fd, uint64_t size, PcmLayout* layout)
{
  Aiff a = {.fd = fd, .at = 12};
  uint8_t head[12];
  memset(layout, 0, sizeof(*layout));
  if (!read_at(&a, 0, head, 12) || memcmp(head, "FORM", 4) != 0 ||
      memcmp(head + 8, "AIF", 3) != 0) {
    return false;
  }
  a.coded = head[11] == 'C';
  snprintf(layout->info.container, sizeof(layout->info.container), "AIFF");
  uint64_t sound = 0;
  uint32_t sound_size = 0;
  while (read_at(&a, a.at, head, 8) && wav_is_chunk_name(head)) {
    const uint32_t n = u32(head + 4);
    if (memcmp(head, "COMM", 4) == 0 && !read_common(&a, layout, n)) {
      return false;
    }
    if (memcmp(head, "SSND", 4) == 0) {
      sound = a.at;
      sound_size = n;
    }
    a.at += 8 + (uint64_t)n + (n & 1U);
  }
  layout->damaged = !sound && read_at(&a, a.at, head, 8);
  a.at = sound; // the two come in either order
  return sound && find_samples(&a, layout, sound_size, size);
}
