// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/error.h"
#include "base/memory.h"
#include "song/build_graph.h"
#include "song/file_source.h"
#include "song/song.h"

#include <stdio.h>
#include <string.h>

/// The files of a mix, open
typedef struct {
  TonStemPath* ready;
  TonAudio** audio;
  TonSource* sources;
  uint32_t n;
} MixState;

static void
close_desk(MixState* d)
{
  for (uint32_t i = 0; d->audio && i < d->n; ++i) {
    ton_audio_close(d->audio[i]);
  }
  ton_free(d->ready);
  ton_free(d->audio);
  ton_free(d->sources);
}

static TonStatus
open_stem(MixState* d, uint32_t i, const char* named, TonError* error)
{
  TON_TRY(ton_audio_open(d->ready[i].path, &d->audio[i], error));
  const uint32_t channels = ton_audio_info(d->audio[i])->channels;
  if (channels > 2) {
    return ton_fail_file(error, TON_UNSUPPORTED, named,
                         "has %u channels; a stem is mono or stereo: split it "
                         "into files of one or two channels",
                         channels);
  }
  d->sources[i] = source_of(d->audio[i]);
  return TON_OK;
}

static TonStatus
open_desk(MixState* d, const TonMix* mix, const char* cache, const TonJob* job,
          TonError* error)
{
  d->n = mix->n_tracks;
  d->ready = ton_alloc((d->n + 1) * sizeof(TonStemPath));
  d->audio = ton_alloc((d->n + 1) * sizeof(TonAudio*));
  d->sources = ton_alloc((d->n + 1) * sizeof(TonSource));
  if (!d->ready || !d->audio || !d->sources) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  TON_TRY(ton_stems_prepare(mix, cache, job, d->ready, error));
  for (uint32_t i = 0; i < d->n; ++i) {
    TON_TRY(open_stem(d, i, mix->strips[i].file, error));
  }
  return TON_OK;
}

static bool
tell_render(void* handle, double part)
{
  const TonJob* const job = handle;
  return !job->progress || job->progress(job->handle, "rendering", part);
}

/// Compile and run; the take's own error is the better one
static TonStatus
run_graph(const TonGraph* graph, const TonJob* job, TonRendered* rendered,
          TonError* error)
{
  TonEngine* engine = NULL;
  const TonRun run = {.block = job->block,
                      .threads = job->threads,
                      .one_strip = job->one_strip,
                      .progress = tell_render,
                      .handle = (void*)(uintptr_t)job};
  TON_TRY(ton_engine_new(graph, &run, &engine, error));
  if (error) {
    error->status = TON_OK;
  }
  TonError own = {0};
  TonStatus status = ton_engine_render(engine, &own);
  if (status && error && error->status) {
    status = error->status;
  } else if (status && error) {
    *error = own;
  }
  if (rendered) {
    uint64_t frame = 0;
    rendered->fault_strip = ton_engine_fault(engine, &frame);
    rendered->fault_at_s = (double)frame;
  }
  ton_engine_free(engine);
  return status;
}

/// Until the last stem ends
static uint64_t
longest(const MixState* d)
{
  uint64_t frames = 0;
  for (uint32_t i = 0; i < d->n; ++i) {
    const uint64_t n = d->sources[i].frames;
    frames = n > frames ? n : frames;
  }
  return frames;
}

static TonStatus
add_taps(TonGraph* graph, const TonMix* mix, TonRecorder* mix_take,
         const TonMixTap* taps, uint32_t n_taps)
{
  for (uint32_t i = 0; i < n_taps; ++i) {
    const TonSink sink = ton_recorder_sink(taps[i].take);
    TON_TRY(ton_graph_tap(graph, taps[i].strip, taps[i].gain, &sink));
  }
  const TonSink sink = ton_recorder_sink(mix_take);
  return ton_graph_tap(graph, mix->mix, 1.0F, &sink);
}

TonStatus
ton_render_mix(const TonMix* mix, const char* cache, TonRecorder* mix_take,
               const TonMixTap* taps, uint32_t n_taps, const TonJob* job,
               TonRendered* rendered, TonError* error)
{
  MixState desk = {0};
  TonStatus status = open_desk(&desk, mix, cache, job, error);
  TonGraph* const graph = status ? NULL : build_graph(mix, desk.sources);
  mix_take->trim = true;
  mix_take->sure = status ? 0 : longest(&desk);
  if (!status && (!graph || add_taps(graph, mix, mix_take, taps, n_taps))) {
    status = ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  status = status ? status : run_graph(graph, job, rendered, error);
  ton_recorder_end(mix_take);
  if (rendered) {
    rendered->rate = mix->rate;
    rendered->fault_at_s /= mix->rate;
  }
  ton_graph_free(graph);
  close_desk(&desk);
  return status;
}

TonStatus
ton_render_chain(const char* path, const TonInsert* chain, uint32_t n,
                 TonRecorder* take, const TonJob* job, TonError* error)
{
  TonAudio* audio = NULL;
  TON_TRY(ton_audio_open(path, &audio, error));
  const TonAudioInfo* const info = ton_audio_info(audio);
  if (info->channels > 2) {
    ton_audio_close(audio);
    return ton_fail_file(error, TON_UNSUPPORTED, path,
                         "has %u channels; expected one or two",
                         info->channels);
  }
  const TonSource source = source_of(audio);
  const TonFader unity = {.law = TON_LAW_BALANCE};
  take->trim = true;
  take->sure = info->frames;
  const TonSink sink = ton_recorder_sink(take);
  TonGraph* const graph = ton_graph_new(info->rate);
  TonStatus status =
      graph && ton_graph_strip(graph, path, &source, 1.0F, &unity) == 0 &&
              !build_chain(graph, 0, chain, n, NULL, NULL, NULL) &&
              !ton_graph_tap(graph, 0, 1.0F, &sink)
          ? TON_OK
          : ton_fail(error, TON_NO_MEMORY, "out of memory");
  status = status ? status : run_graph(graph, job, NULL, error);
  ton_recorder_end(take);
  ton_graph_free(graph);
  ton_audio_close(audio);
  return status;
}
