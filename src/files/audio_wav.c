// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/error.h"
#include "base/memory.h"
#include "dsp/kernels/pcm.h"
#include "files/audio.h"
#include "files/wav.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WINDOW_BYTES = 1 << 16 };

/// Plain PCM: a window of the file, turned into floats by our own kernels
typedef struct {
  int fd;
  uint32_t width; ///< Bytes of a frame
  uint32_t bytes; ///< Of a sample
  uint64_t data_at;
  uint64_t first; ///< Frame at the window's start
  uint32_t have;  ///< Frames in the window
  uint32_t room;  ///< Frames the window takes
  uint8_t window[];
} Wav;

static void
close_wav(TonAudio* a)
{
  Wav* const w = a->file;
  close(w->fd);
  ton_free(w);
}

static TonStatus
fill_window(const TonAudio* a, Wav* w, TonError* error)
{
  const uint64_t left = a->info.frames - a->at;
  const uint32_t wanted = left < w->room ? (uint32_t)left : w->room;
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
  w->have = wanted;
  return TON_OK;
}

static void
convert(TonAudio* a, const uint8_t* in, float* const* out, uint32_t frames)
{
  const TonPcm* const pcm = ton_pcm();
  const uint32_t channels = a->info.channels;
  if (a->info.samples == TON_SAMPLES_16) {
    pcm->from16(out, in, channels, frames);
  } else if (a->info.samples == TON_SAMPLES_24) {
    pcm->from24(out, in, channels, frames);
  } else if (a->info.samples == TON_SAMPLES_32) {
    pcm->from32(out, in, channels, frames);
  } else {
    a->bad += pcm->from_float(out, in, channels, frames);
  }
}

static TonStatus
read_wav(TonAudio* a, float* const* out, uint32_t frames, uint32_t* got,
         TonError* error)
{
  Wav* const w = a->file;
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
seek_wav(TonAudio* a, uint64_t frame, TonError* error)
{
  (void)a;
  (void)frame;
  (void)error;
  return TON_OK;
}

static const Reader reader = {read_wav, seek_wav, close_wav};

TonStatus
audio_open_wav(TonAudio* a, TonError* error)
{
  WavLayout layout;
  struct stat st;
  const int fd = open(a->path, O_RDONLY | O_CLOEXEC);
  if (fd < 0 || fstat(fd, &st) != 0 ||
      !wav_layout(fd, (uint64_t)st.st_size, &layout)) {
    if (fd >= 0) {
      close(fd);
    }
    return TON_UNSUPPORTED;
  }
  Wav* const w = ton_alloc(sizeof(Wav) + WINDOW_BYTES);
  if (!w) {
    close(fd);
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
  w->fd = fd;
  w->bytes = layout.bytes;
  w->width = layout.bytes * layout.info.channels;
  w->data_at = layout.data_at;
  w->room = WINDOW_BYTES / w->width;
  a->info = layout.info;
  a->file = w;
  a->reader = &reader;
  return TON_OK;
}
