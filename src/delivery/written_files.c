// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Notes what the program wrote into a folder, and removes what it no longer
/// makes.
#include "delivery/written_files.h"

#include "base/error.h"
#include "base/input_file.h"
#include "base/memory.h"
#include "base/output_file.h"
#include "base/path.h"
#include "base/string.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

enum { SHA256_DIGITS = 64, HASH_DIGITS = 32 };

static bool
is_written(const WrittenFiles* w, const char* name)
{
  for (uint32_t i = 0; i < w->n; ++i) {
    if (strcmp(ton_file_name(w->files[i].path), name) == 0) {
      return true;
    }
  }
  return false;
}

static void
remove_if_untouched(const char* folder, const char* name, const char* sum)
{
  char* const path = ton_string_new("%s/%s", folder, name);
  char now[SHA256_DIGITS + 1];
  TonStatus status = path && ton_is_file(path) ? TON_OK : TON_NOT_FOUND;
  if (!status) {
    status = strlen(sum) == SHA256_DIGITS ? ton_file_sha256(path, now, NULL)
                                          : ton_file_hash(path, now, NULL);
  }
  if (!status && strcmp(now, sum) == 0) {
    unlink(path);
  }
  ton_free(path);
}

/// Lines are "SUM  NAME"; others are none of ours
static void
remove_former(const WrittenFiles* w, char* lines)
{
  for (char* line = strsep(&lines, "\n"); line; line = strsep(&lines, "\n")) {
    const size_t n = strcspn(line, " ");
    const char* const name = line + n + 2;
    if ((n == SHA256_DIGITS || n == HASH_DIGITS) && strlen(line) > n + 2 &&
        !strchr(name, '/') && !is_written(w, name)) {
      line[n] = '\0';
      remove_if_untouched(w->folder, name, line);
    }
  }
}

/// What a list says; one that is not there says nothing
static TonStatus
add_list(const char* path, TonString* text, TonError* error)
{
  size_t length = 0;
  errno = 0;
  char* const lines = ton_string_read_file(path, 1 << 20, &length);
  if (!lines && errno == ENOMEM) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  ton_string_add(text, lines ? lines : "");
  ton_free(lines);
  return TON_OK;
}

static TonStatus
write_list(const char* path, const TonString* text, TonError* error)
{
  return text->failed ? ton_fail(error, TON_NO_MEMORY, "out of memory")
                      : ton_file_write(path, ton_string_string(text),
                                       text->length, error);
}

static TonStatus
remove_file(const char* path, TonError* error)
{
  TON_TRY(ton_output_replaceable(path, error));
  return unlink(path) != 0 && errno != ENOENT ? ton_fail_write(error, path)
                                              : TON_OK;
}

static TonStatus
remove_stale(const WrittenFiles* w, TonError* error)
{
  TonStatus status = TON_OK;
  for (size_t i = 0; w->stale && w->stale[i] && !status; ++i) {
    char* const path = ton_string_new("%s/%s", w->folder, w->stale[i]);
    status = path ? remove_file(path, error)
                  : ton_fail(error, TON_NO_MEMORY, "out of memory");
    ton_free(path);
  }
  return status;
}

static void
add_sums(const WrittenFiles* w, TonString* text)
{
  for (uint32_t i = 0; i < w->n; ++i) {
    if (*w->files[i].sum) {
      ton_string_printf(text, "%s  %s\n", w->files[i].sum,
                        ton_file_name(w->files[i].path));
    }
  }
}

static bool
has_interim(const WrittenFiles* w)
{
  return strcmp(w->interim, w->list) != 0;
}

static TonStatus
begin(const WrittenFiles* w, TonError* error)
{
  TonString text = {0};
  TonStatus status = add_list(w->list, &text, error);
  if (!status && has_interim(w)) {
    status = add_list(w->interim, &text, error);
  }
  add_sums(w, &text);
  status = status ? status : write_list(w->interim, &text, error);
  ton_string_free(&text);
  if (!status && has_interim(w)) {
    status = remove_file(w->list, error);
  }
  return status ? status : remove_stale(w, error);
}

static TonStatus
end(const WrittenFiles* w, TonError* error)
{
  TonString text = {0};
  TonStatus status = add_list(w->interim, &text, error);
  if (!status && text.bytes) {
    remove_former(w, text.bytes);
  }
  ton_string_free(&text);
  add_sums(w, &text);
  status = status ? status : write_list(w->list, &text, error);
  ton_string_free(&text);
  return status || !has_interim(w) ? status : remove_file(w->interim, error);
}

TonStatus
written_files_publish(const WrittenFiles* w, TonAudioWriter** writers,
                      uint32_t n_writers, TonError* error)
{
  const TonStatus begun = begin(w, error);
  for (uint32_t i = 0; begun && i < n_writers; ++i) {
    ton_writer_abandon(writers[i]);
    writers[i] = NULL;
  }
  TON_TRY(begun);
  const TonStatus named = ton_writer_commit_all(writers, n_writers, error);
  if (named && named != TON_GOAL_MISSED) {
    return named;
  }
  const TonStatus status = end(w, error);
  return status ? status : named;
}
