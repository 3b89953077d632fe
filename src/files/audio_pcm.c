// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Plain PCM files read without a library.
#include "base/error.h"
#include "base/input_file.h"
#include "base/memory.h"
#include "dsp/kernels/pcm.h"
#include "files/audio.h"
#include "files/pcm_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WINDOW_BYTES = 1 << 16 };

/// Plain PCM: a window of the file, turned into floats by our own kernels
typedef struct {
  const TonPcm* pcm;
  int fd;
  uint32_t width; ///< Bytes of a frame
  uint32_t bytes; ///< Of a sample
  bool big_endian;
  uint64_t data_at;
  uint64_t first;      ///< Frame at the window's start
  uint32_t have;       ///< Frames in the window
  uint32_t max_frames; ///< Size of the window
  uint8_t window[];
} Plain;

static void
close_plain(TonAudio* a)
{
  Plain* const w = a->file;
  close(w->fd);
  ton_free(w);
}

static void
turn_bytes(uint8_t* samples, size_t bytes, uint32_t width)
{
  for (size_t i = 0; i + width <= bytes; i += width) {
    for (uint32_t k = 0; k < width / 2; ++k) {
      const uint8_t low = samples[i + k];
      samples[i + k] = samples[i + width - 1 - k];
      samples[i + width - 1 - k] = low;
    }
  }
}

static TonStatus
fill_window(const TonAudio* a, Plain* w, TonError* error)
{
  const uint64_t left = a->info.frames - a->at;
  const uint32_t wanted = left < w->max_frames ? (uint32_t)left : w->max_frames;
  const size_t bytes = (size_t)wanted * w->width;
  const uint64_t from = w->data_at + a->at * w->width;
  size_t got = 0;
  w->first = a->at;
  w->have = 0;
  while (got < bytes) {
    const ssize_t n =
        pread(w->fd, w->window + got, bytes - got, (off_t)(from + got));
    if (n < 0 && errno == EINTR) {
      continue;
    }
    if (n <= 0) {
      return ton_fail_file(error, TON_BAD_FILE, a->path,
                           "cannot be read at %.3f s: %s",
                           (double)a->at / a->info.rate,
                           n ? strerror(errno) : "it became shorter");
    }
    got += (size_t)n;
  }
  if (w->big_endian) {
    turn_bytes(w->window, bytes, w->bytes);
  }
  w->have = wanted;
  return TON_OK;
}

static void
convert(TonAudio* a, const uint8_t* in, float* const* out, uint32_t frames)
{
  const TonPcm* const pcm = ((const Plain*)a->file)->pcm;
  const uint32_t channels = a->info.channels;
  if (a->info.samples == TON_SAMPLES_16) {
    pcm->from16(out, in, channels, frames);
  } else if (a->info.samples == TON_SAMPLES_24) {
    pcm->from24(out, in, channels, frames);
  } else if (a->info.samples == TON_SAMPLES_32) {
    pcm->from32(out, in, channels, frames);
  } else {
    const uint64_t bad = pcm->from_float(out, in, channels, frames);
    audio_note_bad(a, in, frames, bad);
  }
}

static TonStatus
read_plain(TonAudio* a, float* const* out, uint32_t frames, uint32_t* got,
           TonError* error)
{
  Plain* const w = a->file;
  if (a->at < w->first || a->at >= w->first + w->have) {
    TON_TRY(fill_window(a, w, error));
  }
  const uint32_t skip = (uint32_t)(a->at - w->first);
  const uint32_t left = w->have - skip;
  *got = frames < left ? frames : left;
  convert(a, w->window + (size_t)skip * w->width, out, *got);
  return TON_OK;
}

static TonStatus
seek_plain(TonAudio* a, uint64_t frame, TonError* error)
{
  (void)a;
  (void)frame;
  (void)error;
  return TON_OK;
}

static const ReaderBackend backend = {read_plain, seek_plain, close_plain};

bool
pcm_layout(const char* path, PcmLayout* layout)
{
  struct stat st;
  const int fd = ton_input_open(path, NULL);
  *layout = (PcmLayout){0};
  if (fd < 0) {
    return false;
  }
  const bool there = fstat(fd, &st) == 0;
  const uint64_t size = there ? (uint64_t)st.st_size : 0;
  bool good = there && wav_layout(fd, size, layout);
  if (!good && !layout->damaged) {
    good = there && aiff_layout(fd, size, layout);
  }
  close(fd);
  return good;
}

TonStatus
audio_open_pcm(TonAudio* a, TonError* error)
{
  PcmLayout layout = {0};
  if (!pcm_layout(a->path, &layout)) {
    a->damaged = layout.damaged;
    return TON_UNSUPPORTED;
  }
  Plain* const w = ton_alloc(sizeof(Plain) + WINDOW_BYTES);
  if (!w) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  w->fd = ton_input_open(a->path, error);
  if (w->fd < 0) {
    ton_free(w);
    return TON_BAD_FILE;
  }
  posix_fadvise(w->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
  w->pcm = ton_pcm();
  w->bytes = layout.bytes;
  w->big_endian = layout.big_endian;
  w->width = layout.bytes * layout.info.channels;
  w->data_at = layout.data_at;
  w->max_frames = WINDOW_BYTES / w->width;
  a->info = layout.info;
  a->file = w;
  a->backend = &backend;
  return TON_OK;
}
