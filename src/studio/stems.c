// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/error.h"
#include "base/memory.h"
#include "studio/studio.h"

#include <pthread.h>
#include <unistd.h>

/// Stems on their way to files the engine can read, one worker per core
typedef struct {
  const TonMix* mix;
  const char* cache;
  const TonJob* job;
  TonStemPath* ready;
  double* done; ///< Per stem, 0 to 1
  uint32_t next;
  uint32_t failed; ///< First stem that failed, or n_tracks
  bool stop;
  TonError error; ///< Of that stem
  pthread_mutex_t lock;
} Desk;

typedef struct {
  Desk* desk;
  uint32_t stem;
} Place;

static bool
tell(void* handle, double part)
{
  const Place* const place = handle;
  Desk* const d = place->desk;
  pthread_mutex_lock(&d->lock);
  d->done[place->stem] = part;
  double sum = 0.0;
  for (uint32_t i = 0; i < d->mix->n_tracks; ++i) {
    sum += d->done[i];
  }
  if (d->job->progress && !d->stop) {
    d->stop = !d->job->progress(d->job->handle, "reading stems",
                                sum / d->mix->n_tracks);
  }
  const bool go_on = !d->stop;
  pthread_mutex_unlock(&d->lock);
  return go_on;
}

/// The next stem, or n_tracks.  After a failure none is begun; those under way
/// were begun before, so that the first of the list to fail is the same one
/// for any number of workers.
static uint32_t
take(Desk* d)
{
  pthread_mutex_lock(&d->lock);
  const bool over = d->stop || d->failed < d->mix->n_tracks;
  const uint32_t stem =
      over || d->next == d->mix->n_tracks ? d->mix->n_tracks : d->next++;
  pthread_mutex_unlock(&d->lock);
  return stem;
}

static void
keep_failure(Desk* d, uint32_t stem, const TonError* error)
{
  pthread_mutex_lock(&d->lock);
  if (stem < d->failed) {
    d->failed = stem;
    d->error = *error;
  }
  pthread_mutex_unlock(&d->lock);
}

static void*
work(void* handle)
{
  Desk* const d = handle;
  for (uint32_t i = take(d); i < d->mix->n_tracks; i = take(d)) {
    Place place = {d, i};
    TonError error = {0};
    if (ton_stem_ready(d->mix->strips[i].file, d->mix->rate, d->cache,
                       d->ready[i].path, sizeof(d->ready[i].path), tell, &place,
                       &error)) {
      keep_failure(d, i, &error);
    } else {
      tell(&place, 1.0);
    }
  }
  return NULL;
}

enum { MOST_WORKERS = 64 };

static uint32_t
count_workers(const Desk* d)
{
  const long cores = sysconf(_SC_NPROCESSORS_ONLN);
  uint32_t n =
      d->job->threads ? d->job->threads : (uint32_t)(cores < 1 ? 1 : cores);
  n = n > d->mix->n_tracks ? d->mix->n_tracks : n;
  return n > MOST_WORKERS ? MOST_WORKERS : n;
}

/// The caller works too
static void
work_all(Desk* d)
{
  pthread_t threads[MOST_WORKERS];
  const uint32_t wanted = count_workers(d);
  uint32_t n = 0;
  while (n + 1 < wanted && pthread_create(&threads[n], NULL, work, d) == 0) {
    ++n;
  }
  work(d);
  for (uint32_t i = 0; i < n; ++i) {
    pthread_join(threads[i], NULL);
  }
}

TonStatus
ton_stems_ready(const TonMix* mix, const char* cache, const TonJob* job,
                TonStemPath* ready, TonError* error)
{
  Desk d = {.mix = mix,
            .cache = cache,
            .job = job,
            .ready = ready,
            .failed = mix->n_tracks};
  d.done = ton_alloc((mix->n_tracks + 1) * sizeof(double));
  if (!d.done) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  pthread_mutex_init(&d.lock, NULL);
  work_all(&d);
  pthread_mutex_destroy(&d.lock);
  ton_free(d.done);
  if (d.failed < mix->n_tracks) {
    if (error) {
      *error = d.error;
    }
    return d.error.status;
  }
  return d.stop ? ton_fail(error, TON_INTERRUPTED, "interrupted") : TON_OK;
}
