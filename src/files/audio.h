// SPDX-License-Identifier: GPL-3.0-or-later
/// @file What the ways to read an audio file have in common.
#ifndef TON_FILES_AUDIO_H
#define TON_FILES_AUDIO_H

#include <tonmeister/audio_file.h>

/// A way to read files: our own for plain PCM, libsndfile, libav*
typedef struct {
  /// Some of the next frames, at least one; `*got` stays 0 at the end
  TonStatus (*read)(TonAudio* audio, float* const* out, uint32_t frames,
                    uint32_t* got, TonError* error);
  TonStatus (*seek)(TonAudio* audio, uint64_t frame, TonError* error);
  void (*close)(TonAudio* audio);
} ReaderBackend;

struct TonAudio {
  const ReaderBackend* reader;
  void* file; ///< The library's handle
  char* path;
  TonAudioInfo info;
  uint64_t at;   ///< Next frame
  uint64_t skip; ///< Decoded frames before frame 0
  uint64_t bad;
  bool damaged; ///< Begins as a WAV or AIFF file whose chunks make no sense
  void* buffer; ///< Of the way to read, see audio_buffer()
  uint64_t buffer_bytes;
};

/// What can be said of a path before any library is asked
TonStatus audio_check_path(const char* path, TonError* error);

/// The error for a file that none could read, saying what it looks like
TonStatus audio_refuse(const char* path, TonError* error);

/// All: TON_UNSUPPORTED when this way does not know the form
TonStatus audio_open_pcm(TonAudio* audio, TonError* error);

TonStatus audio_open_sndfile(TonAudio* audio, TonError* error);

TonStatus audio_open_av(TonAudio* audio, TonError* error);

/// At least `bytes` of memory, kept with the file; null when refused
void* audio_buffer(TonAudio* audio, uint64_t bytes);

#endif
