// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Workers that share a list of items.
#include "base/parallel_for.h"

#include "base/error.h"
#include "base/memory.h"

#include <pthread.h>
#include <unistd.h>

typedef struct {
  uint32_t n;
  const TonJob* job;
  ParallelWork work;
  void* handle;
  double* done; ///< Per item, 0 to 1
  uint32_t next;
  uint32_t failed; ///< First item that failed, or n
  bool stop;
  TonError error; ///< Of that item
  pthread_mutex_t lock;
} Workers;

typedef struct {
  Workers* crew;
  uint32_t index;
} WorkItem;

static bool
tell(void* handle, const char* stage, double part)
{
  const WorkItem* const item = handle;
  Workers* const c = item->crew;
  pthread_mutex_lock(&c->lock);
  c->done[item->index] = part;
  double sum = 0.0;
  for (uint32_t i = 0; i < c->n; ++i) {
    sum += c->done[i];
  }
  if (c->job->progress && !c->stop) {
    c->stop = !c->job->progress(c->job->handle, stage, sum / c->n);
  }
  const bool go_on = !c->stop;
  pthread_mutex_unlock(&c->lock);
  return go_on;
}

/// The next item, or n.  Those under way when one fails were begun before it.
static uint32_t
take(Workers* c)
{
  pthread_mutex_lock(&c->lock);
  const bool over = c->stop || c->failed < c->n || c->next == c->n;
  const uint32_t item = over ? c->n : c->next++;
  pthread_mutex_unlock(&c->lock);
  return item;
}

static void
keep_failure(Workers* c, uint32_t item, const TonError* error)
{
  pthread_mutex_lock(&c->lock);
  if (item < c->failed) {
    c->failed = item;
    c->error = *error;
  }
  pthread_mutex_unlock(&c->lock);
}

static void*
work_on(void* handle)
{
  Workers* const c = handle;
  for (uint32_t i = take(c); i < c->n; i = take(c)) {
    WorkItem item = {c, i};
    TonJob job = *c->job;
    job.progress = tell;
    job.handle = &item;
    TonError error = {0};
    if (c->work(c->handle, i, &job, &error)) {
      keep_failure(c, i, &error);
    }
    pthread_mutex_lock(&c->lock);
    c->done[i] = 1.0;
    pthread_mutex_unlock(&c->lock);
  }
  return NULL;
}

enum { MAX_WORKERS = 64 };

static uint32_t
count_workers(const Workers* c)
{
  const long cores = sysconf(_SC_NPROCESSORS_ONLN);
  uint32_t n =
      c->job->threads ? c->job->threads : (uint32_t)(cores < 1 ? 1 : cores);
  n = n > c->n ? c->n : n;
  return n > MAX_WORKERS ? MAX_WORKERS : n;
}

/// The caller works too
static void
work_all(Workers* c)
{
  pthread_t threads[MAX_WORKERS];
  const uint32_t wanted = count_workers(c);
  uint32_t n = 0;
  while (n + 1 < wanted && pthread_create(&threads[n], NULL, work_on, c) == 0) {
    ++n;
  }
  work_on(c);
  for (uint32_t i = 0; i < n; ++i) {
    pthread_join(threads[i], NULL);
  }
}

TonStatus
parallel_for(uint32_t n, const TonJob* job, ParallelWork work, void* handle,
             TonError* error)
{
  Workers c = {.n = n, .job = job, .work = work, .handle = handle, .failed = n};
  c.done = ton_alloc((n + 1) * sizeof(double));
  if (!c.done) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  pthread_mutex_init(&c.lock, NULL);
  work_all(&c);
  pthread_mutex_destroy(&c.lock);
  ton_free(c.done);
  if (c.failed < n) {
    if (error) {
      *error = c.error;
    }
    return c.error.status;
  }
  return c.stop ? ton_fail(error, TON_INTERRUPTED, "interrupted") : TON_OK;
}
