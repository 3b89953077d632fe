// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/engine.h"
#include "base/error.h"
#include "dsp/denormal.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

// The engine keeps its own copy of the graph, so that callers may free theirs.

static TonStatus
copy_strip(TonGraph* to, const GraphStrip* from)
{
  const uint32_t strip =
      ton_graph_strip(to, from->name, from->has_source ? &from->source : NULL,
                      from->gain, &from->fader);
  if (strip == UINT32_MAX) {
    return TON_NO_MEMORY;
  }
  for (uint32_t i = 0; i < from->n_inserts; ++i) {
    const GraphInsert* const in = &from->inserts[i];
    if (ton_graph_insert(to, strip, in->type, in->params, in->key) ==
        UINT32_MAX) {
      return TON_NO_MEMORY;
    }
  }
  for (uint32_t i = 0; i < from->n_edges; ++i) {
    const GraphEdge* const edge = &from->edges[i];
    if (ton_graph_edge(to, strip, edge->to, edge->db, edge->pre) ==
        UINT32_MAX) {
      return TON_NO_MEMORY;
    }
  }
  for (uint32_t i = 0; i < from->n_autos; ++i) {
    const GraphAuto* const a = &from->autos[i];
    TON_TRY(ton_graph_automate(to, strip, a->kind, a->item, a->param, a->points,
                               a->n_points));
  }
  return TON_OK;
}

static TonStatus
copy_graph(TonEngine* e, const TonGraph* graph)
{
  e->graph = ton_graph_new(graph->rate);
  if (!e->graph) {
    return TON_NO_MEMORY;
  }
  for (uint32_t i = 0; i < graph->n_strips; ++i) {
    TON_TRY(copy_strip(e->graph, &graph->strips[i]));
  }
  for (uint32_t i = 0; i < graph->n_taps; ++i) {
    const GraphTap* const tap = &graph->taps[i];
    TON_TRY(ton_graph_tap(e->graph, tap->strip, tap->gain, &tap->sink));
  }
  e->strips = ton_alloc((graph->n_strips + 1) * sizeof(Strip));
  return e->strips ? TON_OK : TON_NO_MEMORY;
}

static TonStatus
seek_sources(const TonEngine* e, TonError* error)
{
  for (uint32_t i = 0; e->start > 0 && i < e->graph->n_strips; ++i) {
    const GraphStrip* const g = &e->graph->strips[i];
    if (g->has_source &&
        (!g->source.seek ||
         !g->source.seek(g->source.handle, (uint64_t)e->start))) {
      return ton_fail(error, TON_BAD_FILE, "\"%s\" cannot start at frame %lld",
                      g->name, (long long)e->start);
    }
  }
  return TON_OK;
}

TonStatus
ton_engine_new(const TonGraph* graph, const TonRun* run, TonEngine** engine,
               TonError* error)
{
  TonEngine* const e = ton_alloc(sizeof(TonEngine));
  if (!e) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  pthread_mutex_init(&e->lock, NULL);
  pthread_cond_init(&e->changed, NULL);
  pthread_cond_init(&e->over, NULL);
  e->run = *run;
  e->block = run->block ? run->block : 512;
  e->block = e->block > MAX_BLOCK ? MAX_BLOCK : e->block;
  e->stretch = e->block * (e->block < STRETCH ? STRETCH / e->block : 1);
  e->kernels = ton_kernels(ton_machine_lanes());
  TonStatus status = copy_graph(e, graph);
  if (status) {
    ton_fail(error, status, "out of memory");
  } else {
    status = engine_plan(e, error);
  }
  status = status ? status : seek_sources(e, error);
  if (status) {
    ton_engine_free(e);
    return status;
  }
  e->n_stretches = (e->total + e->stretch - 1) / e->stretch;
  *engine = e;
  return TON_OK;
}

static void
close_instances(TonEngine* e)
{
  for (uint32_t g = 0; g < e->n_groups; ++g) {
    for (uint32_t i = 0; i < e->groups[g].n_steps; ++i) {
      const Step* const step = &e->groups[g].steps[i];
      if (step->state) {
        step->type->close(step->type, step->state);
      }
    }
  }
}

void
ton_engine_free(TonEngine* e)
{
  if (!e) {
    return;
  }
  close_instances(e);
  for (uint32_t i = 0; i < e->n_states; ++i) {
    ton_free(e->states[i]);
  }
  ton_free(e->states);
  ton_free(e->groups);
  ton_free(e->sums);
  ton_free(e->tasks);
  ton_free(e->strips);
  ton_arena_free(&e->arena);
  ton_graph_free(e->graph);
  pthread_cond_destroy(&e->changed);
  pthread_cond_destroy(&e->over);
  pthread_mutex_destroy(&e->lock);
  ton_free(e);
}

// Workers --------------------------------------------------------------------

/// A task may go on when its inputs are there and its buffer is free
static bool
ready(const TonEngine* e, const Task* t)
{
  if (t->busy || t->next >= e->n_stretches) {
    return false;
  }
  for (uint32_t i = 0; i < t->n_inputs; ++i) {
    if (e->tasks[t->inputs[i]].next <= t->next) {
      return false;
    }
  }
  for (uint32_t i = 0; i < t->n_consumers; ++i) {
    if (e->tasks[t->consumers[i]].next + SLOTS <= t->next) {
      return false;
    }
  }
  return true;
}

/// The earliest stretch first, then the order of the list
static Task*
choose(TonEngine* e)
{
  Task* best = NULL;
  for (uint32_t i = 0; i < e->n_tasks; ++i) {
    Task* const t = &e->tasks[i];
    if (ready(e, t) && (!best || t->next < best->next)) {
      best = t;
    }
  }
  return best;
}

static bool
finished(const TonEngine* e)
{
  for (uint32_t i = 0; i < e->n_tasks; ++i) {
    if (e->tasks[i].next < e->n_stretches) {
      return false;
    }
  }
  return true;
}

static void*
work(void* handle)
{
  TonEngine* const e = handle;
  ton_denormals_off();
  pthread_mutex_lock(&e->lock);
  while (!e->stop && !finished(e)) {
    Task* const task = choose(e);
    if (!task) {
      ++e->idle;
      pthread_cond_wait(&e->changed, &e->lock);
      --e->idle;
      continue;
    }
    task->busy = true;
    pthread_mutex_unlock(&e->lock);
    engine_task(e, task, task->next);
    pthread_mutex_lock(&e->lock);
    task->busy = false;
    ++task->next;
    e->stop |= atomic_load(&e->trouble) != TON_OK;
    if (e->idle) {
      pthread_cond_broadcast(&e->changed);
    }
  }
  pthread_cond_broadcast(&e->changed);
  pthread_cond_signal(&e->over);
  pthread_mutex_unlock(&e->lock);
  return NULL;
}

/// The caller's thread watches: progress, and a way to stop
static bool
watch(TonEngine* e)
{
  bool interrupted = false;
  pthread_mutex_lock(&e->lock);
  while (!e->stop && !finished(e)) {
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += 50000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    int waited = 0;
    while (!waited && !e->stop && !finished(e)) {
      waited = pthread_cond_timedwait(&e->over, &e->lock, &until);
    }
    const double part =
        (double)e->tasks[e->n_tasks - 1].next / (double)e->n_stretches;
    pthread_mutex_unlock(&e->lock);
    interrupted |= e->run.progress && !e->run.progress(e->run.handle, part);
    pthread_mutex_lock(&e->lock);
    if (interrupted) {
      e->stop = true;
      pthread_cond_broadcast(&e->changed);
    }
  }
  pthread_mutex_unlock(&e->lock);
  return interrupted;
}

enum { MOST_THREADS = 64 };

static uint32_t
thread_count(const TonEngine* e)
{
  long n =
      e->run.threads ? (long)e->run.threads : sysconf(_SC_NPROCESSORS_ONLN);
  n = n < 1 ? 1 : n > MOST_THREADS ? MOST_THREADS : n;
  return (uint32_t)n;
}

TonStatus
ton_engine_render(TonEngine* e, TonError* error)
{
  engine_start(e);
  pthread_t threads[MOST_THREADS];
  const uint32_t wanted = thread_count(e);
  uint32_t n = 0;
  while (n < wanted && pthread_create(&threads[n], NULL, work, e) == 0) {
    ++n;
  }
  if (!n) {
    return ton_fail(error, TON_NO_MEMORY, "the system gave no thread to work");
  }
  const bool interrupted = watch(e);
  for (uint32_t i = 0; i < n; ++i) {
    pthread_join(threads[i], NULL);
  }
  if (interrupted) {
    return ton_fail(error, TON_INTERRUPTED, "interrupted");
  }
  const TonStatus trouble = (TonStatus)atomic_load(&e->trouble);
  if (trouble == TON_BAD_FILE) {
    return ton_fail(error, trouble, "the sound of \"%s\" could not be read",
                    e->graph->strips[atomic_load(&e->trouble_strip)].name);
  }
  return trouble ? ton_fail(error, trouble, "the result could not be written")
                 : TON_OK;
}

uint32_t
ton_engine_latency(const TonEngine* e)
{
  return e->latency;
}

const float*
ton_engine_meter(const TonEngine* e, uint32_t strip, uint32_t insert,
                 uint32_t meter, uint32_t* n_points)
{
  const Group* const group = &e->groups[e->strips[strip].group];
  for (uint32_t i = 0; i < group->n_steps; ++i) {
    const Step* const step = &group->steps[i];
    for (uint32_t k = 0; k < step->n_seats; ++k) {
      const InsertSlot* const seat = &step->seats[k];
      if (seat->strip == strip && seat->insert == insert && seat->points &&
          meter < step->type->n_meters) {
        *n_points = e->n_points;
        return seat->points + (size_t)meter * e->n_points;
      }
    }
  }
  return NULL;
}

uint32_t
ton_engine_fault(const TonEngine* e, uint64_t* frame)
{
  uint32_t first = UINT32_MAX;
  *frame = UINT64_MAX;
  for (uint32_t i = 0; i < e->graph->n_strips; ++i) {
    if (e->strips[i].fault < *frame) {
      *frame = e->strips[i].fault;
      first = i;
    }
  }
  return first;
}
