// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Writing one file of a release and measuring what was written.
#include "delivery/deliver.h"

#include "base/error.h"
#include "base/string.h"
#include "render/render.h"

#include <limits.h>
#include <math.h>
#include <pthread.h>
#include <string.h>
#include <sys/stat.h>

/// One file on its way
typedef struct {
  DeliveryTask task;
  const char* cache; ///< Folder for the master at other rates
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
      ton_stem_prepared(d->task.release->source, rate, true, d->cache,
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
  TonTags tags = delivery_tags(d->task.release, &m);
  if (d->task.album) {
    tags.has_album_gain = isfinite(d->task.album->integrated_lufs);
    tags.album_gain_db = -18.0 - d->task.album->integrated_lufs;
    tags.album_peak_dbtp = d->task.album->true_peak_dbtp;
  }
  return ton_writer_finish(recorder.writer, &b, &tags, d->error);
}

TonStatus
delivery_verify(TonDelivered* made, const char* path, const TonJob* job,
                TonError* error)
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
    TON_TRY(delivery_verify(made, ton_writer_temporary(*d->writer), d->job,
                            d->error));
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

TonStatus
delivery_write(const DeliveryTask* task, const char* cache,
               TonAudioWriter** writer, TonDelivered* made, const TonJob* job,
               TonError* error)
{
  Delivery d = {.task = *task,
                .cache = cache,
                .job = job,
                .error = error,
                .writer = writer};
  return deliver(&d, made);
}
