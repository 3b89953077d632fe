// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Audio kept on the disk for a while, as interleaved floats in a file without
   a name: memory does not grow with the song, and nothing is left behind.
*/
#ifndef TON_FILES_TEMP_AUDIO_H
#define TON_FILES_TEMP_AUDIO_H

#include <tonmeister/status.h>

#include <stdbool.h>
#include <stdint.h>

typedef struct TempAudio TempAudio;

/// An empty one beside `near` (a file's path).  Freed with temp_audio_free().
/// [main]
TonStatus temp_audio_new(const char* near, uint32_t channels, TempAudio** audio,
                         TonError* error);

/// Null is allowed.
void temp_audio_free(TempAudio* audio);

/// Add frames, planar; false: the disk refused, which temp_audio_close() tells.
bool temp_audio_add(TempAudio* audio, const float* const* in, uint32_t frames);

/// Nothing more comes.  [main]
TonStatus temp_audio_close(TempAudio* audio, TonError* error);

/// Go back to the first frame.  [main]
void temp_audio_rewind(TempAudio* audio);

/// The next frames, planar; silence after the end.  False: unreadable.
bool temp_audio_read(TempAudio* audio, float* const* out, uint32_t frames);

uint32_t temp_audio_channels(const TempAudio* audio);

uint64_t temp_audio_frames(const TempAudio* audio);

#endif
