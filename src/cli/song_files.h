// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_CLI_SONG_FILES_H
#define TON_CLI_SONG_FILES_H

#include "cli/command_line.h"

#include <time.h>

/**
   @file
   Files of a song as the command line named them, and which have changed.
*/

/// A file of a song as the command line named it: "song/out/mix.wav".  Owned
/// by the caller, freed with ton_free(); null when memory is refused.
char* cli_song_file(const char* song, const char* file);

/// Remark on each stage before `end` that was made of other texts or files than
/// those that are there now, by their content
void cli_warn_changed(const CommandLine* line, const TonSong* song,
                      TonSongStage end);

/// Remark which files of out/stems are older than `since`: the mix did not write
/// them
void cli_tell_old_stems(const CommandLine* line, const struct timespec* since);

/// Remark that the file which the user named as output was there before and is now
/// another one
void cli_tell_replaced(const CommandLine* line, const char* out);

/// Remark what lay among the stems and was not taken
void cli_tell_left_out(const CommandLine* line, const TonStems* stems);

/// Remark which tracks and buses are on solo, which processors of the mix and the
/// master lack the file that they need, and which crossovers are moved
void cli_tell_strips(const CommandLine* line, const TonSong* song);

/// The same of the processors of a chain; `whose` stands before each remark
void cli_tell_chain(const CommandLine* line, const char* whose,
                    const TonInsert* chain, uint32_t n);

/// Remark which roles in mix.yaml are not known
void cli_tell_roles(const CommandLine* line, const TonSong* song);

/// Remark how much room the next mix takes for decoded stems, if it is much
void cli_tell_cache(const CommandLine* line, const TonSong* song);

/// Remark that a file breaks off before its own end, and in which second
void cli_tell_cut(const CommandLine* line, const char* path);

/// The same of every stem of the song in `folder`
void cli_tell_cut_stems(const CommandLine* line, const TonSong* song,
                        const char* folder);

#endif
