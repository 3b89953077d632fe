// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Reading audio files: tries each way to read, and watches what comes.
#include "files/audio.h"

#include "base/error.h"
#include "base/input_file.h"
#include "base/interrupt.h"
#include "base/memory.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/// What can be said before any library is asked
TonStatus
audio_check_path(const char* path, TonError* error)
{
  TonError why = {0};
  const int fd = ton_input_open(path, &why);
  if (fd < 0) {
    return ton_fail_file(error, why.status, path, "%s", why.text);
  }
  struct stat st;
  const bool empty = fstat(fd, &st) == 0 && st.st_size == 0;
  close(fd);
  return empty ? ton_fail_file(error, TON_BAD_FILE, path,
                               "is empty; export it again")
               : TON_OK;
}

static bool
looks_like_text(const uint8_t* bytes, size_t n)
{
  for (size_t i = 0; i < n; ++i) {
    if (bytes[i] < 9 || (bytes[i] > 13 && bytes[i] < 32)) {
      return false;
    }
  }
  return n > 0;
}

TonStatus
audio_refuse(const char* path, TonError* error)
{
  uint8_t head[512];
  FILE* const file = ton_input_stream(path, NULL);
  const size_t n = file ? fread(head, 1, sizeof(head), file) : 0;
  if (file) {
    fclose(file);
  }
  const bool riff =
      n >= 12 && (memcmp(head, "RIFF", 4) == 0 ||
                  memcmp(head, "RF64", 4) == 0 || memcmp(head, "BW64", 4) == 0);
  if (riff) {
    return ton_fail_file(error, TON_BAD_FILE, path,
                         "begins as a WAV file, but its header is damaged; "
                         "export it again");
  }
  return ton_fail_file(
      error, TON_BAD_FILE, path, "is %s; expected WAV, AIFF, FLAC, MP3, Ogg%s",
      looks_like_text(head, n) ? "a text, not sound"
                               : "not sound in a form that can be read",
#ifdef TON_HAVE_AV
      ", M4A or the like"
#else
      " or CAF (this build has no libav* for other forms)"
#endif
  );
}

static TonStatus
check_info(const TonAudio* audio, TonError* error)
{
  const TonAudioInfo* const info = &audio->info;
  if (!info->channels || info->channels > 64) {
    return ton_fail_file(error, TON_BAD_FILE, audio->path,
                         "has %u channels; expected 1 to 64", info->channels);
  }
  if (info->rate < 4000 || info->rate > 768000) {
    return ton_fail_file(error, TON_BAD_FILE, audio->path,
                         "claims a sample rate of %u Hz", info->rate);
  }
  if (!info->frames) {
    return ton_fail_file(error, TON_BAD_FILE, audio->path,
                         "holds no sound; export it again");
  }
  return TON_OK;
}

TonStatus
ton_audio_open(const char* path, TonAudio** audio, TonError* error)
{
  TON_TRY(audio_check_path(path, error));
  TonAudio* const a = ton_alloc(sizeof(TonAudio));
  if (!a) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  a->path = ton_copy_string(path);
  TonStatus status = a->path ? audio_open_pcm(a, error)
                             : ton_fail(error, TON_NO_MEMORY, "out of memory");
  if (status == TON_UNSUPPORTED) {
    status = audio_open_sndfile(a, error);
  }
  if (status == TON_UNSUPPORTED) {
    // libav* would search what follows for hours
    status = a->damaged ? audio_refuse(path, error) : audio_open_av(a, error);
  }
  status = status ? status : check_info(a, error);
  if (status && ton_interrupted()) {
    status = ton_fail(error, TON_INTERRUPTED, "interrupted");
  }
  if (status) {
    ton_audio_close(a);
    return status;
  }
  *audio = a;
  return TON_OK;
}

const TonAudioInfo*
ton_audio_info(const TonAudio* audio)
{
  return &audio->info;
}

/// Coded files may be shorter than their headers say: an MP3 without a length
/// tag is only estimated, by its size.  Two seconds are let pass, more is a file
/// cut off.
static TonStatus
ended_early(TonAudio* audio, TonError* error)
{
  const TonAudioInfo* const info = &audio->info;
  const uint64_t slack = 2 * (uint64_t)info->rate;
  if (info->samples == TON_SAMPLES_CODED && info->frames - audio->at <= slack) {
    audio->info.frames = audio->at;
    return TON_OK;
  }
  return ton_fail_file(error, TON_BAD_FILE, audio->path,
                       "breaks off at %.3f s of %.3f s; export it again",
                       (double)audio->at / info->rate,
                       (double)info->frames / info->rate);
}

TonStatus
ton_audio_read(TonAudio* audio, float* const* out, uint32_t frames,
               uint32_t* got, TonError* error)
{
  *got = 0;
  const uint64_t left =
      audio->info.frames > audio->at ? audio->info.frames - audio->at : 0;
  const uint32_t wanted = frames < left ? frames : (uint32_t)left;
  while (*got < wanted) {
    float* to[64];
    for (uint32_t c = 0; c < audio->info.channels; ++c) {
      to[c] = out[c] + *got;
    }
    uint32_t n = 0;
    TON_TRY(audio->reader->read(audio, to, wanted - *got, &n, error));
    if (!n) {
      return ended_early(audio, error);
    }
    audio->at += n;
    *got += n;
  }
  return TON_OK;
}

TonStatus
ton_audio_seek(TonAudio* audio, uint64_t frame, TonError* error)
{
  const uint64_t to = frame < audio->info.frames ? frame : audio->info.frames;
  if (to < audio->info.frames) {
    TON_TRY(audio->reader->seek(audio, to, error));
  }
  audio->at = to;
  return TON_OK;
}

uint64_t
ton_audio_bad_samples(const TonAudio* audio)
{
  return audio->bad;
}

void*
audio_buffer(TonAudio* audio, uint64_t bytes)
{
  if (bytes > audio->buffer_bytes) {
    ton_free(audio->buffer);
    audio->buffer = ton_alloc(bytes);
    audio->buffer_bytes = audio->buffer ? bytes : 0;
  }
  return audio->buffer;
}

void
ton_audio_close(TonAudio* audio)
{
  if (audio) {
    if (audio->reader) {
      audio->reader->close(audio);
    }
    ton_free(audio->buffer);
    ton_free(audio->path);
    ton_free(audio);
  }
}
