// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Hands on controls: what they move is heard at once and written when they let go.
*/
#include "song/studio_internal.h"

#include "base/error.h"
#include "base/string.h"

#include <math.h>
#include <string.h>

enum { LET_GO_MS = 5000 };

static Hand*
find_hand(Studio* s, const char* name)
{
  for (uint32_t i = 0; i < s->n_hands; ++i) {
    if (strcmp(s->hands[i].control, name) == 0) {
      return &s->hands[i];
    }
  }
  return NULL;
}

static void
forget(Studio* s, Hand* hand)
{
  *hand = s->hands[--s->n_hands];
}

static TonStatus
find_control(const Studio* s, const char* name, Control* c, TonError* error)
{
  return studio_control(s, name, c)
             ? TON_OK
             : ton_fail(error, TON_BAD_USE, "there is no control \"%s\"", name);
}

TonStatus
studio_touch(Studio* s, const char* tab, const char* name, TonError* error)
{
  Control c;
  TON_TRY(find_control(s, name, &c, error));
  if (studio_is_automated(s, &c)) {
    return ton_fail(error, TON_BAD_USE,
                    "its automation moves this control; change its points, or "
                    "take the automation out");
  }
  Hand* hand = find_hand(s, name);
  if (!hand && s->n_hands == MAX_HANDS) {
    return ton_fail(error, TON_BAD_USE, "too many controls are held at once");
  }
  if (!hand) {
    hand = &s->hands[s->n_hands++];
    *hand = (Hand){.was = studio_value(s, &c)};
    if (!ton_string_copy(hand->control, sizeof(hand->control), name)) {
      --s->n_hands;
      return ton_fail(error, TON_BAD_USE, "there is no such control");
    }
  }
  ton_string_cut(hand->tab, sizeof(hand->tab), "%s", tab);
  hand->seen_ms = studio_now_ms();
  return TON_OK;
}

static void
tell_moved(const Studio* s, const Hand* hand, const Control* c)
{
  char text[64];
  ton_param_print(studio_control_row(s, c), hand->value, text, sizeof(text));
  json_t* const o =
      json_pack("{s:s, s:s, s:o, s:s, s:s}", "type", "moved", "control",
                hand->control, "value", report_number((double)hand->value),
                "text", text, "by", hand->tab);
  s->listener.tell(s->listener.handle, o);
  json_decref(o);
}

/// Values between those that a text can say are brought to the nearest
static float
legal_value(const TonParam* row, float value)
{
  const bool whole = row->spacing >= TON_INTEGER;
  value = whole ? roundf(value) : value;
  return fminf(row->max, fmaxf(row->min, value));
}

TonStatus
studio_move(Studio* s, const char* tab, const char* name, float value,
            TonError* error)
{
  Control c;
  TON_TRY(studio_touch(s, tab, name, error));
  TON_TRY(find_control(s, name, &c, error));
  Hand* const hand = find_hand(s, name);
  if (isnan(value)) {
    return ton_fail(error, TON_BAD_USE, "the value is not a number");
  }
  hand->value = legal_value(studio_control_row(s, &c), value);
  hand->moved = true;
  studio_set_value(s, &c, hand->value);
  s->transport.touched = true;
  tell_moved(s, hand, &c);
  return studio_sound_again(s, error);
}

/// A value as a hand leaves it: three figures more than anybody hears
static void
print_left(const TonParam* row, float value, char* text, size_t size)
{
  double rounded = (double)value;
  if (row->spacing <= TON_LOG && isfinite(value) && value != 0.0F) {
    const bool level = row->unit == TON_DB || row->unit == TON_DBTP;
    const double digits = floor(log10(fabs((double)value)));
    const double step = level                  ? 0.1
                        : row->unit == TON_PAN ? 1.0
                                               : pow(10.0, digits - 2.0);
    rounded = rint((double)value / step) * step;
  }
  const float left = fminf(row->max, fmaxf(row->min, (float)rounded));
  ton_param_print(row, left, text, size);
}

/// Texts of the edits of one release
typedef struct {
  TonString path[MAX_HANDS];
  TonString value[MAX_HANDS];
  StudioEdit edits[MAX_HANDS];
  uint32_t n;
  char name[128];
} Released;

static TonStatus
add_release(Studio* s, const char* name, Released* r, TonError* error)
{
  Control c;
  char text[64];
  Hand* const hand = find_hand(s, name);
  if (!hand) {
    return TON_OK;
  }
  const Hand held = *hand;
  forget(s, hand);
  if (!held.moved) {
    return TON_OK;
  }
  TON_TRY(find_control(s, name, &c, error));
  const uint32_t i = r->n++;
  TonSongText which = TON_SONG_MIX_TEXT;
  print_left(studio_control_row(s, &c), held.value, text, sizeof(text));
  studio_set_value(s, &c, held.was); // the text has not changed yet
  TON_TRY(studio_control_edit(s, &c, text, &which, &r->path[i], &r->value[i],
                              error));
  r->edits[i] = (StudioEdit){
      which,
      {ton_string_string(&r->path[i]), ton_string_string(&r->value[i]), NULL}};
  studio_control_title(s, &c, r->name, sizeof(r->name));
  return TON_OK;
}

TonStatus
studio_release(Studio* s, const char* const* names, uint32_t n, const char* by,
               TonError* error)
{
  Released r = {0};
  TonStatus status = TON_OK;
  for (uint32_t i = 0; i < n && i < MAX_HANDS && !status; ++i) {
    status = add_release(s, names[i], &r, error);
  }
  if (!status && r.n) {
    status = studio_edit(s, r.edits, r.n, r.name, by, error);
  }
  if (r.n) { // what was not written goes back
    const TonStatus sound = studio_sound_again(s, status ? NULL : error);
    status = status ? status : sound;
  }
  for (uint32_t i = 0; i < r.n; ++i) {
    ton_string_free(&r.path[i]);
    ton_string_free(&r.value[i]);
  }
  return status;
}

TonStatus
studio_cancel(Studio* s, const char* name, TonError* error)
{
  Control c;
  Hand* const hand = find_hand(s, name);
  TON_TRY(find_control(s, name, &c, error));
  if (!hand) {
    return TON_OK;
  }
  hand->value = hand->was;
  studio_set_value(s, &c, hand->was);
  tell_moved(s, hand, &c);
  forget(s, hand);
  return studio_sound_again(s, error);
}

void
studio_let_go(Studio* s, const char* tab)
{
  const uint64_t now = studio_now_ms();
  for (uint32_t i = s->n_hands; i-- > 0;) {
    const Hand* const hand = &s->hands[i];
    const bool gone =
        tab ? strcmp(hand->tab, tab) == 0 : now - hand->seen_ms > LET_GO_MS;
    if (gone) {
      char name[CONTROL_BYTES];
      char by[STUDIO_TAB_BYTES];
      const char* const one[] = {name};
      memcpy(name, hand->control, sizeof(name));
      memcpy(by, hand->tab, sizeof(by));
      (void)studio_release(s, one, 1, by, NULL);
      i = s->n_hands < i ? s->n_hands : i;
    }
  }
}
