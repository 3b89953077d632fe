// SPDX-License-Identifier: GPL-3.0-or-later
#include "song/gain_reduction.h"

#include "base/error.h"
#include "base/memory.h"
#include "song/build_graph.h"
#include "song/file_source.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static bool
drop(void* handle, const float* const* in, uint32_t frames)
{
  (void)handle;
  (void)in;
  (void)frames;
  return true;
}

typedef struct {
  const TonJob* job;
  TonAudio* audio;
  TonGraph* graph;
  TonEngine* engine;
  uint32_t* place;
} Run;

static bool
tell(void* handle, double part)
{
  const TonJob* const job = handle;
  return !job->progress || job->progress(job->handle, "listening", part);
}

static TonStatus
render(Run* r, const char* path, const TonInsert* chain, uint32_t n,
       TonError* error)
{
  TON_TRY(ton_audio_open(path, &r->audio, error));
  const TonSource source = source_of(r->audio);
  const TonFader unity = {.law = TON_LAW_BALANCE};
  const TonSink sink = {NULL, drop};
  r->place = ton_alloc((n + 1) * sizeof(uint32_t));
  r->graph = ton_graph_new(ton_audio_info(r->audio)->rate);
  if (!r->place || !r->graph ||
      ton_graph_strip(r->graph, path, &source, 1.0F, &unity) != 0 ||
      build_chain(r->graph, 0, chain, n, NULL, NULL, r->place) ||
      ton_graph_tap(r->graph, 0, 1.0F, &sink)) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  const TonRun run = {.block = r->job->block,
                      .threads = r->job->threads,
                      .progress = tell,
                      .handle = (void*)(uintptr_t)r->job};
  TON_TRY(ton_engine_new(r->graph, &run, &r->engine, error));
  return ton_engine_render(r->engine, error);
}

static TonStatus
keep(Reduction* row, const char* id, uint32_t place, const float* points,
     uint32_t n, TonError* error)
{
  snprintf(row->name, sizeof(row->name), "%u %s", place + 1, id);
  row->db = ton_alloc((n + 1) * sizeof(float));
  if (!row->db) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  row->n = n;
  for (uint32_t i = 0; i < n; ++i) {
    row->db[i] = fabsf(points[i]);
  }
  return TON_OK;
}

static TonStatus
collect(const Run* r, const TonInsert* chain, uint32_t n, Reduction* rows,
        uint32_t* n_rows, TonError* error)
{
  for (uint32_t i = 0; i < n && *n_rows < MOST_REDUCTIONS; ++i) {
    uint32_t points = 0;
    const float* const curve =
        r->place[i] == UINT32_MAX
            ? NULL
            : ton_engine_meter(r->engine, 0, r->place[i], 0, &points);
    if (curve) {
      TON_TRY(
          keep(&rows[(*n_rows)++], chain[i].type->id, i, curve, points, error));
    }
  }
  return TON_OK;
}

TonStatus
reductions_of(const char* path, const TonInsert* chain, uint32_t n,
              Reduction rows[MOST_REDUCTIONS], uint32_t* n_rows,
              const TonJob* job, TonError* error)
{
  Run r = {.job = job};
  *n_rows = 0;
  memset(rows, 0, MOST_REDUCTIONS * sizeof(Reduction));
  TonStatus status = render(&r, path, chain, n, error);
  status = status ? status : collect(&r, chain, n, rows, n_rows, error);
  ton_engine_free(r.engine);
  ton_graph_free(r.graph);
  ton_free(r.place);
  ton_audio_close(r.audio);
  return status;
}

void
reductions_free(Reduction* rows, uint32_t n)
{
  for (uint32_t i = 0; i < n; ++i) {
    ton_free(rows[i].db);
  }
}
