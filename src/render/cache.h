// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The folder of decoded stems.
#ifndef TON_RENDER_CACHE_H
#define TON_RENDER_CACHE_H

#include "render/render.h"

/// Remove what no track needs any more, an hour after it was made: the cache
/// holds what the mix is made of, and no more.  [main]
void cache_limit(const char* cache, const PreparedStem* ready, uint32_t n);

/// Remove all of it.  `bytes` is what that gives back.  [main]
TonStatus cache_clear(const char* cache, uint64_t* bytes, TonError* error);

#endif
