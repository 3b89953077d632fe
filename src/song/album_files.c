// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The files of an album: joined, cut, delivered.
#include "song/album_files.h"

#include "base/error.h"
#include "base/folder.h"
#include "base/memory.h"
#include "base/parallel_for.h"
#include "base/string.h"
#include "delivery/deliver.h"
#include "delivery/file_name.h"
#include "delivery/written_files.h"
#include "song/cd_image.h"

#include <limits.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

static TonStatus
no_memory(const AlbumWork* w)
{
  return ton_fail(w->error, TON_NO_MEMORY, "out of memory");
}

TonStatus
album_text_read_again(AlbumWork* w)
{
  ton_album_free(w->album);
  w->album = NULL;
  return ton_album_read(w->doc, w->given, &w->album, w->error);
}

TonStatus
album_files_open(AlbumWork* w)
{
  const char* const folder = w->album->folder;
  const uint32_t n = w->album->n_tracks;
  w->work = ton_string_new("%s/.tonmeister/album", folder);
  w->cache = ton_string_new("%s/.tonmeister/stems", folder);
  w->out = ton_string_new("%s/out", folder);
  w->sums = ton_string_new("%s/out/SHA256SUMS", folder);
  w->interim_sums = ton_string_new("%s/out/.files", folder);
  w->joined = ton_string_new("%s/joined.wav", w->work ? w->work : "");
  w->parts = ton_alloc((n + 1) * sizeof(AlbumPart));
  w->result->tracks = ton_alloc((n + 1) * sizeof(TonAlbumRow));
  if (!w->work || !w->joined || !w->cache || !w->out || !w->sums ||
      !w->interim_sums || !w->parts || !w->result->tracks) {
    return no_memory(w);
  }
  w->result->n = n;
  for (uint32_t i = 0; i < n; ++i) {
    w->parts[i].master = ton_string_new("%s/%02u master.wav", w->work, i + 1);
    w->parts[i].cut = ton_string_new("%s/%02u.wav", w->work, i + 1);
    if (!w->parts[i].master || !w->parts[i].cut) {
      return no_memory(w);
    }
  }
  TON_TRY(ton_make_folder(w->work, w->error));
  return ton_make_folder(w->out, w->error);
}

// Joining ----------------------------------------------------------------------

/// The track that is being written
typedef struct {
  AlbumWork* w;
  const ProgrammePart* parts;
  uint64_t frames; ///< Of the album
  uint64_t at;
  uint32_t track;
  TonAudioWriter* writer;
  TonAudioWriter* joined; ///< Null: nobody wants it
  TonMeters* meters;
  TonMeters* whole;
} Cutter;

static uint32_t
rate_of(const AlbumWork* w)
{
  return w->parts[0].rate;
}

static TonAudioFormat
format_of(const AlbumWork* w)
{
  return (TonAudioFormat){.rate = rate_of(w),
                          .channels = 2,
                          .samples = TON_SAMPLES_24,
                          .container = "WAV",
                          .dither = true,
                          .dither_seed = 1};
}

/// The joined album begins with the 2 s of silence that a CD has in front of its
/// first track
static TonStatus
begin_joined(Cutter* c)
{
  static const float silence[1024];
  const float* const in[2] = {silence, silence};
  const TonAudioFormat format = format_of(c->w);
  TON_TRY(ton_writer_open(c->w->joined, &format, &c->joined, c->w->error));
  for (uint32_t left = 2 * format.rate; left;) {
    const uint32_t n = left < 1024 ? left : 1024;
    TON_TRY(ton_writer_write(c->joined, in, n, c->w->error));
    left -= n;
  }
  return TON_OK;
}

static TonStatus
begin_track(Cutter* c)
{
  const TonAudioFormat format = format_of(c->w);
  c->meters = ton_meters_new(format.rate, 2,
                             TON_MEASURE_LOUDNESS | TON_MEASURE_TRUE_PEAK);
  return c->meters ? ton_writer_open(c->w->parts[c->track].cut, &format,
                                     &c->writer, c->w->error)
                   : no_memory(c->w);
}

static TonStatus
end_track(Cutter* c)
{
  TonMeasurement* const m = &c->w->result->tracks[c->track].measured;
  TonAudioWriter* const writer = c->writer;
  const TonStatus finished = ton_meters_finish(c->meters, m);
  ton_meters_free(c->meters);
  c->meters = NULL;
  c->writer = NULL;
  ++c->track;
  const TonStatus status = ton_writer_commit(writer, NULL, NULL, c->w->error);
  return finished ? no_memory(c->w) : status;
}

static uint64_t
end_of(const Cutter* c)
{
  return c->track + 1 < c->w->album->n_tracks ? c->parts[c->track + 1].start
                                              : c->frames;
}

static bool
take(void* handle, const float* const* in, uint32_t frames)
{
  Cutter* const c = handle;
  ton_meters_add(c->whole, in, frames);
  if (c->joined && ton_writer_write(c->joined, in, frames, c->w->error)) {
    return false;
  }
  for (uint32_t from = 0; from < frames;) {
    const uint64_t left = end_of(c) - c->at;
    const uint32_t n = frames - from < left ? frames - from : (uint32_t)left;
    const float* const part[2] = {in[0] + from, in[1] + from};
    if ((!c->writer && begin_track(c)) ||
        ton_writer_write(c->writer, part, n, c->w->error)) {
      return false;
    }
    ton_meters_add(c->meters, part, n);
    c->at += n;
    from += n;
    const TonStatus status = n == left ? end_track(c) : TON_OK;
    if (status && status != TON_GOAL_MISSED) {
      return false;
    }
  }
  return true;
}

static TonStatus
open_masters(AlbumWork* w, ProgrammePart* parts)
{
  char path[PATH_MAX];
  for (uint32_t i = 0; i < w->album->n_tracks; ++i) {
    TON_TRY(ton_stem_prepared(w->parts[i].master, rate_of(w), false, w->cache,
                              path, sizeof(path), NULL, NULL, w->error));
    TON_TRY(ton_audio_open(path, &parts[i].audio, w->error));
  }
  return TON_OK;
}

static uint64_t
place(const AlbumWork* w, ProgrammePart* parts, uint64_t* gaps,
      uint64_t* overlaps)
{
  const double rate = rate_of(w);
  for (uint32_t i = 0; i < w->album->n_tracks; ++i) {
    const TonAlbumTrack* const t = &w->album->tracks[i];
    overlaps[i] = (uint64_t)rint(t->crossfade_s * rate);
    gaps[i] = overlaps[i] ? 0 : (uint64_t)rint(t->gap_s * rate);
  }
  const uint64_t frames =
      programme_place(parts, w->album->n_tracks, gaps, overlaps);
  for (uint32_t i = 0; i < w->album->n_tracks; ++i) {
    const uint64_t length = ton_audio_info(parts[i].audio)->frames;
    w->result->tracks[i].start_s = (double)parts[i].start / rate;
    w->parts[i].end_s = (double)(parts[i].start + length) / rate;
  }
  const uint64_t sector = rate_of(w) / CD_SECTORS;
  return w->cd ? (frames + sector - 1) / sector * sector : frames;
}

static TonStatus
play(AlbumWork* w, const ProgrammePart* parts, uint64_t frames)
{
  Cutter c = {.w = w, .parts = parts, .frames = frames};
  c.whole = ton_meters_new(rate_of(w), 2,
                           TON_MEASURE_LOUDNESS | TON_MEASURE_TRUE_PEAK);
  const TonSink sink = {&c, take};
  TonStatus status = !c.whole ? no_memory(w)
                     : w->cd  ? begin_joined(&c)
                              : TON_OK;
  status = status ? status
                  : programme_play(parts, w->album->n_tracks, frames, &sink,
                                   w->job, w->error);
  if (!status && c.joined) {
    status = ton_writer_commit(c.joined, NULL, NULL, w->error);
    c.joined = NULL;
    status = status == TON_GOAL_MISSED ? TON_OK : status;
  }
  if (!status && ton_meters_finish(c.whole, &w->result->whole)) {
    status = no_memory(w);
  }
  ton_writer_abandon(c.writer);
  ton_writer_abandon(c.joined);
  ton_meters_free(c.meters);
  ton_meters_free(c.whole);
  return status;
}

static TonStatus
join(AlbumWork* w, ProgrammePart* parts)
{
  const uint32_t n = w->album->n_tracks;
  uint64_t* const shifts = ton_alloc((2 * n + 1) * sizeof(uint64_t));
  if (!shifts) {
    return no_memory(w);
  }
  TonStatus status = open_masters(w, parts);
  status =
      status ? status : play(w, parts, place(w, parts, shifts, shifts + n));
  ton_free(shifts);
  return status;
}

TonStatus
album_files_join(AlbumWork* w)
{
  const uint32_t n = w->album->n_tracks;
  ProgrammePart* const parts = ton_alloc((n + 1) * sizeof(ProgrammePart));
  if (!parts) {
    return no_memory(w);
  }
  const TonStatus status = join(w, parts);
  for (uint32_t i = 0; i < n; ++i) {
    ton_audio_close(parts[i].audio);
  }
  ton_free(parts);
  return status;
}

// Delivering -------------------------------------------------------------------

typedef struct {
  AlbumWork* w;
  TonRelease* releases; ///< One for each track
  TonAudioWriter** writers;
} AlbumDelivery;

static bool
is_named(const char* artist)
{
  return artist && *artist && strcmp(artist, "Unknown Artist") != 0;
}

/// What the files of a track carry: the song's own where it has it
static TonRelease
release_of(const AlbumWork* w, uint32_t i)
{
  const TonRelease* const song = w->parts[i].release;
  TonRelease r = w->album->release;
  r.album = r.title;
  r.album_artist = r.artist;
  r.title = w->result->tracks[i].title;
  r.source = w->parts[i].cut;
  r.track = i + 1;
  r.track_total = w->album->n_tracks;
  if (song) {
    r.artist = is_named(song->artist) ? song->artist : r.artist;
    r.composer = song->composer;
    r.isrc = song->isrc;
    r.comment = song->comment;
    r.genre = *r.genre ? r.genre : song->genre;
  }
  return r;
}

static TonStatus
name_file(AlbumWork* w, FileNames* names, uint32_t track,
          const TonDeliverable* what, TonDelivered* file)
{
  const DeliveryFormat* const format = delivery_format(what->container);
  char* const title =
      ton_string_new("%02u %s", track + 1, w->result->tracks[track].title);
  char* const name =
      title ? file_names_add(names, title, what->name, format->extension)
            : NULL;
  *file = (TonDelivered){.name = ton_copy_string(what->name),
                         .path = name ? ton_string_new("%s/%s", w->out, name)
                                      : NULL,
                         .lossy = format->lossy};
  ton_free(name);
  ton_free(title);
  return file->name && file->path ? TON_OK : no_memory(w);
}

static uint32_t
count_tracks(const AlbumWork* w)
{
  return w->album->n_tracks * w->album->release.n_deliverables;
}

static TonStatus
name_files(AlbumWork* w)
{
  FileNames names = {0};
  TonStatus status = TON_OK;
  const uint32_t kinds = w->album->release.n_deliverables;
  for (uint32_t i = 0; i < count_tracks(w) && !status; ++i) {
    status = name_file(w, &names, i / kinds,
                       &w->album->release.deliverables[i % kinds],
                       &w->result->delivery.files[i]);
  }
  if (w->cd && !status) {
    status =
        cd_image_name(w, &names, &w->result->delivery.files[count_tracks(w)]);
  }
  file_names_free(&names);
  return status;
}

static TonStatus
deliver_one(void* handle, uint32_t i, const TonJob* job, TonError* error)
{
  const AlbumDelivery* const d = handle;
  const AlbumWork* const w = d->w;
  if (i == count_tracks(w)) {
    return cd_image_deliver(w, &d->writers[i], job, error);
  }
  const uint32_t track = i / w->album->release.n_deliverables;
  const TonRelease* const r = &d->releases[track];
  const TonDeliverable* const what = &r->deliverables[i % r->n_deliverables];
  TonJob alone = *job;
  alone.threads = 1;
  const DeliveryTask task = {.release = r,
                             .what = what,
                             .format = delivery_format(what->container),
                             .master = &w->result->tracks[track].measured,
                             .ceiling_dbtp = (double)w->album->ceiling_dbtp,
                             .album = &w->result->whole};
  return delivery_write(&task, w->cache, &d->writers[i],
                        &w->result->delivery.files[i], &alone, error);
}

static TonStatus
publish(AlbumDelivery* d)
{
  AlbumWork* const w = d->w;
  const TonDelivery* const all = &w->result->delivery;
  WrittenFile* const files = ton_alloc((all->n + 2) * sizeof(WrittenFile));
  if (!files) {
    return no_memory(w);
  }
  for (uint32_t i = 0; i < all->n; ++i) {
    files[i] = (WrittenFile){all->files[i].path, all->files[i].sha256};
  }
  files[all->n] = (WrittenFile){w->cue, w->cue_sum};
  const WrittenFiles written = {.folder = w->out,
                                .list = w->sums,
                                .interim = w->interim_sums,
                                .files = files,
                                .n = all->n + w->cd};
  const TonStatus status =
      written_files_publish(&written, d->writers, all->n, w->error);
  ton_free(files);
  return status == TON_GOAL_MISSED ? TON_OK : status;
}

static TonStatus
judge(const AlbumWork* w)
{
  for (uint32_t i = 0; i < w->result->delivery.n; ++i) {
    const TonDelivered* const file = &w->result->delivery.files[i];
    if (!file->good) {
      return ton_fail_file(w->error, TON_GOAL_MISSED, file->path, "%s",
                           file->why);
    }
  }
  return w->cd ? cd_image_judge(w) : TON_OK;
}

TonStatus
album_files_deliver(AlbumWork* w)
{
  const uint32_t tracks = w->album->n_tracks;
  TonDelivery* const all = &w->result->delivery;
  all->n = count_tracks(w) + w->cd;
  all->files = ton_alloc((all->n + 1) * sizeof(TonDelivered));
  AlbumDelivery d = {.w = w,
                     .releases = ton_alloc((tracks + 1) * sizeof(TonRelease)),
                     .writers =
                         ton_alloc((all->n + 1) * sizeof(TonAudioWriter*))};
  TonStatus status =
      all->files && d.releases && d.writers ? name_files(w) : no_memory(w);
  for (uint32_t i = 0; d.releases && i < tracks && !status; ++i) {
    d.releases[i] = release_of(w, i);
  }
  status =
      status ? status : parallel_for(all->n, w->job, deliver_one, &d, w->error);
  if (w->cd && !status) {
    status = cd_image_cue(w);
  }
  status = status ? status : publish(&d);
  if (w->cd && !status) {
    status = cd_image_null(w);
  }
  for (uint32_t i = 0; d.writers && i < all->n; ++i) {
    ton_writer_abandon(d.writers[i]);
  }
  ton_free(d.writers);
  ton_free(d.releases);
  return status ? status : judge(w);
}

void
album_files_close(AlbumWork* w)
{
  for (uint32_t i = 0; w->parts && i < w->result->n; ++i) {
    AlbumPart* const p = &w->parts[i];
    if (p->master && p->cut) {
      unlink(p->master);
      unlink(p->cut);
    }
    ton_release_free(p->release);
    ton_song_free(p->song);
    ton_free(p->master);
    ton_free(p->cut);
  }
  if (w->joined) {
    unlink(w->joined);
  }
  ton_free(w->parts);
  ton_free(w->joined);
  ton_free(w->cue);
  ton_free(w->work);
  ton_free(w->cache);
  ton_free(w->out);
  ton_free(w->sums);
  ton_free(w->interim_sums);
  ton_free(w->text);
  ton_free(w->as_read);
  ton_free(w->records_path);
  ton_doc_free(w->doc);
  ton_decisions_free(&w->records);
  ton_decisions_free(&w->now);
  ton_album_free(w->album);
}
