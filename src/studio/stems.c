// SPDX-License-Identifier: GPL-3.0-or-later
#include "studio/each.h"

typedef struct {
  const TonMix* mix;
  const char* cache;
  TonStemPath* ready;
} Desk;

static bool
tell(void* handle, double part)
{
  const TonJob* const job = handle;
  return !job->progress || job->progress(job->handle, "reading stems", part);
}

static TonStatus
make_ready(void* handle, uint32_t i, const TonJob* job, TonError* error)
{
  const Desk* const d = handle;
  return ton_stem_ready(d->mix->strips[i].file, d->mix->rate, d->cache,
                        d->ready[i].path, sizeof(d->ready[i].path), tell,
                        (void*)(uintptr_t)job, error);
}

TonStatus
ton_stems_ready(const TonMix* mix, const char* cache, const TonJob* job,
                TonStemPath* ready, TonError* error)
{
  Desk d = {mix, cache, ready};
  return each(mix->n_tracks, job, make_ready, &d, error);
}
