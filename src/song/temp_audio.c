// SPDX-License-Identifier: GPL-3.0-or-later
#include "song/temp_audio.h"

#include "base/error.h"
#include "base/memory.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROOM = 16384 }; ///< Frames on the way

struct TempAudio {
  char path[2048]; ///< For errors: it has no name any more
  int file;
  uint32_t channels;
  uint64_t frames;
  uint32_t held; ///< Frames in `room`: to be written, or not yet read
  uint32_t next; ///< First of them that is not yet read
  off_t at;      ///< Read up to here
  int failure;   ///< errno of the first write that failed
  float room[2 * ROOM];
};

TonStatus
temp_audio_new(const char* near, uint32_t channels, TempAudio** spool,
               TonError* error)
{
  TempAudio* const s = ton_alloc(sizeof(TempAudio));
  if (!s) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  const char* const slash = strrchr(near, '/');
  const int folder = slash ? (int)(slash - near) + 1 : 0;
  snprintf(s->path, sizeof(s->path), "%.*s.part-spool-XXXXXX", folder, near);
  s->channels = channels;
  s->file = mkstemp(s->path);
  if (s->file < 0) {
    const TonStatus status = ton_fail_write(error, near);
    ton_free(s);
    return status;
  }
  unlink(s->path);
  snprintf(s->path, sizeof(s->path), "%s", near);
  *spool = s;
  return TON_OK;
}

void
temp_audio_free(TempAudio* s)
{
  if (s) {
    close(s->file);
    ton_free(s);
  }
}

static bool
write_out(TempAudio* s)
{
  const char* at = (const char*)s->room;
  size_t left = (size_t)s->held * s->channels * sizeof(float);
  while (left && !s->failure) {
    const ssize_t n = write(s->file, at, left);
    if (n < 0 && errno != EINTR) {
      s->failure = errno;
    } else if (n > 0) {
      at += n;
      left -= (size_t)n;
    }
  }
  s->held = 0;
  return !s->failure;
}

bool
temp_audio_add(TempAudio* s, const float* const* in, uint32_t frames)
{
  bool good = !s->failure;
  for (uint32_t i = 0; i < frames && good; ++i) {
    for (uint32_t c = 0; c < s->channels; ++c) {
      s->room[s->held * s->channels + c] = in[c][i];
    }
    if (++s->held == ROOM) {
      good = write_out(s);
    }
  }
  s->frames += frames;
  return good;
}

TonStatus
temp_audio_close(TempAudio* s, TonError* error)
{
  if (!write_out(s)) {
    errno = s->failure;
    return ton_fail_write(error, s->path);
  }
  return TON_OK;
}

static bool
fill(TempAudio* s)
{
  const size_t size = s->channels * sizeof(float);
  assert(size > 0);
  size_t have = 0;
  while (have < ROOM * size) {
    const ssize_t n = pread(s->file, (char*)s->room + have, ROOM * size - have,
                            s->at + (off_t)have);
    if (n < 0 && errno != EINTR) {
      return false;
    }
    if (n == 0) {
      break;
    }
    have += n > 0 ? (size_t)n : 0;
  }
  s->at += (off_t)have;
  s->held = (uint32_t)(have / size);
  s->next = 0;
  return true;
}

static bool
pull(void* handle, float* const* out, uint32_t frames)
{
  TempAudio* const s = handle;
  for (uint32_t i = 0; i < frames;) {
    if (s->next == s->held && !fill(s)) {
      return false;
    }
    const uint32_t left = s->held - s->next;
    const uint32_t n = left < frames - i ? left : frames - i;
    if (!n) {
      for (uint32_t c = 0; c < s->channels; ++c) {
        memset(out[c] + i, 0, (frames - i) * sizeof(float));
      }
      return true;
    }
    for (uint32_t k = 0; k < n; ++k) {
      for (uint32_t c = 0; c < s->channels; ++c) {
        out[c][i + k] = s->room[(s->next + k) * s->channels + c];
      }
    }
    s->next += n;
    i += n;
  }
  return true;
}

TonSource
temp_audio_source(TempAudio* s)
{
  s->held = 0;
  s->next = 0;
  s->at = 0;
  return (TonSource){s, pull, NULL, s->channels, s->frames};
}
