// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Writes SHA256SUMS and removes what the last release left.
#include "delivery/checksums.h"

#include "base/array.h"
#include "base/error.h"
#include "base/input_file.h"
#include "base/memory.h"
#include "base/output_file.h"
#include "base/path.h"
#include "base/string.h"

#include <tonmeister/audio_file.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define SUMS  "SHA256SUMS"
#define NOTED ".files" ///< What may lie in the folder while it changes

static bool
delivers(const TonDelivered* all, uint32_t n, const char* name)
{
  for (uint32_t i = 0; i < n; ++i) {
    if (strcmp(ton_file_name(all[i].path), name) == 0) {
      return true;
    }
  }
  return false;
}

static void
remove_if_untouched(const char* folder, const char* name, const char* sum)
{
  char* const path = ton_string_new("%s/%s", folder, name);
  char now[65];
  if (path && ton_is_file(path) && ton_file_sha256(path, now, NULL) == TON_OK &&
      strcmp(now, sum) == 0) {
    unlink(path);
  }
  ton_free(path);
}

/// Lines are "SUM  NAME"
static void
remove_former(char* lines, const char* folder, const TonDelivered* all,
              uint32_t n)
{
  for (char* line = lines ? strsep(&lines, "\n") : NULL; line;
       line = strsep(&lines, "\n")) {
    const bool ours =
        strlen(line) > 66 && line[64] == ' ' && !strchr(line + 66, '/');
    line[ours ? 64 : 0] = '\0';
    if (ours && !delivers(all, n, line + 66)) {
      remove_if_untouched(folder, line + 66, line);
    }
  }
}

/// The text of a file of the folder, null if there is none
static char*
read_text(const char* folder, const char* name)
{
  char* const path = ton_string_new("%s/%s", folder, name);
  size_t length = 0;
  char* const text = path ? ton_string_read_file(path, 1 << 20, &length) : NULL;
  ton_free(path);
  return text;
}

static TonStatus
write_text(const char* folder, const char* name, const TonString* text,
           TonError* error)
{
  char* const path = ton_string_new("%s/%s", folder, name);
  const TonStatus status =
      text->failed || !path
          ? ton_fail(error, TON_NO_MEMORY, "out of memory")
          : ton_file_write(path, ton_string_string(text), text->length, error);
  ton_free(path);
  return status;
}

static TonStatus
remove_file(const char* folder, const char* name, TonError* error)
{
  char* const path = ton_string_new("%s/%s", folder, name);
  if (!path) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  TonStatus status = ton_output_replaceable(path, error);
  if (!status && unlink(path) != 0 && errno != ENOENT) {
    status = ton_fail_write(error, path);
  }
  ton_free(path);
  return status;
}

static void
add_sums(TonString* text, const TonDelivered* all, uint32_t n)
{
  for (uint32_t i = 0; i < n; ++i) {
    if (*all[i].sha256) {
      ton_string_printf(text, "%s  %s\n", all[i].sha256,
                        ton_file_name(all[i].path));
    }
  }
}

TonStatus
checksums_begin(const char* folder, const TonDelivered* all, uint32_t n,
                TonError* error)
{
  static const char* const stale[] = {SUMS, "report.html", "report.json"};
  static const char* const lists[] = {NOTED, SUMS};
  TonString text = {0};
  for (size_t i = 0; i < TON_COUNT(lists); ++i) {
    char* const lines = read_text(folder, lists[i]);
    ton_string_add(&text, lines ? lines : "");
    ton_free(lines);
  }
  add_sums(&text, all, n);
  TonStatus status = write_text(folder, NOTED, &text, error);
  for (size_t i = 0; i < TON_COUNT(stale) && !status; ++i) {
    status = remove_file(folder, stale[i], error);
  }
  ton_string_free(&text);
  return status;
}

TonStatus
checksums_write(const char* folder, const TonDelivered* all, uint32_t n,
                TonError* error)
{
  TonString text = {0};
  char* const noted = read_text(folder, NOTED);
  remove_former(noted, folder, all, n);
  ton_free(noted);
  add_sums(&text, all, n);
  const TonStatus status = write_text(folder, SUMS, &text, error);
  ton_string_free(&text);
  return status ? status : remove_file(folder, NOTED, error);
}
