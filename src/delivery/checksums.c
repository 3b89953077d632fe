// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Writing SHA256SUMS and removing what the last release left.
#include "delivery/checksums.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/output_file.h"
#include "base/string.h"

#include <tonmeister/audio_file.h>

#include <string.h>
#include <unistd.h>

static const char*
name_of(const TonDelivered* d)
{
  return strrchr(d->path, '/') + 1;
}

static bool
delivers(const TonDelivered* all, uint32_t n, const char* name)
{
  for (uint32_t i = 0; i < n; ++i) {
    if (strcmp(name_of(&all[i]), name) == 0) {
      return true;
    }
  }
  return false;
}

static void
remove_if_untouched(const char* folder, const char* name, const char* sum)
{
  TonString path = {0};
  char now[65];
  ton_string_printf(&path, "%s/%s", folder, name);
  if (!path.failed && ton_is_file(path.bytes) &&
      ton_file_sha256(path.bytes, now, NULL) == TON_OK &&
      strcmp(now, sum) == 0) {
    unlink(path.bytes);
  }
  ton_string_free(&path);
}

/// Lines are "SUM  NAME"
static void
remove_former(const char* sums, const char* folder, const TonDelivered* all,
              uint32_t n)
{
  size_t length = 0;
  char* const text = ton_string_read_file(sums, 1 << 20, &length);
  char* rest = text;
  for (char* line = text ? strsep(&rest, "\n") : NULL; line;
       line = strsep(&rest, "\n")) {
    const bool ours =
        strlen(line) > 66 && line[64] == ' ' && !strchr(line + 66, '/');
    line[ours ? 64 : 0] = '\0';
    if (ours && !delivers(all, n, line + 66)) {
      remove_if_untouched(folder, line + 66, line);
    }
  }
  ton_free(text);
}

TonStatus
checksums_write(const char* folder, const TonDelivered* all, uint32_t n,
                TonError* error)
{
  TonString text = {0};
  TonString path = {0};
  for (uint32_t i = 0; i < n; ++i) {
    if (*all[i].sha256) {
      ton_string_printf(&text, "%s  %s\n", all[i].sha256, name_of(&all[i]));
    }
  }
  ton_string_printf(&path, "%s/SHA256SUMS", folder);
  TonStatus status = TON_NO_MEMORY;
  if (text.failed || path.failed) {
    ton_fail(error, status, "out of memory");
  } else {
    remove_former(path.bytes, folder, all, n);
    status = ton_file_write(path.bytes, ton_string_string(&text), text.length,
                            error);
  }
  ton_string_free(&path);
  ton_string_free(&text);
  return status;
}
