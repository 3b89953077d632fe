// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Audio files as sources of the engine and of meters.
#include "render/file_source.h"

#include "base/error.h"
#include "base/memory.h"

#include <math.h>
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

static bool
pull_temp(void* handle, float* const* out, uint32_t frames)
{
  return temp_audio_read(handle, out, frames);
}

TonSource
source_of_temp(TempAudio* audio)
{
  temp_audio_rewind(audio);
  return (TonSource){audio, pull_temp, NULL, temp_audio_channels(audio),
                     temp_audio_frames(audio)};
}

void
note_faults(const TonAudio* audio, TonMeasurement* m)
{
  const TonAudioFaults* const f = ton_audio_faults(audio);
  const double rate = ton_audio_info(audio)->rate;
  if (f->bad) {
    m->bad_samples += f->bad;
    m->first_bad_at_s = (double)f->first_bad / rate;
  }
  if (f->spikes) {
    m->spikes = f->spikes;
    m->spike_dbfs = 20.0 * log10((double)f->spike);
    m->spike_at_s = (double)f->spike_frame / rate;
  }
}

enum { CHUNK = 8192 };

TonStatus
source_pass(TonAudio* audio, const TonSink* sink, const char* stage,
            const TonJob* job, TonError* error)
{
  const TonAudioInfo* const info = ton_audio_info(audio);
  float* const buffer =
      ton_alloc((size_t)CHUNK * info->channels * sizeof(float));
  float* out[64];
  if (!buffer) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  for (uint32_t c = 0; c < info->channels; ++c) {
    out[c] = buffer + (size_t)c * CHUNK;
  }
  TonStatus status = TON_OK;
  uint64_t done = 0;
  for (uint32_t got = 1; got && !status;) {
    status = ton_audio_read(audio, out, CHUNK, &got, error);
    if (!status && got) {
      sink->push(sink->handle, (const float* const*)out, got);
      done += got;
    }
    if (!status && job->progress &&
        !job->progress(job->handle, stage,
                       (double)done / (double)info->frames)) {
      status = ton_fail(error, TON_INTERRUPTED, "interrupted");
    }
  }
  ton_free(buffer);
  return status;
}
