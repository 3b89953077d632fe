// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_SESSION_STRIP_H
#define TON_SESSION_STRIP_H

#include "session/chain.h"

/// A track's or bus's map; `strip` has its name, kind and defaults
TonStatus ton_read_strip(TonReader* r, const TonNode* node, TonStrip* strip);

/// The lanes of a strip whose chain and sends are read
TonStatus ton_read_automation(TonReader* r, const TonNode* map,
                              TonStrip* strip);

/// Where the signals of all strips go: destinations exist, nothing runs in a
/// circle.  `nodes` are the maps of the strips (null where none is written).
TonStatus ton_check_routes(TonReader* r, const TonMix* mix,
                           TonNode* const* nodes);

extern const TonRange ton_fader_range;

#endif
