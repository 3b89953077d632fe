// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Where a result may be written: the format by the ending of its name, and
/// over no file that a song is made of.
#include "song/outputs.h"

#include "base/array.h"
#include "base/error.h"
#include "base/output_file.h"
#include "base/path.h"
#include "base/string.h"
#include "render/resources.h"
#include "song/song.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RECORDING "a recording of a song"

// What a song is made of ------------------------------------------------------

/// A file of the song, absolute or in its folder; null: none
static TonStatus
file_apart(const TonSong* song, const char* file, const char* what,
           const char* out, TonError* error)
{
  if (!file) {
    return TON_OK;
  }
  char* const path = *file == '/' ? ton_copy_string(file)
                                  : ton_string_new("%s/%s", song->folder, file);
  const TonStatus status =
      path ? ton_output_apart(out, path, what, error)
           : ton_fail(error, TON_NO_MEMORY, "out of memory");
  ton_free(path);
  return status;
}

/// What the master or the release is made of, unless a stage before makes it
static TonStatus
source_apart(const TonSong* song, const char* source, const char* out,
             TonError* error)
{
  const size_t n = strlen(song->out);
  const bool made = strncmp(source, "out/", 4) == 0 ||
                    (strncmp(source, song->out, n) == 0 && source[n] == '/');
  return made ? TON_OK
              : file_apart(song, source, "the sound of a song", out, error);
}

static TonStatus
chain_apart(const TonSong* song, const TonInsert* chain, uint32_t n,
            const char* out, TonError* error)
{
  for (uint32_t i = 0; i < n; ++i) {
    for (uint32_t k = 0; k < chain[i].type->n_resources; ++k) {
      TON_TRY(file_apart(song, chain[i].files[k].path, "a file of a chain", out,
                         error));
    }
  }
  return TON_OK;
}

static TonStatus
mix_apart(const TonSong* song, const TonDoc* doc, const char* out,
          TonError* error)
{
  TonMix* mix = NULL;
  TonStatus status = ton_mix_read(doc, NULL, &mix, error);
  for (uint32_t i = 0; !status && i < mix->n_strips; ++i) {
    const TonStrip* const s = &mix->strips[i];
    status = file_apart(song, s->file, RECORDING, out, error);
    status =
        status ? status : chain_apart(song, s->chain, s->n_chain, out, error);
  }
  ton_mix_free(mix);
  return status;
}

static TonStatus
master_apart(const TonSong* song, const TonDoc* doc, const char* out,
             TonError* error)
{
  TonMaster* m = NULL;
  TON_TRY(ton_master_read(doc, NULL, &m, error));
  TonStatus status = source_apart(song, m->source, out, error);
  for (uint32_t i = 0; !status && i < m->n_references; ++i) {
    status =
        file_apart(song, m->references[i], "a reference of a song", out, error);
  }
  status =
      status ? status : chain_apart(song, m->chain, m->n_chain, out, error);
  ton_master_free(m);
  return status;
}

static TonStatus
release_apart(const TonSong* song, const TonDoc* doc, const char* out,
              TonError* error)
{
  TonRelease* r = NULL;
  TON_TRY(ton_release_read(doc, NULL, &r, error));
  TonStatus status = source_apart(song, r->source, out, error);
  status = status
               ? status
               : file_apart(song, r->cover, "the cover of a song", out, error);
  ton_release_free(r);
  return status;
}

TonStatus
song_apart(const TonSong* song, const char* out, TonError* error)
{
  static TonStatus (*const named[])(const TonSong*, const TonDoc*, const char*,
                                    TonError*) = {
      [TON_SONG_MIX_TEXT] = mix_apart,
      [TON_SONG_MASTER_TEXT] = master_apart,
      [TON_SONG_RELEASE_TEXT] = release_apart};
  for (size_t i = 0; i < TON_COUNT(named); ++i) {
    const SongText* const t = &song->texts[i];
    TON_TRY(file_apart(song, t->path, "a text of a song", out, error));
    TON_TRY(
        file_apart(song, t->records_path, "a record of decisions", out, error));
    TON_TRY(t->doc ? named[i](song, t->doc, out, error) : TON_OK);
  }
  return TON_OK;
}

// The songs that an output lies in --------------------------------------------

static TonStatus
find_text(const char* folder, bool* found, TonError* error)
{
  static const char* const names[] = {"mix.yaml", "master.yaml",
                                      "release.yaml"};
  *found = false;
  for (size_t i = 0; i < TON_COUNT(names) && !*found; ++i) {
    char* const path = ton_string_new("%s/%s", folder, names[i]);
    if (!path) {
      return ton_fail(error, TON_NO_MEMORY, "out of memory");
    }
    *found = ton_is_file(path);
    ton_free(path);
  }
  return TON_OK;
}

/// A file of a folder that is the song's alone
static TonStatus
fail_kept(const char* folder, const char* inside, const char* what,
          const char* out, TonError* error)
{
  char* const path = ton_string_new("%s/%s", folder, inside);
  const TonStatus status =
      path ? ton_fail_destroyed(error, out, path, what)
           : ton_fail(error, TON_NO_MEMORY, "out of memory");
  ton_free(path);
  return status;
}

/// `inside`: the path of the output from the folder of the song
static TonStatus
check_song(const char* folder, const char* inside, const char* out,
           TonError* error)
{
  static const struct {
    const char* folder;
    const char* what;
  } kept[] = {{"stems/", RECORDING},
              {"presets/", "a preset of a song"},
              {".tonmeister/", "a file that the program keeps for a song"}};
  bool is_song = false;
  TON_TRY(find_text(folder, &is_song, error));
  if (!is_song) {
    return TON_OK;
  }
  for (size_t i = 0; i < TON_COUNT(kept); ++i) {
    if (strncmp(inside, kept[i].folder, strlen(kept[i].folder)) == 0) {
      return fail_kept(folder, inside, kept[i].what, out, error);
    }
  }
  TonSong* song = NULL;
  TON_TRY(ton_song_open(folder, &song, error));
  const TonStatus status = song_apart(song, out, error);
  ton_song_free(song);
  return status;
}

/// Every folder above the output may be that of a song
static TonStatus
songs_apart(const char* whole, const char* out, TonError* error)
{
  char* const folder = ton_copy_string(whole);
  if (!folder) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  TonStatus status = TON_OK;
  for (char* slash = strrchr(folder, '/'); slash > folder && !status;
       slash = strrchr(folder, '/')) {
    *slash = '\0';
    status = check_song(folder, whole + (slash - folder) + 1, out, error);
  }
  ton_free(folder);
  return status;
}

/// The folder made absolute, a link of this name not followed; null: none
static char*
whole_name(const char* out)
{
  const char* const name = ton_file_name(out);
  char* const given = ton_string_new("%.*s.", (int)(name - out), out);
  char* const folder = given ? realpath(given, NULL) : NULL;
  char* const whole = folder ? ton_string_new("%s/%s", folder, name) : NULL;
  free(folder);
  ton_free(given);
  return whole;
}

/// Where the name lies and where it leads to.  What is not there is not lost.
static TonStatus
around_apart(const char* out, TonError* error)
{
  if (access(out, F_OK) != 0) {
    return TON_OK;
  }
  char* const name = whole_name(out);
  char* const target = realpath(out, NULL);
  const bool is_link = name && target && strcmp(name, target) != 0;
  TonStatus status = name && target
                         ? songs_apart(target, out, error)
                         : ton_fail(error, TON_NO_MEMORY, "out of memory");
  status = status || !is_link ? status : songs_apart(name, out, error);
  free(target);
  ton_free(name);
  return status;
}

// The format ------------------------------------------------------------------

TonStatus
output_expect(const char* out, bool wav, const DeliveryFormat** format,
              TonError* error)
{
  const DeliveryFormat* const f = delivery_format_of_file(out);
  if (!f) {
    return ton_fail_file(error, TON_BAD_USE, out, "the name must end in %s",
                         wav ? ".wav"
                             : ".wav, .flac, .aiff, .mp3, .ogg or .opus");
  }
  if (wav && strcmp(f->container, "WAV") != 0) {
    return ton_fail_file(error, TON_BAD_USE, out,
                         "would be a WAV file; name it .wav (tonmeister "
                         "release writes FLAC, MP3 and others)");
  }
  if (format) {
    *format = f;
  }
  return around_apart(out, error);
}
