// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Playing: start, stop, seek, loop, and the frames of sound and meters.
#include "song/studio_internal.h"

#include "base/error.h"
#include "base/string.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_TARGET = 2048, MIN_TARGET = 256, MAX_TARGET = 32768 };

static LiveText
live_text(const Studio* s)
{
  return (LiveText){s->mix, s->master ? s->master->chain : NULL,
                    s->master ? s->master->n_chain : 0};
}

json_t*
studio_transport(const Studio* s)
{
  const Transport* const t = &s->transport;
  const bool loops = t->loop_to > t->loop_from;
  const bool plain = t->ear.source == EAR_MIX && !t->ear.dim && !t->ear.mono &&
                     !t->ear.side && !t->n_solo;
  return json_pack("{s:s, s:b, s:I, s:I, s:o, s:s, s:b}", "type", "transport",
                   "playing", t->playing, "epoch", (json_int_t)t->epoch,
                   "frame", (json_int_t)t->position, "loop",
                   loops ? json_pack("[I, I]", (json_int_t)t->loop_from,
                                     (json_int_t)t->loop_to)
                         : json_null(),
                   "tab", t->tab, "exact",
                   t->from == 0 && !t->touched && !loops && plain);
}

static void
tell_transport(Studio* s)
{
  json_t* const o = studio_transport(s);
  s->listener.tell(s->listener.handle, o);
  json_decref(o);
}

// Files -------------------------------------------------------------------------

/// What the open files depend on
static char*
list_files(const Studio* s)
{
  TonString list = {0};
  ton_string_printf(&list, "%u\n", s->mix->rate);
  for (uint32_t i = 0; i < s->mix->n_tracks; ++i) {
    const TonStrip* const t = &s->mix->strips[i];
    ton_string_printf(&list, "%s %d\n", t->file, (int)t->repair);
  }
  char* const own = ton_copy_string(ton_string_string(&list));
  ton_string_free(&list);
  return own;
}

/// Open the stems anew if the text names others than those that are open
static TonStatus
follow_files(Studio* s, bool* anew, TonError* error)
{
  Transport* const t = &s->transport;
  char* const files = list_files(s);
  *anew = false;
  if (!files) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  if (t->files && strcmp(t->files, files) == 0) {
    ton_free(files);
    return TON_OK;
  }
  ton_free(t->files);
  t->files = files;
  *anew = true;
  live_mix_free(&t->live);
  const TonStatus status =
      live_mix_open(&t->live, s->mix, s->song->cache, &(TonJob){0}, error);
  if (status) { // to be tried again
    ton_free(t->files);
    t->files = NULL;
    return status;
  }
  s->frames = 0;
  for (uint32_t i = 0; i < s->mix->n_tracks; ++i) {
    const uint64_t frames = live_mix_frames(&t->live, i);
    s->frames = frames > s->frames ? frames : s->frames;
  }
  studio_listen(s);
  return studio_waves_begin(s, error);
}

// Starting and stopping -------------------------------------------------------------

static void
set_solo(Studio* s, bool* was, bool to_ear)
{
  const Transport* const t = &s->transport;
  for (uint32_t i = 0; t->n_solo && i < s->mix->n_strips; ++i) {
    bool* const solo = &s->mix->strips[i].solo;
    if (!to_ear) {
      *solo = was[i];
      continue;
    }
    was[i] = *solo;
    *solo = false;
    for (uint32_t k = 0; k < t->n_solo; ++k) {
      *solo |= t->solo[k] == studio_strip_id(s, i);
    }
  }
}

/// Do something with the text while the solo of the ear stands in it
static TonStatus
with_solo(Studio* s, TonStatus (*work)(Studio* s, TonError* error),
          TonError* error)
{
  bool* const was = ton_alloc((s->mix->n_strips + 1U) * sizeof(bool));
  if (!was) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  set_solo(s, was, true);
  const TonStatus status = work(s, error);
  set_solo(s, was, false);
  ton_free(was);
  return status;
}

static TonStatus
start(Studio* s, TonError* error)
{
  Transport* const t = &s->transport;
  const LiveText text = live_text(s);
  return live_mix_start(&t->live, &text, t->position, s->listener.wake,
                        s->listener.handle, error);
}

static TonStatus
change(Studio* s, TonError* error)
{
  const LiveText text = live_text(s);
  return live_mix_change(&s->transport.live, &text, error);
}

static TonStatus
tick(Studio* s, TonError* error)
{
  const LiveText text = live_text(s);
  return live_mix_tick(&s->transport.live, &text, error);
}

/// A new epoch from the position on
static TonStatus
begin(Studio* s, TonError* error)
{
  Transport* const t = &s->transport;
  TON_TRY(with_solo(s, start, error));
  t->target = t->target ? t->target : FIRST_TARGET;
  t->from = t->position;
  t->sent = t->played = 0;
  t->counted = 0;
  t->quiet = 0;
  t->touched = s->n_hands > 0;
  t->playing = true;
  ++t->epoch;
  if (t->loop_to > t->loop_from) {
    (void)ton_engine_loop(t->live.engine, t->loop_from, t->loop_to);
  }
  player_want(t->live.player, t->target);
  tell_transport(s);
  return TON_OK;
}

TonStatus
studio_play(Studio* s, const char* tab, TonError* error)
{
  Transport* const t = &s->transport;
  if (!ton_string_copy(t->tab, sizeof(t->tab), tab)) {
    return ton_fail(error, TON_BAD_USE, "the tab's name is too long");
  }
  if (t->position >= s->frames) {
    t->position = 0;
  }
  return begin(s, error);
}

void
studio_stop(Studio* s)
{
  Transport* const t = &s->transport;
  if (t->playing) {
    const int64_t at = ton_engine_position(t->live.engine);
    t->position = at > 0 ? (uint64_t)at : 0;
    live_mix_stop(&t->live);
    t->playing = false;
    tell_transport(s);
  }
}

TonStatus
studio_seek(Studio* s, uint64_t frame, TonError* error)
{
  Transport* const t = &s->transport;
  t->position = frame < s->frames ? frame : s->frames;
  if (t->playing) {
    return begin(s, error);
  }
  tell_transport(s);
  return TON_OK;
}

TonStatus
studio_loop(Studio* s, uint64_t from, uint64_t to, TonError* error)
{
  Transport* const t = &s->transport;
  const bool off = from == to;
  if (to < from || to > s->frames || (!off && to - from < s->mix->rate / 10)) {
    return ton_fail(error, TON_BAD_USE,
                    "a loop lies within the song and is a tenth of a second "
                    "long at least");
  }
  t->loop_from = from;
  t->loop_to = to;
  t->touched = true;
  if (t->playing && !ton_engine_loop(t->live.engine, from, to)) {
    return ton_fail(error, TON_BAD_USE, "too many loops at once; ask again");
  }
  tell_transport(s);
  return TON_OK;
}

void
studio_listen(Studio* s)
{
  ear_choose(&s->transport.live.ear, &s->transport.ear);
}

TonStatus
studio_sound_again(Studio* s, TonError* error)
{
  Transport* const t = &s->transport;
  const bool played = t->playing;
  bool anew = false;
  if (played) {
    const int64_t at = ton_engine_position(t->live.engine);
    t->position = at > 0 ? (uint64_t)at : 0;
  }
  const TonStatus files = follow_files(s, &anew, error);
  if (anew && played) {
    t->playing = false;
    return files ? files : begin(s, error);
  }
  return files ? files : with_solo(s, change, error);
}

void
studio_play_tick(Studio* s)
{
  TonError error = {0};
  Transport* const t = &s->transport;
  if (!t->playing) {
    return;
  }
  if (with_solo(s, tick, &error) || player_failed(t->live.player, &error)) {
    json_t* const o = json_pack("{s:s, s:i, s:o}", "type", "no", "id", 0,
                                "error", studio_error_json(&error));
    s->listener.tell(s->listener.handle, o);
    json_decref(o);
    studio_stop(s);
  }
  (void)live_mix_record(&t->live);
}

void
studio_play_free(Studio* s)
{
  live_mix_free(&s->transport.live);
  ton_free(s->transport.files);
}

TonStatus
studio_play_open(Studio* s, TonError* error)
{
  bool anew = false;
  return follow_files(s, &anew, error);
}

// Frames ------------------------------------------------------------------------

bool
studio_is_heard(const Studio* s, const char* tab)
{
  return strcmp(s->transport.tab, tab) == 0;
}

void
studio_credit(Studio* s, uint32_t epoch, uint32_t played, uint32_t target)
{
  Transport* const t = &s->transport;
  t->target = target < MIN_TARGET   ? MIN_TARGET
              : target > MAX_TARGET ? MAX_TARGET
                                    : target;
  if (!t->playing || epoch != t->epoch) {
    return;
  }
  const uint32_t more = played - (uint32_t)t->played; // modulo 2^32
  if (t->played + more <= t->sent) {
    t->played += more;
  }
  player_want(t->live.player, t->played + t->target);
}

/// Changes that are in a block
static uint32_t
count_changes(Transport* t, const PlayedBlock* b)
{
  (void)live_mix_record(&t->live);
  while (t->counted < t->live.n_changes &&
         t->live.changes[t->counted].frame < b->clock + b->frames) {
    ++t->counted;
  }
  return (uint32_t)t->counted;
}

/// Levels of what is heard; behind the end of the song silence is counted
static void
measure(Studio* s, const PlayedBlock* b)
{
  Transport* const t = &s->transport;
  float loudest = 0.0F;
  for (uint32_t i = 0; i < b->frames; ++i) {
    for (uint32_t c = 0; c < 2; ++c) {
      const float x = b->x[2 * i + c];
      t->heard_peak[c] = fmaxf(t->heard_peak[c], fabsf(x));
      t->heard_square[c] += (double)(x * x);
      loudest = fmaxf(loudest, fabsf(x));
    }
  }
  t->heard_frames += b->frames;
  const bool over = b->song >= (int64_t)s->frames && loudest < 1e-5F;
  t->quiet = over ? t->quiet + b->frames : 0;
}

size_t
studio_sound(Studio* s, unsigned char* out)
{
  Transport* const t = &s->transport;
  const bool wanted = t->playing && t->sent < t->played + t->target;
  const PlayedBlock* const b = wanted ? player_block(t->live.player) : NULL;
  if (!b) {
    return 0;
  }
  const FrameHead head = {.kind = FRAME_SOUND,
                          .width = 2,
                          .id = t->epoch,
                          .rows = b->frames,
                          .song = b->song > 0 ? (uint64_t)b->song : 0,
                          .changes = count_changes(t, b)};
  const size_t n = (size_t)b->frames * 2;
  frame_head(&head, out);
  frame_floats(b->x, n, out + FRAME_HEAD);
  measure(s, b);
  t->sent += b->frames;
  player_drop(t->live.player);
  if (t->quiet > s->mix->rate) {
    studio_stop(s);
    t->position = 0;
    tell_transport(s);
  }
  return FRAME_HEAD + n * 4;
}

/// In tenths of a decibel
static int16_t
tenths(double level)
{
  const double db = 20.0 * log10(level);
  return level > 0.0 && db > -3000.0 ? (int16_t)lrint(10.0 * db) : INT16_MIN;
}

/// What the processors of a strip take away, the most of them
static int16_t
reduction(const Studio* s, uint32_t strip)
{
  uint32_t n = 0;
  float most = 0.0F;
  const TonInsert* const chain = studio_chain(s, strip, &n);
  const uint32_t first =
      strip < s->mix->n_strips && s->mix->strips[strip].delay_ms > 0.0F;
  for (uint32_t i = 0; i < n; ++i) {
    if (chain[i].type->n_meters && !s->transport.live.behind) {
      const float db = fabsf(
          ton_engine_meter_now(s->transport.live.engine, strip, first + i, 0));
      most = db > most && db < 1000.0F ? db : most;
    }
  }
  return (int16_t)lrintf(10.0F * most);
}

static void
strip_meters(const Studio* s, uint32_t strip, int16_t* row)
{
  TonLevel level = {{0}, {0}};
  if (!s->transport.live.behind) {
    ton_engine_level(s->transport.live.engine, strip, &level);
  }
  row[0] = (int16_t)studio_strip_id(s, strip);
  for (int c = 0; c < 2; ++c) {
    row[1 + c] = tenths((double)level.peak[c]);
    row[3 + c] = tenths((double)level.rms[c]);
  }
  row[5] = reduction(s, strip);
}

static void
ear_meters(Transport* t, int16_t* row)
{
  row[0] = -1;
  for (int c = 0; c < 2; ++c) {
    const double frames = t->heard_frames ? t->heard_frames : 1;
    row[1 + c] = tenths((double)t->heard_peak[c]);
    row[3 + c] = tenths(sqrt(t->heard_square[c] / frames));
    t->heard_peak[c] = 0.0F;
    t->heard_square[c] = 0.0;
  }
  t->heard_frames = 0;
  row[6] = row[7] = INT16_MIN;
}

size_t
studio_meters(Studio* s, unsigned char* out)
{
  enum { WIDTH = 8, MAX_ROWS = 1024 };
  Transport* const t = &s->transport;
  if (!t->playing) {
    return 0;
  }
  const uint32_t strips = s->mix->n_strips + 1;
  const uint32_t n = strips < MAX_ROWS - 1 ? strips : MAX_ROWS - 1;
  const int64_t at = ton_engine_position(t->live.engine);
  const FrameHead head = {.kind = FRAME_METERS,
                          .width = WIDTH,
                          .id = t->epoch,
                          .rows = n + 1,
                          .song = at > 0 ? (uint64_t)at : 0};
  frame_head(&head, out);
  for (uint32_t i = 0; i <= n; ++i) {
    int16_t row[WIDTH] = {0};
    if (i < n) {
      strip_meters(s, i, row);
    } else {
      ear_meters(t, row);
    }
    frame_words(row, WIDTH, out + FRAME_HEAD + (size_t)i * WIDTH * 2);
  }
  return FRAME_HEAD + (size_t)(n + 1) * WIDTH * 2;
}
