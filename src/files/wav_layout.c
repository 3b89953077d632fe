// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Where the samples lie in a WAV, RF64 or BW64 file.
#include "files/pcm_file.h"

#include "base/array.h"
#include "base/string.h"

#include <string.h>
#include <unistd.h>

/**
   RIFF, size, WAVE, then chunks: id, size, body, a byte of padding after an
   odd body.  RF64 and BW64 (EBU Tech 3306, ITU-R BS.2088) have sizes of
   0xFFFFFFFF and a chunk `ds64` with 64 bits of each.
*/
typedef struct {
  int fd;
  uint64_t size;      ///< Of the file
  uint64_t at;        ///< Next chunk
  uint64_t data_size; ///< From ds64; 0: none
  bool large;         ///< RF64 or BW64
  bool formatted;     ///< fmt was read
} Chunks;

#define UNKNOWN_SIZE 0xFFFFFFFFU

static uint32_t
u16(const uint8_t* p)
{
  return (uint32_t)p[0] | (uint32_t)p[1] << 8;
}

static uint32_t
u32(const uint8_t* p)
{
  return u16(p) | u16(p + 2) << 16;
}

static uint64_t
u64(const uint8_t* p)
{
  return u32(p) | (uint64_t)u32(p + 4) << 32;
}

static bool
read_at(const Chunks* c, uint64_t at, void* buffer, size_t bytes)
{
  return pread(c->fd, buffer, bytes, (off_t)at) == (ssize_t)bytes;
}

static bool
open_form(Chunks* c, PcmLayout* layout)
{
  uint8_t head[12];
  if (!read_at(c, 0, head, 12) || memcmp(head + 8, "WAVE", 4) != 0) {
    return false;
  }
  c->large = memcmp(head, "RF64", 4) == 0 || memcmp(head, "BW64", 4) == 0;
  if (!c->large && memcmp(head, "RIFF", 4) != 0) {
    return false;
  }
  c->at = 12;
  return ton_string_copy(layout->info.container, sizeof(layout->info.container),
                         c->large ? "RF64" : "WAV");
}

/// Tag of the format, looking inside WAVE_FORMAT_EXTENSIBLE
static uint32_t
format_tag(const uint8_t* body, uint32_t size)
{
  static const uint8_t rest[] = {0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x80,
                                 0x00, 0x00, 0xAA, 0x00, 0x38, 0x9B, 0x71};
  const uint32_t tag = u16(body);
  if (tag == 0xFFFE && size >= 40 && memcmp(body + 26, rest, 14) == 0) {
    return u16(body + 24);
  }
  return tag;
}

static bool
choose_samples(PcmLayout* layout, uint32_t tag, uint32_t bits)
{
  static const struct {
    uint32_t tag;
    uint32_t bits;
    TonSamples samples;
    const char* name;
  } forms[] = {
      {1, 16, TON_SAMPLES_16, "PCM 16 bit"},
      {1, 24, TON_SAMPLES_24, "PCM 24 bit"},
      {1, 32, TON_SAMPLES_32, "PCM 32 bit"},
      {3, 32, TON_SAMPLES_FLOAT, "float 32 bit"},
  };
  for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); ++i) {
    if (forms[i].tag == tag && forms[i].bits == bits) {
      layout->info.samples = forms[i].samples;
      layout->bytes = bits / 8;
      return ton_string_copy(layout->info.codec, sizeof(layout->info.codec),
                             forms[i].name);
    }
  }
  return false;
}

static bool
read_format(Chunks* c, PcmLayout* layout, uint32_t size)
{
  uint8_t body[40] = {0};
  const uint32_t n = size < 40 ? size : 40;
  if (size < 16 || !read_at(c, c->at + 8, body, n)) {
    return false;
  }
  layout->info.channels = u16(body + 2);
  layout->info.rate = u32(body + 4);
  c->formatted = true;
  return choose_samples(layout, format_tag(body, size), u16(body + 14)) &&
         layout->info.channels &&
         u16(body + 12) == layout->info.channels * layout->bytes;
}

/// A program that writes into a pipe does not know the size and puts down one of
/// these
static bool
is_of_pipe(uint32_t size)
{
  static const uint32_t sizes[] = {UNKNOWN_SIZE, 0xFFFFFFFEU, 0x7FFFFFFFU,
                                   0x7FFFFFFEU, 0x7FFFF000U};
  bool found = false;
  for (size_t i = 0; i < TON_COUNT(sizes); ++i) {
    found = found || size == sizes[i];
  }
  return found;
}

/// A recorder that was switched off leaves a size of 0, or too large a one: then
/// the samples are what is there, up to the tags behind them.
static bool
find_samples(const Chunks* c, PcmLayout* layout, uint32_t size)
{
  const uint64_t start = c->at + 8;
  const bool large = size == UNKNOWN_SIZE && c->large && c->data_size;
  const uint64_t said = large ? c->data_size : size;
  uint64_t there = c->size - start;
  if (said == 0 || said > there) {
    there = wav_tail(c->fd, start, c->size) - start;
    layout->info.truncated = there > 0 && (large || !is_of_pipe(size));
  }
  layout->data_at = start;
  layout->info.frames = (said && said < there ? said : there) /
                        (layout->bytes * layout->info.channels);
  return true;
}

/// Names of chunks that stand behind odd ones
static bool
is_known(const uint8_t* id)
{
  static const char names[][5] = {"data", "fmt ", "fact", "LIST", "bext",
                                  "iXML", "axml", "chna", "cue ", "smpl",
                                  "inst", "JUNK", "junk", "PEAK", "id3 "};
  for (size_t i = 0; i < TON_COUNT(names); ++i) {
    if (memcmp(id, names[i], 4) == 0) {
      return true;
    }
  }
  return false;
}

/// Where the next chunk begins.  Some writers say a wrong size of `fmt ` and
/// put down 16 bytes all the same; some leave out the byte behind an odd size.
static uint64_t
next_chunk(const Chunks* c, bool format, uint32_t size)
{
  const uint64_t end = c->at + 8 + (uint64_t)size;
  const uint64_t next = end + (size & 1U);
  uint8_t id[4];
  if ((size & 1U) && read_at(c, end, id, 4) && is_known(id)) {
    return end;
  }
  const bool wrong =
      format && read_at(c, next, id, 4) && !wav_is_chunk_name(id);
  return wrong ? c->at + 8 + 16 : next;
}

bool
wav_layout(int fd, uint64_t size, PcmLayout* layout)
{
  Chunks c = {.fd = fd, .size = size};
  memset(layout, 0, sizeof(*layout));
  if (!open_form(&c, layout)) {
    return false;
  }
  uint8_t head[36];
  // a chunk begins with a name: a file of zeros would otherwise be read for hours
  while (read_at(&c, c.at, head, 8) && wav_is_chunk_name(head)) {
    const uint32_t n = u32(head + 4);
    if (memcmp(head, "data", 4) == 0) {
      return c.formatted && find_samples(&c, layout, n);
    }
    const bool format = memcmp(head, "fmt ", 4) == 0;
    if (format && !read_format(&c, layout, n)) {
      return false;
    }
    if (memcmp(head, "ds64", 4) == 0 && read_at(&c, c.at, head, 36)) {
      c.data_size = u64(head + 16);
    }
    c.at = next_chunk(&c, format, n);
  }
  layout->damaged = read_at(&c, c.at, head, 8);
  return false;
}
