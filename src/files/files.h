// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Functions that the files of this folder share.
#ifndef TON_FILES_FILES_H
#define TON_FILES_FILES_H

#include <tonmeister/audio_file.h>

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Add tags and art to a complete file `part`, called `path` in errors
TonStatus files_write_tags(const char* part, const char* path,
                           const TonTags* tags, TonError* error);

/// What the pages of an Ogg file say
typedef struct {
  bool chained; ///< Another stream begins behind the first one's end
  bool cut;     ///< The end of the stream is missing
} OggPages;

/// Look at all pages of an Ogg file; of what cannot be opened nothing is said
OggPages files_ogg_pages(const char* path);

/// Give the stream of a finished Ogg file the number 1.  False: errno says why not
bool files_ogg_renumber(int fd);

/// Whether a second WAV, AIFF, WavPack or MP4 file stands behind the first one; of
/// what cannot be opened nothing is said
bool files_is_joined(const char* path);

/// Whether another stream begins behind the first one of a FLAC file; of what
/// cannot be opened nothing is said
bool files_flac_is_joined(const char* path);

/// Where the sound lies in what a lossy decoder gives
typedef struct {
  uint32_t delay;  ///< Frames the encoder put before it
  uint64_t frames; ///< Its length; 0: not said
  bool counted;    ///< MP3: a Xing, Info or LAME tag counts the frames
  bool joined;     ///< MP3: sound follows behind what that tag counts
} Gapless;

/// What the first bytes of an MP3 say, Apple's note "iTunSMPB" among them.  An
/// error has no text
TonStatus files_gapless(const char* path, Gapless* gapless);

/// The note's own text
bool files_parse_smpb(const char* text, Gapless* gapless);

/// tags.cpp: 0 on success; the C side makes errors of it
int files_taglib_write(const char* path, const TonTags* tags);

/// An ID3v2 tag of `size` bytes, freed with ton_free(); null when memory is refused.
/// A cover that is no picture is left out
char* files_taglib_id3(const TonTags* tags, size_t* size);

/// 0 on success, 2 when memory is refused
int files_taglib_read(const char* path, TonTags* tags, bool* has_cover);

#ifdef __cplusplus
}
#endif

#endif
