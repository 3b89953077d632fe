// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Tracks as files that the engine can read at the rate of the mix.
#include "base/parallel_for.h"
#include "render/cache.h"

typedef struct {
  const TonMix* mix;
  const char* cache;
  PreparedStem* ready;
} Preparing;

static bool
tell(void* handle, double part)
{
  const TonJob* const job = handle;
  return !job->progress || job->progress(job->handle, "reading stems", part);
}

static TonStatus
make_ready(void* handle, uint32_t i, const TonJob* job, TonError* error)
{
  const Preparing* const p = handle;
  const TonStrip* const s = &p->mix->strips[i];
  return ton_stem_prepared(s->file, p->mix->rate, s->repair, p->cache,
                           p->ready[i].path, sizeof(p->ready[i].path), tell,
                           (void*)(uintptr_t)job, error);
}

TonStatus
prepare_stems(const TonMix* mix, const char* cache, const TonJob* job,
              PreparedStem* ready, TonError* error)
{
  Preparing p = {mix, cache, ready};
  TON_TRY(parallel_for(mix->n_tracks, job, make_ready, &p, error));
  cache_limit(cache, ready, mix->n_tracks);
  return TON_OK;
}
