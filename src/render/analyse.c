// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Reading an audio file through the analysis of stems and mixes.
#include "render/analyse.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/parallel_for.h"
#include "render/file_source.h"

#include <tonmeister/song.h>

#include <string.h>

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
    note_faults(audio, &sound->facts.whole);
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
  ton_audio_repair(audio);
  const uint32_t rate = ton_audio_info(audio)->rate;
  const TonStatus status =
      rate < 8000
          ? ton_fail_file(error, TON_UNSUPPORTED, path,
                          "is at %u Hz; the meters begin at 8000 Hz", rate)
          : analyse(audio, what, sound, job, error);
  ton_audio_close(audio);
  return status;
}

/// Meters of the file itself, for the faults that a conversion hides
static TonStatus
add_own_faults(const char* path, TonMeasurement* m, const TonJob* job,
               TonError* error)
{
  TonMeasurement own;
  TON_TRY(ton_measure_file(path, TON_MEASURE_LEVELS | TON_MEASURE_REPAIRED,
                           &own, NULL, job, error));
  m->clipped_samples = own.clipped_samples;
  m->n_clips = own.n_clips;
  memcpy(m->clips, own.clips, sizeof(m->clips));
  m->bad_samples = own.bad_samples;
  m->first_bad_at_s = own.first_bad_at_s;
  m->spikes = own.spikes;
  m->spike_dbfs = own.spike_dbfs;
  m->spike_at_s = own.spike_at_s;
  return TON_OK;
}

TonStatus
analyse_converted(const char* path, const char* converted, unsigned what,
                  TonSound* sound, const TonJob* job, TonError* error)
{
  TON_TRY(analyse_file(converted, what, sound, job, error));
  return strcmp(path, converted) == 0
             ? TON_OK
             : add_own_faults(path, &sound->facts.whole, job, error);
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
  return i == 0 ? analyse_file(h->path, 0, h->sound, &own, error)
                : ton_measure_file(h->path, h->what | TON_MEASURE_REPAIRED,
                                   &h->whole, NULL, &own, error);
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
