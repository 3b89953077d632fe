// SPDX-License-Identifier: GPL-3.0-or-later
/// @file A file under a second name: a hard link, or else a copy.
#include "files/link_or_copy.h"

#include "base/error.h"
#include "base/input_file.h"
#include "base/output_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static TonStatus
copy_file(const char* from, const char* to, TonError* error)
{
  FILE* const in = ton_input_stream(from, error);
  if (!in) {
    return TON_BAD_FILE;
  }
  TonOutput* out = NULL;
  TonStatus status = ton_output_open(to, &out, error);
  char block[65536];
  for (size_t n = 1; n && !status;) {
    n = fread(block, 1, sizeof(block), in);
    status = ferror(in) ? ton_fail_file(error, TON_BAD_FILE, from,
                                        "cannot be read: %s", strerror(errno))
                        : ton_output_write(out, block, n, error);
  }
  fclose(in);
  status = status ? status : ton_output_publish(&out, 1, error);
  ton_output_free(out);
  return status;
}

TonStatus
ton_link_or_copy(const char* from, const char* to, TonError* error)
{
  if (access(from, F_OK) != 0) {
    return ton_fail_file(error, TON_NOT_FOUND, from, "%s", strerror(errno));
  }
  return link(from, to) == 0 ? TON_OK : copy_file(from, to, error);
}
