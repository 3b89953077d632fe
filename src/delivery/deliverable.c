// SPDX-License-Identifier: GPL-3.0-or-later
/// @file How a deliverable is written and judged.
#include "delivery/deliverable.h"

#include "base/memory.h"
#include "base/string.h"

#include <math.h>

bool
delivery_doubles(const DeliveryTask* task)
{
  return task->what->stereo && task->master->channels == 1;
}

TonAudioFormat
delivery_audio_format(const DeliveryTask* task)
{
  const TonDeliverable* const what = task->what;
  return (TonAudioFormat){
      .rate = delivery_rate(task->format, what->rate, task->master->rate),
      .channels = delivery_doubles(task) ? 2 : task->master->channels,
      .samples = what->bits == 16 ? TON_SAMPLES_16 : TON_SAMPLES_24,
      .container = what->container,
      .bitrate_kbps = what->bitrate_kbps,
      .plain = what->plain,
      .dither = true,
      .dither_seed = 2,
      .frames_hint = task->master->frames,
      .broadcast = {.present = task->format->broadcast,
                    .integrated_lufs = NAN,
                    .range_lu = NAN,
                    .true_peak_dbtp = NAN,
                    .momentary_max_lufs = NAN,
                    .short_term_max_lufs = NAN}};
}

TonTags
delivery_tags(const TonRelease* r, const TonMeasurement* m)
{
  return (TonTags){.title = r->title,
                   .artist = r->artist,
                   .album = r->album,
                   .album_artist = r->album_artist,
                   .composer = r->composer,
                   .genre = r->genre,
                   .date = r->date,
                   .comment = r->comment,
                   .copyright = r->copyright,
                   .publisher = r->publisher,
                   .isrc = r->isrc,
                   .upc = r->upc,
                   .track = r->track,
                   .track_total = r->track_total,
                   .has_gain = isfinite(m->integrated_lufs),
                   .track_gain_db = -18.0 - m->integrated_lufs,
                   .track_peak_dbtp = m->true_peak_dbtp,
                   .cover_path = r->cover};
}

/// The same sound from two sides is 3 LU louder
static double
off_loudness_lu(const DeliveryTask* task, const TonDelivered* file)
{
  const double doubled = delivery_doubles(task) ? 10.0 * log10(2.0) : 0.0;
  return file->measured.integrated_lufs - task->master->integrated_lufs -
         doubled;
}

bool
delivery_improve(const DeliveryTask* task, const TonDelivered* file,
                 PeakHold* hold)
{
  const double over =
      file->measured.true_peak_dbtp - task->format->max_decoded_dbtp;
  const double off = off_loudness_lu(task, file);
  const bool high = over > 0.0; // false where the format has no bound
  const bool soft = hold->on && fabs(off) > 0.5 * task->format->tolerance_lu;
  if (high) {
    const double top =
        hold->on ? hold->ceiling_dbtp
                 : fmin(task->master->true_peak_dbtp, task->ceiling_dbtp);
    hold->on = true;
    hold->ceiling_dbtp = fmax(top - over - 0.05, -20.0);
  }
  hold->gain_db = fmin(hold->gain_db - (soft ? off : 0.0), 1.0);
  return high || soft;
}

TonStatus
delivery_judge(const DeliveryTask* task, const TonClipping* clipping,
               TonDelivered* file)
{
  const DeliveryFormat* const f = task->format;
  const TonMeasurement* const m = &file->measured;
  const double max_dbtp = isnan(f->max_decoded_dbtp) ? task->ceiling_dbtp + 0.05
                                                     : f->max_decoded_dbtp;
  const double off = off_loudness_lu(task, file);
  const char* const when = f->lossy ? "decoding" : "writing";
  TonString why = {0};
  if (clipping->samples) {
    ton_string_printf(&why,
                      "clips %llu samples of the master, the first at %.3f s, "
                      "the highest at %+.1f dBFS; master it to a lower ceiling",
                      (unsigned long long)clipping->samples, clipping->first_s,
                      clipping->peak_dbfs);
  } else if (m->true_peak_dbtp > max_dbtp) {
    ton_string_printf(&why, "reads %.2f dBTP after %s, above %.2f dBTP",
                      m->true_peak_dbtp, when, max_dbtp);
  } else if (fabs(off) > f->tolerance_lu) {
    ton_string_printf(&why, "reads %.2f LUFS after %s, %.2f LU %s the master",
                      m->integrated_lufs, when, fabs(off),
                      off < 0.0 ? "under" : "over");
  }
  file->good = !why.length && !why.failed;
  file->why = ton_copy_string(ton_string_string(&why));
  const bool failed = why.failed || !file->why;
  ton_string_free(&why);
  return failed ? TON_NO_MEMORY : TON_OK;
}
