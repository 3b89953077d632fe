// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Audio files read through libsndfile: FLAC, MP3, Ogg, CAF and others.
#include "base/error.h"
#include "base/input_file.h"
#include "base/interrupt.h"
#include "base/memory.h"
#include "base/string.h"
#include "dsp/kernels/pcm.h"
#include "files/audio.h"
#include "files/files.h"
#include "files/mp3_frames.h"

#include <math.h>
#include <sndfile.h>
#include <string.h>
#include <unistd.h>

static const struct {
  int major;
  const char* name;
} containers[] = {
    {SF_FORMAT_WAV, "WAV"},   {SF_FORMAT_WAVEX, "WAV"},
    {SF_FORMAT_RF64, "RF64"}, {SF_FORMAT_AIFF, "AIFF"},
    {SF_FORMAT_FLAC, "FLAC"}, {SF_FORMAT_OGG, "OGG"},
    {SF_FORMAT_CAF, "CAF"},   {SF_FORMAT_W64, "W64"},
    {SF_FORMAT_MPEG, "MP3"},  {SF_FORMAT_AU, "AU"},
};

static const struct {
  int sub;
  TonSamples samples;
  const char* name;
} codecs[] = {
    {SF_FORMAT_PCM_16, TON_SAMPLES_16, "PCM 16 bit"},
    {SF_FORMAT_PCM_24, TON_SAMPLES_24, "PCM 24 bit"},
    {SF_FORMAT_PCM_32, TON_SAMPLES_32, "PCM 32 bit"},
    {SF_FORMAT_FLOAT, TON_SAMPLES_FLOAT, "float 32 bit"},
    {SF_FORMAT_DOUBLE, TON_SAMPLES_DOUBLE, "float 64 bit"},
    {SF_FORMAT_PCM_U8, TON_SAMPLES_16, "PCM 8 bit"},
    {SF_FORMAT_PCM_S8, TON_SAMPLES_16, "PCM 8 bit"},
    {SF_FORMAT_VORBIS, TON_SAMPLES_CODED, "Vorbis"},
    {SF_FORMAT_OPUS, TON_SAMPLES_CODED, "Opus"},
    {SF_FORMAT_MPEG_LAYER_III, TON_SAMPLES_CODED, "MP3"},
    {SF_FORMAT_ULAW, TON_SAMPLES_CODED, "mu-law"},
    {SF_FORMAT_ALAW, TON_SAMPLES_CODED, "A-law"},
};

enum {
  N_CONTAINERS = sizeof(containers) / sizeof(containers[0]),
  N_CODECS = sizeof(codecs) / sizeof(codecs[0]),
};

typedef struct {
  SNDFILE* file;
  int fd;
  bool by_decoding; ///< Seeking means decoding from the start
} Sound;

static void
describe(TonAudio* a, int format)
{
  const char* container = "other";
  const char* codec = "coded";
  a->info.samples = TON_SAMPLES_CODED;
  for (int i = 0; i < N_CONTAINERS; ++i) {
    if ((format & SF_FORMAT_TYPEMASK) == containers[i].major) {
      container = containers[i].name;
    }
  }
  for (int i = 0; i < N_CODECS; ++i) {
    if ((format & SF_FORMAT_SUBMASK) == codecs[i].sub) {
      a->info.samples = codecs[i].samples;
      codec = codecs[i].name;
    }
  }
  ton_string_cut(a->info.container, sizeof(a->info.container), "%s", container);
  ton_string_cut(a->info.codec, sizeof(a->info.codec), "%s", codec);
}

static bool
is_mp3(const TonAudio* a)
{
  return strcmp(a->info.container, "MP3") == 0;
}

static TonStatus
fail_at(const TonAudio* a, TonError* error)
{
  const Sound* const s = a->file;
  if (is_mp3(a)) {
    // libmpg123 searches 1 KB for the next frame and says no more
    return ton_fail_file(error, TON_BAD_FILE, a->path,
                         "is damaged at %.3f s, and what follows would be "
                         "heard too early; export it again",
                         (double)a->at / a->info.rate);
  }
  return ton_fail_file(error, TON_BAD_FILE, a->path,
                       "cannot be read at %.3f s (%s); export it again",
                       (double)a->at / a->info.rate, sf_strerror(s->file));
}

/// Frames of an MP3 have rate and channels in their header (ISO 11172-3).  Where
/// they change, libsndfile stops without a word, just behind such a header.
static TonStatus
check_stop(const TonAudio* a, TonError* error)
{
  const Sound* const s = a->file;
  uint8_t h[4];
  const off_t at = lseek(s->fd, 0, SEEK_CUR);
  if (at < 4 || pread(s->fd, h, 4, at - 4) != 4) {
    return TON_OK;
  }
  const Mp3Header now = mp3_header(h);
  if (!now.rate ||
      (now.rate == a->info.rate && now.channels == a->info.channels)) {
    return TON_OK;
  }
  return ton_fail_file(error, TON_BAD_FILE, a->path,
                       "changes from %u Hz and %u channels to %u Hz and %u "
                       "channels at %.3f s; it was joined from different "
                       "recordings, export it again as one",
                       a->info.rate, a->info.channels, now.rate, now.channels,
                       (double)a->info.frames / a->info.rate);
}

static TonStatus
read_frames(TonAudio* a, float* const* out, uint32_t frames, uint32_t* got,
            TonError* error)
{
  const Sound* const s = a->file;
  float* const buffer =
      audio_buffer(a, (uint64_t)frames * a->info.channels * sizeof(float));
  if (!buffer) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  const sf_count_t n = sf_readf_float(s->file, buffer, frames);
  *got = n > 0 ? (uint32_t)n : 0;
  audio_note_bad(a, buffer, *got,
                 ton_pcm()->from_float(out, (const uint8_t*)buffer,
                                       a->info.channels, *got));
  return !*got && sf_error(s->file) ? fail_at(a, error) : TON_OK;
}

/// Decode and forget; `*got` is less than `frames` at the end only
static TonStatus
pass_over(TonAudio* a, uint64_t frames, uint64_t* got, TonError* error)
{
  const Sound* const s = a->file;
  float* const buffer =
      audio_buffer(a, sizeof(float) * 4096 * a->info.channels);
  if (!buffer) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  *got = 0;
  for (sf_count_t n = 1; n > 0 && *got < frames;) {
    const uint64_t left = frames - *got;
    n = sf_readf_float(s->file, buffer, left < 4096 ? (int)left : 4096);
    *got += n > 0 ? (uint64_t)n : 0;
    if (ton_interrupted()) {
      return ton_fail(error, TON_INTERRUPTED, "interrupted");
    }
  }
  return TON_OK;
}

/// TON_UNSUPPORTED where libsndfile does not know the form
static TonStatus
open_sound(TonAudio* a, SF_INFO* info, TonError* error)
{
  Sound* const s = a->file;
  s->fd = ton_input_open(a->path, error);
  if (s->fd < 0) {
    return TON_BAD_FILE;
  }
  s->file = sf_open_fd(s->fd, SFM_READ, info, 0);
  return s->file ? TON_OK : TON_UNSUPPORTED;
}

static void
close_sound(Sound* s)
{
  if (s->file) {
    sf_close(s->file);
  }
  if (s->fd >= 0) {
    close(s->fd);
  }
  s->file = NULL;
  s->fd = -1;
}

static void
close_file(TonAudio* a)
{
  close_sound(a->file);
  ton_free(a->file);
}

/// In Vorbis and MP3 libsndfile seeks to a wrong frame, or decodes the right one
/// to other bits, and it cannot seek in a file of unknown length: there the file
/// is decoded from its start, which gives the same samples as reading on.
static TonStatus
seek(TonAudio* a, uint64_t frame, TonError* error)
{
  Sound* const s = a->file;
  if (!s->by_decoding) {
    const sf_count_t to = (sf_count_t)frame;
    return sf_seek(s->file, to, SEEK_SET) == to ? TON_OK : fail_at(a, error);
  }
  SF_INFO info = {0};
  uint64_t got = 0;
  close_sound(s);
  if (open_sound(a, &info, error)) {
    return ton_fail_file(error, TON_BAD_FILE, a->path, "cannot be read again");
  }
  TON_TRY(pass_over(a, a->skip + frame, &got, error));
  return got == a->skip + frame ? TON_OK : fail_at(a, error);
}

static const ReaderBackend backend = {read_frames, seek, close_file};

/// An MP3 without a count of its frames, of which libsndfile guesses the length
/// from the first bit rate, or a FLAC that came out of a pipe: decode it all.
/// TON_UNSUPPORTED if libsndfile cannot pass what lies behind the sound.
static TonStatus
count_frames(TonAudio* a, TonError* error)
{
  const Sound* const s = a->file;
  TON_TRY(pass_over(a, UINT64_MAX, &a->info.frames, error));
  if (!sf_error(s->file)) {
    return TON_OK;
  }
  a->at = a->info.frames;
  return is_mp3(a) && !mp3_frames_follow(s->fd) ? TON_UNSUPPORTED
                                                : fail_at(a, error);
}

/// MP3 decoders are late by 528 + 1 frames, which encoders leave out of their
/// delay (LAME's convention, and that of Apple's note)
static TonStatus
trim_mp3(TonAudio* a, TonError* error)
{
  enum { DECODER_DELAY = 529 };
  Gapless gapless;
  if (files_gapless(a->path, &gapless) == TON_NO_MEMORY) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  if (gapless.joined) {
    return ton_fail_file(error, TON_BAD_FILE, a->path,
                         "holds several recordings, one behind the other, and "
                         "counts only the first; export it again as one");
  }
  if (gapless.counted) {
    return TON_OK; // the library has trimmed it
  }
  if (gapless.frames) {
    a->skip = gapless.delay + DECODER_DELAY;
    a->info.frames = gapless.frames;
  } else {
    TON_TRY(count_frames(a, error));
    TON_TRY(check_stop(a, error));
  }
  return a->info.frames ? seek(a, 0, error) : TON_OK;
}

static TonStatus
find_length(TonAudio* a, const SF_INFO* info, TonError* error)
{
  Sound* const s = a->file;
  const int container = info->format & SF_FORMAT_TYPEMASK;
  const bool usable = a->info.channels && a->info.channels <= 64;
  s->by_decoding = a->info.samples == TON_SAMPLES_CODED;
  const OggPages pages =
      container == SF_FORMAT_OGG ? files_ogg_pages(a->path) : (OggPages){0};
  a->info.truncated = pages.cut;
  if (pages.chained) {
    return ton_fail_file(error, TON_BAD_FILE, a->path,
                         "holds several recordings, one behind the other "
                         "(chained Ogg); export it again as one");
  }
  if (container == SF_FORMAT_FLAC && files_flac_is_joined(a->path)) {
    return ton_fail_file(error, TON_BAD_FILE, a->path,
                         "holds several recordings, one behind the other; "
                         "export it again as one");
  }
  if (container == SF_FORMAT_MPEG && usable) {
    return trim_mp3(a, error);
  }
  if (info->frames != SF_COUNT_MAX || !usable) {
    return TON_OK;
  }
  s->by_decoding = true;
  TON_TRY(count_frames(a, error));
  return a->info.frames ? seek(a, 0, error) : TON_OK;
}

TonStatus
audio_open_sndfile(TonAudio* a, TonError* error)
{
  SF_INFO info = {0};
  Sound* const s = ton_alloc(sizeof(Sound));
  if (!s) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  a->file = s;
  const TonStatus status = open_sound(a, &info, error);
  if (status) {
    close_file(a);
    a->file = NULL;
    return status;
  }
  a->backend = &backend;
  a->info.rate = (uint32_t)info.samplerate;
  a->info.channels = (uint32_t)info.channels;
  a->info.frames = info.frames > 0 && info.frames != SF_COUNT_MAX
                       ? (uint64_t)info.frames
                       : 0;
  describe(a, info.format);
  const TonStatus found = find_length(a, &info, error);
  if (found == TON_UNSUPPORTED) {
    close_file(a);
    a->backend = NULL;
    a->file = NULL;
    a->info = (TonAudioInfo){0};
    a->at = 0;
  }
  return found;
}
