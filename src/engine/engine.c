// SPDX-License-Identifier: GPL-3.0-or-later
/// @file An engine's life, and what may be asked of it afterwards.

#include "engine/engine.h"

#include "base/error.h"
#include "engine/live.h"

#include <math.h>
#include <string.h>

/// Own copy of the changes, and the song's jumps among them
static TonStatus
copy_changes(TonEngine* e)
{
  const uint32_t n = e->run.n_changes;
  e->changes = ton_alloc((n + 1U) * sizeof(TonChange));
  e->timeline.jumps = ton_alloc((n + 1U) * sizeof(SongJump));
  if (!e->changes || !e->timeline.jumps) {
    return TON_NO_MEMORY;
  }
  if (n) {
    memcpy(e->changes, e->run.changes, n * sizeof(TonChange));
  }
  e->run.changes = e->changes;
  e->timeline.n = 1;
  for (uint32_t i = 0; i < n; ++i) {
    const TonChange* const c = &e->changes[i];
    if (c->kind == TON_CHANGE_SONG) {
      e->timeline.jumps[e->timeline.n++] =
          (SongJump){(int64_t)c->frame, (int64_t)c->song};
    }
  }
  return TON_OK;
}

/// From where to where: the range asked for, behind pre-roll and latency
static TonStatus
set_range(TonEngine* e)
{
  Plan* const p = e->plan;
  TonRun* const run = &e->run;
  if (run->preroll == TON_PREROLL_ENOUGH) {
    run->preroll = p->settle;
  }
  run->preroll = run->preroll > run->from ? run->from : run->preroll;
  const int64_t start = (int64_t)(run->from - run->preroll);
  const uint64_t after = p->length > run->from ? p->length - run->from : 0;
  e->frames = run->frames ? run->frames : after;
  e->first = p->latency + run->preroll;
  e->timeline.jumps[0] = (SongJump){0, start};
  p->timeline = e->timeline;
  p->changes = e->changes;
  p->n_changes = run->n_changes;
  return run->live ? TON_OK : plan_meter_points(p, run->from, e->frames);
}

/// A source may have been read before
static TonStatus
seek_sources(const TonEngine* e, TonError* error)
{
  const int64_t start = e->timeline.jumps[0].song;
  for (uint32_t i = 0; i < e->graph->n_strips; ++i) {
    const GraphStrip* const g = &e->graph->strips[i];
    const bool stays = !g->has_source || (!g->source.seek && start == 0);
    if (!stays && (!g->source.seek ||
                   !g->source.seek(g->source.handle, (uint64_t)start))) {
      return ton_fail(error, TON_BAD_FILE, "\"%s\" cannot start at frame %lld",
                      g->name, (long long)start);
    }
  }
  return TON_OK;
}

static TonStatus
set_up(TonEngine* e, const TonGraph* graph, TonError* error)
{
  TON_TRY(graph_check(graph, error));
  e->graph = graph_copy(graph);
  if (!e->graph || copy_changes(e)) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  const bool changeable = e->run.live || e->run.n_changes;
  if (!changeable) {
    graph_drop_idle(e->graph);
  }
  const bool one_thread = e->run.live || e->run.threads == 1;
  const PlanOptions options = {.block = e->run.block,
                               .n_buffers = one_thread ? 1 : MAX_BUFFERS,
                               .changeable = changeable,
                               .one_strip = e->run.one_strip};
  TON_TRY(plan_new(e->graph, &options, &e->plan, error));
  if (set_range(e)) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  TON_TRY(seek_sources(e, error));
  return e->run.live
             ? live_new(e->plan, e->run.ahead, e->timeline.jumps[0].song,
                        e->first, &e->live, error)
             : TON_OK;
}

TonStatus
ton_engine_new(const TonGraph* graph, const TonRun* run, TonEngine** engine,
               TonError* error)
{
  TonEngine* const e = ton_alloc(sizeof(TonEngine));
  if (!e) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  e->run = *run;
  const TonStatus status = set_up(e, graph, error);
  if (status) {
    ton_engine_free(e);
    return status;
  }
  *engine = e;
  return TON_OK;
}

void
ton_engine_free(TonEngine* e)
{
  if (e) {
    live_free(e->live);
    plan_free(e->plan);
    ton_graph_free(e->graph);
    ton_free(e->changes);
    ton_free(e->timeline.jumps);
    ton_free(e);
  }
}

/// The slot of an insert by its number in the chain, or null
static const InsertSlot*
find_slot(const Plan* p, uint32_t strip, uint32_t insert)
{
  const Bank* const bank = &p->banks[p->strips[strip].bank];
  for (uint32_t i = 0; i < bank->n_stages; ++i) {
    const Stage* const stage = &bank->stages[i];
    for (uint32_t k = 0; k < stage->n_slots; ++k) {
      const InsertSlot* const slot = &stage->slots[k];
      const GraphInsert* const inserts = p->strips[strip].graph->inserts;
      if (slot->strip == strip && inserts[slot->insert].number == insert) {
        return slot;
      }
    }
  }
  return NULL;
}

const float*
ton_engine_meter(const TonEngine* e, uint32_t strip, uint32_t insert,
                 uint32_t meter, uint32_t* n_points)
{
  const InsertSlot* const slot = find_slot(e->plan, strip, insert);
  if (!slot || !slot->points || meter >= slot->type->n_meters) {
    return NULL;
  }
  *n_points = e->plan->n_points;
  return slot->points + (size_t)meter * e->plan->n_points;
}

float
ton_engine_meter_now(const TonEngine* e, uint32_t strip, uint32_t insert,
                     uint32_t meter)
{
  const InsertSlot* const slot = find_slot(e->plan, strip, insert);
  return slot && meter < slot->type->n_meters
             ? atomic_load_explicit(&slot->meters[meter], memory_order_relaxed)
             : NAN;
}

uint32_t
ton_engine_fault(const TonEngine* e, uint64_t* frame)
{
  uint32_t first = UINT32_MAX;
  *frame = UINT64_MAX;
  for (uint32_t i = 0; i < e->graph->n_strips; ++i) {
    if (e->plan->strips[i].fault < *frame) {
      *frame = e->plan->strips[i].fault;
      first = i;
    }
  }
  return first;
}
