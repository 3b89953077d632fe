// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The frames of an MP3 file, as far as their headers tell.  All functions
/// [any].
#ifndef TON_FILES_MP3_FRAMES_H
#define TON_FILES_MP3_FRAMES_H

#include <stdbool.h>
#include <stdint.h>

/// What the four bytes at the start of a frame say
typedef struct {
  uint32_t rate; ///< Hz; 0: these bytes begin no frame
  uint32_t channels;
  uint32_t bytes; ///< Of the frame; 0: the header does not say
} Mp3Header;

Mp3Header mp3_header(const uint8_t bytes[4]);

/// Do two frames in a row follow behind the place where the file is read?  True
/// as well where that is too far to look.
bool mp3_frames_follow(int fd);

#endif
