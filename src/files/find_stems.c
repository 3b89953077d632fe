// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The audio files of a folder, in the order a person would list them.
#include "base/error.h"
#include "base/folder.h"
#include "base/memory.h"
#include "base/string.h"

#include <tonmeister/audio_file.h>

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool
named_like_audio(const char* name)
{
  static const char* const endings[] = {
      ".wav", ".wave", ".aif",  ".aiff", ".flac", ".mp3",
      ".ogg", ".oga",  ".opus", ".m4a",  ".aac",  ".caf",
      ".w64", ".rf64", ".bw64", ".wv",   ".mp4",  ".au"};
  const char* const dot = strrchr(name, '.');
  if (!dot || name[0] == '.') {
    return false;
  }
  for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); ++i) {
    if (strcasecmp(dot, endings[i]) == 0) {
      return true;
    }
  }
  return false;
}

/// "2 Bass" before "10 Keys": numbers in names count as numbers; of names that
/// are alike ("01 Kick", "1 Kick") the bytes decide
static int
by_name(const void* a, const void* b)
{
  const char* x = *(char* const*)a;
  const char* y = *(char* const*)b;
  while (*x && *y) {
    if (isdigit((unsigned char)*x) && isdigit((unsigned char)*y)) {
      char* x_end = NULL;
      char* y_end = NULL;
      const unsigned long long u = strtoull(x, &x_end, 10);
      const unsigned long long v = strtoull(y, &y_end, 10);
      if (u != v) {
        return u < v ? -1 : 1;
      }
      x = x_end;
      y = y_end;
    } else if (*x != *y) {
      return (unsigned char)*x < (unsigned char)*y ? -1 : 1;
    } else {
      ++x;
      ++y;
    }
  }
  return *x || *y ? (*x != 0) - (*y != 0)
                  : strcmp(*(char* const*)a, *(char* const*)b);
}

void
ton_stems_free(char** stems, uint32_t n)
{
  for (uint32_t i = 0; i < n; ++i) {
    ton_free(stems[i]);
  }
  ton_free(stems);
}

TonStatus
ton_stems_find(const char* folder, char*** stems, uint32_t* n, TonError* error)
{
  DIR* const dir = opendir(folder);
  if (!dir) {
    return errno == ENOTDIR
               ? ton_fail_file(error, TON_BAD_USE, folder,
                               "is a file; expected a folder of stems "
                               "(tonmeister new takes files)")
               : ton_fail_file(error, TON_NOT_FOUND, folder, "%s",
                               strerror(errno));
  }
  size_t capacity = 0;
  *stems = NULL;
  *n = 0;
  for (struct dirent* d = readdir(dir); d; d = readdir(dir)) {
    TonString path = {0};
    ton_string_printf(&path, "%s/%s", folder, d->d_name);
    char** const grown =
        ton_grow(*stems, &capacity, (size_t)*n + 1, sizeof(char*));
    *stems = grown ? grown : *stems;
    if (grown && !path.failed && named_like_audio(d->d_name) &&
        !ton_is_folder(path.bytes)) {
      (*stems)[*n] = ton_copy_string(path.bytes);
      *n += (*stems)[*n] != NULL;
    }
    ton_string_free(&path);
  }
  closedir(dir);
  if (!*n) {
    ton_stems_free(*stems, 0);
    *stems = NULL;
    return ton_fail_file(error, TON_NOT_FOUND, folder,
                         "holds no audio file; expected a folder of stems "
                         "(WAV, AIFF, FLAC, MP3, Ogg, M4A)");
  }
  qsort(*stems, *n, sizeof(char*), by_name);
  return TON_OK;
}
