// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Opens an audio file with the first backend that can read it, and reads,
/// seeks and closes it.
#include "files/audio.h"

#include "base/error.h"
#include "base/interrupt.h"
#include "base/memory.h"
#include "files/files.h"

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
  if (files_is_joined(path)) {
    return ton_fail_file(error, TON_BAD_FILE, path,
                         "holds several recordings, one behind the other; "
                         "export it again as one");
  }
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

/// Keep the first error of reading, and hand it on
static TonStatus
failed(TonAudio* audio, const TonError* why, TonError* error)
{
  if (!audio->failed.status) {
    audio->failed = *why;
  }
  if (error) {
    *error = *why;
  }
  return why->status;
}

TonStatus
ton_audio_read(TonAudio* audio, float* const* out, uint32_t frames,
               uint32_t* got, TonError* error)
{
  TonError why;
  *got = 0;
  const uint64_t left =
      audio->info.frames > audio->at ? audio->info.frames - audio->at : 0;
  const uint32_t wanted = frames < left ? frames : (uint32_t)left;
  const TonStatus status =
      audio->repairs ? audio_read_repaired(audio, out, wanted, got, &why)
                     : audio_read(audio, out, wanted, got, &why);
  return status ? failed(audio, &why, error) : TON_OK;
}

TonStatus
ton_audio_failed(const TonAudio* audio, TonError* error)
{
  if (audio->failed.status && error) {
    *error = audio->failed;
  }
  return audio->failed.status;
}

TonStatus
ton_audio_seek(TonAudio* audio, uint64_t frame, TonError* error)
{
  const uint64_t to = frame < audio->info.frames ? frame : audio->info.frames;
  const uint64_t from = audio->repairs ? audio_surroundings(audio, to) : to;
  if (from < audio->info.frames) {
    TON_TRY(audio->backend->seek(audio, from, error));
  }
  audio->at = to;
  audio->window.from = from;
  audio->window.n = 0;
  return TON_OK;
}

void
ton_audio_repair(TonAudio* audio)
{
  const TonSamples samples = audio->info.samples;
  audio->repairs = samples != TON_SAMPLES_16 && samples != TON_SAMPLES_24 &&
                   samples != TON_SAMPLES_32;
  audio->window.from = audio->at;
}

const TonAudioFaults*
ton_audio_faults(const TonAudio* audio)
{
  return &audio->faults;
}

void
ton_audio_close(TonAudio* audio)
{
  if (audio) {
    if (audio->backend) {
      audio->backend->close(audio);
    }
    ton_free(audio->window.samples);
    ton_free(audio->buffer);
    ton_free(audio->path);
    ton_free(audio);
  }
}
