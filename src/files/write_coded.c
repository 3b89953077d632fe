// SPDX-License-Identifier: GPL-3.0-or-later
/// @file FLAC, AIFF and MP3 files written through libsndfile.
#include "base/error.h"
#include "base/memory.h"
#include "base/output_file.h"
#include "files/writer.h"

#include <errno.h>
#include <sndfile.h>
#include <string.h>
#include <unistd.h>

/// libsndfile writes through our functions, which keep errno when a write fails.
typedef struct {
  SNDFILE* file;
  int fd;
  int reason; ///< errno of the first write that failed
  int32_t* buffer;
} Coded;

static sf_count_t
file_length(void* handle)
{
  const Coded* const c = handle;
  const off_t at = lseek(c->fd, 0, SEEK_CUR);
  const off_t end = lseek(c->fd, 0, SEEK_END);
  lseek(c->fd, at, SEEK_SET);
  return end;
}

static sf_count_t
file_seek(sf_count_t offset, int whence, void* handle)
{
  return lseek(((const Coded*)handle)->fd, offset, whence);
}

static sf_count_t
file_read(void* bytes, sf_count_t count, void* handle)
{
  return read(((const Coded*)handle)->fd, bytes, (size_t)count);
}

static sf_count_t
file_write(const void* bytes, sf_count_t count, void* handle)
{
  Coded* const c = handle;
  if (c->reason || ton_write_all(c->fd, bytes, (size_t)count) != 0) {
    c->reason = c->reason ? c->reason : errno;
    return 0;
  }
  return count;
}

static sf_count_t
file_tell(void* handle)
{
  return lseek(((const Coded*)handle)->fd, 0, SEEK_CUR);
}

static bool
is_mp3(const TonAudioWriter* w)
{
  return strcmp(w->format.container, "MP3") == 0;
}

/// libsndfile counts bit rates from 320 kbit/s at level 0 down to the lowest
/// of the MPEG version at level 1
static double
mp3_level(const TonAudioFormat* f)
{
  const double max_kbps = f->rate >= 32000 ? 320.0 : 160.0;
  const double min_kbps = f->rate >= 32000 ? 32.0 : 8.0;
  const double wanted = f->bitrate_kbps ? f->bitrate_kbps : max_kbps;
  const double level = (max_kbps - wanted) / (max_kbps - min_kbps);
  return level < 0.0 ? 0.0 : level > 1.0 ? 1.0 : level;
}

static void
configure(const TonAudioWriter* w, SNDFILE* file)
{
  double level = 0.625; // FLAC: 5 of 8
  if (is_mp3(w)) {
    int mode = SF_BITRATE_MODE_CONSTANT;
    level = mp3_level(&w->format);
    sf_command(file, SFC_SET_BITRATE_MODE, &mode, sizeof(mode));
  }
  sf_command(file, SFC_SET_COMPRESSION_LEVEL, &level, sizeof(level));
}

static int
sndfile_format(const TonAudioWriter* w)
{
  if (is_mp3(w)) {
    return SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III;
  }
  const int kind = strcmp(w->format.container, "AIFF") == 0 ? SF_FORMAT_AIFF
                                                            : SF_FORMAT_FLAC;
  return kind | (w->format.samples == TON_SAMPLES_16 ? SF_FORMAT_PCM_16
                                                     : SF_FORMAT_PCM_24);
}

static TonStatus
open_coded(TonAudioWriter* w, TonError* error)
{
  SF_INFO info = {.samplerate = (int)w->format.rate,
                  .channels = (int)w->format.channels,
                  .format = sndfile_format(w)};
  const bool floats = !is_mp3(w) && (w->format.samples == TON_SAMPLES_FLOAT ||
                                     w->format.samples == TON_SAMPLES_DOUBLE);
  if (floats || !sf_format_check(&info)) {
    return ton_fail_file(error, TON_UNSUPPORTED, w->path,
                         "%s cannot hold %u channels of %s at %u Hz",
                         w->format.container, w->format.channels,
                         floats ? "float" : "sound", w->format.rate);
  }
  Coded* const c = ton_alloc(sizeof(Coded));
  if (!c) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  w->file = c;
  c->fd = w->fd;
  c->buffer = ton_alloc(sizeof(int32_t) * WRITER_PIECE * w->format.channels);
  if (!c->buffer) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  SF_VIRTUAL_IO io = {file_length, file_seek, file_read, file_write, file_tell};
  c->file = sf_open_virtual(&io, SFM_WRITE, &info, c);
  if (!c->file) {
    errno = c->reason;
    return c->reason ? ton_fail_write(error, w->path)
                     : ton_fail_file(error, TON_UNSUPPORTED, w->path,
                                     "%s at %u Hz cannot be written: %s",
                                     w->format.container, w->format.rate,
                                     sf_strerror(NULL));
  }
  configure(w, c->file);
  return TON_OK;
}

/// libsndfile takes integers at the top of 32 bits
static void
interleave_steps(TonAudioWriter* w, int32_t* out, const float* const* in,
                 uint32_t frames)
{
  const int32_t scale = w->format.samples == TON_SAMPLES_16 ? 65536 : 256;
  const uint32_t channels = w->format.channels;
  const int32_t* planes[64];
  writer_quantise(w, in, frames, planes);
  for (uint32_t c = 0; c < channels; ++c) {
    for (uint32_t i = 0; i < frames; ++i) {
      out[(size_t)i * channels + c] = planes[c][i] * scale;
    }
  }
}

/// The encoder works in floats: nothing is quantised, so nothing dithered
static void
interleave_floats(const TonAudioWriter* w, float* out, const float* const* in,
                  uint32_t frames)
{
  const uint32_t channels = w->format.channels;
  for (uint32_t c = 0; c < channels; ++c) {
    for (uint32_t i = 0; i < frames; ++i) {
      out[(size_t)i * channels + c] = in[c][i];
    }
  }
}

static TonStatus
check(const TonAudioWriter* w, bool good, TonError* error)
{
  const Coded* const c = w->file;
  if (c->reason) {
    errno = c->reason;
    return ton_fail_write(error, w->path);
  }
  return good ? TON_OK
              : ton_fail_file(error, TON_WRITE_FAILED, w->path,
                              "the encoder failed at %.3f s",
                              (double)w->frames / w->format.rate);
}

static TonStatus
write_coded(TonAudioWriter* w, const float* const* in, uint32_t frames,
            TonError* error)
{
  Coded* const c = w->file;
  sf_count_t n;
  if (is_mp3(w)) {
    interleave_floats(w, (float*)c->buffer, in, frames);
    n = sf_writef_float(c->file, (const float*)c->buffer, frames);
  } else {
    interleave_steps(w, c->buffer, in, frames);
    n = sf_writef_int(c->file, c->buffer, frames);
  }
  return check(w, n == (sf_count_t)frames, error);
}

static TonStatus
finish_coded(TonAudioWriter* w, const TonBroadcast* broadcast,
             const TonTags* tags, TonError* error)
{
  Coded* const c = w->file;
  (void)broadcast;
  (void)tags;
  const int failed = sf_close(c->file);
  c->file = NULL;
  return check(w, !failed, error);
}

static void
close_coded(TonAudioWriter* w)
{
  Coded* const c = w->file;
  if (c->file) {
    sf_close(c->file);
  }
  ton_free(c->buffer);
  ton_free(c);
}

const WriterBackend writer_coded = {open_coded, write_coded, NULL, finish_coded,
                                    close_coded};
