// SPDX-License-Identifier: GPL-3.0-or-later
#include "must.h"

#include <tonmeister/audio_file.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/**
   @file
   Any bytes as an audio file: opening and reading never crash, hang, leak or
   give what is not a number; what opens gives no more frames than it said, and
   again the same after going back; what does not open says why.
*/

/// libsndfile 1.2.0 forgets its Vorbis state when a header is broken
const char* __lsan_default_suppressions(void);

const char*
__lsan_default_suppressions(void)
{
  return "leak:vorbis_info_init";
}

enum { BLOCK = 1024, MOST_FRAMES = 1 << 17 };

static float room[64][BLOCK];
static float first[64];

static void
check_block(uint32_t channels, uint32_t got)
{
  MUST(got <= BLOCK);
  for (uint32_t c = 0; c < channels; ++c) {
    for (uint32_t i = 0; i < got; ++i) {
      MUST(isfinite(room[c][i]));
    }
  }
}

/// Frames read, or 0 where the file turned out to be broken
static uint64_t
read_on(TonAudio* audio, float* const* out)
{
  const uint32_t channels = ton_audio_info(audio)->channels;
  TonError error = {0};
  uint64_t all = 0;
  uint32_t got = 1;
  while (got && all < MOST_FRAMES) {
    const TonStatus status = ton_audio_read(audio, out, BLOCK, &got, &error);
    MUST(status == TON_OK || *error.text);
    if (status) {
      return 0;
    }
    check_block(channels, got);
    for (uint32_t c = 0; all == 0 && got && c < channels; ++c) {
      first[c] = room[c][0];
    }
    all += got;
  }
  return all;
}

static void
read_audio(TonAudio* audio)
{
  const TonAudioInfo info = *ton_audio_info(audio);
  float* out[64];
  for (int c = 0; c < 64; ++c) {
    out[c] = room[c];
  }
  MUST(info.channels >= 1 && info.channels <= 64);
  MUST(info.rate > 0 && info.frames > 0);
  MUST(*info.container && *info.codec);
  const uint64_t all = read_on(audio, out);
  MUST(all <= info.frames);
  uint32_t got = 0;
  if (all && ton_audio_seek(audio, 0, NULL) == TON_OK &&
      ton_audio_read(audio, out, 1, &got, NULL) == TON_OK) {
    MUST(got == 1);
    for (uint32_t c = 0; c < info.channels; ++c) {
      MUST(room[c][0] == first[c]);
    }
  }
}

int
LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size)
{
  char path[64];
  const int fd = memfd_create("fuzz", MFD_CLOEXEC);
  MUST(fd >= 0 && write(fd, bytes, size) == (ssize_t)size);
  snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
  TonAudio* audio = NULL;
  TonError error = {0};
  const TonStatus status = ton_audio_open(path, &audio, &error);
  if (status) {
    MUST(*error.text && strcmp(error.file, path) == 0);
  } else {
    if (size % 2) {
      ton_audio_repair(audio);
    }
    read_audio(audio);
    ton_audio_close(audio);
  }
  TonTags tags;
  bool cover = false;
  ton_tags_read(path, &tags, &cover, NULL);
  ton_tags_free(&tags);
  close(fd);
  return 0;
}
