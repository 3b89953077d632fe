// SPDX-License-Identifier: GPL-3.0-or-later
/// @file What the stages of a song were made of, by the hash of its content.
#include "song/made.h"

#include "base/array.h"
#include "base/error.h"
#include "base/folder.h"
#include "base/input_file.h"
#include "base/memory.h"
#include "base/output_file.h"
#include "base/string.h"
#include "session/doc.h"
#include "song/song.h"

#include <glob.h>
#include <string.h>
#include <unistd.h>

enum { HASH = MADE_HASH, MAX_NOTES = 4096 };

/// What a stage was made of; "" each: not known
typedef struct {
  char text[HASH];
  char files[HASH];
} Made;

static const char* const names[] = {"mix", "master", "release"};

static const TonSongText texts[] = {TON_SONG_MIX_TEXT, TON_SONG_MASTER_TEXT,
                                    TON_SONG_RELEASE_TEXT};

// What is there now -----------------------------------------------------------------

/// Add the hash of a file, if there is one
static TonStatus
add_file(TonString* all, const char* path, TonError* error)
{
  char hash[HASH] = "-";
  if (path && *path && access(path, F_OK) == 0) {
    TON_TRY(ton_file_hash(path, hash, error));
  }
  ton_string_printf(all, "%s\n", hash);
  return TON_OK;
}

static TonStatus
add_chain(TonString* all, const TonInsert* chain, uint32_t n, TonError* error)
{
  for (uint32_t i = 0; i < n; ++i) {
    for (uint32_t k = 0; chain[i].files && k < chain[i].type->n_resources;
         ++k) {
      TON_TRY(add_file(all, chain[i].files[k].path, error));
    }
  }
  return TON_OK;
}

static TonStatus
add_mix_files(const TonSong* song, TonString* all, TonError* error)
{
  TonMix* mix = NULL;
  TonStatus status = song_read_mix(song, &mix, error);
  for (uint32_t i = 0; !status && i < mix->n_strips; ++i) {
    const TonStrip* const s = &mix->strips[i];
    status = s->file ? add_file(all, s->file, error) : TON_OK;
    status = status ? status : add_chain(all, s->chain, s->n_chain, error);
  }
  ton_mix_free(mix);
  return status;
}

static TonStatus
add_master_files(const TonSong* song, TonString* all, TonError* error)
{
  TonMaster* master = NULL;
  TonStatus status = song_read_master(song, &master, error);
  status = status ? status : add_file(all, master->source, error);
  for (uint32_t i = 0; !status && i < master->n_references; ++i) {
    status = add_file(all, master->references[i], error);
  }
  status =
      status ? status : add_chain(all, master->chain, master->n_chain, error);
  ton_master_free(master);
  return status;
}

static TonStatus
add_release_files(const TonSong* song, TonString* all, TonError* error)
{
  TonRelease* release = NULL;
  TonStatus status = song_read_release(song, &release, error);
  status = status ? status : add_file(all, release->source, error);
  status = status ? status : add_file(all, release->cover, error);
  ton_release_free(release);
  return status;
}

/// The song's own presets count for every stage
static TonStatus
add_presets(const TonSong* song, TonString* all, TonError* error)
{
  TonString pattern = {0};
  glob_t found = {0};
  ton_string_printf(&pattern, "%s/presets/*.yaml", song->folder);
  TonStatus status = TON_OK;
  if (!pattern.failed && glob(pattern.bytes, 0, NULL, &found) == 0) {
    for (size_t i = 0; i < found.gl_pathc && !status; ++i) {
      status = add_file(all, found.gl_pathv[i], error);
    }
  }
  globfree(&found);
  ton_string_free(&pattern);
  return status;
}

TonStatus
made_files(const TonSong* song, TonSongStage stage, char hash[MADE_HASH],
           TonError* error)
{
  static TonStatus (*const add[])(const TonSong*, TonString*, TonError*) = {
      add_mix_files, add_master_files, add_release_files};
  TonString all = {0};
  TonStatus status = add[stage](song, &all, error);
  status = status ? status : add_presets(song, &all, error);
  ton_string_add(&all, TON_VERSION);
  if (!status && all.failed) {
    status = ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  ton_text_hash(ton_string_string(&all), hash);
  ton_string_free(&all);
  return status;
}

/// What a text says: comments and layout make no other sound
static bool
hash_text(const TonSong* song, TonSongStage stage, char hash[HASH])
{
  const TonDoc* const doc = song->texts[texts[stage]].doc;
  TonString content = {0};
  if (doc) {
    ton_node_content(doc->root, &content);
  }
  ton_text_hash(ton_string_string(&content), hash);
  const bool known = doc && !content.failed;
  ton_string_free(&content);
  return known;
}

// The notes --------------------------------------------------------------------------

static void
read_notes(const TonSong* song, Made made[TON_SONG_STAGES])
{
  memset(made, 0, TON_SONG_STAGES * sizeof(Made));
  size_t length = 0;
  char* const bytes = ton_string_read_file(song->made, MAX_NOTES, &length);
  char* rest = bytes;
  for (char* line; bytes && (line = strtok_r(rest, "\n", &rest));) {
    for (int i = 0; i < TON_SONG_STAGES; ++i) {
      const size_t n = strlen(names[i]);
      if (strncmp(line, names[i], n) == 0 && strlen(line) == n + 2 * HASH) {
        memcpy(made[i].text, line + n + 1, HASH - 1);
        memcpy(made[i].files, line + n + 1 + HASH, HASH - 1);
      }
    }
  }
  ton_free(bytes);
}

static TonStatus
write_notes(const TonSong* song, const Made made[TON_SONG_STAGES],
            TonError* error)
{
  TonString all = {0};
  for (int i = 0; i < TON_SONG_STAGES; ++i) {
    if (*made[i].text) {
      ton_string_printf(&all, "%s %s %s\n", names[i], made[i].text,
                        made[i].files);
    }
  }
  TonStatus status = all.failed
                         ? ton_fail(error, TON_NO_MEMORY, "out of memory")
                         : ton_make_folder(song->notes, error);
  status = status ? status
                  : ton_file_write(song->made, ton_string_string(&all),
                                   all.length, error);
  ton_string_free(&all);
  return status;
}

TonStatus
made_note(const TonSong* song, TonSongStage stage, const char files[MADE_HASH],
          TonError* error)
{
  Made made[TON_SONG_STAGES];
  read_notes(song, made);
  hash_text(song, stage, made[stage].text);
  memcpy(made[stage].files, files, HASH);
  return write_notes(song, made, error);
}

TonStatus
made_forget(const TonSong* song, TonSongStage stage, TonError* error)
{
  Made made[TON_SONG_STAGES];
  read_notes(song, made);
  if (!*made[stage].text) {
    return TON_OK;
  }
  made[stage] = (Made){0};
  return write_notes(song, made, error);
}

TonStatus
ton_song_outdated(const TonSong* song, TonSongStage* stage, TonError* error)
{
  const char* const files[] = {song->mix, song->master, song->release};
  Made made[TON_SONG_STAGES];
  read_notes(song, made);
  for (int i = 0; i < TON_SONG_STAGES; ++i) {
    Made now;
    *stage = (TonSongStage)i;
    if (!hash_text(song, *stage, now.text) || access(files[i], F_OK) != 0 ||
        strcmp(now.text, made[i].text) != 0) {
      return TON_OK;
    }
    TON_TRY(made_files(song, *stage, now.files, error));
    if (strcmp(now.files, made[i].files) != 0) {
      return TON_OK;
    }
  }
  *stage = TON_SONG_STAGES;
  return TON_OK;
}

/// Has the text of a stage, or what a later one was made of, changed since?  False
/// where that is not known.
static bool
has_changed(const TonSong* song, TonSongStage stage)
{
  Made made[TON_SONG_STAGES];
  Made now = {0};
  read_notes(song, made);
  if (!*made[stage].text || !hash_text(song, stage, now.text)) {
    return false;
  }
  if (strcmp(now.text, made[stage].text) != 0) {
    return true;
  }
  return stage != TON_SONG_STAGE_MIX &&
         !made_files(song, stage, now.files, NULL) &&
         strcmp(now.files, made[stage].files) != 0;
}

TonStatus
ton_song_current(const TonSong* song, TonSongStage end, TonError* error)
{
  static const char* const changed[] = {
      [TON_SONG_STAGE_MIX] =
          "mix.yaml has changed since out/mix.wav was written; tonmeister mix",
      [TON_SONG_STAGE_MASTER] = "master.yaml, out/mix.wav or a reference has "
                                "changed since out/master.wav was written; "
                                "tonmeister master"};
  for (size_t i = 0; i < end && i < TON_COUNT(changed); ++i) {
    if (has_changed(song, (TonSongStage)i)) {
      return ton_fail(error, TON_BAD_USE, "%s %s writes it again", changed[i],
                      song->given);
    }
  }
  return TON_OK;
}
