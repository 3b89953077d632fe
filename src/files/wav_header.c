// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The header of a WAV or RF64 file to be written.
#include "files/pcm_file.h"

#include <math.h>
#include <string.h>

uint64_t wav_max_bytes = 0xFFFFFFFFU;

typedef struct {
  uint8_t* bytes;
  uint32_t n;
} Header;

static void
add(Header* h, const void* bytes, uint32_t n)
{
  memcpy(h->bytes + h->n, bytes, n);
  h->n += n;
}

static void
add_number(Header* h, uint64_t value, uint32_t bytes)
{
  for (uint32_t i = 0; i < bytes; ++i) {
    h->bytes[h->n++] = (uint8_t)(value >> (8 * i));
  }
}

static void
add_head(Header* h, const char* id, uint32_t size)
{
  add(h, id, 4);
  add_number(h, size, 4);
}

static bool
is_floating(const TonAudioFormat* f)
{
  return f->samples == TON_SAMPLES_FLOAT || f->samples == TON_SAMPLES_DOUBLE;
}

uint32_t
wav_frame_bytes(const TonAudioFormat* f)
{
  const uint32_t bytes = f->samples == TON_SAMPLES_16       ? 2
                         : f->samples == TON_SAMPLES_24     ? 3
                         : f->samples == TON_SAMPLES_DOUBLE ? 8
                                                            : 4;
  return bytes * f->channels;
}

static uint64_t
file_bytes(const TonAudioFormat* f, uint64_t frames, uint64_t after)
{
  const uint64_t data = frames * wav_frame_bytes(f);
  return WAV_HEADER_MAX + data + (data & 1U) + after;
}

bool
wav_is_rf64(const TonAudioFormat* f, uint64_t frames, uint64_t after)
{
  return file_bytes(f, frames, after) > wav_max_bytes;
}

/// Sizes beyond 32 bits; a chunk to be skipped while there are none
static void
add_sizes(Header* h, bool large, uint64_t riff, uint64_t data, uint64_t frames)
{
  add_head(h, large ? "ds64" : "JUNK", 28);
  add_number(h, large ? riff : 0, 8);
  add_number(h, large ? data : 0, 8);
  add_number(h, large ? frames : 0, 8);
  add_number(h, 0, 4);
}

/// Hundredths; 0x7FFF says "not set"
static uint16_t
hundredths(double value)
{
  return isfinite(value)
             ? (uint16_t)(int16_t)lrint(fmax(-327.0, fmin(327.0, value)) * 100)
             : 0x7FFF;
}

/// EBU Tech 3285 version 2.  No date and no time: the same mix, the same file.
static void
add_broadcast(Header* h, const TonBroadcast* b)
{
  const bool present = b && b->present;
  add_head(h, present ? "bext" : "JUNK", WAV_BEXT_BYTES);
  uint8_t* const body = h->bytes + h->n;
  memset(body, 0, WAV_BEXT_BYTES);
  if (present) {
    Header at = {body, 256};
    add(&at, "Tonmeister", 10);
    at.n = 346;
    add_number(&at, 2, 2);
    at.n = 412;
    add_number(&at, hundredths(b->integrated_lufs), 2);
    add_number(&at, hundredths(b->range_lu), 2);
    add_number(&at, hundredths(b->true_peak_dbtp), 2);
    add_number(&at, hundredths(b->momentary_max_lufs), 2);
    add_number(&at, hundredths(b->short_term_max_lufs), 2);
  }
  h->n += WAV_BEXT_BYTES;
}

/// Old forms where they say enough or are asked for, else WAVE_FORMAT_EXTENSIBLE:
/// more than two channels, or integers of more than 16 bits.
static void
add_format(Header* h, const TonAudioFormat* f)
{
  static const uint8_t guid[] = {0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x80,
                                 0x00, 0x00, 0xAA, 0x00, 0x38, 0x9B, 0x71};
  const uint32_t width = wav_frame_bytes(f);
  const uint32_t bits = 8 * width / f->channels;
  const bool floating = is_floating(f);
  const bool extensible = !f->plain && (f->channels > 2 || bits == 24);
  const uint32_t tag = floating ? 3 : 1;
  add_head(h, "fmt ", extensible ? 40 : floating ? 18 : 16);
  add_number(h, extensible ? 0xFFFE : tag, 2);
  add_number(h, f->channels, 2);
  add_number(h, f->rate, 4);
  add_number(h, (uint64_t)f->rate * width, 4);
  add_number(h, width, 2);
  add_number(h, bits, 2);
  if (extensible) {
    add_number(h, 22, 2);
    add_number(h, bits, 2);
    add_number(h, f->channels == 1 ? 4 : f->channels == 2 ? 3 : 0, 4);
    add_number(h, tag, 2);
    add(h, guid, 14);
  } else if (floating) {
    add_number(h, 0, 2);
  }
}

uint32_t
wav_header(uint8_t buffer[WAV_HEADER_MAX], const TonAudioFormat* f,
           const TonBroadcast* broadcast, uint64_t frames, uint64_t after)
{
  Header h = {buffer, 0};
  const bool large = wav_is_rf64(f, frames, after);
  const uint64_t data = frames * wav_frame_bytes(f);
  add_head(&h, large ? "RF64" : "RIFF", 0xFFFFFFFFU);
  add(&h, "WAVE", 4);
  const uint32_t sizes_at = h.n;
  if (!f->plain) {
    add_sizes(&h, false, 0, 0, 0);
    add_broadcast(&h, broadcast);
  }
  add_format(&h, f);
  if (is_floating(f)) {
    add_head(&h, "fact", 4);
    add_number(&h, large ? 0xFFFFFFFFU : frames, 4);
  }
  add_head(&h, "data", large ? 0xFFFFFFFFU : (uint32_t)data);
  const uint64_t riff = h.n + data + (data & 1U) + after - 8;
  Header back = {buffer, large ? sizes_at : 4};
  if (large) {
    add_sizes(&back, true, riff, data, frames);
  } else {
    add_number(&back, riff, 4);
  }
  return h.n;
}
