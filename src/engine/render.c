// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Rendering offline: the tasks of a plan, spread over worker threads.

   A task may work on a period when its inputs have done that period and its
   consumers have emptied the buffer it will fill.  Ready tasks wait in a heap,
   the earliest period first, then the order of the list.
*/

#include "base/error.h"
#include "dsp/denormal.h"
#include "engine/engine.h"

#include <pthread.h>
#include <time.h>
#include <unistd.h>

enum { MAX_THREADS = 64 };

/// How far a task is
typedef struct {
  uint64_t next; ///< Period to work on
  bool taken;    ///< In the heap, or a worker has it
} TaskState;

typedef struct {
  TonEngine* engine;
  RunContext run;
  TaskState* states;
  uint32_t* heap; ///< Ready tasks
  uint32_t n_heap;
  uint64_t n_periods;
  uint64_t left; ///< Tasks times periods still to do
  Workspace* workspaces;
  uint32_t n_workers; ///< That have a workspace
  pthread_mutex_t lock;
  pthread_cond_t changed; ///< A task may have become ready; waits: idle workers
  pthread_cond_t over;    ///< All done, or stopped; waits: the caller
  uint32_t idle;          ///< Workers that wait
  bool stop;
} Render;

// The heap of ready tasks ----------------------------------------------------

static bool
before(const Render* r, uint32_t a, uint32_t b)
{
  const uint64_t first = r->states[a].next;
  const uint64_t second = r->states[b].next;
  return first != second ? first < second : a < b;
}

static void
put_ready(Render* r, uint32_t task)
{
  uint32_t i = r->n_heap++;
  for (; i && before(r, task, r->heap[(i - 1) / 2]); i = (i - 1) / 2) {
    r->heap[i] = r->heap[(i - 1) / 2];
  }
  r->heap[i] = task;
}

static uint32_t
take_ready(Render* r)
{
  const uint32_t top = r->heap[0];
  const uint32_t last = r->heap[--r->n_heap];
  uint32_t i = 0;
  for (uint32_t child = 1; child < r->n_heap; child = 2 * i + 1) {
    child +=
        child + 1 < r->n_heap && before(r, r->heap[child + 1], r->heap[child]);
    if (!before(r, r->heap[child], last)) {
      break;
    }
    r->heap[i] = r->heap[child];
    i = child;
  }
  r->heap[i] = last;
  return top;
}

static bool
is_ready(const Render* r, uint32_t task)
{
  const Plan* const p = r->run.plan;
  const PlanTask* const t = &p->tasks[task];
  const uint64_t next = r->states[task].next;
  if (r->states[task].taken || next >= r->n_periods) {
    return false;
  }
  for (uint32_t i = 0; i < t->n_inputs; ++i) {
    if (r->states[t->inputs[i]].next <= next) {
      return false;
    }
  }
  for (uint32_t i = 0; i < t->n_consumers; ++i) {
    if (r->states[t->consumers[i]].next + p->n_buffers <= next) {
      return false;
    }
  }
  return true;
}

static void
look_at(Render* r, uint32_t task)
{
  if (is_ready(r, task)) {
    r->states[task].taken = true;
    put_ready(r, task);
  }
}

/// A task has done a period: see what may go on now
static void
finish(Render* r, uint32_t task)
{
  const PlanTask* const t = &r->run.plan->tasks[task];
  r->states[task].taken = false;
  ++r->states[task].next;
  --r->left;
  look_at(r, task);
  for (uint32_t i = 0; i < t->n_inputs; ++i) {
    look_at(r, t->inputs[i]);
  }
  for (uint32_t i = 0; i < t->n_consumers; ++i) {
    look_at(r, t->consumers[i]);
  }
}

// Workers --------------------------------------------------------------------

static bool
read_stream(void* handle, uint32_t strip, float* const* out, uint32_t frames)
{
  const Plan* const p = handle;
  return source_stream_read(p->strips[strip].stream, &p->timeline, out, frames);
}

/// Give a tap's period to its sink, without what lies before the start
static void
deliver(const Render* r, const BusSum* sum, const Period* period)
{
  const uint64_t first = r->engine->first;
  const uint64_t from = (uint64_t)period->clock;
  if (!sum || !sum->tap || from + period->frames <= first) {
    return;
  }
  const uint32_t skip = from < first ? (uint32_t)(first - from) : 0;
  const float* const out[2] = {sum->out[period->buffer][0] + skip,
                               sum->out[period->buffer][1] + skip};
  const TonSink* const sink = &sum->tap->sink;
  if (!sink->push(sink->handle, out, period->frames - skip)) {
    atomic_store(&r->run.plan->error, TON_WRITE_FAILED);
  }
}

static void
run_period(const Render* r, uint32_t task, Workspace* workspace)
{
  Plan* const p = r->run.plan;
  const uint64_t k = r->states[task].next;
  const uint64_t left = engine_total(r->engine) - k * p->period;
  const Period period = {.clock = (int64_t)(k * p->period),
                         .frames =
                             left < p->period ? (uint32_t)left : p->period,
                         .buffer = (uint32_t)(k % p->n_buffers)};
  run_task(&r->run, &p->tasks[task], &period, workspace);
  deliver(r, p->tasks[task].sum, &period);
}

static void*
work(void* handle)
{
  Render* const r = handle;
  ton_denormals_off();
  pthread_mutex_lock(&r->lock);
  Workspace* const workspace = &r->workspaces[r->n_workers++];
  while (!r->stop && r->left) {
    if (!r->n_heap) {
      ++r->idle;
      pthread_cond_wait(&r->changed, &r->lock);
      --r->idle;
      continue;
    }
    const uint32_t task = take_ready(r);
    pthread_mutex_unlock(&r->lock);
    run_period(r, task, workspace);
    pthread_mutex_lock(&r->lock);
    finish(r, task);
    r->stop |= atomic_load(&r->run.plan->error) != TON_OK;
    if (r->idle) {
      pthread_cond_broadcast(&r->changed);
    }
  }
  pthread_cond_broadcast(&r->changed);
  pthread_cond_signal(&r->over);
  pthread_mutex_unlock(&r->lock);
  return NULL;
}

/// Wait about 50 ms, or until the workers are done
static void
wait_a_little(Render* r)
{
  struct timespec until;
  clock_gettime(CLOCK_REALTIME, &until);
  until.tv_nsec += 50000000;
  until.tv_sec += until.tv_nsec / 1000000000;
  until.tv_nsec %= 1000000000;
  int waited = 0;
  while (!waited && !r->stop && r->left) {
    waited = pthread_cond_timedwait(&r->over, &r->lock, &until);
  }
}

/// The caller's thread watches: progress, at least once, and a way to stop
static bool
watch(Render* r)
{
  const TonRun* const run = &r->engine->run;
  const double all = (double)r->n_periods * r->run.plan->n_tasks;
  bool interrupted = false;
  pthread_mutex_lock(&r->lock);
  do {
    wait_a_little(r);
    const double part = 1.0 - (double)r->left / all;
    pthread_mutex_unlock(&r->lock);
    interrupted |= run->progress && !run->progress(run->handle, part);
    pthread_mutex_lock(&r->lock);
    if (interrupted) {
      r->stop = true;
      pthread_cond_broadcast(&r->changed);
    }
  } while (!r->stop && r->left);
  pthread_mutex_unlock(&r->lock);
  return interrupted;
}

// Render ---------------------------------------------------------------------

static uint32_t
thread_count(const TonEngine* e)
{
  const long n =
      e->run.threads ? (long)e->run.threads : sysconf(_SC_NPROCESSORS_ONLN);
  return n < 1 ? 1 : n > MAX_THREADS ? MAX_THREADS : (uint32_t)n;
}

static TonStatus
begin(Render* r, uint32_t n_threads)
{
  const Plan* const p = r->run.plan;
  const uint64_t total = engine_total(r->engine);
  r->n_periods = (total + p->period - 1) / p->period;
  r->left = r->n_periods * p->n_tasks;
  r->states = ton_alloc((p->n_tasks + 1U) * sizeof(TaskState));
  r->heap = ton_alloc((p->n_tasks + 1U) * sizeof(uint32_t));
  r->workspaces = ton_alloc(n_threads * sizeof(Workspace));
  if (!r->states || !r->heap || !r->workspaces) {
    return TON_NO_MEMORY;
  }
  for (uint32_t i = 0; i < n_threads; ++i) {
    TON_TRY(workspace_new(p, &r->workspaces[i]));
  }
  for (uint32_t i = 0; i < p->n_tasks; ++i) {
    look_at(r, i);
  }
  return TON_OK;
}

static void
end(Render* r, uint32_t n_threads)
{
  for (uint32_t i = 0; r->workspaces && i < n_threads; ++i) {
    workspace_free(&r->workspaces[i]);
  }
  ton_free(r->workspaces);
  ton_free(r->states);
  ton_free(r->heap);
}

/// How a render went, as an error
static TonStatus
result(const Render* r, bool interrupted, TonError* error)
{
  const Plan* const p = r->run.plan;
  const TonStatus status = (TonStatus)atomic_load(&p->error);
  if (interrupted) {
    return ton_fail(error, TON_INTERRUPTED, "interrupted");
  }
  if (status == TON_BAD_FILE) {
    return ton_fail(error, status, "the sound of \"%s\" could not be read",
                    p->graph->strips[atomic_load(&p->error_strip)].name);
  }
  return status ? ton_fail(error, status, "the result could not be written")
                : TON_OK;
}

static TonStatus
run_workers(Render* r, uint32_t wanted, TonError* error)
{
  pthread_t threads[MAX_THREADS];
  uint32_t n = 0;
  pthread_mutex_init(&r->lock, NULL);
  pthread_cond_init(&r->changed, NULL);
  pthread_cond_init(&r->over, NULL);
  while (n < wanted && pthread_create(&threads[n], NULL, work, r) == 0) {
    ++n;
  }
  const bool interrupted = n && watch(r);
  for (uint32_t i = 0; i < n; ++i) {
    pthread_join(threads[i], NULL);
  }
  pthread_cond_destroy(&r->changed);
  pthread_cond_destroy(&r->over);
  pthread_mutex_destroy(&r->lock);
  return n ? result(r, interrupted, error)
           : ton_fail(error, TON_NO_MEMORY, "cannot start a worker thread");
}

TonStatus
ton_engine_render(TonEngine* e, TonError* error)
{
  Render render = {
      .engine = e,
      .run = {.plan = e->plan, .read = read_stream, .handle = e->plan}};
  const uint32_t n_threads = thread_count(e);
  run_start(e->plan);
  const TonStatus status = begin(&render, n_threads)
                               ? ton_fail(error, TON_NO_MEMORY, "out of memory")
                               : run_workers(&render, n_threads, error);
  end(&render, n_threads);
  return status;
}
