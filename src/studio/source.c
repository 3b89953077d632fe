// SPDX-License-Identifier: GPL-3.0-or-later
#include "studio/source.h"

#include <string.h>

static bool
pull(void* handle, float* const* out, uint32_t frames)
{
  TonAudio* const audio = handle;
  const uint32_t channels = ton_audio_info(audio)->channels;
  uint32_t have = 0;
  uint32_t got = 1;
  while (have < frames && got) {
    float* at[2] = {out[0] + have, channels == 2 ? out[1] + have : NULL};
    if (ton_audio_read(audio, at, frames - have, &got, NULL)) {
      return false;
    }
    have += got;
  }
  for (uint32_t c = 0; c < channels; ++c) {
    memset(out[c] + have, 0, (frames - have) * sizeof(float));
  }
  return true;
}

static bool
seek(void* handle, uint64_t frame)
{
  return ton_audio_seek(handle, frame, NULL) == TON_OK;
}

TonSource
source_of(TonAudio* audio)
{
  const TonAudioInfo* const info = ton_audio_info(audio);
  return (TonSource){audio, pull, seek, info->channels, info->frames};
}
