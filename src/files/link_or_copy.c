// SPDX-License-Identifier: GPL-3.0-or-later
/// @file A file under a second name: a hard link, or else a copy.
#include "files/link_or_copy.h"

#include "base/error.h"
#include "base/input_file.h"
#include "base/output_file.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
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

static bool
same_bytes(const char* a, const char* b)
{
  FILE* const x = ton_input_stream(a, NULL);
  FILE* const y = ton_input_stream(b, NULL);
  char p[65536];
  char q[sizeof(p)];
  bool same = x && y;
  for (size_t n = 1; same && n;) {
    n = fread(p, 1, sizeof(p), x);
    same = fread(q, 1, sizeof(q), y) == n && memcmp(p, q, n) == 0 &&
           !ferror(x) && !ferror(y);
  }
  if (x) {
    fclose(x);
  }
  if (y) {
    fclose(y);
  }
  return same;
}

TonStatus
ton_link_or_copy(const char* from, const char* to, TonError* error)
{
  struct stat a;
  struct stat b;
  if (stat(from, &a) != 0) {
    return ton_fail_file(error, TON_NOT_FOUND, from, "%s", strerror(errno));
  }
  if (stat(to, &b) == 0) {
    const bool one = a.st_dev == b.st_dev && a.st_ino == b.st_ino;
    if (one || (a.st_size == b.st_size && same_bytes(from, to))) {
      return TON_OK;
    }
    return ton_fail_file(error, TON_BAD_USE, to,
                         "is there already and is another file; rename one of "
                         "the stems");
  }
  return link(from, to) == 0 ? TON_OK : copy_file(from, to, error);
}
