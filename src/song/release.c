// SPDX-License-Identifier: GPL-3.0-or-later
/// @file
/// Writing and verifying the deliverables of a release.
#include "base/error.h"
#include "base/memory.h"
#include "base/output_file.h"
#include "base/string.h"
#include "song/checksums.h"
#include "song/parallel_for.h"
#include "song/render.h"
#include "song/song.h"

#include <limits.h>
#include <math.h>
#include <pthread.h>
#include <stdarg.h>
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
  const TonSong* song;
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
#define MAX_DECODED_DBTP -0.1

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
      ton_stem_prepared(d->release->source, rate, d->song->cache, d->source,
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
render(const Delivery* d, const Hold* hold, Recorder* recorder)
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
      render_file(d->source, &guard, hold->on, recorder, d->job, d->error);
  if (hold->on) {
    ton_insert_free(&guard);
  }
  return status;
}

/// Write, with the file's own loudness in its broadcast chunk and tags.  What is
/// passed on as it is has that of the master.
static TonStatus
write_once(const Delivery* d, const Hold* hold, const char* path,
           TonAudioWriter** writer)
{
  const TonAudioFormat format = format_of(d, hold->on);
  Recorder recorder = {.error = d->error};
  TON_TRY(ton_writer_open(path, &format, &recorder.writer, d->error));
  TonMeasurement m = *d->master;
  TonStatus status = TON_OK;
  const unsigned long refusals = ton_alloc_refusals();
  if (hold->on) {
    recorder.meters =
        ton_meters_new(format.rate, format.channels,
                       TON_MEASURE_LOUDNESS | TON_MEASURE_TRUE_PEAK);
    status = recorder.meters
                 ? TON_OK
                 : ton_fail(d->error, TON_NO_MEMORY, "out of memory");
  }
  status = status ? status : render(d, hold, &recorder);
  if (recorder.meters) {
    ton_meters_finish(recorder.meters, &m);
    ton_meters_free(recorder.meters);
  }
  if (!status && ton_alloc_refusals() != refusals) {
    status = ton_fail(d->error, TON_NO_MEMORY, "out of memory");
  }
  *writer = recorder.writer;
  TON_TRY(status);
  const TonBroadcast b = {format.broadcast.present, m.integrated_lufs,
                          m.loudness_range_lu,      m.true_peak_dbtp,
                          m.momentary_max_lufs,     m.short_term_max_lufs};
  const TonTags tags = tags_of(d->release, &m);
  return ton_writer_finish(recorder.writer, &b, &tags, d->error);
}

/// Open the finished file and measure it again: what is promised is what lies
/// on the disk
static TonStatus
verify(TonDelivered* made, const char* path, const TonJob* job, TonError* error)
{
  TON_TRY(ton_measure_file(
      path, TON_MEASURE_LOUDNESS | TON_MEASURE_TRUE_PEAK | TON_MEASURE_LEVELS,
      &made->measured, NULL, job, error));
  TON_TRY(ton_file_sha256(path, made->sha256, error));
  struct stat st;
  made->bytes = stat(path, &st) == 0 ? (uint64_t)st.st_size : 0;
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
  const double over = made->measured.true_peak_dbtp - MAX_DECODED_DBTP;
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
try_and_verify(const Delivery* d, TonDelivered* made, TonAudioWriter** writer)
{
  enum { MAX_TRIES = 4 };
  Hold hold = {.on = d->converted, .ceiling_dbtp = d->ceiling_dbtp};
  for (int i = 0; i < MAX_TRIES; ++i) {
    ton_writer_abandon(*writer);
    *writer = NULL;
    TON_TRY(write_once(d, &hold, made->path, writer));
    made->tries = (uint32_t)i + 1;
    TON_TRY(verify(made, ton_writer_temporary(*writer), d->job, d->error));
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
  TonAudioWriter* writer = NULL;
  const TonStatus status = try_and_verify(d, made, &writer);
  if (!status) {
    return ton_writer_commit(writer, NULL, NULL, d->error);
  }
  if (writer &&
      strncmp(d->error->file, ton_writer_temporary(writer), 511) == 0) {
    ton_string_cut(d->error->file, sizeof(d->error->file), "%s", made->path);
  }
  ton_writer_abandon(writer);
  return status;
}

/// A text of its own, or null when memory is refused
__attribute__((format(printf, 1, 2))) static char*
print_string(const char* format, ...)
{
  char* text = NULL;
  va_list args;
  va_start(args, format);
  const int n = vsnprintf(NULL, 0, format, args);
  va_end(args);
  text = n < 0 ? NULL : ton_alloc((size_t)n + 1);
  va_start(args, format);
  if (text) {
    vsnprintf(text, (size_t)n + 1, format, args);
  }
  va_end(args);
  return text;
}

/// Whether the file on the disk keeps the ceiling and the loudness
static TonStatus
judge(const Delivery* d, TonDelivered* made)
{
  const TonMeasurement* const m = &made->measured;
  const double max_dbtp =
      made->lossy ? MAX_DECODED_DBTP : d->ceiling_dbtp + 0.05;
  const double away = away_lu(d, made);
  const double near = made->lossy ? NEAR_CODED_LU : NEAR_LU;
  const char* const when = made->lossy ? "decoding" : "writing";
  made->good = !(m->true_peak_dbtp > max_dbtp) && !(fabs(away) > near);
  made->why =
      made->good ? ton_copy_string("")
      : m->true_peak_dbtp > max_dbtp
          ? print_string("reads %.2f dBTP after %s, above %.2f dBTP",
                         m->true_peak_dbtp, when, max_dbtp)
          : print_string("reads %.2f LUFS after %s, %.2f LU %s the master",
                         m->integrated_lufs, when, fabs(away),
                         away < 0.0 ? "under" : "over");
  return made->why ? TON_OK
                   : ton_fail(d->error, TON_NO_MEMORY, "out of memory");
}

/// No encoder for it here: said, and in the way of nothing else
static TonStatus
leave_out(const Delivery* d, TonDelivered* made)
{
  made->measured = (TonMeasurement){.rate = d->master->rate,
                                    .channels = d->master->channels,
                                    .integrated_lufs = NAN,
                                    .true_peak_dbtp = NAN};
  made->why = print_string("is not written: %s", d->error->text);
  return made->why ? TON_OK
                   : ton_fail(d->error, TON_NO_MEMORY, "out of memory");
}

static TonStatus
deliver(Delivery* d, TonDelivered* made)
{
  char name[256];
  const TonRelease* const r = d->release;
  safe_name(r->title ? r->title : "song", name, sizeof(name));
  made->lossy = is_lossy(d->what->container);
  made->name = ton_copy_string(d->what->name);
  made->path = print_string("%s/%s (%s).%s", d->song->release, name,
                            d->what->name, ending(d->what->container));
  if (!made->name || !made->path) {
    return ton_fail(d->error, TON_NO_MEMORY, "out of memory");
  }
  TonStatus status = find_source(d);
  status = status ? status : write_and_verify(d, made);
  if (status == TON_UNSUPPORTED) {
    return leave_out(d, made);
  }
  return status ? status : judge(d, made);
}

/// A picture that lies in the song's folder, or null
static const char*
find_cover(TonSong* song)
{
  static const char* const names[] = {"cover.jpg", "cover.jpeg", "cover.png"};
  for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); ++i) {
    const char* const path = song_path_of(song, names[i]);
    if (path && ton_is_file(path)) {
      return names[i];
    }
  }
  return NULL;
}

/// A release.yaml for a song that has none: the title is the folder's name
static TonStatus
begin_text(TonSong* song, TonError* error)
{
  if (song->texts[TON_SONG_RELEASE_TEXT].doc) {
    return TON_OK;
  }
  const char* const cover = find_cover(song);
  char* const title = ton_doc_scalar(song->name);
  TonString text = {0};
  ton_string_printf(&text,
                    "# What goes out, and under which name.\ntitle: %s\n"
                    "artist: Unknown Artist\n",
                    title ? title : song->name);
  if (cover) {
    ton_string_printf(&text, "cover: %s\n", cover);
  }
  ton_free(title);
  const TonStatus status =
      text.failed
          ? ton_fail(error, TON_NO_MEMORY, "out of memory")
          : song_begin_text(song, TON_SONG_RELEASE_TEXT, text.bytes, error);
  ton_string_free(&text);
  return status;
}

/// That of master.yaml; -1 dBTP for a song without one
static TonStatus
find_ceiling(const TonSong* song, double* dbtp, TonError* error)
{
  TonMaster* master = NULL;
  *dbtp = -1.0;
  if (song->texts[TON_SONG_MASTER_TEXT].doc) {
    TON_TRY(song_read_master(song, &master, error));
    *dbtp = (double)master->ceiling_dbtp;
    ton_master_free(master);
  }
  return TON_OK;
}

/// All files of a release
typedef struct {
  const TonSong* song;
  const TonRelease* release;
  TonMeasurement master;
  double ceiling_dbtp;
  TonDelivered* all;
  uint32_t n;
  uint32_t* order; ///< In which they are begun
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
  Delivery d = {.song = a->song,
                .release = a->release,
                .what = &a->release->deliverables[a->order[i]],
                .master = &a->master,
                .ceiling_dbtp = a->ceiling_dbtp,
                .job = &alone,
                .error = error};
  return deliver(&d, &a->all[a->order[i]]);
}

static TonStatus
deliver_all(const TonSong* song, const TonRelease* r, const TonJob* job,
            TonDelivery* delivery, TonError* error)
{
  Deliveries a = {.song = song, .release = r, .n = r->n_deliverables};
  TON_TRY(find_ceiling(song, &a.ceiling_dbtp, error));
  TON_TRY(ton_make_folder(song->release, error));
  TON_TRY(ton_measure_file(r->source,
                           TON_MEASURE_LOUDNESS | TON_MEASURE_TRUE_PEAK,
                           &a.master, NULL, job, error));
  delivery->n = a.n;
  delivery->files = a.all = ton_alloc((a.n + 1) * sizeof(TonDelivered));
  a.order = ton_alloc((a.n + 1) * sizeof(uint32_t));
  TonStatus status = a.all && a.order
                         ? TON_OK
                         : ton_fail(error, TON_NO_MEMORY, "out of memory");
  if (!status) {
    find_order(&a);
    status = parallel_for(a.n, job, deliver_one, &a, error);
  }
  ton_free(a.order);
  return status ? status
                : checksums_write(song->release, delivery->files, delivery->n,
                                  error);
}

void
ton_delivery_free(TonDelivery* delivery)
{
  for (uint32_t i = 0; delivery->files && i < delivery->n; ++i) {
    ton_free(delivery->files[i].name);
    ton_free(delivery->files[i].path);
    ton_free(delivery->files[i].why);
  }
  ton_free(delivery->files);
  *delivery = (TonDelivery){0};
}

TonStatus
ton_song_release(TonSong* song, const TonJob* job, TonDelivery* delivery,
                 TonError* error)
{
  TonRelease* r = NULL;
  *delivery = (TonDelivery){0};
  TON_TRY(begin_text(song, error));
  TON_TRY(song_read_release(song, &r, error));
  TonStatus status =
      access(r->source, F_OK) == 0
          ? TON_OK
          : ton_fail_file(error, TON_NOT_FOUND, r->source,
                          "there is no master yet; run tonmeister master %s",
                          song->given);
  status = status ? status : deliver_all(song, r, job, delivery, error);
  ton_release_free(r);
  TON_TRY(status);
  for (uint32_t i = 0; i < delivery->n; ++i) {
    const TonDelivered* const file = &delivery->files[i];
    if (!file->good) {
      return ton_fail_file(error, TON_GOAL_MISSED, file->path, "%s", file->why);
    }
  }
  return TON_OK;
}
