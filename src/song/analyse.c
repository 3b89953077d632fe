// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Reading an audio file through the analysis of stems and mixes.
#include "song/analyse.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/parallel_for.h"
#include "song/file_source.h"

#include <tonmeister/song.h>

static bool
add(void* handle, const float* const* in, uint32_t frames)
{
  ton_analysis_add(handle, in, frames);
  return true;
}

static TonStatus
feed(TonAudio* audio, TonAnalysis* analysis, const TonJob* job, TonError* error)
{
  const TonSink sink = {analysis, add};
  return source_pass(audio, &sink, "listening", job, error);
}

static TonStatus
analyse(TonAudio* audio, unsigned what, TonSound* sound, const TonJob* job,
        TonError* error)
{
  const TonAudioInfo* const info = ton_audio_info(audio);
  TonAnalysis* const analysis =
      ton_analysis_new(info->rate, info->channels, what);
  TonStatus status = analysis ? feed(audio, analysis, job, error)
                              : ton_fail(error, TON_NO_MEMORY, "out of memory");
  if (!status && ton_analysis_finish(analysis, sound)) {
    status = ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  if (!status) {
    sound->facts.whole.bad_samples += ton_audio_bad_samples(audio);
  }
  ton_analysis_free(analysis);
  return status;
}

TonStatus
analyse_file(const char* path, unsigned what, TonSound* sound,
             const TonJob* job, TonError* error)
{
  TonAudio* audio = NULL;
  *sound = (TonSound){0};
  TON_TRY(ton_audio_open(path, &audio, error));
  const uint32_t rate = ton_audio_info(audio)->rate;
  const TonStatus status =
      rate < 8000
          ? ton_fail_file(error, TON_UNSUPPORTED, path,
                          "is at %u Hz; the meters begin at 8000 Hz", rate)
          : analyse(audio, what, sound, job, error);
  ton_audio_close(audio);
  return status;
}

typedef struct {
  const char* path;
  unsigned what;
  TonSound* sound;
  TonMeasurement whole;
} Halves;

static bool
tell(void* handle, const char* stage, double part)
{
  const TonJob* const job = handle;
  (void)stage;
  return !job->progress || job->progress(job->handle, "listening", part);
}

static TonStatus
analyse_half(void* handle, uint32_t i, const TonJob* job, TonError* error)
{
  Halves* const h = handle;
  const TonJob own = {
      .threads = 1, .progress = tell, .handle = (void*)(uintptr_t)job};
  return i == 0
             ? analyse_file(h->path, 0, h->sound, &own, error)
             : ton_measure_file(h->path, h->what, &h->whole, NULL, &own, error);
}

TonStatus
analyse_mix(const char* path, unsigned what, TonSound* sound, const TonJob* job,
            TonError* error)
{
  Halves h = {.path = path, .what = what, .sound = sound};
  *sound = (TonSound){0};
  if (job->threads == 1) {
    return analyse_file(path, what, sound, job, error);
  }
  TON_TRY(parallel_for(2, job, analyse_half, &h, error));
  sound->facts.whole = h.whole;
  return TON_OK;
}
