// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The graph of a mix, or of a chain.
#ifndef TON_SONG_BUILD_GRAPH_H
#define TON_SONG_BUILD_GRAPH_H

#include <tonmeister/engine.h>
#include <tonmeister/session.h>

/// Append a chain to a strip.  Inserts that are bypassed, or that do nothing
/// and stand still, are left out; `place` (n entries, may be null) tells where
/// each went, UINT32_MAX if nowhere.
TonStatus build_chain(TonGraph* graph, uint32_t strip, const TonInsert* chain,
                      uint32_t n, const TonMix* mix, const TonStrip* owner,
                      uint32_t* place);

/// The graph of a mix; `sources` has one entry per track.  Freed by caller.
/// Null when memory is refused.
TonGraph* build_graph(const TonMix* mix, const TonSource* sources);

#endif
