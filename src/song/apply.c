// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Running a chain over a file.
#include "base/error.h"
#include "base/output_file.h"
#include "render/render.h"
#include "render/resources.h"
#include "song/outputs.h"

#include <tonmeister/song.h>

#include <string.h>

/// Those of the input where the output has them
static TonSamples
samples_of(const TonAudioInfo* info, const char* container)
{
  if (info->samples == TON_SAMPLES_16 || info->samples == TON_SAMPLES_24) {
    return info->samples;
  }
  if (strcmp(container, "WAV") != 0) {
    return TON_SAMPLES_24;
  }
  return info->samples == TON_SAMPLES_DOUBLE ? TON_SAMPLES_DOUBLE
                                             : TON_SAMPLES_FLOAT;
}

TonStatus
ton_apply(const char* in, const char* out, const TonInsert* chain, uint32_t n,
          const TonJob* job, TonError* error)
{
  TonAudio* audio = NULL;
  TON_TRY(ton_audio_open(in, &audio, error));
  const TonAudioInfo info = *ton_audio_info(audio);
  ton_audio_close(audio);
  const DeliveryFormat* kind = NULL;
  TON_TRY(output_expect(out, false, &kind, error));
  TON_TRY(ton_output_apart(out, in, "the input", error));
  TON_TRY(resources_apart(out, chain, n, error));
  const TonAudioFormat format = {.rate = info.rate,
                                 .channels =
                                     chain_channels(info.channels, chain, n),
                                 .samples = samples_of(&info, kind->container),
                                 .container = kind->container,
                                 .dither = true,
                                 .frames_hint = info.frames};
  Recorder recorder = {.error = error};
  TON_TRY(ton_writer_open(out, &format, &recorder.writer, error));
  const TonStatus status = render_file(in, chain, n, &recorder, job, error);
  if (status) {
    ton_writer_abandon(recorder.writer);
    return status;
  }
  return ton_writer_commit(recorder.writer, NULL, NULL, error);
}
