// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Writing and verifying the deliverables of a release.
#include "base/error.h"
#include "base/folder.h"
#include "base/memory.h"
#include "base/output_file.h"
#include "base/parallel_for.h"
#include "base/string.h"
#include "delivery/checksums.h"
#include "delivery/deliverable.h"
#include "delivery/file_name.h"
#include "song/made.h"
#include "song/render.h"
#include "song/song.h"

#include <limits.h>
#include <math.h>
#include <pthread.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/// One file on its way
typedef struct {
  DeliveryTask task;
  const TonSong* song;
  const TonJob* job;
  TonError* error;
  TonAudioWriter** writer; ///< Of the finished file, not yet named
  const char* source;      ///< The master at the file's rate
  char prepared[PATH_MAX];
  bool converted;
} Delivery;

/// The master as it is, or converted: once for all files of a rate
static TonStatus
find_source(Delivery* d)
{
  static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;
  const uint32_t rate =
      delivery_rate(d->task.format, d->task.what->rate, d->task.master->rate);
  d->source = d->task.release->source;
  d->converted = rate != d->task.master->rate;
  if (!d->converted) {
    return TON_OK;
  }
  pthread_mutex_lock(&one_at_a_time);
  const TonStatus status =
      ton_stem_prepared(d->task.release->source, rate, true, d->song->cache,
                        d->prepared, sizeof(d->prepared), NULL, NULL, d->error);
  pthread_mutex_unlock(&one_at_a_time);
  d->source = d->prepared;
  return status;
}

/// Render into the writer.  Peaks are over the ceiling by fractions of a decibel: a
/// fast release is not heard there, and lowers the level least.
static TonStatus
render(const Delivery* d, const PeakHold* hold, Recorder* recorder)
{
  if (!hold->on) {
    return render_file(d->source, NULL, 0, recorder, d->job, d->error);
  }
  TonInsert guard = {0};
  TonString text = {0};
  ton_string_printf(
      &text, "limiter:gain=%.2fdB,ceiling=%.2fdBTP,release=20ms,mode=manual",
      hold->gain_db, hold->ceiling_dbtp);
  TonStatus status = text.failed
                         ? ton_fail(d->error, TON_NO_MEMORY, "out of memory")
                         : ton_insert_parse(text.bytes, &guard, d->error);
  ton_string_free(&text);
  TON_TRY(status);
  status = render_file(d->source, &guard, 1, recorder, d->job, d->error);
  ton_insert_free(&guard);
  return status;
}

/// Write, with the file's own loudness in its broadcast chunk and tags.  What is
/// passed on as it is has that of the master.
static TonStatus
write_once(const Delivery* d, const PeakHold* hold, const char* path,
           TonAudioWriter** writer)
{
  const TonAudioFormat format = delivery_audio_format(&d->task);
  Recorder recorder = {.error = d->error};
  TON_TRY(ton_writer_open(path, &format, &recorder.writer, d->error));
  TonMeasurement m = *d->task.master;
  TonStatus status = TON_OK;
  if (hold->on || delivery_doubles(&d->task)) {
    recorder.meters =
        ton_meters_new(format.rate, format.channels,
                       TON_MEASURE_LOUDNESS | TON_MEASURE_TRUE_PEAK);
    status = recorder.meters
                 ? TON_OK
                 : ton_fail(d->error, TON_NO_MEMORY, "out of memory");
  }
  status = status ? status : render(d, hold, &recorder);
  if (recorder.meters) {
    const TonStatus finished = ton_meters_finish(recorder.meters, &m);
    ton_meters_free(recorder.meters);
    status = status     ? status
             : finished ? ton_fail(d->error, TON_NO_MEMORY, "out of memory")
                        : TON_OK;
  }
  *writer = recorder.writer;
  TON_TRY(status);
  const TonBroadcast b = {format.broadcast.present, m.integrated_lufs,
                          m.loudness_range_lu,      m.true_peak_dbtp,
                          m.momentary_max_lufs,     m.short_term_max_lufs};
  const TonTags tags = delivery_tags(d->task.release, &m);
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

/// Write and verify, again where the first try can be bettered
static TonStatus
try_and_verify(const Delivery* d, TonDelivered* made)
{
  enum { MAX_TRIES = 4 };
  PeakHold hold = {.on = d->converted, .ceiling_dbtp = d->task.ceiling_dbtp};
  for (int i = 0; i < MAX_TRIES; ++i) {
    ton_writer_abandon(*d->writer);
    *d->writer = NULL;
    TON_TRY(write_once(d, &hold, made->path, d->writer));
    made->tries = (uint32_t)i + 1;
    TON_TRY(verify(made, ton_writer_temporary(*d->writer), d->job, d->error));
    if (!delivery_improve(&d->task, made, &hold)) {
      break;
    }
  }
  return TON_OK;
}

/// An error names the file that is to be, not the temporary one
static TonStatus
write_and_verify(const Delivery* d, TonDelivered* made)
{
  const TonStatus status = try_and_verify(d, made);
  if (status && *d->writer &&
      strncmp(d->error->file, ton_writer_temporary(*d->writer), 511) == 0) {
    ton_string_cut(d->error->file, sizeof(d->error->file), "%s", made->path);
  }
  if (status) {
    ton_writer_abandon(*d->writer);
    *d->writer = NULL;
  }
  return status;
}

/// No encoder for it here: said, and in the way of nothing else
static TonStatus
leave_out(const Delivery* d, TonDelivered* made)
{
  made->measured = (TonMeasurement){.rate = d->task.master->rate,
                                    .channels = d->task.master->channels,
                                    .integrated_lufs = NAN,
                                    .true_peak_dbtp = NAN};
  made->why = ton_string_new("is not written: %s", d->error->text);
  return made->why ? TON_OK : TON_NO_MEMORY;
}

static TonStatus
deliver(Delivery* d, TonDelivered* made)
{
  TonStatus status = find_source(d);
  status = status ? status : write_and_verify(d, made);
  if (status && status != TON_UNSUPPORTED) {
    return status;
  }
  if (!status) {
    const TonClipping clipping = ton_writer_clipping(*d->writer);
    status = delivery_judge(&d->task, &clipping, made);
  } else {
    status = leave_out(d, made);
  }
  return status ? ton_fail(d->error, status, "out of memory") : TON_OK;
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

/// What master.yaml asks of the master
typedef struct {
  double ceiling_dbtp;  ///< -1 dBTP without the text
  double loudness_lufs; ///< NaN: none, or the master was made elsewhere
} MasterGoal;

static TonStatus
find_goal(TonSong* song, const TonRelease* r, MasterGoal* goal, TonError* error)
{
  SongText* const text = &song->texts[TON_SONG_MASTER_TEXT];
  TonMaster* master = NULL;
  *goal = (MasterGoal){-1.0, NAN};
  if (!text->doc) {
    return TON_OK;
  }
  TON_TRY(song_read_master(song, &master, error));
  goal->ceiling_dbtp = (double)master->ceiling_dbtp;
  const bool ours = strcmp(r->source, song->master) == 0;
  const bool failed = ton_decisions_compare(&text->records, text->doc);
  goal->loudness_lufs = ours ? song_master_goal(song, master) : NAN;
  ton_master_free(master);
  return failed ? ton_fail(error, TON_NO_MEMORY, "out of memory") : TON_OK;
}

/// All files of a release
typedef struct {
  const TonSong* song;
  const TonRelease* release;
  TonMeasurement master;
  MasterGoal goal;
  TonDelivered* all;
  TonAudioWriter** writers; ///< Of the files that are finished
  uint32_t n;
  uint32_t* order; ///< In which they are begun
} Deliveries;

/// Names and paths of all files
static TonStatus
name_files(Deliveries* a, TonError* error)
{
  FileNames names = {0};
  bool good = true;
  for (uint32_t i = 0; i < a->n && good; ++i) {
    const TonDeliverable* const what = &a->release->deliverables[i];
    const DeliveryFormat* const format = delivery_format(what->container);
    char* const file = file_names_add(&names, a->release->title, what->name,
                                      format->extension);
    a->all[i] = (TonDelivered){
        .name = ton_copy_string(what->name),
        .lossy = format->lossy,
        .path = file ? ton_string_new("%s/%s", a->song->release, file) : NULL};
    good = a->all[i].name && a->all[i].path;
    ton_free(file);
  }
  file_names_free(&names);
  return good ? TON_OK : ton_fail(error, TON_NO_MEMORY, "out of memory");
}

/// Encoders of lossy codecs work longest: they begin
static void
find_order(Deliveries* a)
{
  uint32_t n = 0;
  for (int lossy = 1; lossy >= 0; --lossy) {
    for (uint32_t i = 0; i < a->n; ++i) {
      // NOLINTNEXTLINE(clang-analyzer-core.NullDereference)
      if (a->all[i].lossy == lossy) {
        // NOLINTNEXTLINE(clang-analyzer-core.NullDereference)
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
  const uint32_t k = a->order[i];
  const TonDeliverable* const what = &a->release->deliverables[k];
  Delivery d = {.task = {.release = a->release,
                         .what = what,
                         .format = delivery_format(what->container),
                         .master = &a->master,
                         .ceiling_dbtp = a->goal.ceiling_dbtp},
                .song = a->song,
                .job = &alone,
                .error = error,
                .writer = &a->writers[k]};
  return deliver(&d, &a->all[k]);
}

/// All files get their names in a row, the sums of the last release go before
/// and those of this one come after: at no moment do sums lie there that are
/// false.  What clips was judged already.
static TonStatus
publish(Deliveries* a, TonError* error)
{
  TON_TRY(checksums_begin(a->song->release, a->all, a->n, error));
  const TonStatus status = ton_writer_commit_all(a->writers, a->n, error);
  return status && status != TON_GOAL_MISSED
             ? status
             : checksums_write(a->song->release, a->all, a->n, error);
}

/// Files that are as good as their master are not good if that one missed its goal
static TonStatus
judge(const Deliveries* a, TonError* error)
{
  for (uint32_t i = 0; i < a->n; ++i) {
    if (!a->all[i].good) {
      return ton_fail_file(error, TON_GOAL_MISSED, a->all[i].path, "%s",
                           a->all[i].why);
    }
  }
  const double lufs = a->master.integrated_lufs;
  const double goal = a->goal.loudness_lufs;
  return isfinite(goal) && !(fabs(lufs - goal) <= 0.1)
             ? ton_fail_file(error, TON_GOAL_MISSED, a->song->master,
                             "has %.2f LUFS instead of %.1f; tonmeister master "
                             "%s says why",
                             lufs, goal, a->song->given)
             : TON_OK;
}

static TonStatus
deliver_all(TonSong* song, const TonRelease* r, const TonJob* job,
            TonDelivery* delivery, TonError* error)
{
  Deliveries a = {.song = song, .release = r, .n = r->n_deliverables};
  TON_TRY(find_goal(song, r, &a.goal, error));
  TON_TRY(ton_make_folder(song->release, error));
  TON_TRY(ton_measure_file(r->source,
                           TON_MEASURE_LOUDNESS | TON_MEASURE_TRUE_PEAK,
                           &a.master, NULL, job, error));
  delivery->n = a.n;
  delivery->files = a.all = ton_alloc((a.n + 1) * sizeof(TonDelivered));
  a.writers = ton_alloc((a.n + 1) * sizeof(TonAudioWriter*));
  a.order = ton_alloc((a.n + 1) * sizeof(uint32_t));
  TonStatus status = a.all && a.writers && a.order
                         ? name_files(&a, error)
                         : ton_fail(error, TON_NO_MEMORY, "out of memory");
  if (!status) {
    find_order(&a);
    status = parallel_for(a.n, job, deliver_one, &a, error);
  }
  status = status ? status : publish(&a, error);
  status = status ? status : judge(&a, error);
  for (uint32_t i = 0; a.writers && i < a.n; ++i) {
    ton_writer_abandon(a.writers[i]);
  }
  ton_free(a.writers);
  ton_free(a.order);
  return status;
}

/// What shops ask of a cover: Apple Music, Spotify and recordJet all want a square
/// in RGB
static TonStatus
look_at_cover(const TonRelease* r, TonDelivery* delivery, TonError* error)
{
  const uint32_t smallest = r->smallest_cover;
  TonCover c;
  if (!r->cover) {
    return TON_OK;
  }
  TON_TRY(ton_cover_read(r->cover, &c, error));
  TonString text = {0};
  if (c.cmyk) {
    ton_string_add(&text, "; its colours are CMYK, shops want RGB");
  }
  const bool small = c.width < smallest || c.height < smallest;
  if (small || c.width != c.height) {
    ton_string_printf(&text, "; it has %u x %u pixels", c.width, c.height);
  }
  if (c.width != c.height) {
    ton_string_add(&text, ", shops want a square");
  }
  if (small) {
    ton_string_printf(&text, ", shops want %u x %u at least", smallest,
                      smallest);
  }
  delivery->cover_remark =
      text.length && !text.failed ? ton_copy_string(text.bytes + 2) : NULL;
  const bool failed = text.failed || (text.length && !delivery->cover_remark);
  ton_string_free(&text);
  return failed ? ton_fail(error, TON_NO_MEMORY, "out of memory") : TON_OK;
}

void
ton_delivery_free(TonDelivery* delivery)
{
  ton_free(delivery->cover_remark);
  for (uint32_t i = 0; delivery->files && i < delivery->n; ++i) {
    ton_free(delivery->files[i].name);
    ton_free(delivery->files[i].path);
    ton_free(delivery->files[i].why);
  }
  ton_free(delivery->files);
  *delivery = (TonDelivery){0};
}

/// A master that was made elsewhere is taken as it is
static TonStatus
check_current(const TonSong* song, const TonRelease* r, TonError* error)
{
  return strcmp(r->source, song->master) == 0
             ? ton_song_current(song, TON_SONG_STAGE_RELEASE, error)
             : TON_OK;
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
  status = status ? status : check_current(song, r, error);
  status = status ? status : look_at_cover(r, delivery, error);
  char files[MADE_HASH] = "";
  status = status ? status : made_forget(song, TON_SONG_STAGE_RELEASE, error);
  status =
      status ? status : made_files(song, TON_SONG_STAGE_RELEASE, files, error);
  status = status ? status : deliver_all(song, r, job, delivery, error);
  ton_release_free(r);
  TON_TRY(status);
  return made_note(song, TON_SONG_STAGE_RELEASE, files, error);
}
