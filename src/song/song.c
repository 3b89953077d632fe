// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Opening, saving and closing a song: its paths, its texts, their records.
*/
#include "song/song.h"

#include "base/array.h"
#include "base/error.h"
#include "base/output_file.h"
#include "base/path.h"
#include "base/string.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// Paths -----------------------------------------------------------------------

const char*
song_path_of(TonSong* song, const char* file)
{
  char* const path = ton_string_new("%s/%s", song->folder, file);
  char* const own =
      path ? ton_arena_string(&song->arena, path, strlen(path)) : NULL;
  ton_free(path);
  return own;
}

static TonStatus
name_files(TonSong* s, TonError* error)
{
  SongText* const mix = &s->texts[TON_SONG_MIX_TEXT];
  SongText* const master = &s->texts[TON_SONG_MASTER_TEXT];
  const struct {
    const char** path;
    const char* file;
  } files[] = {{&mix->path, "mix.yaml"},
               {&mix->records_path, "decisions.json"},
               {&master->path, "master.yaml"},
               {&master->records_path, "master-decisions.json"},
               {&s->texts[TON_SONG_RELEASE_TEXT].path, "release.yaml"},
               {&s->out, "out"},
               {&s->mix, "out/mix.wav"},
               {&s->master, "out/master.wav"},
               {&s->stems, "out/stems"},
               {&s->release, "out/release"},
               {&s->cache, ".tonmeister/stems"},
               {&s->notes, ".tonmeister"},
               {&s->made, ".tonmeister/made"},
               {&s->written_stems, ".tonmeister/written"},
               {&s->sums, "out/release/SHA256SUMS"},
               {&s->interim_sums, "out/release/.files"}};
  for (size_t i = 0; i < TON_COUNT(files); ++i) {
    *files[i].path = song_path_of(s, files[i].file);
    if (!*files[i].path) {
      return ton_fail(error, TON_NO_MEMORY, "out of memory");
    }
  }
  return TON_OK;
}

/// A song in a folder, nothing read yet
static TonStatus
new_song(const char* folder, TonSong** song, TonError* error)
{
  if (ton_is_file(folder)) {
    return ton_fail_file(error, TON_BAD_USE, folder,
                         "is a file; expected the folder of a song");
  }
  char* const whole = realpath(folder, NULL);
  if (!whole) {
    return ton_fail_file(error, TON_NOT_FOUND, folder,
                         "there is no such song folder");
  }
  TonSong* const s = ton_alloc(sizeof(TonSong));
  if (s) {
    s->folder = ton_arena_string(&s->arena, whole, strlen(whole));
    s->given = ton_arena_string(&s->arena, folder, strlen(folder));
  }
  free(whole);
  if (!s || !s->folder || !s->given) {
    ton_song_free(s);
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  s->name = ton_file_name(s->folder);
  *song = s; // the caller frees it, also when there is no memory for the rest
  return name_files(s, error);
}

// Reading ---------------------------------------------------------------------

/// Wrong values are found now; missing files only when they are needed
static TonStatus
check_text(const TonSong* song, int text, TonError* error)
{
  TonMix* mix = NULL;
  TonMaster* master = NULL;
  TonRelease* release = NULL;
  const TonDoc* const doc = song->texts[text].doc;
  const TonStatus status = text == TON_SONG_MIX_TEXT
                               ? ton_mix_read(doc, NULL, &mix, error)
                           : text == TON_SONG_MASTER_TEXT
                               ? ton_master_read(doc, NULL, &master, error)
                               : ton_release_read(doc, NULL, &release, error);
  ton_mix_free(mix);
  ton_master_free(master);
  ton_release_free(release);
  return status;
}

/// Records that are not there are none; what the text no longer says is marked
static TonStatus
read_records(SongText* t, TonError* error)
{
  TonError own = {0};
  const TonStatus status =
      t->records_path ? ton_decisions_read(t->records_path, &t->records, &own)
                      : TON_NOT_FOUND;
  if (status) {
    t->records = (TonDecisions){0};
  }
  if (status && status != TON_NOT_FOUND) {
    if (error) {
      *error = own;
    }
    return status;
  }
  return ton_decisions_compare(&t->records, t->doc)
             ? ton_fail(error, TON_NO_MEMORY, "out of memory")
             : TON_OK;
}

static TonStatus
open_text(TonSong* song, int text, TonError* error)
{
  SongText* const t = &song->texts[text];
  // NOLINTNEXTLINE(clang-analyzer-core.NullDereference)
  if (access(t->path, F_OK) != 0) {
    return TON_OK;
  }
  TON_TRY(ton_doc_open(t->path, &t->doc, error));
  t->as_read = ton_copy_string(ton_doc_text(t->doc));
  if (!t->as_read) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  TON_TRY(check_text(song, text, error));
  return read_records(t, error);
}

TonStatus
ton_song_open(const char* folder, TonSong** song, TonError* error)
{
  TonSong* s = NULL;
  *song = NULL;
  TonStatus status = new_song(folder, &s, error);
  for (int i = 0; i < TON_SONG_TEXTS && !status; ++i) {
    status = open_text(s, i, error);
  }
  if (status) {
    ton_song_free(s);
    return status;
  }
  *song = s;
  return TON_OK;
}

TonStatus
song_of_file(TonSong** song, TonError* error)
{
  *song = NULL;
  const TonStatus status = new_song(".", song, error);
  if (status) {
    ton_song_free(*song);
    *song = NULL;
  }
  return status;
}

void
ton_song_free(TonSong* song)
{
  for (int i = 0; song && i < TON_SONG_TEXTS; ++i) {
    ton_doc_free(song->texts[i].doc);
    ton_free(song->texts[i].as_read);
    ton_decisions_free(&song->texts[i].records);
  }
  if (song) {
    ton_arena_free(&song->arena);
    ton_free(song);
  }
}

// Values ----------------------------------------------------------------------

static TonStatus
need(const TonSong* song, TonSongText text, TonError* error)
{
  const SongText* const t = &song->texts[text];
  return t->doc ? TON_OK
                : ton_fail_file(error, TON_NOT_FOUND, t->path,
                                "there is no such file");
}

TonStatus
song_read_mix(const TonSong* song, TonMix** mix, TonError* error)
{
  TON_TRY(need(song, TON_SONG_MIX_TEXT, error));
  return ton_mix_read(song->texts[TON_SONG_MIX_TEXT].doc, song->folder, mix,
                      error);
}

TonStatus
song_read_master(const TonSong* song, TonMaster** master, TonError* error)
{
  TON_TRY(need(song, TON_SONG_MASTER_TEXT, error));
  return ton_master_read(song->texts[TON_SONG_MASTER_TEXT].doc, song->folder,
                         master, error);
}

TonStatus
song_read_release(const TonSong* song, TonRelease** release, TonError* error)
{
  TON_TRY(need(song, TON_SONG_RELEASE_TEXT, error));
  return ton_release_read(song->texts[TON_SONG_RELEASE_TEXT].doc, song->folder,
                          release, error);
}

TonStatus
song_begin_text(TonSong* song, TonSongText text, const char* content,
                TonError* error)
{
  SongText* const t = &song->texts[text];
  return ton_doc_parse(content, strlen(content), t->path, &t->doc, error);
}

const char*
ton_song_text_path(const TonSong* song, TonSongText text)
{
  return song->texts[text].path;
}

const char*
ton_song_mix_path(const TonSong* song)
{
  return song->mix;
}

const char*
ton_song_master_path(const TonSong* song)
{
  return song->master;
}

const TonDoc*
ton_song_doc(const TonSong* song, TonSongText text)
{
  return song->texts[text].doc;
}

const TonDecisions*
ton_song_decisions(const TonSong* song, TonSongText text)
{
  return &song->texts[text].records;
}

// Saving ----------------------------------------------------------------------

static bool
is_changed(const SongText* t)
{
  return t->doc &&
         (!t->as_read || strcmp(t->as_read, ton_doc_text(t->doc)) != 0);
}

/// What is to be written: the texts and the records that belong to them
typedef struct {
  TonFileText files[2 * TON_SONG_TEXTS];
  uint32_t n;
  char* records[TON_SONG_TEXTS];
} SongFiles;

/// A text that only gets new records is not written, but must be as it was
static TonStatus
collect_text(const SongText* t, char** records, SongFiles* f, TonError* error)
{
  if (!is_changed(t) && !t->records_changed) {
    return TON_OK;
  }
  const char* const was = t->as_read ? t->as_read : "";
  const char* const now = is_changed(t) ? ton_doc_text(t->doc) : NULL;
  f->files[f->n++] = (TonFileText){.path = t->path,
                                   .bytes = now,
                                   .size = now ? strlen(now) : 0,
                                   .was = was,
                                   .was_size = strlen(was)};
  if (t->records_changed && t->records.count) {
    TON_TRY(ton_decisions_text(&t->records, t->records_path, records, error));
    f->files[f->n++] = (TonFileText){
        .path = t->records_path, .bytes = *records, .size = strlen(*records)};
  }
  return TON_OK;
}

static TonStatus
remember_saved(SongText* t, TonError* error)
{
  t->records_changed = false;
  if (is_changed(t)) {
    ton_free(t->as_read);
    t->as_read = ton_copy_string(ton_doc_text(t->doc));
    if (!t->as_read) {
      return ton_fail(error, TON_NO_MEMORY, "out of memory");
    }
  }
  return TON_OK;
}

TonStatus
ton_song_save(TonSong* song, TonError* error)
{
  SongFiles f = {0};
  TonStatus status = TON_OK;
  for (int i = 0; i < TON_SONG_TEXTS && !status; ++i) {
    status = collect_text(&song->texts[i], &f.records[i], &f, error);
  }
  status = status || !f.n ? status : ton_write_texts(f.files, f.n, error);
  for (int i = 0; i < TON_SONG_TEXTS; ++i) {
    free(f.records[i]);
    status = status ? status : remember_saved(&song->texts[i], error);
  }
  return status;
}
