// SPDX-License-Identifier: GPL-3.0-or-later
#include "song/checksums.h"

#include "base/input_file.h"
#include "base/output_file.h"
#include "base/string.h"

#include <tonmeister/audio_file.h>

#include <stdio.h>
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
  char path[1400];
  char now[65];
  const int n = snprintf(path, sizeof(path), "%s/%s", folder, name);
  if (n < (int)sizeof(path) && ton_is_file(path) &&
      ton_file_sha256(path, now, NULL) == TON_OK && strcmp(now, sum) == 0) {
    unlink(path);
  }
}

/// Lines are "SUM  NAME"
static void
remove_former(const char* sums, const char* folder, const TonDelivered* all,
              uint32_t n)
{
  FILE* const file = ton_input_stream(sums, NULL);
  char line[512];
  while (file && fgets(line, sizeof(line), file)) {
    line[strcspn(line, "\n")] = '\0';
    const bool ours =
        strlen(line) > 66 && line[64] == ' ' && !strchr(line + 66, '/');
    line[64] = ours ? '\0' : line[64];
    if (ours && !delivers(all, n, line + 66)) {
      remove_if_untouched(folder, line + 66, line);
    }
  }
  if (file) {
    fclose(file);
  }
}

TonStatus
checksums_write(const char* folder, const TonDelivered* all, uint32_t n,
                TonError* error)
{
  TonString text = {0};
  char path[1200];
  for (uint32_t i = 0; i < n; ++i) {
    if (*all[i].sha256) {
      ton_string_printf(&text, "%s  %s\n", all[i].sha256, name_of(&all[i]));
    }
  }
  snprintf(path, sizeof(path), "%.1090s/SHA256SUMS", folder);
  remove_former(path, folder, all, n);
  const TonStatus status =
      ton_file_write(path, ton_string_string(&text), text.length, error);
  ton_string_free(&text);
  return status;
}
