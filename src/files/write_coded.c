// SPDX-License-Identifier: GPL-3.0-or-later
/// @file FLAC, AIFF, MP3, Vorbis and Opus files written through libsndfile.
#include "base/array.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/output_file.h"
#include "base/string.h"
#include "files/files.h"
#include "files/writer.h"

#include <errno.h>
#include <math.h>
#include <sndfile.h>
#include <string.h>
#include <unistd.h>

typedef struct Coding Coding;

/// libsndfile writes through our functions, which keep errno when a write fails.
typedef struct {
  SNDFILE* file;
  const Coding* coding;
  int fd;
  int reason;      ///< errno of the first write that failed
  int32_t* buffer; ///< Steps, or floats for a lossy codec
  uint32_t have;   ///< Frames in it, not yet written
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

/// libsndfile counts from 5 of 8 at 0.625
static double
flac_level(const TonAudioFormat* f)
{
  (void)f;
  return 0.625;
}

/// libsndfile counts bit rates from 320 kbit/s at level 0 down to the lowest
/// of the MPEG version at level 1
static double
mp3_level(const TonAudioFormat* f)
{
  const double max_kbps = f->rate >= 32000 ? 320.0 : 160.0;
  const double min_kbps = f->rate >= 32000 ? 32.0 : 8.0;
  const double wanted = f->bitrate_kbps ? f->bitrate_kbps : max_kbps;
  return (max_kbps - wanted) / (max_kbps - min_kbps);
}

/// Vorbis has qualities; these are the bit rates that its encoder names for
/// qualities 0 to 10 of two channels.  Level 0 is quality 10.
static double
vorbis_level(const TonAudioFormat* f)
{
  static const double kbps[] = {64.0,  80.0,  96.0,  112.0, 128.0, 160.0,
                                192.0, 224.0, 256.0, 320.0, 500.0};
  enum { BEST = TON_COUNT(kbps) - 1 };
  const double wanted = f->bitrate_kbps ? f->bitrate_kbps : 320.0;
  int i = 0;
  while (i + 1 < BEST && kbps[i + 1] <= wanted) {
    ++i;
  }
  const double quality = i + (wanted - kbps[i]) / (kbps[i + 1] - kbps[i]);
  return 1.0 - quality / BEST;
}

/// 256 kbit/s a channel at level 0, 6 at level 1
static double
opus_level(const TonAudioFormat* f)
{
  const double wanted = f->bitrate_kbps ? f->bitrate_kbps : 192.0;
  return (256.0 - wanted / f->channels) / 250.0;
}

/// How libsndfile writes a container
struct Coding {
  const char* container;
  int format;
  bool lossy; ///< Takes floats: nothing is quantised, so nothing dithered
  bool ogg;
  double (*level)(const TonAudioFormat* format); ///< 0 best, 1 smallest
  uint32_t rates[10]; ///< Hz, those it can have; all 0: any
};

static const Coding codings[] = {
    {"FLAC", SF_FORMAT_FLAC, false, false, flac_level},
    {"AIFF", SF_FORMAT_AIFF, false, false, flac_level},
    {"MP3",
     SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III,
     true,
     false,
     mp3_level,
     {48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000}},
    {"OGG", SF_FORMAT_OGG | SF_FORMAT_VORBIS, true, true, vorbis_level},
    {"OPUS",
     SF_FORMAT_OGG | SF_FORMAT_OPUS,
     true,
     true,
     opus_level,
     {48000, 24000, 16000, 12000, 8000}},
};

/// One of those that `writer_coded` names
static const Coding*
find_coding(const char* container)
{
  const Coding* coding = codings;
  while (strcmp(coding->container, container) != 0) {
    ++coding;
  }
  return coding;
}

static void
configure(const Coded* c, const TonAudioFormat* f)
{
  double level = fmin(fmax(c->coding->level(f), 0.0), 1.0);
  if (strcmp(c->coding->container, "MP3") == 0) {
    int mode = SF_BITRATE_MODE_CONSTANT;
    sf_command(c->file, SFC_SET_BITRATE_MODE, &mode, sizeof(mode));
  }
  sf_command(c->file, SFC_SET_COMPRESSION_LEVEL, &level, sizeof(level));
}

static int
sndfile_format(const Coding* coding, TonSamples samples)
{
  const int width =
      samples == TON_SAMPLES_16 ? SF_FORMAT_PCM_16 : SF_FORMAT_PCM_24;
  return coding->lossy ? coding->format : coding->format | width;
}

/// Error if the codec has not got the rate, with those that it has
static TonStatus
check_rate(const TonAudioWriter* w, const Coding* coding, TonError* error)
{
  TonString those = {0};
  for (size_t i = 0; i < TON_COUNT(coding->rates) && coding->rates[i]; ++i) {
    if (coding->rates[i] == w->format.rate) {
      ton_string_free(&those);
      return TON_OK;
    }
    ton_string_printf(&those, "%s%g", i ? ", " : "", coding->rates[i] / 1e3);
  }
  const TonStatus status =
      those.length ? ton_fail_file(error, TON_UNSUPPORTED, w->path,
                                   "%s cannot have %g kHz; it can have %s kHz",
                                   w->format.container, w->format.rate / 1e3,
                                   those.bytes)
                   : TON_OK;
  ton_string_free(&those);
  return status;
}

static TonStatus
open_coded(TonAudioWriter* w, TonError* error)
{
  const Coding* const coding = find_coding(w->format.container);
  SF_INFO info = {.samplerate = (int)w->format.rate,
                  .channels = (int)w->format.channels,
                  .format = sndfile_format(coding, w->format.samples)};
  TON_TRY(check_rate(w, coding, error));
  const bool floats =
      !coding->lossy && (w->format.samples == TON_SAMPLES_FLOAT ||
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
  c->coding = coding;
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
                                     "%s cannot hold %u channels at %u Hz",
                                     w->format.container, w->format.channels,
                                     w->format.rate);
  }
  configure(c, &w->format);
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
write_piece(TonAudioWriter* w, TonError* error)
{
  Coded* const c = w->file;
  const sf_count_t frames = c->have;
  c->have = 0;
  return check(
      w, sf_writef_float(c->file, (const float*)c->buffer, frames) == frames,
      error);
}

/// In whole pieces: what Vorbis makes of the sound depends on how much of it comes
/// at once
static TonStatus
write_lossy(TonAudioWriter* w, const float* const* in, uint32_t frames,
            TonError* error)
{
  Coded* const c = w->file;
  const uint32_t channels = w->format.channels;
  for (uint32_t k = 0; k < channels; ++k) {
    writer_note_clipping(w, in[k], frames);
  }
  for (uint32_t i = 0; i < frames; ++i) {
    float* const out = (float*)c->buffer + (size_t)c->have * channels;
    for (uint32_t k = 0; k < channels; ++k) {
      out[k] = in[k][i];
    }
    if (++c->have == WRITER_PIECE) {
      TON_TRY(write_piece(w, error));
    }
  }
  return TON_OK;
}

static TonStatus
write_coded(TonAudioWriter* w, const float* const* in, uint32_t frames,
            TonError* error)
{
  Coded* const c = w->file;
  if (c->coding->lossy) {
    return write_lossy(w, in, frames, error);
  }
  interleave_steps(w, c->buffer, in, frames);
  return check(w,
               sf_writef_int(c->file, c->buffer, frames) == (sf_count_t)frames,
               error);
}

static TonStatus
finish_coded(TonAudioWriter* w, const TonBroadcast* broadcast,
             const TonTags* tags, TonError* error)
{
  Coded* const c = w->file;
  (void)broadcast;
  (void)tags;
  TON_TRY(write_piece(w, error));
  const int failed = sf_close(c->file);
  c->file = NULL;
  TON_TRY(check(w, !failed, error));
  return !c->coding->ogg || files_ogg_renumber(c->fd)
             ? TON_OK
             : ton_fail_write(error, w->path);
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

const WriterBackend writer_coded = {{"FLAC", "AIFF", "MP3", "OGG", "OPUS"},
                                    open_coded,
                                    write_coded,
                                    NULL,
                                    finish_coded,
                                    close_coded};
