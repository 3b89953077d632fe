// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/error.h"
#include "base/memory.h"
#include "dsp/kernels/pcm.h"
#include "files/audio.h"
#include "files/files.h"

#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <string.h>

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

static void
describe(TonAudio* a, int format)
{
  snprintf(a->info.container, sizeof(a->info.container), "other");
  snprintf(a->info.codec, sizeof(a->info.codec), "coded");
  a->info.samples = TON_SAMPLES_CODED;
  for (int i = 0; i < N_CONTAINERS; ++i) {
    if ((format & SF_FORMAT_TYPEMASK) == containers[i].major) {
      snprintf(a->info.container, sizeof(a->info.container), "%s",
               containers[i].name);
    }
  }
  for (int i = 0; i < N_CODECS; ++i) {
    if ((format & SF_FORMAT_SUBMASK) == codecs[i].sub) {
      a->info.samples = codecs[i].samples;
      snprintf(a->info.codec, sizeof(a->info.codec), "%s", codecs[i].name);
    }
  }
}

static TonStatus
fail_at(const TonAudio* a, TonError* error)
{
  return ton_fail_file(error, TON_BAD_FILE, a->path,
                       "cannot be read at %.3f s: %s",
                       (double)a->at / a->info.rate, sf_strerror(a->file));
}

static TonStatus
read(TonAudio* a, float* const* out, uint32_t frames, uint32_t* got,
     TonError* error)
{
  float* const room =
      audio_room(a, (uint64_t)frames * a->info.channels * sizeof(float));
  if (!room) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  const sf_count_t n = sf_readf_float(a->file, room, frames);
  *got = n > 0 ? (uint32_t)n : 0;
  a->bad +=
      ton_pcm()->from_float(out, (const uint8_t*)room, a->info.channels, *got);
  if (!*got && sf_error(a->file)) {
    return fail_at(a, error);
  }
  return TON_OK;
}

/// Decode and forget
static TonStatus
pass_over(TonAudio* a, uint64_t frames, TonError* error)
{
  float* const room = audio_room(a, sizeof(float) * 4096 * a->info.channels);
  if (!room) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  while (frames) {
    const sf_count_t n =
        sf_readf_float(a->file, room, frames < 4096 ? (int)frames : 4096);
    if (n <= 0) {
      return fail_at(a, error);
    }
    frames -= (uint64_t)n;
  }
  return TON_OK;
}

/// libsndfile lands beside the frame in Vorbis and MP3, or on it with other
/// bits: there only decoding from the start gives what reading on gave
static TonStatus
seek(TonAudio* a, uint64_t frame, TonError* error)
{
  if (a->info.samples == TON_SAMPLES_CODED) {
    SF_INFO info = {0};
    SNDFILE* const again = sf_open(a->path, SFM_READ, &info);
    if (!again) {
      return fail_at(a, error);
    }
    sf_close(a->file);
    a->file = again;
    return pass_over(a, a->skip + frame, error);
  }
  const sf_count_t to = (sf_count_t)frame;
  return sf_seek(a->file, to, SEEK_SET) == to ? TON_OK : fail_at(a, error);
}

static void
close_file(TonAudio* a)
{
  sf_close(a->file);
}

static const ReaderBackend reader = {read, seek, close_file};

/// An MP3 without a count of its frames: libsndfile guesses from the first bit
/// rate, so decode it all
static TonStatus
count_frames(TonAudio* a, TonError* error)
{
  float* const room = audio_room(a, sizeof(float) * 4096 * a->info.channels);
  if (!room) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  a->info.frames = 0;
  sf_count_t n = 1;
  while (n > 0) {
    n = sf_readf_float(a->file, room, 4096);
    a->info.frames += n > 0 ? (uint64_t)n : 0;
  }
  return TON_OK;
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
  if (gapless.counted) {
    return TON_OK; // the library has trimmed it
  }
  if (gapless.frames) {
    a->skip = gapless.delay + DECODER_DELAY;
    a->info.frames = gapless.frames;
  } else {
    TON_TRY(count_frames(a, error));
  }
  return a->info.frames ? seek(a, 0, error) : TON_OK;
}

TonStatus
audio_open_sndfile(TonAudio* a, TonError* error)
{
  SF_INFO info = {0};
  a->file = sf_open(a->path, SFM_READ, &info);
  if (!a->file) {
    return TON_UNSUPPORTED;
  }
  a->reader = &reader;
  a->info.rate = (uint32_t)info.samplerate;
  a->info.channels = (uint32_t)info.channels;
  a->info.frames = info.frames > 0 ? (uint64_t)info.frames : 0;
  describe(a, info.format);
  if (info.frames == SF_COUNT_MAX) {
    a->info.frames = 0;
  }
  if ((info.format & SF_FORMAT_TYPEMASK) == SF_FORMAT_MPEG &&
      a->info.channels && a->info.channels <= 64) {
    return trim_mp3(a, error);
  }
  return TON_OK;
}
