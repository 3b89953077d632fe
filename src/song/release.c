// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/error.h"
#include "base/memory.h"
#include "base/string.h"
#include "files/files.h"
#include "song/checksums.h"
#include "song/parallel_for.h"
#include "song/song.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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
  return strcmp(container, "FLAC") == 0   ? "flac"
         : strcmp(container, "MP3") == 0  ? "mp3"
         : strcmp(container, "M4A") == 0  ? "m4a"
         : strcmp(container, "OGG") == 0  ? "ogg"
         : strcmp(container, "OPUS") == 0 ? "opus"
                                          : "wav";
}

static bool
is_lossy(const char* container)
{
  return strcmp(container, "WAV") != 0 && strcmp(container, "FLAC") != 0;
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

/// One file on its way
typedef struct {
  const TonSongPaths* paths;
  const TonRelease* release;
  const TonDeliverable* what;
  const TonMeasurement* master;
  double ceiling_dbtp;
  const TonJob* job;
  TonError* error;
  char source[2048]; ///< The master at the file's rate
  bool converted;
} Delivery;

/// Loudness a file may be away from the master's, LU
#define NEAR_LU 0.1
/// Same for a codec, whose low-pass takes treble with it
#define NEAR_CODED_LU 0.5
/// Highest true peak a decoder may give, dBTP: what lies above 0 is clipped by
/// players that decode to integers
#define MOST_DECODED_DBTP -0.1

/// Rate of the file: the master's unless the text says otherwise, and for MP3
/// one that MPEG-1 has, of the same family if there is one
static uint32_t
rate_of(const Delivery* d)
{
  const uint32_t own = d->master->rate;
  const uint32_t rate = d->what->rate ? d->what->rate : own;
  if (strcmp(d->what->container, "MP3") != 0 || rate == 32000 ||
      rate == 44100 || rate == 48000) {
    return rate;
  }
  return own % 44100 == 0 || own % 11025 == 0 ? 44100 : 48000;
}

/// The master as it is, or converted: once for all files of a rate
static TonStatus
find_source(Delivery* d)
{
  static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;
  const uint32_t rate = rate_of(d);
  snprintf(d->source, sizeof(d->source), "%s", d->release->source);
  d->converted = rate != d->master->rate;
  if (!d->converted) {
    return TON_OK;
  }
  pthread_mutex_lock(&one_at_a_time);
  const TonStatus status =
      ton_stem_prepared(d->release->source, rate, d->paths->cache, d->source,
                        sizeof(d->source), NULL, NULL, d->error);
  pthread_mutex_unlock(&one_at_a_time);
  return status;
}

static TonAudioFormat
format_of(const Delivery* d, bool held)
{
  const TonDeliverable* const what = d->what;
  const TonMeasurement* const m = d->master;
  const bool wav = strcmp(what->container, "WAV") == 0;
  return (TonAudioFormat){
      .rate = rate_of(d),
      .channels = m->channels,
      .samples = what->bits == 16 ? TON_SAMPLES_16 : TON_SAMPLES_24,
      .container = what->container,
      .bitrate_kbps = what->bitrate_kbps,
      // a 24-bit master at its own rate is copied sample for sample
      .dither = what->bits == 16 || held,
      .dither_seed = 2,
      .frames_hint = m->frames,
      .broadcast = {.present = wav,
                    .integrated_lufs = NAN,
                    .range_lu = NAN,
                    .true_peak_dbtp = NAN,
                    .momentary_max_lufs = NAN,
                    .short_term_max_lufs = NAN}};
}

/// Peaks held where conversion or a codec has moved them
typedef struct {
  bool on;
  double ceiling_dbtp;
  double gain_db; ///< What the limiter took from the loudness
} Hold;

/// Render into the writer.  The peaks stand out by fractions of a decibel, so
/// that a fast release is not heard and takes least.
static TonStatus
render(const Delivery* d, const Hold* hold, TonRecorder* take)
{
  TonInsert guard = {0};
  char text[128];
  if (hold->on) {
    snprintf(text, sizeof(text),
             "limiter:gain=%.2fdB,ceiling=%.2fdBTP,release=20ms,mode=manual",
             hold->gain_db, hold->ceiling_dbtp);
    TON_TRY(ton_insert_parse(text, &guard, d->error));
  }
  const TonStatus status =
      ton_render_chain(d->source, &guard, hold->on, take, d->job, d->error);
  if (hold->on) {
    ton_insert_free(&guard);
  }
  return status;
}

/// Write, with the file's own loudness in its broadcast chunk and tags.  What is
/// passed on as it is has that of the master.
static TonStatus
write_once(const Delivery* d, const Hold* hold, const char* path)
{
  const TonAudioFormat format = format_of(d, hold->on);
  TonRecorder take = {.error = d->error};
  TON_TRY(ton_writer_open(path, &format, &take.writer, d->error));
  TonMeasurement m = *d->master;
  TonStatus status = TON_OK;
  const unsigned long refusals = ton_alloc_refusals();
  if (hold->on) {
    take.meters = ton_meters_new(format.rate, format.channels,
                                 TON_MEASURE_LOUDNESS | TON_MEASURE_TRUE_PEAK);
    status = take.meters ? TON_OK
                         : ton_fail(d->error, TON_NO_MEMORY, "out of memory");
  }
  status = status ? status : render(d, hold, &take);
  if (take.meters) {
    ton_meters_finish(take.meters, &m);
    ton_meters_free(take.meters);
  }
  if (!status && ton_alloc_refusals() != refusals) {
    status = ton_fail(d->error, TON_NO_MEMORY, "out of memory");
  }
  if (status) {
    ton_writer_abandon(take.writer);
    return status;
  }
  const TonBroadcast b = {format.broadcast.present, m.integrated_lufs,
                          m.loudness_range_lu,      m.true_peak_dbtp,
                          m.momentary_max_lufs,     m.short_term_max_lufs};
  const TonTags tags = tags_of(d->release, &m);
  return ton_writer_commit(take.writer, &b, &tags, d->error);
}

/// Open the finished file and measure it again: what is promised is what lies
/// on the disk
static TonStatus
verify(TonDelivered* made, const TonJob* job, TonError* error)
{
  TON_TRY(ton_measure_file(made->path,
                           TON_MEASURE_LOUDNESS | TON_MEASURE_TRUE_PEAK |
                               TON_MEASURE_LEVELS,
                           &made->measured, NULL, job, error));
  TON_TRY(ton_file_sha256(made->path, made->sha256, error));
  struct stat st;
  made->bytes = stat(made->path, &st) == 0 ? (uint64_t)st.st_size : 0;
  return TON_OK;
}

static double
away_lu(const Delivery* d, const TonDelivered* made)
{
  return made->measured.integrated_lufs - d->master->integrated_lufs;
}

/// What another try would do better: the peaks of a decoder that goes too high
/// are held lower by as much, and what that takes from the loudness is given
/// back.  False: it is good.
static bool
improve(const Delivery* d, const TonDelivered* made, Hold* hold)
{
  const double over = made->measured.true_peak_dbtp - MOST_DECODED_DBTP;
  const double away = away_lu(d, made);
  const double near = made->lossy ? NEAR_CODED_LU : NEAR_LU;
  const bool high = made->lossy && over > 0.0;
  const bool soft = hold->on && fabs(away) > 0.5 * near;
  if (high) {
    const double top = hold->on
                           ? hold->ceiling_dbtp
                           : fmin(d->master->true_peak_dbtp, d->ceiling_dbtp);
    hold->on = true;
    hold->ceiling_dbtp = fmax(top - over - 0.05, -20.0);
  }
  hold->gain_db = fmin(hold->gain_db - (soft ? away : 0.0), 1.0);
  return high || soft;
}

/// Write and verify, again where the first try can be bettered
static TonStatus
try_and_verify(const Delivery* d, TonDelivered* made)
{
  enum { MOST_TRIES = 4 };
  Hold hold = {.on = d->converted, .ceiling_dbtp = d->ceiling_dbtp};
  for (int i = 0; i < MOST_TRIES; ++i) {
    TON_TRY(write_once(d, &hold, made->path));
    made->tries = (uint32_t)i + 1;
    TON_TRY(verify(made, d->job, d->error));
    if (!improve(d, made, &hold)) {
      break;
    }
  }
  return TON_OK;
}

/// Only what has been verified gets its final name
static TonStatus
write_and_verify(const Delivery* d, TonDelivered* made)
{
  char path[sizeof(made->path)];
  snprintf(path, sizeof(path), "%s", made->path);
  files_part_name(path, made->path, sizeof(made->path));
  TonStatus status = try_and_verify(d, made);
  status = status ? status : files_atomic_replace(made->path, path, d->error);
  if (status) {
    unlink(made->path);
  }
  if (status && strncmp(d->error->file, made->path, 511) == 0) {
    snprintf(d->error->file, sizeof(d->error->file), "%.511s", path);
  }
  snprintf(made->path, sizeof(made->path), "%s", path);
  return status;
}

/// What the file on the disk keeps of the promises
static void
judge(const Delivery* d, TonDelivered* made)
{
  const TonMeasurement* const m = &made->measured;
  const double most = made->lossy ? MOST_DECODED_DBTP : d->ceiling_dbtp + 0.05;
  const double away = away_lu(d, made);
  const double near = made->lossy ? NEAR_CODED_LU : NEAR_LU;
  made->good = false;
  if (m->true_peak_dbtp > most) {
    snprintf(made->why, sizeof(made->why),
             "reads %.2f dBTP after %s, above %.2f dBTP", m->true_peak_dbtp,
             made->lossy ? "decoding" : "writing", most);
  } else if (fabs(away) > near) {
    snprintf(made->why, sizeof(made->why),
             "reads %.2f LUFS after %s, %.2f LU %s the master",
             m->integrated_lufs, made->lossy ? "decoding" : "writing",
             fabs(away), away < 0.0 ? "under" : "over");
  } else {
    made->good = true;
  }
}

/// No encoder for it here: said, and in the way of nothing else
static void
leave_out(const Delivery* d, TonDelivered* made)
{
  made->measured = (TonMeasurement){.rate = d->master->rate,
                                    .channels = d->master->channels,
                                    .integrated_lufs = NAN,
                                    .true_peak_dbtp = NAN};
  made->good = false;
  snprintf(made->why, sizeof(made->why), "is not written: %.140s",
           d->error->text);
}

static TonStatus
deliver(Delivery* d, TonDelivered* made)
{
  char name[256];
  const TonRelease* const r = d->release;
  safe_name(r->title ? r->title : "song", name, sizeof(name));
  *made = (TonDelivered){.lossy = is_lossy(d->what->container)};
  snprintf(made->name, sizeof(made->name), "%s", d->what->name);
  snprintf(made->path, sizeof(made->path), "%s/%s (%s).%s", d->paths->release,
           name, d->what->name, ending(d->what->container));
  TonStatus status = find_source(d);
  status = status ? status : write_and_verify(d, made);
  if (status == TON_UNSUPPORTED) {
    leave_out(d, made);
    return TON_OK;
  }
  TON_TRY(status);
  judge(d, made);
  return TON_OK;
}

/// A picture that lies in the song's folder, or null
static const char*
find_cover(const TonSongPaths* p)
{
  static const char* const names[] = {"cover.jpg", "cover.jpeg", "cover.png"};
  for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); ++i) {
    char path[1200];
    snprintf(path, sizeof(path), "%s/%s", p->folder, names[i]);
    if (ton_is_file(path)) {
      return names[i];
    }
  }
  return NULL;
}

/// A release.yaml for a song that has none: the title is the folder's name
static TonStatus
first_text(const TonSongPaths* p, TonError* error)
{
  if (access(p->release_text, F_OK) == 0) {
    return TON_OK;
  }
  const char* const name = strrchr(p->folder, '/') + 1;
  const char* const cover = find_cover(p);
  char* const title = ton_doc_scalar(name);
  TonString text = {0};
  ton_string_printf(&text,
                    "# What goes out, and under which name.\ntitle: %s\n"
                    "artist: Unknown Artist\n",
                    title ? title : name);
  if (cover) {
    ton_string_printf(&text, "cover: %s\n", cover);
  }
  ton_free(title);
  const TonStatus status = ton_file_write(
      p->release_text, ton_string_string(&text), text.length, error);
  ton_string_free(&text);
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

/// All files of a release
typedef struct {
  const TonSongPaths* paths;
  const TonRelease* release;
  TonMeasurement master;
  double ceiling_dbtp;
  TonDelivered* all;
  uint32_t n;
  uint32_t order[TON_MOST_DELIVERED]; ///< In which they are begun
} Deliveries;

/// Encoders of lossy codecs work longest: they begin
static void
find_order(Deliveries* a)
{
  uint32_t n = 0;
  for (int lossy = 1; lossy >= 0; --lossy) {
    for (uint32_t i = 0; i < a->n; ++i) {
      if (is_lossy(a->release->deliverables[i].container) == lossy) {
        a->order[n++] = i;
      }
    }
  }
}

static TonStatus
deliver_one(void* handle, uint32_t i, const TonJob* job, TonError* error)
{
  Deliveries* const a = handle;
  TonJob alone = *job; // files share the cores
  alone.threads = a->n > 1 ? 1 : job->threads;
  Delivery d = {.paths = a->paths,
                .release = a->release,
                .what = &a->release->deliverables[a->order[i]],
                .master = &a->master,
                .ceiling_dbtp = a->ceiling_dbtp,
                .job = &alone,
                .error = error};
  return deliver(&d, &a->all[a->order[i]]);
}

static TonStatus
deliver_all(const TonSongPaths* p, const TonRelease* r, const TonJob* job,
            TonDelivered* all, uint32_t* n, TonError* error)
{
  Deliveries a = {
      .paths = p, .release = r, .ceiling_dbtp = ceiling_of(p), .all = all};
  a.n = r->n_deliverables < TON_MOST_DELIVERED ? r->n_deliverables
                                               : TON_MOST_DELIVERED;
  TON_TRY(ton_make_folder(p->release, error));
  TON_TRY(ton_measure_file(r->source,
                           TON_MEASURE_LOUDNESS | TON_MEASURE_TRUE_PEAK,
                           &a.master, NULL, job, error));
  find_order(&a);
  TON_TRY(parallel_for(a.n, job, deliver_one, &a, error));
  *n = a.n;
  return checksums_write(p->release, all, *n, error);
}

TonStatus
ton_song_release(const char* song, const TonJob* job, TonDelivered* all,
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
      return ton_fail_file(error, TON_GOAL_MISSED, all[i].path, "%s",
                           all[i].why);
    }
  }
  return TON_OK;
}
