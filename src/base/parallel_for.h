// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The same work on many items, on all cores.
#ifndef TON_BASE_PARALLEL_FOR_H
#define TON_BASE_PARALLEL_FOR_H

#include <tonmeister/job.h>
#include <tonmeister/status.h>

/// Work on item `i`; `job` tells of this item alone, from the worker's thread.
typedef TonStatus (*ParallelWork)(void* handle, uint32_t i, const TonJob* job,
                                  TonError* error);

/**
   The same work on many items, one worker per core.

   The progress of all is told to `job` from the workers, one at a time.  After
   a failure no item is begun; the error is that of the first item of the list
   that fails, for any number of workers.  [main]
*/
TonStatus parallel_for(uint32_t n, const TonJob* job, ParallelWork work,
                       void* handle, TonError* error);

#endif
