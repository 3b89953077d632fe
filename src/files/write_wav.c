// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Writes WAV and RF64 files, without a library.
#include "base/error.h"
#include "base/memory.h"
#include "base/output_file.h"
#include "base/string.h"
#include "dsp/kernels/quantise.h"
#include "files/files.h"
#include "files/pcm_file.h"
#include "files/writer.h"

#include <string.h>
#include <unistd.h>

/// Bytes not yet handed to the system
typedef struct {
  size_t used;
  uint8_t buffer[WRITER_BUFFER_BYTES + 64]; ///< Kernels store whole vectors
} WavFile;

enum { HOLE_BYTES = 1 << 14 }; ///< Zeros in a row that take no room on the disk

static bool
is_zero(const uint8_t* bytes, size_t n)
{
  return bytes[0] == 0 && memcmp(bytes, bytes + 1, n - 1) == 0;
}

/// Write what waits.  Over silence the place in the file moves on without writing
/// (a hole, which reads as zeros), so the pauses of decoded stems cost no disk;
/// cut_here() gives a file that ends in one its length
static TonStatus
flush(TonAudioWriter* w, TonError* error)
{
  WavFile* const f = w->file;
  for (size_t at = 0; at < f->used;) {
    const size_t left = f->used - at;
    const size_t n = left < HOLE_BYTES ? left : HOLE_BYTES;
    const bool written = is_zero(f->buffer + at, n)
                             ? lseek(w->fd, (off_t)n, SEEK_CUR) >= 0
                             : ton_write_all(w->fd, f->buffer + at, n) == 0;
    if (!written) {
      return ton_fail_write(error, w->path);
    }
    at += n;
  }
  f->used = 0;
  return TON_OK;
}

/// The file ends where the next byte would be written
static TonStatus
cut_here(const TonAudioWriter* w, TonError* error)
{
  const off_t end = lseek(w->fd, 0, SEEK_CUR);
  return end >= 0 && ftruncate(w->fd, end) == 0
             ? TON_OK
             : ton_fail_write(error, w->path);
}

static TonStatus
open_wav(TonAudioWriter* w, TonError* error)
{
  WavFile* const f = ton_alloc(sizeof(WavFile));
  if (!f) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  w->file = f;
  f->used = wav_header(f->buffer, &w->format, NULL, 0, 0);
  return TON_OK;
}

static void
close_wav(TonAudioWriter* w)
{
  ton_free(w->file);
}

static void
interleave_floats(uint8_t* out, const float* const* in, uint32_t channels,
                  uint32_t frames)
{
  for (uint32_t c = 0; c < channels; ++c) {
    for (uint32_t i = 0; i < frames; ++i) {
      memcpy(out + 4 * ((size_t)i * channels + c), in[c] + i, 4);
    }
  }
}

static void
interleave_doubles(uint8_t* out, const float* const* in, uint32_t channels,
                   uint32_t frames)
{
  for (uint32_t c = 0; c < channels; ++c) {
    for (uint32_t i = 0; i < frames; ++i) {
      const double x = in[c][i];
      memcpy(out + 8 * ((size_t)i * channels + c), &x, 8);
    }
  }
}

static void
convert(TonAudioWriter* w, uint8_t* out, const float* const* in, uint32_t n)
{
  const uint32_t channels = w->format.channels;
  if (w->format.samples == TON_SAMPLES_DOUBLE) {
    interleave_doubles(out, in, channels, n);
    return;
  }
  if (w->format.samples == TON_SAMPLES_FLOAT) {
    interleave_floats(out, in, channels, n);
    return;
  }
  const int32_t* planes[64];
  const TonQuantiseKernel* const kernel = ton_quantise_kernel();
  writer_quantise(w, in, n, planes);
  (w->format.samples == TON_SAMPLES_16 ? kernel->to16 : kernel->to24)(
      out, planes, channels, n);
}

static TonStatus
write_wav(TonAudioWriter* w, const float* const* in, uint32_t frames,
          TonError* error)
{
  WavFile* const f = w->file;
  const size_t bytes = (size_t)frames * wav_frame_bytes(&w->format);
  if (f->used + bytes > WRITER_BUFFER_BYTES) {
    TON_TRY(flush(w, error));
  }
  convert(w, f->buffer + f->used, in, frames);
  f->used += bytes;
  return TON_OK;
}

static TonStatus
shorten_wav(TonAudioWriter* w, uint64_t frames, TonError* error)
{
  TON_TRY(flush(w, error));
  const uint64_t gone = (w->frames - frames) * wav_frame_bytes(&w->format);
  return lseek(w->fd, -(off_t)gone, SEEK_CUR) < 0
             ? ton_fail_write(error, w->path)
             : cut_here(w, error);
}

/// A chunk, or a text of one, padded to an even length
static void
add_chunk(TonString* list, const char* id, const char* bytes, size_t n)
{
  const char size[] = {(char)n, (char)(n >> 8), (char)(n >> 16),
                       (char)(n >> 24)};
  ton_string_add_bytes(list, id, 4);
  ton_string_add_bytes(list, size, 4);
  ton_string_add_bytes(list, bytes, n);
  ton_string_add_bytes(list, "", n & 1U);
}

/// One text of LIST INFO, null-terminated
static void
add_text(TonString* list, const char* id, const char* text)
{
  if (text && *text) {
    add_chunk(list, id, text, strlen(text) + 1);
  }
}

/// All tags, as TagLib writes them into shorter files
static void
add_id3(TonString* chunks, const TonTags* tags)
{
#ifdef TON_HAVE_TAGLIB
  size_t n = 0;
  char* const bytes = files_taglib_id3(tags, &n);
  chunks->failed |= !bytes;
  if (bytes) {
    add_chunk(chunks, "ID3 ", bytes, n);
  }
  ton_free(bytes);
#else
  (void)chunks;
  (void)tags;
#endif
}

/// The old texts, for readers that know no ID3 in a WAV
static void
add_texts(TonString* list, const TonTags* tags)
{
  ton_string_add_bytes(list, "LIST\0\0\0\0INFO", 12);
  add_text(list, "INAM", tags->title);
  add_text(list, "IART", tags->artist);
  add_text(list, "IPRD", tags->album);
  add_text(list, "IGNR", tags->genre);
  add_text(list, "ICRD", tags->date);
  add_text(list, "ICMT", tags->comment);
  add_text(list, "ICOP", tags->copyright);
  add_text(list, "ISRC", tags->isrc);
  add_text(list, "IMUS", tags->composer);
  add_text(list, "IPUB", tags->publisher);
  for (int i = 0; i < 4 && !list->failed; ++i) {
    list->bytes[4 + i] = (char)((list->length - 8) >> (8 * i));
  }
}

/// Tags of an RF64 file, which TagLib would damage, and how many bytes they are
static TonStatus
write_texts(const TonAudioWriter* w, const TonTags* tags, uint64_t* bytes,
            TonError* error)
{
  TonString list = {0};
  add_texts(&list, tags);
  add_id3(&list, tags);
  *bytes = list.length;
  const TonStatus status = list.failed
                               ? ton_fail(error, TON_NO_MEMORY, "out of memory")
                           : ton_write_all(w->fd, list.bytes, list.length) == 0
                               ? TON_OK
                               : ton_fail_write(error, w->path);
  ton_string_free(&list);
  return status;
}

static TonStatus
finish_wav(TonAudioWriter* w, const TonBroadcast* broadcast,
           const TonTags* tags, TonError* error)
{
  WavFile* const f = w->file;
  TON_TRY(flush(w, error));
  const uint64_t data = w->frames * wav_frame_bytes(&w->format);
  f->buffer[0] = 0;
  f->used = data & 1U; // padding
  TON_TRY(flush(w, error));
  TON_TRY(cut_here(w, error));
  // a plain WAV must still have room for what TagLib will add
  enum { MAX_TAG_BYTES = 1 << 25 };
  const uint64_t tag_bytes = tags ? MAX_TAG_BYTES : 0;
  w->tagged = wav_is_rf64(&w->format, w->frames, tag_bytes);
  if (w->format.plain && w->tagged) {
    return ton_fail_file(error, TON_UNSUPPORTED, w->path,
                         "is longer than the 4 GB of a plain WAV");
  }
  uint64_t after = 0;
  if (tags && w->tagged) {
    TON_TRY(write_texts(w, tags, &after, error));
  }
  uint8_t header[WAV_HEADER_MAX];
  const TonBroadcast* const b = broadcast ? broadcast : &w->format.broadcast;
  const uint32_t n = wav_header(header, &w->format, b, w->frames, after);
  return pwrite(w->fd, header, n, 0) == (ssize_t)n
             ? TON_OK
             : ton_fail_write(error, w->path);
}

const WriterBackend writer_wav = {{"WAV"},     open_wav,   write_wav,
                                  shorten_wav, finish_wav, close_wav};
