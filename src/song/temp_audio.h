// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_SONG_TEMP_AUDIO_H
#define TON_SONG_TEMP_AUDIO_H

#include <tonmeister/engine.h>
#include <tonmeister/status.h>

/**
   @file
   Sound kept on the disk for a while: float, interleaved, in a file without a
   name, so that memory does not grow with the song and nothing is ever left
   behind.
*/
typedef struct TempAudio TempAudio;

/// An empty spool beside `near` (a file's path).  Freed with temp_audio_free().
/// [main]
TonStatus temp_audio_new(const char* near, uint32_t channels, TempAudio** spool,
                         TonError* error);

/// Null is allowed.
void temp_audio_free(TempAudio* spool);

/// Add frames, planar; false: the disk refused, which temp_audio_close() tells.
bool temp_audio_add(TempAudio* spool, const float* const* in, uint32_t frames);

/// Nothing more comes.  [main]
TonStatus temp_audio_close(TempAudio* spool, TonError* error);

/// From its start, as the engine's source; the spool stays the caller's.
TonSource temp_audio_source(TempAudio* spool);

#endif
