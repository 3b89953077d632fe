// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/error.h"
#include "base/memory.h"
#include "dsp/dither.h"
#include "files/files.h"

#include <tonmeister/audio_file.h>

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <sndfile.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct TonAudioWriter {
  TonAudioWriter* next; ///< In the list of open writers
  SNDFILE* file;
  char path[1024];
  char part[1100]; ///< Where it is written until commit
  TonAudioFormat format;
  uint64_t frames;
  uint64_t clipped;
  void* room;
  uint64_t room_frames;
};

static pthread_mutex_t list_lock = PTHREAD_MUTEX_INITIALIZER;
static TonAudioWriter* list;

static void
enlist(TonAudioWriter* w)
{
  pthread_mutex_lock(&list_lock);
  w->next = list;
  list = w;
  pthread_mutex_unlock(&list_lock);
}

static void
delist(const TonAudioWriter* w)
{
  pthread_mutex_lock(&list_lock);
  TonAudioWriter** at = &list;
  while (*at && *at != w) {
    at = &(*at)->next;
  }
  if (*at) {
    *at = w->next;
  }
  pthread_mutex_unlock(&list_lock);
}

static int
sndfile_format(const TonAudioFormat* f)
{
  const int sub = f->samples == TON_SAMPLES_16   ? SF_FORMAT_PCM_16
                  : f->samples == TON_SAMPLES_24 ? SF_FORMAT_PCM_24
                                                 : SF_FORMAT_FLOAT;
  if (strcmp(f->container, "FLAC") == 0) {
    return SF_FORMAT_FLAC | sub;
  }
  if (strcmp(f->container, "MP3") == 0) {
    return SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III;
  }
  const uint64_t width = f->samples == TON_SAMPLES_16   ? 2
                         : f->samples == TON_SAMPLES_24 ? 3
                                                        : 4;
  const bool large = f->frames_hint * width * f->channels > 4000000000U;
  return (large ? SF_FORMAT_RF64 : SF_FORMAT_WAV) | sub;
}

static int16_t
hundredths(double value)
{
  return isfinite(value)
             ? (int16_t)lrint(fmax(-327.0, fmin(327.0, value)) * 100)
             : 0x7FFF;
}

/// EBU Tech 3285 v2: loudness in hundredths, 0x7FFF = not set.  libsndfile's
/// struct has them in its reserved bytes from version 2 on.
static void
set_broadcast(TonAudioWriter* w, const TonBroadcast* b)
{
  SF_BROADCAST_INFO info;
  memset(&info, 0, sizeof(info));
  snprintf(info.originator, sizeof(info.originator), "Tonmeister");
  info.version = 2;
  info.loudness_value = hundredths(b->integrated_lufs);
  info.loudness_range = hundredths(b->range_lu);
  info.max_true_peak_level = hundredths(b->true_peak_dbtp);
  info.max_momentary_loudness = hundredths(b->momentary_max_lufs);
  info.max_shortterm_loudness = hundredths(b->short_term_max_lufs);
  sf_command(w->file, SFC_SET_BROADCAST_INFO, &info, sizeof(info));
}

static void
configure(TonAudioWriter* w)
{
  sf_command(w->file, SFC_SET_ADD_PEAK_CHUNK, NULL, SF_FALSE);
  if (strcmp(w->format.container, "MP3") == 0) {
    int mode = SF_BITRATE_MODE_CONSTANT;
    double level = 0.0; // 320 kbit/s
    sf_command(w->file, SFC_SET_BITRATE_MODE, &mode, sizeof(mode));
    sf_command(w->file, SFC_SET_COMPRESSION_LEVEL, &level, sizeof(level));
  }
  if (strcmp(w->format.container, "FLAC") == 0) {
    double level = 0.625; // 5 of 8
    sf_command(w->file, SFC_SET_COMPRESSION_LEVEL, &level, sizeof(level));
  }
  if (w->format.broadcast.present) {
    set_broadcast(w, &w->format.broadcast);
  }
}

TonStatus
ton_writer_open(const char* path, const TonAudioFormat* format,
                TonAudioWriter** writer, TonError* error)
{
  TonAudioWriter* const w = ton_alloc(sizeof(TonAudioWriter));
  if (!w) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  w->format = *format;
  snprintf(w->path, sizeof(w->path), "%s", path);
  files_part_name(path, w->part, sizeof(w->part));
  SF_INFO info = {.samplerate = (int)format->rate,
                  .channels = (int)format->channels,
                  .format = sndfile_format(format)};
  if (!sf_format_check(&info)) {
    ton_free(w);
    return ton_fail_file(error, TON_UNSUPPORTED, path,
                         "%s cannot hold %u channels at %u Hz",
                         format->container, format->channels, format->rate);
  }
  // the system's own open says why it fails
  const int fd = open(w->part, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd < 0) {
    const TonStatus status = ton_fail_write(error, path);
    ton_free(w);
    return status;
  }
  w->file = sf_open_fd(fd, SFM_WRITE, &info, SF_TRUE);
  if (!w->file) {
    unlink(w->part);
    ton_free(w);
    return ton_fail_file(error, TON_WRITE_FAILED, path, "%s",
                         sf_strerror(NULL));
  }
  configure(w);
  enlist(w);
  *writer = w;
  return TON_OK;
}

/// One sample on the integer grid, dithered, held inside full scale
static int32_t
quantise(TonAudioWriter* w, double x, double top, uint32_t c, uint64_t frame)
{
  double steps = x * top;
  if (w->format.dither && x != 0.0) {
    steps += ton_dither(w->format.dither_seed, c, frame);
  }
  steps = rint(steps);
  if (!(steps >= -top && steps <= top - 1.0)) {
    ++w->clipped;
    return (int32_t)(steps < 0.0 ? -top : top - 1.0);
  }
  return (int32_t)steps;
}

static sf_count_t
write_ints(TonAudioWriter* w, const float* const* in, uint32_t frames)
{
  int32_t* const out = w->room;
  const bool small = w->format.samples == TON_SAMPLES_16;
  const double top = small ? 32768.0 : 8388608.0;
  const int32_t scale = small ? 65536 : 256;
  const uint32_t channels = w->format.channels;
  for (uint32_t i = 0; i < frames; ++i) {
    for (uint32_t c = 0; c < channels; ++c) {
      out[i * channels + c] =
          quantise(w, (double)in[c][i], top, c, w->frames + i) * scale;
    }
  }
  return sf_writef_int(w->file, out, frames);
}

static sf_count_t
write_floats(TonAudioWriter* w, const float* const* in, uint32_t frames)
{
  float* const out = w->room;
  const uint32_t channels = w->format.channels;
  for (uint32_t i = 0; i < frames; ++i) {
    for (uint32_t c = 0; c < channels; ++c) {
      out[i * channels + c] = in[c][i];
    }
  }
  return sf_writef_float(w->file, out, frames);
}

TonStatus
ton_writer_write(TonAudioWriter* w, const float* const* in, uint32_t frames,
                 TonError* error)
{
  if (frames > w->room_frames) {
    ton_free(w->room);
    w->room = ton_alloc((size_t)frames * w->format.channels * 4);
    w->room_frames = w->room ? frames : 0;
    if (!w->room) {
      return ton_fail(error, TON_NO_MEMORY, "out of memory");
    }
  }
  errno = 0;
  const bool ints = w->format.samples == TON_SAMPLES_16 ||
                    w->format.samples == TON_SAMPLES_24;
  const bool coded = strcmp(w->format.container, "MP3") == 0;
  const sf_count_t wrote =
      ints && !coded ? write_ints(w, in, frames) : write_floats(w, in, frames);
  w->frames += frames;
  if (wrote != (sf_count_t)frames) {
    errno = errno ? errno : ENOSPC;
    return ton_fail_write(error, w->path);
  }
  return TON_OK;
}

uint64_t
ton_writer_clipped(const TonAudioWriter* w)
{
  return w->clipped;
}

static void
discard(TonAudioWriter* w)
{
  delist(w);
  ton_free(w->room);
  ton_free(w);
}

TonStatus
ton_writer_commit(TonAudioWriter* w, const TonBroadcast* broadcast,
                  const TonTags* tags, TonError* error)
{
  if (broadcast && w->format.broadcast.present) {
    set_broadcast(w, broadcast);
  }
  errno = 0;
  sf_write_sync(w->file);
  TonStatus status = TON_OK;
  if (sf_error(w->file)) {
    errno = errno ? errno : EIO;
    status = ton_fail_write(error, w->path);
  }
  if (sf_close(w->file) && !status) {
    errno = errno ? errno : EIO;
    status = ton_fail_write(error, w->path);
  }
  const bool taggable = w->format.frames_hint < 500000000U;
  if (!status && tags && taggable) {
    status = files_write_tags(w->part, tags, error);
  }
  status = status ? status : files_publish(w->part, w->path, error);
  if (status) {
    unlink(w->part);
  }
  discard(w);
  return status;
}

void
ton_writer_abandon(TonAudioWriter* w)
{
  if (w) {
    sf_close(w->file);
    unlink(w->part);
    discard(w);
  }
}

void
ton_writer_abandon_all(void)
{
  for (;;) {
    pthread_mutex_lock(&list_lock);
    TonAudioWriter* const w = list;
    pthread_mutex_unlock(&list_lock);
    if (!w) {
      return;
    }
    ton_writer_abandon(w);
  }
}
