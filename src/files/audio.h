// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The open audio file and the backends that read it.
#ifndef TON_FILES_AUDIO_H
#define TON_FILES_AUDIO_H

#include <tonmeister/audio_file.h>

/// Functions that read one kind of file: plain PCM without a library, libsndfile,
/// libav*
typedef struct {
  /// Read 1 to `frames` of the next frames; `*got` stays 0 at the end
  TonStatus (*read)(TonAudio* audio, float* const* out, uint32_t frames,
                    uint32_t* got, TonError* error);
  TonStatus (*seek)(TonAudio* audio, uint64_t frame, TonError* error);
  void (*close)(TonAudio* audio);
} ReaderBackend;

/// Frames as the file has them, around those that were asked for
typedef struct {
  float* samples; ///< Channel after channel, each of `capacity` frames
  uint64_t from;  ///< The first one's place in the file
  uint32_t n;
  uint32_t capacity;
} AudioWindow;

struct TonAudio {
  const ReaderBackend* backend;
  void* file; ///< The library's handle
  char* path;
  TonAudioInfo info;
  uint64_t at;   ///< Next frame
  uint64_t skip; ///< Decoded frames before frame 0
  TonAudioFaults faults;
  bool repairs;       ///< Spikes are replaced
  AudioWindow window; ///< Where spikes are looked for
  TonError failed;    ///< The first error of reading
  bool damaged;       ///< Begins as WAV or AIFF, but its chunks are not valid
  void* buffer;       ///< For the backend, see audio_buffer()
  uint64_t buffer_bytes;
};

/// Error if `path` cannot be opened as a regular file or is empty.  [any]
TonStatus audio_check_path(const char* path, TonError* error);

/// The error for a file that no backend can read; says what it looks like.  [any]
TonStatus audio_refuse(const char* path, TonError* error);

/// Open with one backend.  TON_UNSUPPORTED when it does not know the format; the
/// next one is tried then.  [any]
TonStatus audio_open_pcm(TonAudio* audio, TonError* error);

TonStatus audio_open_sndfile(TonAudio* audio, TonError* error);

TonStatus audio_open_av(TonAudio* audio, TonError* error);

/// Count `bad` samples that are not finite among interleaved frames of floats
/// which begin at `audio->at`; `in` needs no alignment.  [any]
void audio_note_bad(TonAudio* audio, const void* in, uint32_t frames,
                    uint64_t bad);

/// Read up to `frames` as the file has them; `*got` is 0 before.  [any]
TonStatus audio_read(TonAudio* audio, float* const* out, uint32_t frames,
                     uint32_t* got, TonError* error);

/// The same with spikes replaced.  The file is read a little further than asked,
/// and never backwards.  [any]
TonStatus audio_read_repaired(TonAudio* audio, float* const* out,
                              uint32_t frames, uint32_t* got, TonError* error);

/// First frame by which it is known whether `frame` is a spike: two sides before
/// it, so that the same is known of its neighbours.  [any]
uint64_t audio_surroundings(const TonAudio* audio, uint64_t frame);

/// Buffer of at least `bytes`, owned by `audio`; null when memory is refused.
/// [any]
void* audio_buffer(TonAudio* audio, uint64_t bytes);

#endif
