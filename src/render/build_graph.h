// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The graph of a mix, or of a chain.  All functions [main].
#ifndef TON_RENDER_BUILD_GRAPH_H
#define TON_RENDER_BUILD_GRAPH_H

#include "render/resources.h"

#include <tonmeister/engine.h>

/// A graph being made
typedef struct {
  TonGraph* graph;
  const TonMix* mix;    ///< For side-chains; null: there is only a chain
  Resources* resources; ///< Gets the files of the processors
  TonError* error;
} GraphBuilder;

/// Append a chain to a strip
TonStatus build_chain(const GraphBuilder* b, uint32_t strip,
                      const TonInsert* chain, uint32_t n);

/// The graph of a mix in the empty graph of `b`; `sources` has one entry per
/// track
TonStatus build_graph(const GraphBuilder* b, const TonSource* sources);

/// Which strips are heard in the mix: not muted, not left out by a solo, without
/// a fader or send at -inf dB on every way.  `heard` has an entry for each strip.
void find_heard(const TonMix* mix, bool* heard);

#endif
