// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Opening the files of a mix.
#include "render/open_stems.h"

#include "base/error.h"
#include "base/memory.h"
#include "render/build_graph.h"
#include "render/file_source.h"

#include <string.h>

void
close_stems(OpenStems* s)
{
  for (uint32_t i = 0; s->audio && i < s->n; ++i) {
    ton_audio_close(s->audio[i]);
  }
  ton_free(s->ready);
  ton_free(s->audio);
  ton_free(s->sources);
}

static TonStatus
open_stem(OpenStems* s, uint32_t i, const TonStrip* strip, TonError* error)
{
  TON_TRY(ton_audio_open(s->ready[i].path, &s->audio[i], error));
  // what was converted was repaired then
  if (strip->repair && strcmp(s->ready[i].path, strip->file) == 0) {
    ton_audio_repair(s->audio[i]);
  }
  const TonAudioInfo* const info = ton_audio_info(s->audio[i]);
  if (info->channels > 2) {
    return ton_fail_file(error, TON_UNSUPPORTED, strip->file,
                         "has %u channels; a stem is mono or stereo: split it "
                         "into files of one or two channels",
                         info->channels);
  }
  s->sources[i] = source_of(s->audio[i]);
  return TON_OK;
}

/// Of a mix in which no track is heard all tracks count
static TonStatus
find_length(OpenStems* s, const TonMix* mix, TonError* error)
{
  bool* const heard = ton_alloc((mix->n_strips + 1) * sizeof(bool));
  if (!heard) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  uint64_t all = 0;
  find_heard(mix, heard);
  for (uint32_t i = 0; i < s->n; ++i) {
    const uint64_t frames = ton_audio_info(s->audio[i])->frames;
    all = frames > all ? frames : all;
    s->frames = heard[i] && frames > s->frames ? frames : s->frames;
  }
  s->frames = s->frames ? s->frames : all;
  ton_free(heard);
  return TON_OK;
}

TonStatus
open_stems(OpenStems* s, const TonMix* mix, const char* cache,
           const TonJob* job, TonError* error)
{
  s->n = mix->n_tracks;
  s->ready = ton_alloc((s->n + 1) * sizeof(PreparedStem));
  s->audio = ton_alloc((s->n + 1) * sizeof(TonAudio*));
  s->sources = ton_alloc((s->n + 1) * sizeof(TonSource));
  if (!s->ready || !s->audio || !s->sources) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  TON_TRY(prepare_stems(mix, cache, job, s->ready, error));
  for (uint32_t i = 0; i < s->n; ++i) {
    TON_TRY(open_stem(s, i, &mix->strips[i], error));
  }
  return find_length(s, mix, error);
}
