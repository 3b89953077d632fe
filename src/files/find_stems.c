// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The audio files of a folder and of the folders in it, in the order a
/// person would list them.
#include "base/error.h"
#include "base/folder.h"
#include "base/memory.h"
#include "base/path.h"
#include "base/string.h"
#include "files/pcm_file.h"

#include <errno.h>
#include <fts.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

static bool
named_like_audio(const char* name)
{
  static const char* const endings[] = {
      ".wav", ".wave", ".aif", ".aiff", ".aifc", ".flac", ".mp3",  ".ogg",
      ".oga", ".opus", ".m4a", ".aac",  ".caf",  ".w64",  ".rf64", ".bw64",
      ".wv",  ".mp4",  ".au",  ".snd",  ".wma",  ".mka",  ".webm", ".m4b",
      ".tta", ".mp2",  ".ac3", ".eac3", ".dts",  ".spx",  ".voc"};
  const char* const ending = ton_file_ending(name);
  for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); ++i) {
    if (strcasecmp(ending, endings[i]) == 0) {
      return true;
    }
  }
  return false;
}

static int
by_name(const FTSENT** a, const FTSENT** b)
{
  return ton_string_order((*a)->fts_name, (*b)->fts_name);
}

// The list ----------------------------------------------------------------------

static void
free_names(char** names, uint32_t n)
{
  for (uint32_t i = 0; i < n; ++i) {
    ton_free(names[i]);
  }
  ton_free(names);
}

void
ton_stems_free(TonStems* stems)
{
  free_names(stems->paths, stems->n);
  free_names(stems->left_out, stems->n_left_out);
  ton_free(stems->empty);
  *stems = (TonStems){0};
}

static TonStatus
add_name(char*** names, uint32_t* n, const char* name, TonError* error)
{
  size_t capacity = *n;
  char** const grown =
      ton_grow(*names, &capacity, (size_t)*n + 1, sizeof(char*));
  *names = grown ? grown : *names;
  char* const own = grown ? ton_copy_string(name) : NULL;
  if (!own) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  grown[(*n)++] = own;
  return TON_OK;
}

TonStatus
ton_stems_add(TonStems* stems, const char* path, TonError* error)
{
  return add_name(&stems->paths, &stems->n, path, error);
}

// The walk ----------------------------------------------------------------------

static bool
is_song(const char* folder)
{
  TonString text = {0};
  ton_string_printf(&text, "%s/mix.yaml", folder);
  const bool there = !text.failed && access(text.bytes, F_OK) == 0;
  ton_string_free(&text);
  return there;
}

/// Why a folder is not looked into; null: it is, "": it goes without saying
static const char*
against_folder(const FTSENT* e, const char* song)
{
  struct stat st;
  const bool same = song && stat(song, &st) == 0 &&
                    st.st_dev == e->fts_statp->st_dev &&
                    st.st_ino == e->fts_statp->st_ino;
  return e->fts_level == 0                      ? NULL
         : same                                 ? ""
         : strcmp(e->fts_name, "__MACOSX") == 0 ? "made by macOS"
         : e->fts_name[0] == '.'                ? "hidden"
         : is_song(e->fts_accpath)              ? "a song"
                                                : NULL;
}

/// A recording that was begun and never made
static bool
is_empty(const FTSENT* e)
{
  PcmLayout layout;
  return e->fts_statp->st_size == 0 ||
         (pcm_layout(e->fts_accpath, &layout) && !layout.info.frames);
}

static const char EMPTY[] = "holds no sound";

/// Why a file is not a stem, in the same way
static const char*
against_file(const FTSENT* e)
{
  const bool hidden = e->fts_name[0] == '.';
  if (!named_like_audio(e->fts_name)) {
    return hidden ? "" : "not audio";
  }
  return hidden                       ? "hidden"
         : e->fts_info == FTS_SLNONE  ? "a link to nothing"
         : e->fts_info == FTS_DEFAULT ? "not a file"
         : is_empty(e)                ? EMPTY
                                      : NULL;
}

static TonStatus
add_empty(TonStems* stems, const char* name, TonError* error)
{
  char* const all = stems->empty ? ton_string_new("%s, %s", stems->empty, name)
                                 : ton_copy_string(name);
  if (!all) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  ton_free(stems->empty);
  stems->empty = all;
  return TON_OK;
}

static TonStatus
leave_out(TonStems* stems, const FTSENT* e, size_t root, const char* why,
          TonError* error)
{
  const char* const name = e->fts_path + root + strspn(e->fts_path + root, "/");
  TonString text = {0};
  ton_string_printf(&text, "%s (%s)", name, why);
  TonStatus status =
      text.failed
          ? ton_fail(error, TON_NO_MEMORY, "out of memory")
          : add_name(&stems->left_out, &stems->n_left_out, text.bytes, error);
  if (!status && why == EMPTY) {
    status = add_empty(stems, name, error);
  }
  ton_string_free(&text);
  return status;
}

/// One file or folder that the walk has come to
static TonStatus
take(FTS* walk, FTSENT* e, size_t root, const char* song, TonStems* stems,
     TonError* error)
{
  const char* why = NULL;
  switch (e->fts_info) {
  case FTS_DP:
    return TON_OK;
  case FTS_D:
    why = against_folder(e, song);
    if (why) {
      fts_set(walk, e, FTS_SKIP);
    }
    break;
  case FTS_DC:
    why = "a link back to a folder it lies in";
    break;
  case FTS_DNR:
  case FTS_ERR:
  case FTS_NS:
    return ton_fail_file(error, TON_BAD_FILE, e->fts_path, "cannot be read: %s",
                         strerror(e->fts_errno));
  default:
    why = against_file(e);
    if (!why) {
      return ton_stems_add(stems, e->fts_path, error);
    }
  }
  return why && *why ? leave_out(stems, e, root, why, error) : TON_OK;
}

static TonStatus
walk_folder(const char* folder, const char* song, TonStems* stems,
            TonError* error)
{
  char* const roots[] = {(char*)(uintptr_t)folder, NULL};
  FTS* const walk = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, by_name);
  if (!walk) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  TonStatus status = TON_OK;
  for (FTSENT* e = fts_read(walk); e && !status; e = fts_read(walk)) {
    status = take(walk, e, strlen(folder), song, stems, error);
  }
  if (!status && errno) {
    status = ton_fail_file(error, TON_BAD_FILE, folder, "cannot be read: %s",
                           strerror(errno));
  }
  fts_close(walk);
  return status;
}

TonStatus
ton_stems_find(const char* folder, const char* song, TonStems* stems,
               TonError* error)
{
  const uint32_t before = stems->n;
  struct stat st;
  if (stat(folder, &st) != 0) {
    return ton_fail_file(error, TON_NOT_FOUND, folder, "%s", strerror(errno));
  }
  if (!S_ISDIR(st.st_mode)) {
    return ton_fail_file(error, TON_BAD_USE, folder,
                         "is a file; expected a folder of stems "
                         "(tonmeister new takes files)");
  }
  if (is_song(folder)) {
    return ton_fail_file(error, TON_BAD_USE, folder,
                         "is a song, with mix.yaml; expected a folder of "
                         "stems. Its own stems are in %s/stems",
                         folder);
  }
  TON_TRY(walk_folder(folder, song, stems, error));
  return stems->n > before
             ? TON_OK
             : ton_fail_file(error, TON_NOT_FOUND, folder,
                             "holds no audio file; expected a folder of stems "
                             "(WAV, AIFF, FLAC, MP3, Ogg, M4A)");
}
