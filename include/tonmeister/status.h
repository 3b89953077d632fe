// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Outcomes of functions that can fail, and errors for people.
#ifndef TONMEISTER_STATUS_H
#define TONMEISTER_STATUS_H

#include <tonmeister/api.h>

#include <stdint.h>

TON_API_BEGIN

/// Outcome of every function that can fail; zero is success
typedef enum {
  TON_OK,
  TON_NO_MEMORY,    ///< The machine refused memory
  TON_BAD_USE,      ///< A command line or an argument is wrong
  TON_NOT_FOUND,    ///< A file or a name does not exist
  TON_BAD_FILE,     ///< An audio file cannot be read
  TON_BAD_TEXT,     ///< A session text is wrong; line and column say where
  TON_UNSUPPORTED,  ///< Built without a library, or a form we do not handle
  TON_WRITE_FAILED, ///< Disk full, folder read-only, no rights
  TON_INTERRUPTED,  ///< The user stopped the work
  TON_GOAL_MISSED,  ///< Done, but a goal was not reached
} TonStatus;

/// What went wrong and where, for a person to read
typedef struct {
  TonStatus status;
  uint32_t line;     ///< From 1, zero when no text is concerned
  uint32_t column;   ///< From 1, in characters
  char file[512];    ///< Path concerned, or empty
  char text[1024];   ///< What, what was expected, the nearest right thing
  char excerpt[256]; ///< The offending line of a text, or empty
  char more[1536];   ///< What else is wrong in the text, one "FILE:LINE:COLUMN:
                     ///< what" a line, or empty
} TonError;

/// One sentence for a status.  Static storage, [any]
const char* ton_status_text(TonStatus status);

/// Process exit status for a status, as in the command's contract: 0, 1, 2, 3
int ton_status_exit(TonStatus status);

/// Return early with the status of `expr` unless it is TON_OK
#define TON_TRY(expr)                                                          \
  do {                                                                         \
    const TonStatus ton_try_status = (expr);                                   \
    if (ton_try_status != TON_OK) {                                            \
      return ton_try_status;                                                   \
    }                                                                          \
  } while (0)

TON_API_END

#endif
