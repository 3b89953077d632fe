// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Tracks and buses: their table of fields, their automation, and where their
   signals go.
*/

#ifndef TON_SESSION_STRIP_H
#define TON_SESSION_STRIP_H

#include "session/fields.h"

/// The keys of a track and of a bus: the same, but for errors
extern const TonTable ton_track_table;
extern const TonTable ton_bus_table;

/// The keys of a send
extern const TonTable ton_send_table;

#define TON_AUTOMATION_EXAMPLE                                                 \
  "curves of times and values: {fader: [[\"0:51.4\", -3 dB], [\"0:55\", 0 "    \
  "dB]]}"

/// The automation curves of a strip whose chain and sends are read
TonStatus ton_read_automation(TonReader* r, const TonNode* map,
                              TonStrip* strip);

/// Where the signals of all strips go: destinations exist, nothing runs in a
/// circle.  `nodes` are the maps of the strips (null where none is written).
TonStatus ton_check_routes(TonReader* r, const TonMix* mix,
                           TonNode* const* nodes);

#endif
