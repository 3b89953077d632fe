// SPDX-License-Identifier: GPL-3.0-or-later
/// @file A song in the studio: opened, asked, closed.
#include "song/studio_internal.h"

#include "base/array.h"
#include "base/error.h"
#include "base/string.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_EDITS = 256 };

// Open and close ------------------------------------------------------------------

static TonStatus
open_song(Studio* s, const char* folder, TonError* error)
{
  TON_TRY(ton_song_open(folder, &s->song, error));
  TON_TRY(studio_read(s, error));
  TON_TRY(studio_play_open(s, error));
  for (int i = 0; i < TON_SONG_TEXTS; ++i) {
    (void)studio_stamp(s->song->texts[i].path, &s->stamps[i]);
  }
  return studio_show_changes(s, "", "")
             ? ton_fail(error, TON_NO_MEMORY, "out of memory")
             : TON_OK;
}

TonStatus
studio_open(const char* folder, const StudioListener* listener, Studio** studio,
            TonError* error)
{
  Studio* const s = ton_alloc(sizeof(Studio));
  if (!s) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  s->listener = *listener;
  const TonStatus status = open_song(s, folder, error);
  if (status) {
    studio_free(s);
    return status;
  }
  *studio = s;
  return TON_OK;
}

void
studio_free(Studio* s)
{
  if (!s) {
    return;
  }
  while (s->n_hands) {
    const uint32_t before = s->n_hands;
    char tab[STUDIO_TAB_BYTES];
    memcpy(tab, s->hands[0].tab, sizeof(tab));
    studio_let_go(s, tab);
    s->n_hands = s->n_hands < before ? s->n_hands : 0;
  }
  studio_waves_end(&s->waves);
  studio_play_free(s);
  studio_history_free(&s->history);
  studio_numbers_free(&s->numbers);
  json_decref(s->shown);
  free(s->frame);
  ton_mix_free(s->mix);
  ton_master_free(s->master);
  ton_song_free(s->song);
  ton_free(s);
}

void
studio_leave(Studio* s, const char* tab)
{
  studio_let_go(s, tab);
  if (studio_is_heard(s, tab)) {
    studio_stop(s);
  }
}

void
studio_tick(Studio* s)
{
  studio_let_go(s, NULL);
  studio_watch(s);
  studio_play_tick(s);
  studio_waves_tick(s);
}

// Messages ----------------------------------------------------------------------

/// A message at work
typedef struct {
  Studio* s;
  const char* tab;
  const json_t* m;
  json_t* more; ///< Beside `ok`
  StudioAnswer* answer;
  TonError* error;
} Talk;

static const char*
text_of(const Talk* t, const char* key)
{
  const char* const text = json_string_value(json_object_get(t->m, key));
  return text ? text : "";
}

static double
number_of(const Talk* t, const char* key)
{
  const json_t* const value = json_object_get(t->m, key);
  return json_is_number(value) ? json_number_value(value) : NAN;
}

/// A frame of the song; what is no number is 0
static uint64_t
frame_of(const Talk* t, const char* key)
{
  const double frame = number_of(t, key);
  return frame > 0.0 && frame < 1e15 ? (uint64_t)frame : 0;
}

static TonStatus
on_play(Talk* t)
{
  return studio_play(t->s, t->tab, t->error);
}

static TonStatus
on_stop(Talk* t)
{
  studio_stop(t->s);
  return TON_OK;
}

static TonStatus
on_seek(Talk* t)
{
  return studio_seek(t->s, frame_of(t, "frame"), t->error);
}

static TonStatus
on_loop(Talk* t)
{
  return studio_loop(t->s, frame_of(t, "from"), frame_of(t, "to"), t->error);
}

static void
read_switch(const Talk* t, const char* key, bool* value)
{
  const json_t* const given = json_object_get(t->m, key);
  *value = json_is_boolean(given) ? json_is_true(given) : *value;
}

static TonStatus
on_ear(Talk* t)
{
  Transport* const p = &t->s->transport;
  const json_t* const solo = json_object_get(t->m, "solo");
  const char* const source = text_of(t, "source");
  if (*source) {
    p->ear.source = strcmp(source, "master") == 0 ? EAR_MASTER : EAR_MIX;
  }
  read_switch(t, "dim", &p->ear.dim);
  read_switch(t, "mono", &p->ear.mono);
  read_switch(t, "side", &p->ear.side);
  if (json_is_array(solo)) {
    p->n_solo = 0;
    for (size_t i = 0; i < json_array_size(solo) && i < MAX_SOLO; ++i) {
      p->solo[p->n_solo++] =
          (uint32_t)json_integer_value(json_array_get(solo, i));
    }
  }
  p->touched = true;
  studio_listen(t->s);
  json_t* const o = studio_show_ear(t->s);
  json_object_set_new(o, "type", json_string("ear"));
  t->s->listener.tell(t->s->listener.handle, o);
  json_decref(o);
  return studio_sound_again(t->s, t->error);
}

static TonStatus
on_touch(Talk* t)
{
  return studio_touch(t->s, t->tab, text_of(t, "control"), t->error);
}

/// Null is minus infinity
static TonStatus
on_move(Talk* t)
{
  const bool none = json_is_null(json_object_get(t->m, "value"));
  return studio_move(t->s, t->tab, text_of(t, "control"),
                     none ? -INFINITY : (float)number_of(t, "value"), t->error);
}

static TonStatus
on_release(Talk* t)
{
  const char* names[MAX_HANDS] = {text_of(t, "control")};
  const json_t* const list = json_object_get(t->m, "controls");
  uint32_t n = 1;
  if (json_is_array(list)) {
    for (n = 0; n < json_array_size(list) && n < MAX_HANDS; ++n) {
      const char* const name = json_string_value(json_array_get(list, n));
      names[n] = name ? name : "";
    }
  }
  return studio_release(t->s, names, n, t->tab, t->error);
}

static TonStatus
on_cancel(Talk* t)
{
  return studio_cancel(t->s, text_of(t, "control"), t->error);
}

// Edits -------------------------------------------------------------------------

static TonStatus
typed_control(const Talk* t, Control* c)
{
  const char* const name = text_of(t, "control");
  return studio_control(t->s, name, c)
             ? TON_OK
             : ton_fail(t->error, TON_BAD_USE, "there is no control \"%s\"",
                        name);
}

static TonStatus
on_parse(Talk* t)
{
  Control c;
  char text[64];
  float value = 0.0F;
  TON_TRY(typed_control(t, &c));
  const TonParam* const row = studio_control_row(t->s, &c);
  TON_TRY(ton_param_parse(row, text_of(t, "text"), &value, t->error));
  ton_param_print(row, value, text, sizeof(text));
  t->more = json_pack("{s:o, s:s}", "value", report_number((double)value),
                      "text", text);
  return TON_OK;
}

static TonStatus
on_set(Talk* t)
{
  Control c;
  char text[64];
  char title[160];
  float value = 0.0F;
  TonString path = {0};
  TonString written = {0};
  TonSongText which = TON_SONG_MIX_TEXT;
  TON_TRY(typed_control(t, &c));
  const bool out = json_is_null(json_object_get(t->m, "text"));
  const TonParam* const row = studio_control_row(t->s, &c);
  if (!out) {
    TON_TRY(ton_param_parse(row, text_of(t, "text"), &value, t->error));
    ton_param_print(row, value, text, sizeof(text));
  }
  studio_control_title(t->s, &c, title, sizeof(title));
  TonStatus status = studio_control_edit(t->s, &c, out ? NULL : text, &which,
                                         &path, &written, t->error);
  const StudioEdit edit = {which,
                           {ton_string_string(&path),
                            out ? NULL : ton_string_string(&written), NULL}};
  status =
      status ? status : studio_edit(t->s, &edit, 1, title, t->tab, t->error);
  ton_string_free(&path);
  ton_string_free(&written);
  return status;
}

static bool
read_which(const char* name, TonSongText* which)
{
  static const char* const names[] = {"mix", "master", "release"};
  for (size_t i = 0; i < TON_COUNT(names); ++i) {
    if (strcmp(name, names[i]) == 0) {
      *which = (TonSongText)i; // NOLINT(clang-analyzer-core.NullDereference)
      return true;
    }
  }
  return false;
}

static TonStatus
read_edit(const Talk* t, const json_t* o, StudioEdit* edit, TonString* path)
{
  const char* const text = json_string_value(json_object_get(o, "text"));
  const char* const place = json_string_value(json_object_get(o, "path"));
  if (!text || !place || !read_which(text, &edit->text) ||
      !studio_expand(t->s, place, path)) {
    return ton_fail(t->error, TON_BAD_USE,
                    "an edit names a text (mix, master, release) and a path in "
                    "it");
  }
  edit->edit = (TonEdit){ton_string_string(path),
                         json_string_value(json_object_get(o, "value")),
                         json_string_value(json_object_get(o, "comment"))};
  return TON_OK;
}

static TonStatus
on_edit(Talk* t)
{
  const json_t* const list = json_object_get(t->m, "edits");
  const size_t n = json_array_size(list);
  if (n < 1 || n > MAX_EDITS) {
    return ton_fail(t->error, TON_BAD_USE, "there are 1 to %d edits in a step",
                    MAX_EDITS);
  }
  if (json_integer_value(json_object_get(t->m, "rev")) < t->s->rev &&
      json_object_get(t->m, "rev")) {
    t->more = json_pack("{s:b}", "conflict", 1);
    return ton_fail(t->error, TON_BAD_USE,
                    "somebody else has changed the song meanwhile");
  }
  StudioEdit* const edits = ton_alloc(n * sizeof(StudioEdit));
  TonString* const paths = ton_alloc(n * sizeof(TonString));
  TonStatus status = edits && paths
                         ? TON_OK
                         : ton_fail(t->error, TON_NO_MEMORY, "out of memory");
  for (size_t i = 0; i < n && !status; ++i) {
    status = read_edit(t, json_array_get(list, i), &edits[i], &paths[i]);
  }
  if (!status) {
    const char* const name = text_of(t, "name");
    status = studio_edit(t->s, edits, (uint32_t)n, *name ? name : "edit",
                         t->tab, t->error);
  }
  for (size_t i = 0; paths && i < n; ++i) {
    ton_string_free(&paths[i]);
  }
  ton_free(edits);
  ton_free(paths);
  return status;
}

static TonStatus
on_jump(Talk* t)
{
  return studio_jump(t->s, (uint32_t)frame_of(t, "step"), t->tab, t->error);
}

static TonStatus
on_undo(Talk* t)
{
  const uint32_t at = t->s->history.at;
  return at ? studio_jump(t->s, at - 1, t->tab, t->error)
            : ton_fail(t->error, TON_BAD_USE, "there is nothing to undo");
}

static TonStatus
on_redo(Talk* t)
{
  const History* const h = &t->s->history;
  return h->at < h->n
             ? studio_jump(t->s, h->at + 1, t->tab, t->error)
             : ton_fail(t->error, TON_BAD_USE, "there is nothing to do again");
}

static TonStatus
on_picture(Talk* t)
{
  const TonStatus status = studio_picture(t->s, t->m, t->answer, t->error);
  if (status == TON_INTERRUPTED) {
    t->more = json_pack("{s:b}", "later", 1);
  }
  return status;
}

static TonStatus
on_rearrange(Talk* t)
{
  return studio_rearrange(t->s, t->tab, t->m, t->error);
}

static TonStatus
on_lock(Talk* t)
{
  Control c;
  TON_TRY(typed_control(t, &c));
  return studio_lock(t->s, t->tab, &c,
                     json_is_true(json_object_get(t->m, "on")), t->error);
}

// Dispatch ----------------------------------------------------------------------

static const struct {
  const char* type;
  TonStatus (*work)(Talk* t);
} messages[] = {
    {"play", on_play},     {"stop", on_stop},
    {"seek", on_seek},     {"loop", on_loop},
    {"ear", on_ear},       {"touch", on_touch},
    {"move", on_move},     {"release", on_release},
    {"cancel", on_cancel}, {"set", on_set},
    {"edit", on_edit},     {"rearrange", on_rearrange},
    {"lock", on_lock},     {"undo", on_undo},
    {"redo", on_redo},     {"jump", on_jump},
    {"parse", on_parse},   {"peaks", on_picture},
    {"curve", on_picture}, {"transfer", on_picture},
};

static TonStatus
work_on(Talk* t)
{
  const char* const type = text_of(t, "type");
  for (size_t i = 0; i < TON_COUNT(messages); ++i) {
    if (strcmp(messages[i].type, type) == 0) {
      return messages[i].work(t);
    }
  }
  return ton_fail(t->error, TON_BAD_USE, "there is no message \"%s\"", type);
}

void
studio_message(Studio* s, const char* tab, const json_t* message,
               StudioAnswer* answer)
{
  TonError error = {0};
  Talk t = {s, tab, message, NULL, answer, &error};
  *answer = (StudioAnswer){0};
  const json_int_t id = json_integer_value(json_object_get(message, "id"));
  const TonStatus status = work_on(&t);
  if (status) {
    answer->json = json_pack("{s:s, s:I, s:o}", "type", "no", "id", id, "error",
                             studio_error_json(&error));
  } else if (id > 0 && !answer->bytes) {
    answer->json = json_pack("{s:s, s:I}", "type", "ok", "id", id);
  }
  if (t.more && answer->json) {
    json_object_update(answer->json, t.more);
  }
  json_decref(t.more);
}
