// SPDX-License-Identifier: GPL-3.0-or-later
#include "song/parallel_for.h"

typedef struct {
  const TonMix* mix;
  const char* cache;
  TonStemPath* ready;
} MixState;

static bool
tell(void* handle, double part)
{
  const TonJob* const job = handle;
  return !job->progress || job->progress(job->handle, "reading stems", part);
}

static TonStatus
make_ready(void* handle, uint32_t i, const TonJob* job, TonError* error)
{
  const MixState* const d = handle;
  return ton_stem_prepared(d->mix->strips[i].file, d->mix->rate, d->cache,
                           d->ready[i].path, sizeof(d->ready[i].path), tell,
                           (void*)(uintptr_t)job, error);
}

TonStatus
ton_stems_prepare(const TonMix* mix, const char* cache, const TonJob* job,
                  TonStemPath* ready, TonError* error)
{
  MixState d = {mix, cache, ready};
  return parallel_for(mix->n_tracks, job, make_ready, &d, error);
}
