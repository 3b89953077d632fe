// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The tone of an album's songs: measured in their masters, moved by an
/// equaliser in album.yaml, measured again.
#include "song/album_tone.h"

#include "assistants/album_tone.h"
#include "assistants/user_edits.h"
#include "base/array.h"
#include "base/error.h"
#include "base/output_file.h"
#include "base/string.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/// What has to go at least of a distance, as a share of what was wanted
#define WORTH_SHARE 0.25
/// Seconds on either side of a change of tracks
#define EDGE_S 10.0

static TonStatus
no_memory(const AlbumWork* w)
{
  return ton_fail(w->error, TON_NO_MEMORY, "out of memory");
}

// Whose values these are --------------------------------------------------------

/// Records of a track's chain that still hold
static uint32_t
count_records(const AlbumWork* w, uint32_t track)
{
  char start[64];
  uint32_t n = 0;
  ton_string_cut(start, sizeof(start), "tracks/%u/chain/", track);
  for (uint32_t i = 0; i < w->records.count; ++i) {
    const TonDecision* const d = &w->records.items[i];
    n += *d->value && !d->superseded &&
         strncmp(d->path, start, strlen(start)) == 0;
  }
  return n;
}

/// Only the equaliser that the assistant wrote, as it wrote it?
static bool
is_ours(const AlbumWork* w, uint32_t track)
{
  char path[64];
  const uint32_t n = count_records(w, track);
  const TonAlbumTrack* const t = &w->album->tracks[track];
  ton_string_cut(path, sizeof(path), "tracks/%u/chain/0/equaliser", track);
  return n && t->n_chain == 1 && ton_doc_count(w->doc, path) == n &&
         !ton_lock_holds(t->locks, t->n_locks, "chain");
}

static TonStatus
edit(AlbumWork* w, const char* path, const char* value)
{
  const TonEdit e = {path, value, NULL};
  return ton_doc_edit(w->doc, &e, w->error);
}

TonStatus
album_tone_begin(AlbumWork* w)
{
  TonError none = {0};
  const TonStatus status =
      ton_decisions_read(w->records_path, &w->records, &none);
  if (status) {
    w->records = (TonDecisions){0};
  }
  if (status && status != TON_NOT_FOUND) {
    *w->error = none;
    return status;
  }
  if (ton_decisions_compare(&w->records, w->doc)) {
    return no_memory(w);
  }
  for (uint32_t i = 0; i < w->album->n_tracks; ++i) {
    const TonAlbumTrack* const t = &w->album->tracks[i];
    const bool ours = is_ours(w, i);
    w->parts[i].tone_fixed = (t->has_chain && !ours) ||
                             ton_lock_holds(t->locks, t->n_locks, "chain");
    if (ours) {
      char path[64];
      ton_string_cut(path, sizeof(path), "tracks/%u/chain", i);
      TON_TRY(edit(w, path, NULL));
    }
  }
  return album_text_read_again(w);
}

// Measuring --------------------------------------------------------------------

static TonStatus
measure(AlbumWork* w, uint32_t track, double* thirds_db)
{
  TonMeasurement m;
  TON_TRY(ton_measure_file(w->parts[track].master, TON_MEASURE_SPECTRUM, &m,
                           NULL, w->job, w->error));
  memcpy(thirds_db, m.thirds_db, sizeof(m.thirds_db));
  return TON_OK;
}

/// Five bands of some seconds of a file
static TonStatus
measure_part(AlbumWork* w, TonAudio* audio, uint64_t from, uint64_t to,
             double* bands_db)
{
  enum { BLOCK = 4096 };
  static const unsigned what = TON_MEASURE_SPECTRUM;
  const TonAudioInfo* const info = ton_audio_info(audio);
  float* const buffer = ton_alloc((size_t)2 * BLOCK * sizeof(float));
  TonMeters* const meters = ton_meters_new(info->rate, info->channels, what);
  float* const x[2] = {buffer, buffer + BLOCK};
  const float* const in[2] = {x[0], x[1]};
  TonMeasurement m;
  TonStatus status =
      buffer && meters ? ton_audio_seek(audio, from, w->error) : no_memory(w);
  uint32_t got = 1;
  for (uint64_t at = from; at < to && got && !status; at += got) {
    const uint32_t n = to - at < BLOCK ? (uint32_t)(to - at) : BLOCK;
    status = ton_audio_read(audio, x, n, &got, w->error);
    if (!status && got) {
      ton_meters_add(meters, in, got);
    }
  }
  if (!status && ton_meters_finish(meters, &m)) {
    status = no_memory(w);
  }
  if (!status) {
    ton_tone_bands(m.thirds_db, bands_db);
  }
  ton_meters_free(meters);
  ton_free(buffer);
  return status;
}

TonStatus
album_tone_jumps(AlbumWork* w)
{
  double before[TON_TONE_BANDS];
  for (uint32_t i = 0; i < w->album->n_tracks; ++i) {
    TonAudio* audio = NULL;
    double first[TON_TONE_BANDS];
    TON_TRY(ton_audio_open(w->parts[i].master, &audio, w->error));
    const TonAudioInfo* const info = ton_audio_info(audio);
    const uint64_t all = info->frames;
    const uint64_t edge = (uint64_t)(EDGE_S * info->rate);
    const uint64_t n = edge < all ? edge : all;
    TonStatus status = measure_part(w, audio, 0, n, first);
    w->result->tracks[i].tone_jump_db =
        i && !status ? ton_tone_distance(before, first) : NAN;
    status = status ? status : measure_part(w, audio, all - n, all, before);
    ton_audio_close(audio);
    TON_TRY(status);
  }
  return TON_OK;
}

// Moving -----------------------------------------------------------------------

typedef struct {
  AlbumWork* w;
  TonAlbumSong* songs;
  TonAlbumTone* tones;
  TonStatus (*master)(AlbumWork* w, uint32_t track);
  double share;
} AlbumTone;

/// "- ../one" has no room for another key: make it "- {song: ../one}"
static TonStatus
open_track(AlbumWork* w, uint32_t track)
{
  char path[64];
  ton_string_cut(path, sizeof(path), "tracks/%u", track);
  if (ton_doc_count(w->doc, path)) {
    return TON_OK;
  }
  char* const song = ton_doc_get(w->doc, path);
  char* const scalar = song ? ton_doc_scalar(song) : NULL;
  char* const map = scalar ? ton_string_new("{song: %s}", scalar) : NULL;
  const TonStatus status = map ? edit(w, path, map) : no_memory(w);
  ton_free(song);
  ton_free(scalar);
  ton_free(map);
  return status;
}

static TonStatus
take_records(AlbumWork* w, const TonPlan* plan)
{
  for (uint32_t i = 0; i < plan->decisions.count; ++i) {
    TonDecision* const d = ton_decisions_add(&w->now);
    if (!d) {
      return no_memory(w);
    }
    *d = plan->decisions.items[i];
  }
  return TON_OK;
}

static TonStatus
apply(AlbumWork* w, TonPlan* plan)
{
  TonStatus status = ton_plan_apply(plan, w->doc, w->error);
  status = status ? status : take_records(w, plan);
  ton_plan_free(plan);
  return status;
}

/// Why a track keeps its tone; `left_db`: what an equaliser had left of the
/// distance, NaN: none was tried
static TonStatus
leave(AlbumTone* a, uint32_t track, double left_db)
{
  TonPlan plan = {0};
  ton_album_tone_leave(&a->tones[track], track, left_db, &plan);
  return apply(a->w, &plan);
}

/// It has to come nearer, or the equaliser goes
static TonStatus
prove(AlbumTone* a, uint32_t track, const TonPlan* plan)
{
  char path[64];
  double thirds_db[TON_THIRDS];
  AlbumWork* const w = a->w;
  TonAlbumRow* const row = &w->result->tracks[track];
  TON_TRY(measure(w, track, thirds_db));
  const double was = a->tones[track].distance_db;
  const double left = ton_album_tone_left(&a->tones[track],
                                          a->songs[track].thirds_db, thirds_db);
  row->tone_left_db = left;
  if (left < was * (1.0 - WORTH_SHARE * a->share)) {
    return take_records(w, plan);
  }
  ton_string_cut(path, sizeof(path), "tracks/%u/chain", track);
  TON_TRY(edit(w, path, NULL));
  TON_TRY(album_text_read_again(w));
  TON_TRY(a->master(w, track));
  row->tone_left_db = was;
  return leave(a, track, left);
}

static TonStatus
move(AlbumTone* a, uint32_t track)
{
  AlbumWork* const w = a->w;
  TonPlan plan = {0};
  TON_TRY(open_track(w, track));
  ton_album_tone_write(&a->tones[track], track, a->share, &plan);
  TonStatus status = ton_plan_apply(&plan, w->doc, w->error);
  status = status ? status : album_text_read_again(w);
  status = status ? status : a->master(w, track);
  status = status ? status : prove(a, track, &plan);
  ton_plan_free(&plan);
  return status;
}

static TonStatus
work(AlbumTone* a)
{
  AlbumWork* const w = a->w;
  const uint32_t n = w->album->n_tracks;
  for (uint32_t i = 0; i < n; ++i) {
    a->songs[i].rate = w->parts[i].rate;
    a->songs[i].fixed = w->parts[i].tone_fixed;
    TON_TRY(measure(w, i, a->songs[i].thirds_db));
  }
  ton_album_tones(a->songs, n, a->tones);
  for (uint32_t i = 0; i < n; ++i) {
    TonAlbumRow* const row = &w->result->tracks[i];
    row->tone_off_db = a->tones[i].distance_db;
    row->tone_left_db = a->tones[i].distance_db;
    if (!a->songs[i].fixed) {
      TON_TRY(ton_album_tone_fit(&a->songs[i], a->share, &a->tones[i])
                  ? move(a, i)
                  : leave(a, i, NAN));
    }
  }
  return TON_OK;
}

/// Whether a record is about a track whose processors are a person's
static bool
is_fixed(const AlbumWork* w, const TonDecision* d)
{
  for (uint32_t i = 0; i < w->album->n_tracks; ++i) {
    char start[64];
    ton_string_cut(start, sizeof(start), "tracks/%u/", i);
    if (strncmp(d->path, start, strlen(start)) == 0) {
      return w->parts[i].tone_fixed;
    }
  }
  return false;
}

/// What a person's values rest on stays on record; a reason that is not true any
/// more leaves the text
static TonStatus
keep_records(AlbumWork* w)
{
  for (uint32_t i = 0; i < w->records.count; ++i) {
    const TonDecision* const d = &w->records.items[i];
    if (!is_fixed(w, d)) {
      continue;
    }
    TonDecision* const copy = ton_decisions_add(&w->now);
    if (!copy) {
      return no_memory(w);
    }
    *copy = *d;
    TON_TRY(user_edits_clear_reason(d, w->doc, w->error));
  }
  return TON_OK;
}

TonStatus
album_tone(AlbumWork* w, TonStatus (*master)(AlbumWork* w, uint32_t track))
{
  const uint32_t n = w->album->n_tracks;
  AlbumTone a = {.w = w,
                 .songs = ton_alloc((n + 1) * sizeof(TonAlbumSong)),
                 .tones = ton_alloc((n + 1) * sizeof(TonAlbumTone)),
                 .master = master,
                 .share = (double)w->album->tone / 100.0};
  TonStatus status = TON_OK;
  if (a.songs && a.tones) {
    status = keep_records(w);
    status = status ? status : work(&a);
  } else {
    status = no_memory(w);
  }
  ton_free(a.songs);
  ton_free(a.tones);
  return status;
}

TonStatus
album_tone_save(AlbumWork* w)
{
  char* records = NULL;
  TON_TRY(ton_decisions_text(&w->now, w->records_path, &records, w->error));
  const char* const text = ton_doc_text(w->doc);
  const bool same = strcmp(text, w->as_read) == 0;
  const TonFileText files[] = {
      {.path = w->text,
       .bytes = same ? NULL : text,
       .size = same ? 0 : strlen(text),
       .was = w->as_read,
       .was_size = strlen(w->as_read)},
      {.path = w->records_path, .bytes = records, .size = strlen(records)}};
  const TonStatus status =
      ton_write_texts(files, w->now.count ? 2 : 1, w->error);
  free(records);
  return status;
}
