// SPDX-License-Identifier: GPL-3.0-or-later
/// @file What every reader backend needs: checks of a path, the error for a file
/// that is not audio or breaks off, the count of samples that are no numbers, and
/// a buffer kept with the file.
#include "files/audio.h"

#include "base/error.h"
#include "base/input_file.h"
#include "base/memory.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

void
audio_note_bad(TonAudio* audio, const void* in, uint32_t frames, uint64_t bad)
{
  const uint32_t channels = audio->info.channels;
  for (uint32_t i = 0; bad && !audio->faults.bad && i < frames * channels;
       ++i) {
    float x = 0.0F;
    memcpy(&x, (const uint8_t*)in + 4 * (size_t)i, sizeof(x));
    if (!isfinite(x)) {
      audio->faults.bad = 1;
      audio->faults.first_bad = audio->at + i / channels;
      --bad;
    }
  }
  audio->faults.bad += bad;
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
audio_read(TonAudio* audio, float* const* out, uint32_t frames, uint32_t* got,
           TonError* error)
{
  while (*got < frames) {
    float* to[64];
    for (uint32_t c = 0; c < audio->info.channels; ++c) {
      to[c] = out[c] + *got;
    }
    uint32_t n = 0;
    TON_TRY(audio->backend->read(audio, to, frames - *got, &n, error));
    if (!n) {
      return ended_early(audio, error);
    }
    audio->at += n;
    *got += n;
  }
  return TON_OK;
}
