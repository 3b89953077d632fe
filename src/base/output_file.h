// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The one way to write a file: all of it appears under its name, or
/// nothing changes.
#ifndef TON_BASE_OUTPUT_FILE_H
#define TON_BASE_OUTPUT_FILE_H

#include <tonmeister/status.h>

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A file being written under a temporary name beside its own.  One thread at a
/// time.
typedef struct TonOutput TonOutput;

/**
   Begin to write what will be `path`.

   A link is followed, the rights of a file that is there are kept.  Temporary
   files that a killed run left in the same folder are removed.

   @return TON_WRITE_FAILED if `path` is anything but a regular file (a device, a
   folder, a pipe), is read-only, or its folder takes no file.  `*output` is
   freed with ton_output_free().  [any]
*/
TonStatus ton_output_open(const char* path, TonOutput** output,
                          TonError* error);

/// TON_OK if a file may be written at `path`, or one that stands there removed:
/// nothing or a regular file that may be changed; else TON_WRITE_FAILED.  [any]
TonStatus ton_output_replaceable(const char* path, TonError* error);

/// Descriptor to write to; its owner is `output`.  [any]
int ton_output_fd(const TonOutput* output);

/// Where the bytes are until they are published; owned by `output`.  [any]
const char* ton_output_temporary(const TonOutput* output);

/// Add bytes.  TON_WRITE_FAILED names the final path and the reason.  [any]
TonStatus ton_output_write(TonOutput* output, const void* bytes, size_t size,
                           TonError* error);

/**
   Give all outputs their names: every file is complete on the disk before the
   first one is renamed, and the renames follow each other without work between.

   On failure the files not yet renamed are as before.  [any]
*/
TonStatus ton_output_publish(TonOutput* const* outputs, size_t count,
                             TonError* error);

/// Remove the temporary file, but leave `output` to its owner: for a signal
/// that arrives while another thread writes.  [any]
void ton_output_remove(TonOutput* output);

/// Free; what was not published is removed.  Null is allowed.  [any]
void ton_output_free(TonOutput* output);

/// Write everything to a descriptor.  0, or -1 with errno set; a disk that
/// takes nothing more is ENOSPC.  [any]
int ton_write_all(int fd, const void* bytes, size_t size);

/// A text or another small file to be written
typedef struct {
  const char* path;
  const void* bytes; ///< Null: not written, only held against what it `was`
  size_t size;
  const char* was; ///< What it held when the work began, "" for no file; null:
                   ///< it is replaced whatever it holds
  size_t was_size;
} TonFileText;

/**
   Write files that belong together: all are complete before the first appears.

   @return TON_WRITE_FAILED, too, if one of them no longer holds what it `was`:
   somebody edited it in the meantime.  Then none is written.  [any]
*/
TonStatus ton_write_texts(const TonFileText* texts, size_t count,
                          TonError* error);

/// Write one whole file, whatever was there.  [any]
TonStatus ton_file_write(const char* path, const void* bytes, uint64_t size,
                         TonError* error);

/// TON_BAD_USE if writing `output` would destroy `input`: they are the same
/// file by whatever spelling or link.  `what` says what it is: "the input", "a
/// recording of a song".  [any]
TonStatus ton_output_apart(const char* output, const char* input,
                           const char* what, TonError* error);

/// The error itself.  Returns TON_BAD_USE.  [any]
TonStatus ton_fail_destroyed(TonError* error, const char* output,
                             const char* input, const char* what);

#ifdef __cplusplus
}
#endif

#endif
