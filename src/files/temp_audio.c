// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Audio in a temporary file that has no name.
#include "files/temp_audio.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/path.h"
#include "base/string.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CHUNK = 4096 }; ///< Frames read or written at a time

struct TempAudio {
  char* near; ///< For errors: the file itself has no name
  FILE* file;
  uint32_t channels;
  uint64_t frames;
  int failure; ///< errno of the first write that failed
  float buffer[2 * CHUNK];
};

/// A file beside `near`, without a name from the start
static TonStatus
open_beside(TempAudio* a, TonError* error)
{
  TonString path = {0};
  ton_string_add_bytes(&path, a->near,
                       (size_t)(ton_file_name(a->near) - a->near));
  ton_string_add(&path, ".part-audio-XXXXXX");
  if (path.failed) {
    ton_string_free(&path);
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  const int fd = mkstemp(path.bytes);
  a->file = fd < 0 ? NULL : fdopen(fd, "w+b");
  const TonStatus status = a->file ? TON_OK : ton_fail_write(error, a->near);
  if (fd >= 0) {
    unlink(path.bytes);
  }
  ton_string_free(&path);
  return status;
}

TonStatus
temp_audio_new(const char* near, uint32_t channels, TempAudio** audio,
               TonError* error)
{
  TempAudio* const a = ton_alloc(sizeof(TempAudio));
  char* const own = ton_copy_string(near);
  if (!a || !own) {
    ton_free(a);
    ton_free(own);
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  a->near = own;
  a->channels = channels;
  const TonStatus status = open_beside(a, error);
  if (status) {
    temp_audio_free(a);
    return status;
  }
  *audio = a;
  return TON_OK;
}

void
temp_audio_free(TempAudio* a)
{
  if (a && a->file) {
    fclose(a->file);
  }
  if (a) {
    ton_free(a->near);
    ton_free(a);
  }
}

bool
temp_audio_add(TempAudio* a, const float* const* in, uint32_t frames)
{
  for (uint32_t at = 0; at < frames && !a->failure;) {
    const uint32_t n = frames - at < CHUNK ? frames - at : CHUNK;
    for (uint32_t c = 0; c < a->channels; ++c) {
      for (uint32_t i = 0; i < n; ++i) {
        a->buffer[i * a->channels + c] = in[c][at + i];
      }
    }
    if (fwrite(a->buffer, a->channels * sizeof(float), n, a->file) != n) {
      a->failure = errno;
    }
    at += n;
  }
  a->frames += frames;
  return !a->failure;
}

TonStatus
temp_audio_close(TempAudio* a, TonError* error)
{
  if (!a->failure && fflush(a->file) != 0) {
    a->failure = errno;
  }
  errno = a->failure;
  return a->failure ? ton_fail_write(error, a->near) : TON_OK;
}

bool
temp_audio_read(TempAudio* a, float* const* out, uint32_t frames)
{
  for (uint32_t at = 0; at < frames;) {
    const uint32_t n = frames - at < CHUNK ? frames - at : CHUNK;
    const size_t got =
        fread(a->buffer, a->channels * sizeof(float), n, a->file);
    if (ferror(a->file)) {
      return false;
    }
    for (uint32_t c = 0; c < a->channels; ++c) {
      for (uint32_t i = 0; i < n; ++i) {
        out[c][at + i] = i < got ? a->buffer[i * a->channels + c] : 0.0F;
      }
    }
    at += n;
  }
  return true;
}

void
temp_audio_rewind(TempAudio* a)
{
  rewind(a->file);
}

uint32_t
temp_audio_channels(const TempAudio* a)
{
  return a->channels;
}

uint64_t
temp_audio_frames(const TempAudio* a)
{
  return a->frames;
}
