// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Rendering a mix or a chain: opens the files, runs the engine, reads meters.
#include "render/render.h"

#include "base/error.h"
#include "base/memory.h"
#include "render/build_graph.h"
#include "render/file_source.h"
#include "render/open_stems.h"

#include <math.h>
#include <string.h>

// The engine ------------------------------------------------------------------

typedef struct {
  const TonJob* job;
  const char* stage;
} Progress;

static bool
tell(void* handle, double part)
{
  const Progress* const p = handle;
  return !p->job->progress || p->job->progress(p->job->handle, p->stage, part);
}

/// Compile and run.  An error that a sink has filled in is the better one.
static TonStatus
run_graph(const GraphBuilder* b, const char* stage, uint64_t frames,
          const TonJob* job, TonEngine** engine)
{
  TonError* const error = b->error;
  const TonResources loader = resources_loader(b->resources);
  Progress progress = {job, stage};
  const TonRun run = {.block = job->block,
                      .threads = job->threads,
                      .one_strip = job->one_strip,
                      .frames = frames,
                      .progress = tell,
                      .handle = &progress};
  ton_graph_loader(b->graph, &loader);
  TON_TRY(ton_engine_new(b->graph, &run, engine, error));
  if (error) {
    error->status = TON_OK;
  }
  TonError own = {0};
  const TonStatus status = ton_engine_render(*engine, &own);
  if (status && error && error->status) {
    return error->status;
  }
  if (status && error) {
    *error = own;
  }
  return status;
}

// A chain ---------------------------------------------------------------------

static TonStatus
copy_reduction(GainReduction* row, uint32_t insert, const float* points,
               uint32_t n, TonError* error)
{
  *row = (GainReduction){insert, ton_alloc((n + 1) * sizeof(float)), n};
  if (!row->db) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  for (uint32_t i = 0; i < n; ++i) {
    row->db[i] = fabsf(points[i]);
  }
  return TON_OK;
}

static TonStatus
read_reductions(const TonEngine* engine, uint32_t n, GainReductions* all,
                TonError* error)
{
  for (uint32_t i = 0; i < n && all->n < MAX_REDUCTIONS; ++i) {
    uint32_t points = 0;
    const float* const curve = ton_engine_meter(engine, 0, i, 0, &points);
    if (curve) {
      TON_TRY(copy_reduction(&all->rows[all->n++], i, curve, points, error));
    }
  }
  return TON_OK;
}

void
gain_reductions_free(GainReductions* all)
{
  for (uint32_t i = 0; i < all->n; ++i) {
    ton_free(all->rows[i].db);
  }
  *all = (GainReductions){0};
}

/// One strip with the chain, into the sink
static TonStatus
build_run(const GraphBuilder* b, const ChainRun* run, const TonSink* sink)
{
  const TonFader unity = {.law = TON_LAW_BALANCE};
  if (!b->graph ||
      ton_graph_strip(b->graph, run->name, &run->source, 1.0F, &unity) != 0 ||
      ton_graph_tap(b->graph, 0, 1.0F, sink)) {
    return ton_fail(b->error, TON_NO_MEMORY, "out of memory");
  }
  return build_chain(b, 0, run->chain, run->n);
}

uint32_t
chain_channels(uint32_t channels, const TonInsert* chain, uint32_t n)
{
  for (uint32_t i = 0; i < n; ++i) {
    channels = chain[i].type->flags & TON_PAIR ? 2 : channels;
  }
  return channels == 1 ? 1 : 2;
}

TonStatus
render_chain(const ChainRun* run, const TonSink* sink,
             GainReductions* reductions, const TonJob* job, TonError* error)
{
  Resources resources = {0};
  const GraphBuilder b = {ton_graph_new(run->rate), NULL, &resources, error};
  TonEngine* engine = NULL;
  TonStatus status = build_run(&b, run, sink);
  status =
      status ? status : run_graph(&b, run->stage, run->frames, job, &engine);
  if (!status && reductions) {
    status = read_reductions(engine, run->n, reductions, error);
  }
  ton_engine_free(engine);
  ton_graph_free(b.graph);
  resources_free(&resources);
  return status;
}

/// What an engine could not read has an error of its own: the first one
static TonStatus
explain(TonStatus status, TonAudio* const* audio, uint32_t n, TonError* error)
{
  for (uint32_t i = 0; status == TON_BAD_FILE && i < n; ++i) {
    const TonStatus why = audio[i] ? ton_audio_failed(audio[i], error) : TON_OK;
    status = why ? why : status;
  }
  return status;
}

TonStatus
render_file(const char* path, const TonInsert* chain, uint32_t n,
            Recorder* recorder, const TonJob* job, TonError* error)
{
  TonAudio* audio = NULL;
  TON_TRY(ton_audio_open(path, &audio, error));
  const TonAudioInfo* const info = ton_audio_info(audio);
  const ChainRun run = {.name = path,
                        .source = source_of(audio),
                        .rate = info->rate,
                        .chain = chain,
                        .n = n,
                        .stage = "rendering"};
  recorder->trim = true;
  recorder->min_frames = info->frames;
  const TonSink sink = recorder_sink(recorder);
  const TonStatus status =
      info->channels > 2 ? ton_fail_file(error, TON_UNSUPPORTED, path,
                                         "has %u channels; expected one or two",
                                         info->channels)
                         : render_chain(&run, &sink, NULL, job, error);
  const TonStatus why = explain(status, &audio, 1, error);
  recorder_end(recorder);
  ton_audio_close(audio);
  return why;
}

// A mix -----------------------------------------------------------------------

static TonStatus
add_taps(TonGraph* graph, const TonMix* mix, Recorder* recorder,
         const StripTap* taps, uint32_t n_taps)
{
  for (uint32_t i = 0; i < n_taps; ++i) {
    TON_TRY(ton_graph_tap(graph, taps[i].strip, taps[i].gain, &taps[i].sink));
  }
  const TonSink sink = recorder_sink(recorder);
  return ton_graph_tap(graph, mix->mix, 1.0F, &sink);
}

static void
find_fault(const TonEngine* engine, uint32_t rate, RenderFault* fault)
{
  uint64_t frame = 0;
  fault->strip = ton_engine_fault(engine, &frame);
  fault->at_s = (double)frame / rate;
}

TonStatus
render_mix(const TonMix* mix, const char* cache, Recorder* recorder,
           const StripTap* taps, uint32_t n_taps, const TonJob* job,
           RenderFault* fault, TonError* error)
{
  OpenStems stems = {0};
  Resources resources = {0};
  TonEngine* engine = NULL;
  TonStatus status = open_stems(&stems, mix, cache, job, error);
  const GraphBuilder b = {ton_graph_new(mix->rate), mix, &resources, error};
  recorder->trim = true;
  recorder->min_frames = stems.frames;
  if (!status && (!b.graph || add_taps(b.graph, mix, recorder, taps, n_taps))) {
    status = ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  status = status ? status : build_graph(&b, stems.sources);
  status = status ? status : run_graph(&b, "rendering", 0, job, &engine);
  status = stems.audio ? explain(status, stems.audio, stems.n, error) : status;
  recorder_end(recorder);
  if (fault && engine) {
    find_fault(engine, mix->rate, fault);
  }
  ton_engine_free(engine);
  ton_graph_free(b.graph);
  resources_free(&resources);
  close_stems(&stems);
  return status;
}
