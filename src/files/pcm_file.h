// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Headers of plain PCM files, read and written.
#ifndef TON_FILES_PCM_FILE_H
#define TON_FILES_PCM_FILE_H

#include <tonmeister/audio_file.h>

/// Where the samples of a plain PCM file lie
typedef struct {
  TonAudioInfo info;
  uint32_t bytes; ///< Of one sample
  bool big_endian;
  uint64_t data_at; ///< Byte of the first sample
  bool damaged;     ///< Its chunks end in what is no chunk, before any sound
} PcmLayout;

/// Read the chunks of an open file of `size` bytes.  False for anything that
/// is not plain PCM of 16, 24, 32 bit or 32 bit float in good order.
bool wav_layout(int fd, uint64_t size, PcmLayout* layout);

/// Four printable characters, as every chunk begins with
bool wav_is_chunk_name(const uint8_t* id);

/// Byte where the samples end that begin at `data_at`: before the chunks that
/// stand at the file's end, else the end itself
uint64_t wav_tail(int fd, uint64_t data_at, uint64_t file_bytes);

/// The same for AIFF and uncompressed AIFC
bool aiff_layout(int fd, uint64_t size, PcmLayout* layout);

/// Either; false also when `path` cannot be opened
bool pcm_layout(const char* path, PcmLayout* layout);

enum {
  WAV_HEADER_MAX = 768, ///< Largest number of bytes before the first sample
  WAV_BEXT_BYTES = 602, ///< Body of a broadcast extension without history
};

/// Everything before the samples.  Its length depends on format alone, so a
/// header written last fits where a first one stood.  `after`: bytes that follow
/// the samples.  Returns the header's bytes.
uint32_t wav_header(uint8_t buffer[WAV_HEADER_MAX], const TonAudioFormat* f,
                    const TonBroadcast* broadcast, uint64_t frames,
                    uint64_t after);

/// Files longer than this many bytes are RF64; only tests lower it
extern uint64_t wav_max_bytes;

/// True if a file of such samples has the RF64 form
bool wav_is_rf64(const TonAudioFormat* format, uint64_t frames,
                 uint64_t bytes_after_data);

/// Bytes of a frame
uint32_t wav_frame_bytes(const TonAudioFormat* format);

#endif
