// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_CLI_SONG_FILES_H
#define TON_CLI_SONG_FILES_H

#include "cli/command_line.h"

/**
   @file
   Files of a song as the command line named them, and which are outdated.
*/

/// A file of a song as the command line named it: "song/out/mix.wav".  Owned
/// by the caller, freed with ton_free(); null when memory is refused.
char* cli_song_file(const char* song, const char* file);

/// Remark if the file `from` of the song is newer than `made`, which `verb`
/// makes of it
void cli_warn_outdated(const CommandLine* line, const char* made,
                       const char* from, const char* verb);

/// Remark what lay among the stems and was not taken
void cli_tell_left_out(const CommandLine* line, const TonStems* stems);

/// What is rendered is WAV: a name that promises another format is an error.
/// `path` may be null.
TonStatus cli_expect_wav(const char* path, TonError* error);

#endif
