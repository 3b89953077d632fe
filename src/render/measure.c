// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Reading an audio file through the meters.
#include "base/error.h"
#include "base/memory.h"
#include "render/file_source.h"

#include <tonmeister/song.h>

static bool
add(void* handle, const float* const* in, uint32_t frames)
{
  ton_meters_add(handle, in, frames);
  return true;
}

static TonStatus
feed(TonAudio* audio, TonMeters* meters, const TonJob* job, TonError* error)
{
  const TonSink sink = {meters, add};
  return source_pass(audio, &sink, "measuring", job, error);
}

/// They belong to the meters
static void
drop_curves(TonMeasurement* m)
{
  m->n_points = 0;
  m->momentary_lufs = m->short_term_lufs = NULL;
  m->peak_dbfs = m->correlation_curve = NULL;
}

TonStatus
ton_measure_file(const char* path, unsigned what, TonMeasurement* result,
                 TonMeters** owner, const TonJob* job, TonError* error)
{
  TonAudio* audio = NULL;
  TON_TRY(ton_audio_open(path, &audio, error));
  const TonAudioInfo* const info = ton_audio_info(audio);
  if (info->rate < 8000) {
    ton_fail_file(error, TON_UNSUPPORTED, path,
                  "is at %u Hz; the meters begin at 8000 Hz", info->rate);
    ton_audio_close(audio);
    return TON_UNSUPPORTED;
  }
  if (what & TON_MEASURE_REPAIRED) {
    ton_audio_repair(audio);
  }
  TonMeters* const meters = ton_meters_new(info->rate, info->channels, what);
  TonStatus status = meters ? feed(audio, meters, job, error)
                            : ton_fail(error, TON_NO_MEMORY, "out of memory");
  if (!status) {
    status = ton_meters_finish(meters, result)
                 ? ton_fail(error, TON_NO_MEMORY, "out of memory")
                 : TON_OK;
    note_faults(audio, result);
  }
  if (owner && !status) {
    *owner = meters;
  } else {
    drop_curves(result);
    ton_meters_free(meters);
  }
  ton_audio_close(audio);
  return status;
}

bool
ton_is_truncated(const char* path, double* end_s)
{
  TonAudio* audio = NULL;
  if (ton_audio_open(path, &audio, NULL)) {
    return false;
  }
  const TonAudioInfo* const info = ton_audio_info(audio);
  const bool cut = info->truncated;
  if (end_s) {
    *end_s = (double)info->frames / info->rate;
  }
  ton_audio_close(audio);
  return cut;
}
