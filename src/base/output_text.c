// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Texts written whole, several that belong together in one go, and none
/// over what somebody else has edited in the meantime.
#include "base/error.h"
#include "base/input_file.h"
#include "base/memory.h"
#include "base/output_file.h"
#include "base/string.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

/// The file must still hold what it did when the work began
static TonStatus
check_unchanged(const TonFileText* text, TonError* error)
{
  if (!text->was) {
    return TON_OK;
  }
  size_t size = 0;
  char* const now = ton_string_read_file(text->path, text->was_size, &size);
  if (!now && errno == ENOMEM) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  const bool same =
      now ? size == text->was_size && memcmp(now, text->was, size) == 0
          : errno == ENOENT && text->was_size == 0;
  ton_free(now);
  return same ? TON_OK
              : ton_fail_file(error, TON_WRITE_FAILED, text->path,
                              "was changed while this command worked on it; "
                              "the change stays, run the command again");
}

static TonStatus
write_and_publish(const TonFileText* texts, size_t count, TonOutput** outputs,
                  TonError* error)
{
  size_t n = 0;
  for (size_t i = 0; i < count; ++i) {
    if (texts[i].bytes) {
      TonOutput** const o = &outputs[n++];
      TON_TRY(ton_output_open(texts[i].path, o, error));
      TON_TRY(ton_output_write(*o, texts[i].bytes, texts[i].size, error));
    }
  }
  for (size_t i = 0; i < count; ++i) {
    TON_TRY(check_unchanged(&texts[i], error));
  }
  return ton_output_publish(outputs, n, error);
}

TonStatus
ton_write_texts(const TonFileText* texts, size_t count, TonError* error)
{
  TonOutput** const outputs = ton_alloc(count * sizeof(TonOutput*));
  if (!outputs) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  const TonStatus status = write_and_publish(texts, count, outputs, error);
  for (size_t i = 0; i < count; ++i) {
    ton_output_free(outputs[i]);
  }
  ton_free(outputs);
  return status;
}

TonStatus
ton_file_write(const char* path, const void* bytes, uint64_t size,
               TonError* error)
{
  return ton_write_texts(
      &(TonFileText){.path = path, .bytes = bytes, .size = (size_t)size}, 1,
      error);
}
