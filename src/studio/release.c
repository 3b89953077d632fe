// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"
#include "dsp/decibel.h"
#include "studio/studio.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK = 8192 };

/// A title as a file name
static void
safe_name(const char* title, char* room, size_t size)
{
  size_t n = 0;
  for (; *title && n + 1 < size; ++title) {
    const char c = *title;
    room[n++] = strchr("/\\:*?\"<>|", c) || (unsigned char)c < 32 ? '-' : c;
  }
  room[n] = '\0';
}

static const char*
ending(const char* container)
{
  return strcmp(container, "FLAC") == 0  ? "flac"
         : strcmp(container, "MP3") == 0 ? "mp3"
                                         : "wav";
}

static void
copy_tag(char* to, size_t size, const char* from)
{
  snprintf(to, size, "%s", from ? from : "");
}

static TonTags
tags_of(const TonRelease* r, const TonMeasurement* m)
{
  TonTags t = {.track = r->track,
               .track_total = r->track_total,
               .has_gain = isfinite(m->integrated_lufs),
               .track_gain_db = -18.0 - m->integrated_lufs,
               .track_peak_dbtp = m->true_peak_dbtp,
               .cover_path = r->cover};
  copy_tag(t.title, sizeof(t.title), r->title);
  copy_tag(t.artist, sizeof(t.artist), r->artist);
  copy_tag(t.album, sizeof(t.album), r->album);
  copy_tag(t.album_artist, sizeof(t.album_artist), r->album_artist);
  copy_tag(t.composer, sizeof(t.composer), r->composer);
  copy_tag(t.genre, sizeof(t.genre), r->genre);
  copy_tag(t.date, sizeof(t.date), r->date);
  copy_tag(t.comment, sizeof(t.comment), r->comment);
  copy_tag(t.copyright, sizeof(t.copyright), r->copyright);
  copy_tag(t.publisher, sizeof(t.publisher), r->publisher);
  copy_tag(t.isrc, sizeof(t.isrc), r->isrc);
  copy_tag(t.upc, sizeof(t.upc), r->upc);
  return t;
}

/// The master at the file's rate: as it is, or converted and held under the
/// ceiling again, since conversion moves the peaks
static TonStatus
source_at_rate(const char* master, uint32_t rate, double ceiling_dbtp,
               const char* cache, char* path, uint32_t size, TonInsert* guard,
               TonError* error)
{
  TonAudio* audio = NULL;
  TON_TRY(ton_audio_open(master, &audio, error));
  const uint32_t own = ton_audio_info(audio)->rate;
  ton_audio_close(audio);
  snprintf(path, size, "%s", master);
  if (!rate || rate == own) {
    return TON_OK;
  }
  TON_TRY(ton_stem_ready(master, rate, cache, path, size, NULL, NULL, error));
  char text[64];
  snprintf(text, sizeof(text), "limiter:ceiling=%.2fdBTP", ceiling_dbtp);
  return ton_insert_parse(text, guard, error);
}

static TonStatus
write_one(const char* source, const TonInsert* guard,
          const TonAudioFormat* format, const char* out, const TonTags* tags,
          const TonBroadcast* broadcast, const TonJob* job, TonError* error)
{
  TonTake take = {.error = error};
  TON_TRY(ton_writer_open(out, format, &take.writer, error));
  const TonStatus status =
      ton_render_chain(source, guard, guard->type ? 1 : 0, &take, job, error);
  if (status) {
    ton_writer_abandon(take.writer);
    return status;
  }
  return ton_writer_commit(take.writer, broadcast, tags, error);
}

/// Open the finished file and measure it again: what is promised is what lies
/// on the disk
static TonStatus
verify(TonDelivered* d, const TonJob* job, TonError* error)
{
  TON_TRY(ton_measure_file(d->path,
                           TON_MEASURE_LOUDNESS | TON_MEASURE_TRUE_PEAK |
                               TON_MEASURE_LEVELS,
                           &d->measured, NULL, job, error));
  TON_TRY(ton_file_sha256(d->path, d->sha256, error));
  struct stat st;
  d->bytes = stat(d->path, &st) == 0 ? (uint64_t)st.st_size : 0;
  return TON_OK;
}

static TonStatus
deliver(const TonSongPaths* p, const TonRelease* r, const TonDeliverable* what,
        const TonMeasurement* master, double ceiling, const TonJob* job,
        TonDelivered* d, TonError* error)
{
  char name[256];
  char source[2048];
  safe_name(r->title ? r->title : "song", name, sizeof(name));
  snprintf(d->name, sizeof(d->name), "%s", what->name);
  snprintf(d->path, sizeof(d->path), "%s/%s (%s).%s", p->release, name,
           what->name, ending(what->container));
  TonInsert guard = {0};
  TON_TRY(source_at_rate(r->source, what->rate, ceiling, p->cache, source,
                         sizeof(source), &guard, error));
  const TonAudioFormat format = {
      .rate = what->rate ? what->rate : master->rate,
      .channels = 2,
      .samples = what->bits == 16 ? TON_SAMPLES_16 : TON_SAMPLES_24,
      .container = what->container,
      .bitrate_kbps = what->bitrate_kbps,
      // a 24-bit master at its own rate is copied sample for sample
      .dither = what->bits == 16 || guard.type,
      .dither_seed = 2,
      .frames_hint = master->frames,
      .broadcast = {.present = strcmp(what->container, "WAV") == 0,
                    .integrated_lufs = master->integrated_lufs,
                    .range_lu = master->loudness_range_lu,
                    .true_peak_dbtp = master->true_peak_dbtp,
                    .momentary_max_lufs = master->momentary_max_lufs,
                    .short_term_max_lufs = master->short_term_max_lufs}};
  const TonTags tags = tags_of(r, master);
  TonStatus status =
      write_one(source, &guard, &format, d->path, &tags, NULL, job, error);
  if (guard.type) {
    ton_insert_free(&guard);
  }
  status = status ? status : verify(d, job, error);
  const bool coded = strcmp(what->container, "MP3") == 0;
  d->lossy = coded;
  d->good =
      !status && d->measured.true_peak_dbtp <= (coded ? 0.0 : ceiling + 0.05);
  return status;
}

static TonStatus
write_sums(const TonSongPaths* p, const TonDelivered* all, uint32_t n,
           TonError* error)
{
  TonText text = {0};
  char path[1200];
  for (uint32_t i = 0; i < n; ++i) {
    ton_text_printf(&text, "%s  %s\n", all[i].sha256,
                    strrchr(all[i].path, '/') + 1);
  }
  snprintf(path, sizeof(path), "%.1090s/SHA256SUMS", p->release);
  const TonStatus status =
      ton_file_write(path, ton_text_string(&text), text.length, error);
  ton_text_free(&text);
  return status;
}

/// A release.yaml for a song that has none: the title is the folder's name
static TonStatus
first_text(const TonSongPaths* p, TonError* error)
{
  if (access(p->release_text, F_OK) == 0) {
    return TON_OK;
  }
  const char* const name = strrchr(p->folder, '/') + 1;
  char* const title = ton_doc_scalar(name);
  TonText text = {0};
  ton_text_printf(&text,
                  "# What goes out, and under which name.\ntitle: %s\n"
                  "artist: Unknown Artist\n",
                  title ? title : name);
  ton_free(title);
  const TonStatus status = ton_file_write(
      p->release_text, ton_text_string(&text), text.length, error);
  ton_text_free(&text);
  return status;
}

static double
ceiling_of(const TonSongPaths* p)
{
  TonDoc* doc = NULL;
  TonMaster* master = NULL;
  double ceiling = -1.0;
  if (ton_doc_open(p->master_text, &doc, NULL) == TON_OK &&
      ton_master_read(doc, p->folder, &master, NULL) == TON_OK) {
    ceiling = (double)master->ceiling_dbtp;
  }
  ton_master_free(master);
  ton_doc_free(doc);
  return ceiling;
}

static TonStatus
deliver_all(const TonSongPaths* p, const TonRelease* r, const TonJob* job,
            TonDelivered* all, uint32_t* n, TonError* error)
{
  TonMeasurement master;
  TON_TRY(ton_make_folder(p->release, error));
  TON_TRY(ton_measure_file(r->source,
                           TON_MEASURE_LOUDNESS | TON_MEASURE_TRUE_PEAK,
                           &master, NULL, job, error));
  const double ceiling = ceiling_of(p);
  for (*n = 0; *n < r->n_deliverables && *n < TON_MOST_DELIVERED; ++*n) {
    TON_TRY(deliver(p, r, &r->deliverables[*n], &master, ceiling, job, &all[*n],
                    error));
  }
  return write_sums(p, all, *n, error);
}

TonStatus
ton_studio_release(const char* song, const TonJob* job, TonDelivered* all,
                   uint32_t* n, TonError* error)
{
  TonSongPaths p;
  TonDoc* doc = NULL;
  TonRelease* r = NULL;
  *n = 0;
  TON_TRY(ton_song_paths(song, false, &p, error));
  TON_TRY(first_text(&p, error));
  TON_TRY(ton_doc_open(p.release_text, &doc, error));
  TonStatus status = ton_release_read(doc, p.folder, &r, error);
  ton_doc_free(doc);
  if (!status && access(r->source, F_OK) != 0) {
    status =
        ton_fail_file(error, TON_NOT_FOUND, r->source,
                      "there is no master yet; run tonmeister master %s", song);
  }
  status = status ? status : deliver_all(&p, r, job, all, n, error);
  ton_release_free(r);
  TON_TRY(status);
  for (uint32_t i = 0; i < *n; ++i) {
    if (!all[i].good) {
      return ton_fail_file(error, TON_GOAL_MISSED, all[i].path,
                           "reads %.2f dBTP after writing",
                           all[i].measured.true_peak_dbtp);
    }
  }
  return TON_OK;
}
