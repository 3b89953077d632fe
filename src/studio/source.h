// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_STUDIO_SOURCE_H
#define TON_STUDIO_SOURCE_H

#include <tonmeister/audio_file.h>
#include <tonmeister/engine.h>

/// A file as the engine's source; the file stays the caller's
TonSource source_of(TonAudio* audio);

#endif
