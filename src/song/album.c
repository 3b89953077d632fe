// SPDX-License-Identifier: GPL-3.0-or-later
/// @file An album: its songs mastered to one another, joined, cut and delivered.
#include <tonmeister/album.h>

#include "base/array.h"
#include "base/error.h"
#include "base/folder.h"
#include "base/output_file.h"
#include "base/string.h"
#include "song/album_files.h"
#include "song/album_tone.h"
#include "song/song.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/// A master may lie so far above and below the median of the mixes, LU
#define HIGHEST_LU 1.5
#define LOWEST_LU  -3.0
/// 10 s on either side of a change of tracks, in points of a curve
enum { EDGE_POINTS = 100 };

// The text ---------------------------------------------------------------------

static char*
text_path(const char* folder)
{
  return ton_string_new("%s/album.yaml", folder);
}

static TonStatus
write_text(const char* path, const char* const* songs, uint32_t n,
           TonError* error)
{
  TonString text = {0};
  TonStatus status = TON_OK;
  ton_string_add(&text, "# The songs in their order.\ntracks:\n");
  for (uint32_t i = 0; i < n && !status; ++i) {
    char* const whole = realpath(songs[i], NULL);
    char* const name = whole ? ton_doc_scalar(whole) : NULL;
    ton_string_printf(&text, "  - song: %s\n", name ? name : "");
    status = !whole ? ton_fail_file(error, TON_NOT_FOUND, songs[i],
                                    "there is no such song folder")
             : name ? TON_OK
                    : ton_fail(error, TON_NO_MEMORY, "out of memory");
    ton_free(name);
    free(whole);
  }
  if (!status && text.failed) {
    status = ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  status =
      status ? status : ton_file_write(path, text.bytes, text.length, error);
  ton_string_free(&text);
  return status;
}

TonStatus
ton_album_begin(const char* folder, const char* const* songs, uint32_t n,
                TonError* error)
{
  char* const path = text_path(folder);
  if (!path) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  TonStatus status =
      ton_is_file(path)
          ? ton_fail_file(error, TON_BAD_USE, path,
                          "is there already; run tonmeister album %s", folder)
          : ton_make_folder(folder, error);
  status = status ? status : write_text(path, songs, n, error);
  ton_free(path);
  return status;
}

/// Both would write into one out/ and one .tonmeister/
static TonStatus
refuse_song(const AlbumWork* w)
{
  char* const mix = ton_string_new("%s/mix.yaml", w->given);
  const TonStatus status =
      !mix ? ton_fail(w->error, TON_NO_MEMORY, "out of memory")
      : ton_is_file(mix)
          ? ton_fail_file(
                w->error, TON_BAD_USE, w->given,
                "is the folder of a song; an album has one of its own")
          : TON_OK;
  ton_free(mix);
  return status;
}

static TonStatus
open_text(AlbumWork* w)
{
  TON_TRY(refuse_song(w));
  w->text = text_path(w->given);
  w->records_path = ton_string_new("%s/album-decisions.json", w->given);
  if (!w->text || !w->records_path) {
    return ton_fail(w->error, TON_NO_MEMORY, "out of memory");
  }
  TON_TRY(ton_is_file(w->text)
              ? ton_doc_open(w->text, &w->doc, w->error)
              : ton_fail_file(w->error, TON_NOT_FOUND, w->text,
                              "there is no such file; tonmeister "
                              "album SONG... -o %s writes it",
                              w->given));
  w->as_read = ton_copy_string(ton_doc_text(w->doc));
  return w->as_read ? album_text_read_again(w)
                    : ton_fail(w->error, TON_NO_MEMORY, "out of memory");
}

// The songs --------------------------------------------------------------------

/// Its names, and how loud its mix is
static TonStatus
open_part(AlbumWork* w, uint32_t i)
{
  AlbumPart* const p = &w->parts[i];
  TonAlbumRow* const row = &w->result->tracks[i];
  TonMeasurement m;
  TON_TRY(ton_song_open(w->album->tracks[i].song, &p->song, w->error));
  if (p->song->texts[TON_SONG_RELEASE_TEXT].doc) {
    TON_TRY(song_read_release(p->song, &p->release, w->error));
  }
  row->title = ton_copy_string(p->release ? p->release->title : p->song->name);
  if (!row->title) {
    return ton_fail(w->error, TON_NO_MEMORY, "out of memory");
  }
  if (!ton_is_file(p->song->mix)) {
    return ton_fail_file(w->error, TON_NOT_FOUND, p->song->mix,
                         "there is no mix yet; run tonmeister mix %s",
                         w->album->tracks[i].song);
  }
  TON_TRY(ton_song_current(p->song, TON_SONG_STAGE_MASTER, w->error));
  TON_TRY(ton_measure_file(p->song->mix, TON_MEASURE_LOUDNESS, &m, NULL, w->job,
                           w->error));
  row->mix_lufs = m.integrated_lufs;
  return isfinite(m.integrated_lufs)
             ? TON_OK
             : ton_fail_file(w->error, TON_BAD_FILE, p->song->mix,
                             "is silent; a track of an album must sound");
}

static int
ascending(const void* a, const void* b)
{
  const double x = *(const double*)a;
  const double y = *(const double*)b;
  return (x > y) - (x < y);
}

/// The loudest track has the album's loudness, the others keep a share of what the
/// mixes differ by
static TonStatus
find_goals(AlbumWork* w)
{
  const uint32_t n = w->album->n_tracks;
  TonAlbumRow* const rows = w->result->tracks;
  double* const sorted = ton_alloc((n + 1) * sizeof(double));
  if (!sorted) {
    return ton_fail(w->error, TON_NO_MEMORY, "out of memory");
  }
  for (uint32_t i = 0; i < n; ++i) {
    sorted[i] = rows[i].mix_lufs;
  }
  qsort(sorted, n, sizeof(double), ascending);
  const double median = 0.5 * (sorted[n / 2] + sorted[(n - 1) / 2]);
  ton_free(sorted);
  double highest = -INFINITY;
  for (uint32_t i = 0; i < n; ++i) {
    const double wanted =
        (double)w->album->contrast / 100.0 * (rows[i].mix_lufs - median);
    rows[i].goal_lufs = fmin(fmax(wanted, LOWEST_LU), HIGHEST_LU);
    highest = fmax(highest, rows[i].goal_lufs);
  }
  for (uint32_t i = 0; i < n; ++i) {
    const double theirs = (double)w->album->tracks[i].loudness_lufs;
    const double ours =
        (double)w->album->loudness_lufs + rows[i].goal_lufs - highest;
    rows[i].goal_lufs = isnan(theirs) ? rint(10.0 * ours) / 10.0 : theirs;
  }
  return TON_OK;
}

/// The song's own texts are not saved: its single stays what it is
static TonStatus
master_part(AlbumWork* w, uint32_t i)
{
  AlbumPart* const p = &w->parts[i];
  TonMasterResult m;
  const TonMasterOptions options = {
      .loudness_lufs = w->result->tracks[i].goal_lufs,
      .ceiling_dbtp = (double)w->album->ceiling_dbtp,
      .amount = NAN,
      .extra = w->album->tracks[i].chain,
      .n_extra = w->album->tracks[i].n_chain,
      .out = p->master};
  const TonStatus status =
      ton_song_master(p->song, &options, w->job, &m, w->error);
  w->result->tracks[i].good = status == TON_OK;
  p->rate = m.after.rate;
  ton_master_result_free(&m);
  return status == TON_GOAL_MISSED ? TON_OK : status;
}

// Changes of tracks ------------------------------------------------------------

/// Loudness of 10 s at the start or the end of the sound, LUFS
static double
edge_loudness(const TonMeasurement* m, bool end)
{
  double sum = 0.0;
  uint32_t n = 0;
  for (uint32_t i = 0; i < m->n_points && n < EDGE_POINTS; ++i) {
    const double lufs = m->momentary_lufs[end ? m->n_points - 1 - i : i];
    sum += lufs > -70.0 ? pow(10.0, lufs / 10.0) : 0.0;
    n += lufs > -70.0;
  }
  return n ? 10.0 * log10(sum / n) : NAN;
}

static TonStatus
find_jumps(AlbumWork* w)
{
  double before = NAN;
  for (uint32_t i = 0; i < w->album->n_tracks; ++i) {
    TonMeasurement m;
    TonMeters* meters = NULL;
    TON_TRY(ton_measure_file(w->parts[i].master,
                             TON_MEASURE_LOUDNESS | TON_MEASURE_TIMELINE, &m,
                             &meters, w->job, w->error));
    w->result->tracks[i].jump_lu = edge_loudness(&m, false) - before;
    before = edge_loudness(&m, true);
    ton_meters_free(meters);
  }
  return TON_OK;
}

// All of it --------------------------------------------------------------------

static TonStatus
work(AlbumWork* w)
{
  TON_TRY(open_text(w));
  TON_TRY(album_files_open(w));
  TON_TRY(album_tone_begin(w));
  for (uint32_t i = 0; i < w->album->n_tracks; ++i) {
    TON_TRY(open_part(w, i));
  }
  TON_TRY(find_goals(w));
  for (uint32_t i = 0; i < w->album->n_tracks; ++i) {
    TON_TRY(master_part(w, i));
  }
  TON_TRY(album_tone(w, master_part));
  TON_TRY(album_tone_save(w));
  TON_TRY(find_jumps(w));
  TON_TRY(album_tone_jumps(w));
  TON_TRY(album_files_join(w));
  TON_TRY(album_files_deliver(w));
  for (uint32_t i = 0; i < w->album->n_tracks; ++i) {
    const TonAlbumRow* const row = &w->result->tracks[i];
    if (!row->good) {
      return ton_fail_file(
          w->error, TON_GOAL_MISSED, w->album->tracks[i].song,
          "has %.2f LUFS and %.2f dBTP on the album instead of "
          "%.1f LUFS and at most %.1f dBTP",
          row->measured.integrated_lufs, row->measured.true_peak_dbtp,
          row->goal_lufs, (double)w->album->ceiling_dbtp);
    }
  }
  return TON_OK;
}

TonStatus
ton_album_make(const char* folder, const TonAlbumOptions* options,
               const TonJob* job, TonAlbumResult* result, TonError* error)
{
  AlbumWork w = {.given = folder,
                 .job = job,
                 .result = result,
                 .error = error,
                 .cd = options->cd};
  *result =
      (TonAlbumResult){.delivery = {.stems_null_db = NAN}, .cd_null_db = NAN};
  const TonStatus status = work(&w);
  album_files_close(&w);
  return status;
}

void
ton_album_result_free(TonAlbumResult* result)
{
  for (uint32_t i = 0; result->tracks && i < result->n; ++i) {
    ton_free(result->tracks[i].title);
  }
  ton_free(result->tracks);
  ton_delivery_free(&result->delivery);
  *result = (TonAlbumResult){0};
}
