// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Errors as people read them, and the exit status they mean.
#include "base/error.h"

#include "base/string.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

const char*
ton_status_text(TonStatus status)
{
  switch (status) {
  case TON_OK:
    return "done";
  case TON_NO_MEMORY:
    return "out of memory";
  case TON_BAD_USE:
    return "wrong use";
  case TON_NOT_FOUND:
    return "not found";
  case TON_BAD_FILE:
    return "unreadable audio file";
  case TON_BAD_TEXT:
    return "error in a session text";
  case TON_UNSUPPORTED:
    return "not supported by this build";
  case TON_WRITE_FAILED:
    return "could not write";
  case TON_INTERRUPTED:
    return "interrupted";
  case TON_GOAL_MISSED:
    return "done, but a goal was not reached";
  }
  return "unknown status";
}

int
ton_status_exit(TonStatus status)
{
  switch (status) {
  case TON_OK:
    return 0;
  case TON_NO_MEMORY:
  case TON_WRITE_FAILED:
  case TON_INTERRUPTED:
    return 1;
  case TON_BAD_USE:
  case TON_NOT_FOUND:
  case TON_BAD_FILE:
  case TON_BAD_TEXT:
  case TON_UNSUPPORTED:
    return 2;
  case TON_GOAL_MISSED:
    return 3;
  }
  return 1;
}

static void
fill(TonError* error, TonStatus status, const char* format, va_list args)
{
  memset(error, 0, sizeof(*error));
  error->status = status;
  ton_string_vcut(error->text, sizeof(error->text), format, args);
}

TonStatus
ton_fail(TonError* error, TonStatus status, const char* format, ...)
{
  if (error) {
    va_list args;
    va_start(args, format);
    fill(error, status, format, args);
    va_end(args);
  }
  return status;
}

TonStatus
ton_fail_file(TonError* error, TonStatus status, const char* path,
              const char* format, ...)
{
  if (error) {
    va_list args;
    va_start(args, format);
    fill(error, status, format, args);
    va_end(args);
    ton_string_cut(error->file, sizeof(error->file), "%s", path);
  }
  return status;
}

TonStatus
ton_fail_write(TonError* error, const char* path)
{
  const int reason = errno;
  const char* cure = "";
  if (reason == ENOSPC) {
    cure = "; free some space and run the command again";
  } else if (reason == EACCES || reason == EROFS || reason == EPERM) {
    cure = "; choose a folder you may write to with -o";
  }
  return ton_fail_file(error, TON_WRITE_FAILED, path, "cannot write: %s%s",
                       strerror(reason), cure);
}
