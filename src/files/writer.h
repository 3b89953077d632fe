// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The audio file being written and the backends that write it.
#ifndef TON_FILES_WRITER_H
#define TON_FILES_WRITER_H

#include "base/output_file.h"
#include "dsp/dither.h"

#include <tonmeister/audio_file.h>

/// Functions that write one kind of file: WAV without a library, all others
/// through libsndfile
typedef struct {
  const char* containers[8]; ///< As in TonAudioFormat; then null
  TonStatus (*open)(TonAudioWriter* writer, TonError* error);
  /// 0 to WRITER_PIECE frames
  TonStatus (*write)(TonAudioWriter* writer, const float* const* in,
                     uint32_t frames, TonError* error);
  /// Null where the format cannot be shortened
  TonStatus (*shorten)(TonAudioWriter* writer, uint64_t frames,
                       TonError* error);
  /// Everything but the tags
  TonStatus (*finish)(TonAudioWriter* writer, const TonBroadcast* broadcast,
                      const TonTags* tags, TonError* error);
  void (*close)(TonAudioWriter* writer);
} WriterBackend;

enum {
  WRITER_PIECE = 1024,           ///< Frames converted at a time
  WRITER_BUFFER_BYTES = 1 << 18, ///< Bytes handed to the system at a time
};

struct TonAudioWriter {
  TonAudioWriter* next; ///< In the list of open writers
  const WriterBackend* backend;
  void* file; ///< The backend's state
  TonOutput* output;
  int fd;     ///< Of the output
  char* path; ///< As the caller spelt it, for messages
  TonAudioFormat format;
  TonQuantiser quantiser;
  TonClipping clipping;
  uint64_t frames;
  bool tagged;      ///< The backend wrote the tags
  bool finished;    ///< Complete under the temporary name
  bool abandoned;   ///< By ton_writer_abandon_all(): the temporary file is gone
  TonStatus failed; ///< The first write that failed; later ones do nothing
  int32_t* steps;   ///< channels x WRITER_PIECE
};

extern const WriterBackend writer_wav;
extern const WriterBackend writer_coded;

/// Note where a piece of one channel is over full scale first, and how far at most:
/// what is written clips there, or whatever plays it
void writer_note_clipping(TonAudioWriter* writer, const float* x,
                          uint32_t frames);

/// Quantise a piece into `steps`; planes[c] is set to channel c
void writer_quantise(TonAudioWriter* writer, const float* const* in,
                     uint32_t frames, const int32_t* planes[64]);

#endif
