// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The level that a curve gives to a track.
*/
#ifndef TON_RENDER_FADER_LEVEL_H
#define TON_RENDER_FADER_LEVEL_H

#include "analysis/features.h"

#include <tonmeister/session.h>

/// Does a curve move the fader?  Then `db` is its mean power while the track
/// plays, dB; -INFINITY: it is closed.
bool fader_level(const TonStrip* strip, const TonFeatures* features,
                 double* db);

#endif
