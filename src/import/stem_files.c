// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Recordings join a song, and join it again when they have changed.
#include "import/stem_files.h"

#include "base/error.h"
#include "base/folder.h"
#include "base/input_file.h"
#include "base/output_file.h"
#include "base/string.h"
#include "files/link_or_copy.h"

#include <tonmeister/audio_file.h>

#include <assert.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HASH = 33, MAX_NOTES = 4 << 20 };

/// A file of stems/ and what it was made of
typedef struct {
  const char* file; ///< "stems/02 Bass.wav"
  char hash[HASH];  ///< Of the recording
} ImportNote;

typedef struct {
  const char* folder; ///< Of the song
  const StemNames* names;
  const TonMix* mix; ///< Null: every stem is brought in
  TonArena arena;
  ImportNote* notes;
  uint32_t n_notes;
  char (*hashes)[HASH]; ///< Of the recordings as they are now
  bool noted;           ///< There is something new in the notes
  TonError* error;
} Import;

static TonStatus
no_memory(const Import* im)
{
  return ton_fail(im->error, TON_NO_MEMORY, "out of memory");
}

/// Path of a file of the song, owned by the arena; null when memory is refused
static const char*
path_of(Import* im, const char* file)
{
  char* const path = ton_string_new("%s/%s", im->folder, file);
  const char* const own =
      path ? ton_arena_string(&im->arena, path, strlen(path)) : NULL;
  ton_free(path);
  return own;
}

// Notes ---------------------------------------------------------------------------

static ImportNote*
note_of(const Import* im, const char* file)
{
  for (uint32_t i = 0; i < im->n_notes; ++i) {
    if (strcmp(im->notes[i].file, file) == 0) {
      return &im->notes[i];
    }
  }
  return NULL;
}

static void
set_note(Import* im, const char* file, const char* hash)
{
  ImportNote* note = note_of(im, file);
  note = note ? note : &im->notes[im->n_notes++];
  note->file = file;
  memcpy(note->hash, hash, HASH);
  im->noted = true;
}

static uint32_t
count_lines(const char* text)
{
  uint32_t n = 0;
  for (; text && *text; ++text) {
    n += *text == '\n';
  }
  return n;
}

/// A line of the notes; one that is no note is left out
static TonStatus
read_note(Import* im, const char* line)
{
  if (strlen(line) <= HASH || line[HASH - 1] != ' ') {
    return TON_OK;
  }
  ImportNote* const note = &im->notes[im->n_notes++];
  memcpy(note->hash, line, HASH - 1);
  note->file = ton_arena_string(&im->arena, line + HASH, strlen(line + HASH));
  return note->file ? TON_OK : no_memory(im);
}

/// With room for a note of each stem
static TonStatus
read_notes(Import* im, const char* path)
{
  size_t length = 0;
  char* const bytes = ton_string_read_file(path, MAX_NOTES, &length);
  const size_t max = im->names->n + count_lines(bytes) + 1;
  im->notes = ton_arena_alloc(&im->arena, max * sizeof(ImportNote));
  TonStatus status = TON_OK;
  char* rest = bytes;
  for (char* line;
       im->notes && !status && bytes && (line = strtok_r(rest, "\n", &rest));) {
    status = read_note(im, line);
  }
  ton_free(bytes);
  return im->notes ? status : no_memory(im);
}

static TonStatus
write_notes(Import* im, const char* path)
{
  TonString text = {0};
  for (uint32_t i = 0; i < im->n_notes; ++i) {
    ton_string_printf(&text, "%s %s\n", im->notes[i].hash, im->notes[i].file);
  }
  const char* const folder = path_of(im, ".tonmeister");
  TonStatus status = text.failed || !folder
                         ? no_memory(im)
                         : ton_make_folder(folder, im->error);
  status = status ? status
                  : ton_file_write(path, ton_string_string(&text), text.length,
                                   im->error);
  ton_string_free(&text);
  return status;
}

// One stem ------------------------------------------------------------------------

static bool
is_played(const Import* im, const char* file)
{
  for (uint32_t i = 0; im->mix && i < im->mix->n_tracks; ++i) {
    if (strcmp(im->mix->strips[i].file, file) == 0) {
      return true;
    }
  }
  return !im->mix;
}

/// Is a file of the song made of exactly what the stem of that name is now?
static bool
is_current(const Import* im, const ImportNote* note)
{
  for (uint32_t i = 0; i < im->names->n; ++i) {
    if (strcmp(im->names->stems[i].file, note->file) == 0) {
      return strcmp(im->hashes[i], note->hash) == 0;
    }
  }
  return false;
}

/// The file of the song that was made of exactly what stem `i` is now, or null:
/// the one of its name, else one whose stem has another name by now
static const char*
made_of(const Import* im, uint32_t i)
{
  const char* const hash = im->hashes[i];
  const ImportNote* const own = note_of(im, im->names->stems[i].file);
  if (own && strcmp(own->hash, hash) == 0) {
    return own->file;
  }
  for (uint32_t k = 0; k < im->n_notes; ++k) {
    const ImportNote* const note = &im->notes[k];
    if (strcmp(note->hash, hash) == 0 && !is_current(im, note)) {
      return note->file;
    }
  }
  return NULL;
}

/// Has the recording that a file was made of another name now?  A folder that got
/// more stems may name all of them in another way.
static bool
is_renamed(const Import* im, const ImportNote* note)
{
  for (uint32_t i = 0; i < im->names->n; ++i) {
    const char* const made = made_of(im, i);
    if (made && strcmp(made, note->file) == 0) {
      return true;
    }
  }
  return false;
}

/// Make `file` of the recording of stem `i`
static TonStatus
bring(Import* im, uint32_t i, const char* file, const char* path)
{
  char* const folder = ton_arena_string(&im->arena, path, strlen(path));
  if (!folder) {
    return no_memory(im);
  }
  *strrchr(folder, '/') = '\0';
  TON_TRY(ton_make_folder(folder, im->error));
  TON_TRY(ton_link_or_copy(im->names->stems[i].from, path, im->error));
  set_note(im, file, im->hashes[i]);
  return TON_OK;
}

/// `file` is not there, or was made of another recording, or nobody knows of what
static TonStatus
take(Import* im, uint32_t i, const char* file, TonStemState* state)
{
  const ImportNote* const note = note_of(im, file);
  const char* const path = path_of(im, file);
  struct stat from;
  struct stat now;
  char hash[HASH];
  *state = TON_STEM_TAKEN;
  if (!path) {
    return no_memory(im);
  }
  if (lstat(path, &now) != 0) {
    return bring(im, i, file, path);
  }
  TON_TRY(ton_file_hash(path, hash, im->error));
  if (strcmp(hash, im->hashes[i]) == 0) {
    const bool one = stat(im->names->stems[i].from, &from) == 0 &&
                     from.st_ino == now.st_ino && from.st_dev == now.st_dev;
    *state = one && note ? TON_STEM_TAKEN : TON_STEM_KEPT;
    set_note(im, file, hash);
    return TON_OK;
  }
  if (note && strcmp(hash, note->hash) == 0 && S_ISREG(now.st_mode)) {
    return bring(im, i, file, path);
  }
  *state = TON_STEM_EDITED;
  return TON_OK;
}

static TonStatus
update(Import* im, uint32_t i, TonStemState* state)
{
  const char* const own = im->names->stems[i].file;
  const char* const made = made_of(im, i);
  const char* const file = made ? made : own;
  const char* const path = path_of(im, file);
  const ImportNote* const note = note_of(im, own);
  if (!path) {
    return no_memory(im);
  }
  *state = TON_STEM_UNUSED;
  if (!is_played(im, file) || (!made && note && is_renamed(im, note))) {
    return TON_OK;
  }
  *state = TON_STEM_KEPT;
  return made && access(path, F_OK) == 0 ? TON_OK : take(im, i, file, state);
}

static bool
is_offered(const Import* im, const ImportNote* note)
{
  for (uint32_t i = 0; i < im->names->n; ++i) {
    if (strcmp(im->names->stems[i].file, note->file) == 0) {
      return true;
    }
  }
  return is_renamed(im, note);
}

/// Played, but made of a recording that nobody offers any more
static TonStatus
find_gone(const Import* im, TonStems* gone)
{
  for (uint32_t k = 0; gone && k < im->n_notes; ++k) {
    const ImportNote* const note = &im->notes[k];
    if (is_played(im, note->file) && !is_offered(im, note)) {
      TON_TRY(ton_stems_add(gone, note->file, im->error));
    }
  }
  return TON_OK;
}

static TonStatus
update_all(Import* im, TonStemState* states, TonStems* gone)
{
  const StemNames* const names = im->names;
  const char* const path = path_of(im, ".tonmeister/imported");
  im->hashes = ton_arena_alloc(&im->arena, (names->n + 1) * HASH);
  if (!path || !im->hashes) {
    return no_memory(im);
  }
  TON_TRY(read_notes(im, path));
  assert(im->notes);
  for (uint32_t i = 0; i < names->n; ++i) {
    TON_TRY(ton_file_hash(names->stems[i].from, im->hashes[i], im->error));
  }
  for (uint32_t i = 0; i < names->n; ++i) {
    TON_TRY(update(im, i, &states[i]));
  }
  TON_TRY(find_gone(im, gone));
  return im->noted ? write_notes(im, path) : TON_OK;
}

TonStatus
stem_files_update(const char* folder, const StemNames* names, const TonMix* mix,
                  TonStemState* states, TonStems* gone, TonError* error)
{
  Import im = {.folder = folder, .names = names, .mix = mix, .error = error};
  const TonStatus status = update_all(&im, states, gone);
  ton_arena_free(&im.arena);
  return status;
}
