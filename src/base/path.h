// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Parts of a path.
#ifndef TON_BASE_PATH_H
#define TON_BASE_PATH_H

/// What stands behind the last slash: "stems/Kick.wav" is "Kick.wav".  Points
/// into `path`.  [any]
const char* ton_file_name(const char* path);

/// The ending with its dot, ".wav"; "" if there is none or if the name begins
/// with its only dot, as hidden files do.  Points into `path`.  [any]
const char* ton_file_ending(const char* path);

#endif
