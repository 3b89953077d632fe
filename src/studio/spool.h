// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_STUDIO_SPOOL_H
#define TON_STUDIO_SPOOL_H

#include <tonmeister/engine.h>
#include <tonmeister/status.h>

/**
   @file
   Sound kept on the disk for a while: float, interleaved, in a file without a
   name, so that memory does not grow with the song and nothing is ever left
   behind.
*/
typedef struct Spool Spool;

/// An empty spool beside `near` (a file's path).  Freed with spool_free().
/// [main]
TonStatus spool_new(const char* near, uint32_t channels, Spool** spool,
                    TonError* error);

/// Null is allowed.
void spool_free(Spool* spool);

/// Add frames, planar; false: the disk refused, which spool_close() tells.
bool spool_add(Spool* spool, const float* const* in, uint32_t frames);

/// Nothing more comes.  [main]
TonStatus spool_close(Spool* spool, TonError* error);

/// From its start, as the engine's source; the spool stays the caller's.
TonSource spool_source(Spool* spool);

#endif
