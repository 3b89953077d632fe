// SPDX-License-Identifier: GPL-3.0-or-later
/// @file A release: what its files are, how they get their names and sums, and
/// whether they are good.
#include "base/error.h"
#include "base/folder.h"
#include "base/memory.h"
#include "base/output_file.h"
#include "base/parallel_for.h"
#include "base/string.h"
#include "delivery/deliver.h"
#include "delivery/file_name.h"
#include "delivery/written_files.h"
#include "song/made.h"
#include "song/mastered_stems.h"
#include "song/song.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

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
  uint32_t n;               ///< Those of release.yaml
  uint32_t* order;          ///< In which they are begun
  MasteredStems* stems;     ///< Their files come behind; null: none
} Deliveries;

static uint32_t
count_all(const Deliveries* a)
{
  return a->n + (a->stems ? a->stems->stems.n : 0);
}

/// Names and paths of all files
static TonStatus
name_files(Deliveries* a, TonError* error)
{
  FileNames names = {0};
  bool good = true;
  for (uint32_t i = 0; i < count_all(a) && good; ++i) {
    const bool stem = i >= a->n;
    const TonDeliverable* const what = &a->release->deliverables[stem ? 0 : i];
    const DeliveryFormat* const format =
        delivery_format(stem ? "WAV" : what->container);
    const char* const name =
        stem ? a->stems->stems.outputs[i - a->n].name : what->name;
    char* const file =
        file_names_add(&names, a->release->title, name, format->extension);
    a->all[i] = (TonDelivered){
        .name = ton_copy_string(name),
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
  const DeliveryTask task = {.release = a->release,
                             .what = what,
                             .format = delivery_format(what->container),
                             .master = &a->master,
                             .ceiling_dbtp = a->goal.ceiling_dbtp};
  return delivery_write(&task, a->song->cache, &a->writers[k], &a->all[k],
                        &alone, error);
}

/// All files get their names in a row, the sums of the last release go before
/// and those of this one come after: at no moment do sums lie there that are
/// false.  What clips was judged already.
static TonStatus
publish(Deliveries* a, TonError* error)
{
  static const char* const reports[] = {"report.html", "report.json", NULL};
  const uint32_t n = count_all(a);
  WrittenFile* const files = ton_alloc((n + 1) * sizeof(WrittenFile));
  if (!files) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  for (uint32_t i = 0; i < n; ++i) {
    files[i] = (WrittenFile){a->all[i].path, a->all[i].sha256};
  }
  const WrittenFiles w = {.folder = a->song->release,
                          .list = a->song->sums,
                          .interim = a->song->interim_sums,
                          .stale = reports,
                          .files = files,
                          .n = n};
  const TonStatus status = written_files_publish(&w, a->writers, n, error);
  ton_free(files);
  return status == TON_GOAL_MISSED ? TON_OK : status;
}

/// What may be left of the master before its limiter without its stems, dB
#define STEMS_NULL_DB -90.0

/// Files that are as good as their master are not good if that one missed its goal
static TonStatus
judge(const Deliveries* a, double stems_null_db, TonError* error)
{
  for (uint32_t i = 0; i < count_all(a); ++i) {
    if (!a->all[i].good) {
      return ton_fail_file(error, TON_GOAL_MISSED, a->all[i].path, "%s",
                           a->all[i].why);
    }
  }
  if (stems_null_db > STEMS_NULL_DB) {
    return ton_fail_file(
        error, TON_GOAL_MISSED, a->song->release,
        "the stems add up to the master before its limiter only "
        "within %.0f dB: a processor of the mix bus or the master "
        "colours the sum; bypass it",
        stems_null_db);
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
deliver_stems(Deliveries* a, TonDelivery* delivery, const TonJob* job,
              TonError* error)
{
  return a->stems ? mastered_stems_write(a->song, a->release, a->stems,
                                         a->master.frames, a->all + a->n,
                                         a->writers + a->n,
                                         &delivery->stems_null_db, job, error)
                  : TON_OK;
}

static TonStatus
deliver_all(TonSong* song, const TonRelease* r, MasteredStems* stems,
            const TonJob* job, TonDelivery* delivery, TonError* error)
{
  Deliveries a = {
      .song = song, .release = r, .n = r->n_deliverables, .stems = stems};
  const uint32_t n = count_all(&a);
  TON_TRY(find_goal(song, r, &a.goal, error));
  TON_TRY(ton_make_folder(song->release, error));
  TON_TRY(ton_measure_file(r->source,
                           TON_MEASURE_LOUDNESS | TON_MEASURE_TRUE_PEAK,
                           &a.master, NULL, job, error));
  delivery->n = n;
  delivery->files = a.all = ton_alloc((n + 1) * sizeof(TonDelivered));
  a.writers = ton_alloc((n + 1) * sizeof(TonAudioWriter*));
  a.order = ton_alloc((a.n + 1) * sizeof(uint32_t));
  TonStatus status = a.all && a.writers && a.order
                         ? name_files(&a, error)
                         : ton_fail(error, TON_NO_MEMORY, "out of memory");
  if (!status) {
    find_order(&a);
    status = parallel_for(a.n, job, deliver_one, &a, error);
  }
  status = status ? status : deliver_stems(&a, delivery, job, error);
  status = status ? status : publish(&a, error);
  status = status ? status : judge(&a, delivery->stems_null_db, error);
  for (uint32_t i = 0; a.writers && i < n; ++i) {
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
ton_song_release(TonSong* song, const TonReleaseOptions* options,
                 const TonJob* job, TonDelivery* delivery, TonError* error)
{
  TonRelease* r = NULL;
  MasteredStems stems = {0};
  *delivery = (TonDelivery){.stems_null_db = NAN};
  TON_TRY(song_report_check(error));
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
  if (!status && options->stems) {
    status = mastered_stems_open(song, r, &stems, error);
  }
  char files[MADE_HASH] = "";
  status = status ? status : made_forget(song, TON_SONG_STAGE_RELEASE, error);
  status =
      status ? status : made_files(song, TON_SONG_STAGE_RELEASE, files, error);
  status = status ? status
                  : deliver_all(song, r, options->stems ? &stems : NULL, job,
                                delivery, error);
  mastered_stems_close(&stems);
  ton_release_free(r);
  TON_TRY(status);
  return made_note(song, TON_SONG_STAGE_RELEASE, files, error);
}
