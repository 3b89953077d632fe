// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   What the program wrote into a folder, by sums, so that the next run removes
   what it no longer makes and nothing else.  All functions [main].
*/
#ifndef TON_DELIVERY_WRITTEN_FILES_H
#define TON_DELIVERY_WRITTEN_FILES_H

#include <tonmeister/audio_file.h>

#include <stdint.h>

/// A file of this run
typedef struct {
  const char* path;
  const char* sum; ///< ton_file_sha256() or ton_file_hash(); "": not written
} WrittenFile;

/// The files of one run in one folder
typedef struct {
  const char* folder;
  const char* list;    ///< Path of the text that names them: "SUM  NAME" lines
  const char* interim; ///< Same while the files change; may be `list` itself
  const char* const* stale; ///< Names of files that are about to become false,
                            ///< null-terminated; null: none
  const WrittenFile* files;
  uint32_t n;
} WrittenFiles;

/**
   Give the files their names, see ton_writer_commit_all().

   Before, `interim` notes what the folder may hold from then on, so that a run
   that is stopped here leaves nothing that the next one does not know of, and
   what is about to become false is removed.  Afterwards the noted files that this
   run has not written, as after a change of title, are removed if their sum is
   still the one that was noted, and `list` is written.

   @param writers Of the files, and of others that appear with them
   @param n_writers How many
   @return TON_GOAL_MISSED: done, but a file clips
*/
TonStatus written_files_publish(const WrittenFiles* w, TonAudioWriter** writers,
                                uint32_t n_writers, TonError* error);

#endif
