// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Edits of the texts, their history, and texts that somebody else has changed.

   A step of the history is the bytes of a text that gave way to others, so that
   taking it back brings every comment back too.
*/
#include "song/studio_internal.h"

#include "base/error.h"
#include "base/string.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { LOOK_EVERY_MS = 500, MAX_TEXT = 8 << 20 };

// Reading what the texts say ------------------------------------------------------

TonStatus
studio_read(Studio* s, TonError* error)
{
  TonMix* mix = NULL;
  TonMaster* master = NULL;
  TonStatus status = song_read_mix(s->song, &mix, error);
  status = status ? status : song_find_rate(mix, error);
  if (!status && s->song->texts[TON_SONG_MASTER_TEXT].doc) {
    status = ton_master_read(s->song->texts[TON_SONG_MASTER_TEXT].doc, NULL,
                             &master, error);
  }
  if (status) {
    ton_mix_free(mix);
    return status;
  }
  ton_mix_free(s->mix);
  ton_master_free(s->master);
  s->mix = mix;
  s->master = master;
  return studio_number(s) ? ton_fail(error, TON_NO_MEMORY, "out of memory")
                          : TON_OK;
}

/// Whether a document of release.yaml can be read; those of the others are
static TonStatus
check_release(const Studio* s, TonSongText which, TonError* error)
{
  TonRelease* release = NULL;
  if (which != TON_SONG_RELEASE_TEXT) {
    return TON_OK;
  }
  const TonStatus status = song_read_release(s->song, &release, error);
  ton_release_free(release);
  return status;
}

/// The song has another text now; on failure all is as it was
static TonStatus
take_text(Studio* s, TonSongText which, const char* bytes, TonError* error)
{
  SongText* const t = &s->song->texts[which];
  TonDoc* const old = t->doc;
  TonDoc* now = NULL;
  TON_TRY(ton_doc_parse(bytes, strlen(bytes), t->path, &now, error));
  t->doc = now;
  TonStatus status = check_release(s, which, error);
  status = status ? status : studio_read(s, error);
  if (status) {
    t->doc = old;
    ton_doc_free(now);
    return status;
  }
  ton_doc_free(old);
  return ton_decisions_compare(&t->records, now)
             ? ton_fail(error, TON_NO_MEMORY, "out of memory")
             : TON_OK;
}

// History -----------------------------------------------------------------------

static void
free_step(Step* step)
{
  ton_free(step->name);
  ton_free(step->removed);
  ton_free(step->inserted);
  *step = (Step){0};
}

void
studio_history_free(History* h)
{
  for (uint32_t i = 0; i < h->n; ++i) {
    free_step(&h->steps[i]);
  }
  h->n = h->at = 0;
}

/// The bytes in which two texts differ
static Step
step_between(const char* before, const char* now)
{
  Step step = {0};
  size_t a = strlen(before);
  size_t b = strlen(now);
  while (before[step.at] && before[step.at] == now[step.at]) {
    ++step.at;
  }
  while (a > step.at && b > step.at && before[a - 1] == now[b - 1]) {
    --a;
    --b;
  }
  step.removed = ton_string_new("%.*s", (int)(a - step.at), before + step.at);
  step.inserted = ton_string_new("%.*s", (int)(b - step.at), now + step.at);
  return step;
}

/// What was taken back is forgotten when something new is done
static TonStatus
add_step(History* h, TonSongText which, const char* name, const char* before,
         const char* now, TonError* error)
{
  Step step = step_between(before, now);
  step.name = ton_copy_string(name);
  step.text = which;
  if (!step.name || !step.removed || !step.inserted) {
    free_step(&step);
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  while (h->n > h->at) {
    free_step(&h->steps[--h->n]);
  }
  if (h->n == MAX_STEPS_KEPT) {
    free_step(&h->steps[0]);
    memmove(h->steps, h->steps + 1, --h->n * sizeof(Step));
  }
  h->steps[h->n++] = step;
  h->at = h->n;
  return TON_OK;
}

static char*
splice(const char* text, size_t at, const char* out, const char* in)
{
  const size_t n = strlen(text);
  const size_t gone = strlen(out);
  if (at > n || n - at < gone || strncmp(text + at, out, gone) != 0) {
    return NULL;
  }
  return ton_string_new("%.*s%s%s", (int)at, text, in, text + at + gone);
}

// Writing -----------------------------------------------------------------------

/// What hands hold is not lost when a text is read anew
static void
hold_on(Studio* s)
{
  for (uint32_t i = s->n_hands; i-- > 0;) {
    Control c;
    Hand* const hand = &s->hands[i];
    if (!studio_control(s, hand->control, &c)) {
      *hand = s->hands[--s->n_hands];
      continue;
    }
    hand->was = studio_value(s, &c);
    if (hand->moved) {
      studio_set_value(s, &c, hand->value);
    }
  }
}

/// Saved, heard and shown
static TonStatus
publish(Studio* s, const char* by, const char* name, TonError* error)
{
  TonError own = {0};
  const TonStatus saved = ton_song_save(s->song, &own);
  if (saved) {
    studio_watch_soon(s); // somebody else was faster: read theirs
  }
  ++s->rev;
  s->transport.touched = true;
  hold_on(s);
  const TonStatus heard = studio_sound_again(s, error);
  const TonStatus shown = studio_show_changes(s, by, name);
  if (saved && error) {
    *error = own;
  }
  return saved ? saved : heard ? heard : shown;
}

static TonStatus
check_text(const Studio* s, TonSongText which, TonError* error)
{
  const SongText* const t = &s->song->texts[which];
  return s->bad[which]
             ? ton_fail_file(error, TON_BAD_TEXT, t->path,
                             "the file on the disk has a fault; mend it first: "
                             "nothing is saved over it")
         : t->doc ? TON_OK
                  : ton_fail_file(error, TON_NOT_FOUND, t->path,
                                  "there is no such file");
}

/// The text of a document after the edits that belong to it
static TonStatus
edited_text(const Studio* s, TonSongText which, const StudioEdit* edits,
            uint32_t n, char** text, TonError* error)
{
  TonDoc* doc = NULL;
  const SongText* const t = &s->song->texts[which];
  const char* const now = ton_doc_text(t->doc);
  TON_TRY(ton_doc_parse(now, strlen(now), t->path, &doc, error));
  TonStatus status = TON_OK;
  for (uint32_t i = 0; i < n && !status; ++i) {
    if (edits[i].text == which) {
      status = ton_doc_edit(doc, &edits[i].edit, error);
    }
  }
  if (!status) {
    *text = ton_copy_string(ton_doc_text(doc));
    status = *text ? TON_OK : ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  ton_doc_free(doc);
  return status;
}

TonStatus
studio_edit(Studio* s, const StudioEdit* edits, uint32_t n, const char* name,
            const char* by, TonError* error)
{
  const TonSongText which = edits[0].text;
  for (uint32_t i = 1; i < n; ++i) {
    if (edits[i].text != which) {
      return ton_fail(error, TON_BAD_USE,
                      "the edits of one step belong to one text");
    }
  }
  char* now = NULL;
  TON_TRY(check_text(s, which, error));
  TON_TRY(edited_text(s, which, edits, n, &now, error));
  char* const before = ton_copy_string(ton_doc_text(s->song->texts[which].doc));
  TonStatus status =
      before ? TON_OK : ton_fail(error, TON_NO_MEMORY, "out of memory");
  const bool changes = before && strcmp(before, now) != 0;
  if (changes) {
    status = take_text(s, which, now, error);
    status = status ? status
                    : add_step(&s->history, which, name, before, now, error);
    status = status ? status : publish(s, by, name, error);
  }
  ton_free(before);
  ton_free(now);
  return status;
}

/// One step back or on
static TonStatus
take_step(Studio* s, bool back, TonError* error)
{
  History* const h = &s->history;
  const Step* const step = &h->steps[back ? h->at - 1 : h->at];
  TON_TRY(check_text(s, step->text, error));
  char* const now = splice(ton_doc_text(s->song->texts[step->text].doc),
                           step->at, back ? step->inserted : step->removed,
                           back ? step->removed : step->inserted);
  if (!now) {
    return ton_fail(error, TON_BAD_USE,
                    "the text has changed where this step changed it");
  }
  const TonStatus status = take_text(s, step->text, now, error);
  h->at += status ? 0U : back ? UINT32_MAX : 1U;
  ton_free(now);
  return status;
}

TonStatus
studio_jump(Studio* s, uint32_t step, const char* by, TonError* error)
{
  History* const h = &s->history;
  const uint32_t from = h->at;
  TonStatus status = TON_OK;
  if (step > h->n) {
    return ton_fail(error, TON_BAD_USE, "there is no step %u", step);
  }
  while (h->at != step && !status) {
    status = take_step(s, h->at > step, error);
  }
  if (h->at == from) {
    return status;
  }
  const TonStatus published =
      publish(s, by, step < from ? "undo" : "redo", status ? NULL : error);
  return status ? status : published;
}

// The disk ----------------------------------------------------------------------

/// A whole file, "" for none; null: it cannot be read
static char*
read_file(const char* path)
{
  FILE* const file = fopen(path, "rb");
  if (!file) {
    return ton_copy_string("");
  }
  TonString text = {0};
  char bytes[4096];
  size_t n = 0;
  while ((n = fread(bytes, 1, sizeof(bytes), file)) > 0 &&
         text.length < MAX_TEXT) {
    ton_string_add_bytes(&text, bytes, n);
  }
  const bool bad = ferror(file) || text.failed || text.length >= MAX_TEXT;
  (void)fclose(file);
  char* const copy = bad ? NULL : ton_copy_string(ton_string_string(&text));
  ton_string_free(&text);
  return copy;
}

static void
tell_disk(Studio* s, TonSongText which, const TonError* error)
{
  static const char* const names[] = {"mix", "master", "release"};
  json_t* const o =
      json_pack("{s:s, s:s, s:o}", "type", "disk", "text", names[which],
                "error", error ? studio_error_json(error) : json_null());
  s->listener.tell(s->listener.handle, o);
  json_decref(o);
}

static void
take_from_disk(Studio* s, TonSongText which, const char* text)
{
  SongText* const t = &s->song->texts[which];
  TonError error = {0};
  char* const before = ton_copy_string(t->doc ? ton_doc_text(t->doc) : "");
  char* const read = ton_copy_string(text);
  const TonStatus status =
      before && read ? take_text(s, which, text, &error)
                     : ton_fail(&error, TON_NO_MEMORY, "out of memory");
  if (status) {
    s->bad[which] = true;
    tell_disk(s, which, &error);
    ton_free(read);
  } else {
    s->bad[which] = false;
    tell_disk(s, which, NULL);
    ton_free(t->as_read);
    t->as_read = read;
    (void)add_step(&s->history, which, "changed on disk", before, text, NULL);
    (void)publish(s, "disk", "changed on disk", NULL);
  }
  ton_free(before);
}

bool
studio_stamp(const char* path, StudioFileStamp* stamp)
{
  struct stat info;
  if (stat(path, &info) != 0) {
    return false;
  }
  *stamp = (StudioFileStamp){info.st_mtim.tv_sec, info.st_mtim.tv_nsec,
                             info.st_size, info.st_ino};
  return true;
}

void
studio_watch_soon(Studio* s)
{
  s->looked_ms = 0;
}

/// Bytes that are ours, or that were looked at before, say nothing
static void
watch_text(Studio* s, TonSongText which)
{
  SongText* const t = &s->song->texts[which];
  StudioFileStamp stamp = {0};
  if (!studio_stamp(t->path, &stamp) ||
      memcmp(&stamp, &s->stamps[which], sizeof(stamp)) == 0) {
    return;
  }
  s->stamps[which] = stamp;
  char* const text = read_file(t->path);
  const bool ours = text && t->as_read && strcmp(text, t->as_read) == 0;
  if (ours && s->bad[which]) {
    s->bad[which] = false;
    tell_disk(s, which, NULL);
  } else if (text && *text && !ours) {
    take_from_disk(s, which, text);
  }
  ton_free(text);
}

void
studio_watch(Studio* s)
{
  const uint64_t now = studio_now_ms();
  if (s->looked_ms && now - s->looked_ms < LOOK_EVERY_MS) {
    return;
  }
  s->looked_ms = now;
  for (int i = 0; i < TON_SONG_TEXTS; ++i) {
    watch_text(s, (TonSongText)i);
  }
}
