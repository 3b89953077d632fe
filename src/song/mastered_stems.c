// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Rendering, writing and judging mastered stems and versions.
#include "song/mastered_stems.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/parallel_for.h"
#include "base/string.h"
#include "delivery/deliver.h"
#include "files/temp_audio.h"
#include "render/fade.h"
#include "render/render.h"

#include <math.h>
#include <string.h>

/// One file on its way
typedef struct {
  Recorder recorder;
  Fade fade;
} Output;

typedef struct {
  const TonSong* song;
  const TonRelease* release;
  const MasteredStems* m;
  uint64_t frames;
  TonDelivered* files;
  TonAudioWriter** writers;
  const TonJob* job;
  TonError* error;
  Output* outputs;
  StripTap* taps; ///< Of each output, then of the master before its limiter
  TempAudio* front;
  Fade front_fade;
} StemRun;

TonStatus
mastered_stems_open(const TonSong* song, const TonRelease* release,
                    MasteredStems* m, TonError* error)
{
  *m = (MasteredStems){0};
  TonRoles* roles = NULL;
  TON_TRY(song_read_mix(song, &m->mix, error));
  TON_TRY(song_find_rate(m->mix, error));
  TON_TRY(song_read_master(song, &m->master, error));
  if (strcmp(release->source, song->master) != 0 ||
      strcmp(m->master->source, song->mix) != 0) {
    return ton_fail_file(error, TON_BAD_USE, song->given,
                         "has a mix or a master that was made elsewhere; stems "
                         "are made of a song that is mixed and mastered here");
  }
  TON_TRY(ton_roles_read(NULL, &roles, error));
  const TonStatus status = stem_mix_build(m->mix, m->master, roles, &m->stems);
  ton_roles_free(roles);
  return status ? ton_fail(error, status, "out of memory") : TON_OK;
}

void
mastered_stems_close(MasteredStems* m)
{
  stem_mix_free(&m->stems);
  ton_master_free(m->master);
  ton_mix_free(m->mix);
}

// Rendering --------------------------------------------------------------------

static Fade
fade_of(const StemRun* r, TonSink next)
{
  const TonMaster* const master = r->m->master;
  return (Fade){.in = master->fade_in,
                .out = master->fade_out,
                .rate = r->m->mix->rate,
                .skip = (uint64_t)rint(master->start_s * r->m->mix->rate),
                .frames = r->frames,
                .next = next};
}

/// Rounding noise of one file is not that of another, or it would add up
static TonAudioFormat
format_of(const StemRun* r, uint32_t i)
{
  return (TonAudioFormat){.rate = r->m->mix->rate,
                          .channels = 2,
                          .samples = TON_SAMPLES_24,
                          .container = "WAV",
                          .dither = true,
                          .dither_seed = 16 + i,
                          .frames_hint = r->frames,
                          .broadcast = {.present = true,
                                        .integrated_lufs = NAN,
                                        .range_lu = NAN,
                                        .true_peak_dbtp = NAN,
                                        .momentary_max_lufs = NAN,
                                        .short_term_max_lufs = NAN}};
}

static TonStatus
open_output(StemRun* r, uint32_t i)
{
  Output* const o = &r->outputs[i];
  const TonAudioFormat format = format_of(r, i);
  TON_TRY(ton_writer_open(r->files[i].path, &format, &r->writers[i], r->error));
  o->recorder = (Recorder){
      .error = r->error,
      .writer = r->writers[i],
      .meters = ton_meters_new(format.rate, 2,
                               TON_MEASURE_LOUDNESS | TON_MEASURE_TRUE_PEAK)};
  o->fade = fade_of(r, recorder_sink(&o->recorder));
  r->taps[i] =
      (StripTap){r->m->stems.outputs[i].strip, 1.0F, fade_sink(&o->fade)};
  return o->recorder.meters
             ? TON_OK
             : ton_fail(r->error, TON_NO_MEMORY, "out of memory");
}

static bool
take_front(void* handle, const float* const* in, uint32_t frames)
{
  return temp_audio_add(handle, in, frames);
}

static TonStatus
open_outputs(StemRun* r)
{
  const uint32_t n = r->m->stems.n;
  r->outputs = ton_alloc((n + 1) * sizeof(Output));
  r->taps = ton_alloc((n + 1) * sizeof(StripTap));
  if (!r->outputs || !r->taps) {
    return ton_fail(r->error, TON_NO_MEMORY, "out of memory");
  }
  TON_TRY(temp_audio_new(r->song->master, 2, &r->front, r->error));
  r->front_fade = fade_of(r, (TonSink){r->front, take_front});
  r->taps[n] = (StripTap){r->m->stems.front, 1.0F, fade_sink(&r->front_fade)};
  for (uint32_t i = 0; i < n; ++i) {
    TON_TRY(open_output(r, i));
  }
  return TON_OK;
}

/// The code of a recording belongs to it alone
static TonTags
tags_of(const StemRun* r, const TonMeasurement* m, const char* title)
{
  static char none[1];
  TonTags tags = delivery_tags(r->release, m);
  tags.title = title;
  tags.isrc = none;
  tags.track = tags.track_total = 0;
  return tags;
}

static TonStatus
finish_output(StemRun* r, uint32_t i)
{
  TonMeasurement m;
  if (ton_meters_finish(r->outputs[i].recorder.meters, &m)) {
    return ton_fail(r->error, TON_NO_MEMORY, "out of memory");
  }
  char* const title =
      ton_string_new("%s (%s)", r->release->title, r->m->stems.outputs[i].name);
  if (!title) {
    return ton_fail(r->error, TON_NO_MEMORY, "out of memory");
  }
  const TonBroadcast b = {true,
                          m.integrated_lufs,
                          m.loudness_range_lu,
                          m.true_peak_dbtp,
                          m.momentary_max_lufs,
                          m.short_term_max_lufs};
  const TonTags tags = tags_of(r, &m, title);
  const TonStatus status =
      ton_writer_finish(r->writers[i], &b, &tags, r->error);
  ton_free(title);
  return status;
}

static TonStatus
render(StemRun* r)
{
  Recorder nothing = {.error = r->error};
  TON_TRY(open_outputs(r));
  TON_TRY(render_mix(&r->m->stems.mix, r->song->cache, &nothing, r->taps,
                     r->m->stems.n + 1, r->job, NULL, r->error));
  TON_TRY(temp_audio_close(r->front, r->error));
  for (uint32_t i = 0; i < r->m->stems.n; ++i) {
    TON_TRY(finish_output(r, i));
  }
  return TON_OK;
}

// What was written -------------------------------------------------------------

static TonStatus
judge(StemRun* r, uint32_t i)
{
  TonDelivered* const file = &r->files[i];
  const TonClipping clipping = ton_writer_clipping(r->writers[i]);
  const double ceiling = (double)r->m->master->ceiling_dbtp;
  const bool high = r->m->stems.outputs[i].version &&
                    file->measured.true_peak_dbtp > ceiling + 0.05;
  file->good = !clipping.samples && !high;
  file->why =
      clipping.samples
          ? ton_string_new("clips %llu samples, the highest at %+.1f dBFS; "
                           "lower the fader of the mix bus",
                           (unsigned long long)clipping.samples,
                           clipping.peak_dbfs)
      : high ? ton_string_new("reads %.2f dBTP, above %.2f dBTP",
                              file->measured.true_peak_dbtp, ceiling)
             : ton_copy_string("");
  return file->why ? TON_OK
                   : ton_fail(r->error, TON_NO_MEMORY, "out of memory");
}

static TonStatus
verify(void* handle, uint32_t i, const TonJob* job, TonError* error)
{
  const StemRun* const r = handle;
  TonJob alone = *job;
  alone.threads = 1;
  r->files[i].tries = 1;
  return delivery_verify(&r->files[i], ton_writer_temporary(r->writers[i]),
                         &alone, error);
}

enum { BLOCK = 4096 };

/// The files of all stems, side by side
typedef struct {
  TonAudio** audio;
  uint32_t n;
  float sum[2][BLOCK];
  float one[2][BLOCK];
} StemSum;

static TonStatus
add_block(StemSum* s, uint32_t frames, TonError* error)
{
  memset(s->sum, 0, sizeof(s->sum));
  for (uint32_t k = 0; k < s->n; ++k) {
    float* const one[2] = {s->one[0], s->one[1]};
    uint32_t got = 0;
    TON_TRY(ton_audio_read(s->audio[k], one, frames, &got, error));
    for (uint32_t i = 0; i < got; ++i) {
      s->sum[0][i] += s->one[0][i];
      s->sum[1][i] += s->one[1][i];
    }
  }
  return TON_OK;
}

static TonStatus
measure_null(StemRun* r, StemSum* s, double* null_db)
{
  double left = 0.0;
  double whole = 0.0;
  temp_audio_rewind(r->front);
  for (uint64_t at = 0; at < r->frames; at += BLOCK) {
    const uint64_t rest = r->frames - at;
    const uint32_t n = rest < BLOCK ? (uint32_t)rest : BLOCK;
    float* const front[2] = {s->one[0], s->one[1]};
    TON_TRY(add_block(s, n, r->error));
    if (!temp_audio_read(r->front, front, n)) {
      return ton_fail(r->error, TON_BAD_FILE,
                      "a temporary file cannot be read");
    }
    for (uint32_t i = 0; i < 2 * n; ++i) {
      const double x = (double)s->one[i / n][i % n];
      const double y = (double)s->sum[i / n][i % n];
      left += (y - x) * (y - x);
      whole += x * x;
    }
  }
  *null_db = 10.0 * log10(left / whole);
  return TON_OK;
}

static TonStatus
open_stems(StemRun* r, StemSum* s)
{
  s->audio = ton_alloc((r->m->stems.n + 1) * sizeof(TonAudio*));
  if (!s->audio) {
    return ton_fail(r->error, TON_NO_MEMORY, "out of memory");
  }
  for (uint32_t i = 0; i < r->m->stems.n; ++i) {
    if (!r->m->stems.outputs[i].version) {
      TON_TRY(ton_audio_open(ton_writer_temporary(r->writers[i]),
                             &s->audio[s->n], r->error));
      ++s->n;
    }
  }
  return TON_OK;
}

/// Do the stems on the disk add up?
static TonStatus
add_up(StemRun* r, double* null_db)
{
  StemSum* const s = ton_alloc(sizeof(StemSum));
  if (!s) {
    return ton_fail(r->error, TON_NO_MEMORY, "out of memory");
  }
  TonStatus status = open_stems(r, s);
  status = status ? status : measure_null(r, s, null_db);
  for (uint32_t i = 0; i < s->n; ++i) {
    ton_audio_close(s->audio[i]);
  }
  ton_free(s->audio);
  ton_free(s);
  return status;
}

TonStatus
mastered_stems_write(const TonSong* song, const TonRelease* release,
                     MasteredStems* m, uint64_t frames, TonDelivered* files,
                     TonAudioWriter** writers, double* null_db,
                     const TonJob* job, TonError* error)
{
  StemRun r = {.song = song,
               .release = release,
               .m = m,
               .frames = frames,
               .files = files,
               .writers = writers,
               .job = job,
               .error = error};
  TonStatus status = render(&r);
  status = status ? status : parallel_for(m->stems.n, job, verify, &r, error);
  status = status ? status : add_up(&r, null_db);
  for (uint32_t i = 0; i < m->stems.n; ++i) {
    status = status ? status : judge(&r, i);
    ton_meters_free(r.outputs ? r.outputs[i].recorder.meters : NULL);
  }
  temp_audio_free(r.front);
  ton_free(r.taps);
  ton_free(r.outputs);
  return status;
}
