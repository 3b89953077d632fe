// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The one way to open a file for reading: regular files only, so that
/// no pipe or device makes the program wait.
#ifndef TON_BASE_INPUT_FILE_H
#define TON_BASE_INPUT_FILE_H

#include <tonmeister/status.h>

#include <stddef.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Descriptor of a regular file, closed by the caller with close().  -1 and an
/// error that says what stands there instead (a folder, a device or a pipe), or
/// the system's reason; errno is set too: EISDIR, or EINVAL for what is no
/// file.  TON_NOT_FOUND when there is nothing, TON_NO_MEMORY when the system has no
/// memory or too many files are open, else TON_BAD_FILE.  [any]
int ton_input_open(const char* path, TonError* error);

/// The same as a stream, closed with fclose(); null on failure.  [any]
FILE* ton_input_stream(const char* path, TonError* error);

/// What errno says after one of these functions failed without an error of its
/// own.  [any]
TonStatus ton_input_failed(const char* path, TonError* error);

/// Whole file as text, at most `limit` bytes.  Freed with ton_free().
/// Null with errno set when it cannot be read; EFBIG when larger.
char* ton_string_read_file(const char* path, size_t limit, size_t* length);

/// At the start of a program: as many open files as the system lets us have, a
/// song has a file for each of its stems.  [main]
void ton_allow_many_files(void);

#ifdef __cplusplus
}
#endif

#endif
