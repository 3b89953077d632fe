// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/error.h"
#include "base/memory.h"
#include "dsp/decibel.h"
#include "song/song.h"

#include <stdio.h>
#include <string.h>

static TonStatus
read_mix(const TonSongPaths* p, TonMix** mix, TonError* error)
{
  TonDoc* doc = NULL;
  TON_TRY(ton_doc_open(p->mix_text, &doc, error));
  const TonStatus status = ton_mix_read(doc, p->folder, mix, error);
  ton_doc_free(doc);
  TON_TRY(status);
  if (!(*mix)->rate && (*mix)->n_tracks) {
    TonAudio* audio = NULL;
    TON_TRY(ton_audio_open((*mix)->strips[0].file, &audio, error));
    (*mix)->rate = ton_audio_info(audio)->rate;
    ton_audio_close(audio);
  }
  return TON_OK;
}

/// A file name for a strip: what no file system wants is left out
static void
stem_path(const char* folder, const char* name, char* room, size_t size)
{
  const int n = snprintf(room, size, "%s/%s.wav", folder, name);
  for (char* c = room + strlen(folder) + 1; n > 0 && *c; ++c) {
    *c = *c == '/' || *c == '\\' || *c == ':' ? '-' : *c;
  }
}

/// What the mix bus does at the end must be done to each stem as well, so that
/// those that feed it add up to the mix
static float
mix_gain(const TonMix* mix)
{
  return (float)ton_from_db((double)mix->strips[mix->mix].fader_db);
}

typedef struct {
  TonMixTap* taps;
  TonRecorder* takes;
  uint32_t n;
} StemTakes;

static void
drop_stems(StemTakes* s)
{
  for (uint32_t i = 0; s->takes && i < s->n; ++i) {
    ton_writer_abandon(s->takes[i].writer);
  }
  ton_free(s->taps);
  ton_free(s->takes);
}

static TonAudioFormat
format_of(const TonMix* mix, uint32_t bits)
{
  return (TonAudioFormat){.rate = mix->rate,
                          .channels = 2,
                          .samples = bits == 16   ? TON_SAMPLES_16
                                     : bits == 24 ? TON_SAMPLES_24
                                                  : TON_SAMPLES_FLOAT,
                          .dither = true,
                          .dither_seed = 1,
                          .container = "WAV"};
}

static TonStatus
open_stems(const TonMix* mix, const char* folder, uint32_t bits, StemTakes* s,
           TonError* error)
{
  TON_TRY(ton_make_folder(folder, error));
  s->taps = ton_alloc((mix->n_strips + 1) * sizeof(TonMixTap));
  s->takes = ton_alloc((mix->n_strips + 1) * sizeof(TonRecorder));
  if (!s->taps || !s->takes) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  const TonAudioFormat format = format_of(mix, bits);
  for (uint32_t i = 0; i < mix->n_strips; ++i) {
    if (i == mix->mix) {
      continue;
    }
    char path[2048];
    stem_path(folder, mix->strips[i].name, path, sizeof(path));
    TonRecorder* const take = &s->takes[s->n];
    take->error = error;
    TON_TRY(ton_writer_open(path, &format, &take->writer, error));
    s->taps[s->n++] = (TonMixTap){i, mix_gain(mix), take};
  }
  return TON_OK;
}

/// As long as the mix
static TonStatus
commit_stems(StemTakes* s, uint64_t frames, TonError* error)
{
  for (uint32_t i = 0; i < s->n; ++i) {
    TonAudioWriter* const writer = s->takes[i].writer;
    TON_TRY(ton_writer_shorten(writer, frames, error));
    s->takes[i].writer = NULL;
    TON_TRY(ton_writer_commit(writer, NULL, NULL, error));
  }
  return TON_OK;
}

/// What was rendered is whole; is it also sound?
static TonStatus
judge(const TonMix* mix, const TonRendered* r, const TonMixOptions* wish,
      const TonMeasurement* m, TonError* error)
{
  if (r->fault_strip != UINT32_MAX) {
    return ton_fail(error, TON_GOAL_MISSED,
                    "\"%s\" produced something that is not a number at "
                    "%.3f s and was silenced from there on",
                    mix->strips[r->fault_strip].name, r->fault_at_s);
  }
  if ((wish->bits == 16 || wish->bits == 24) && m->sample_peak_dbfs > 0.0) {
    return ton_fail(error, TON_GOAL_MISSED,
                    "the mix peaks at %+.1f dBFS, which %u bits cannot hold: "
                    "it clips. Turn the mix bus down, or write 32 bit float",
                    m->sample_peak_dbfs, wish->bits);
  }
  return TON_OK;
}

static TonStatus
render(const TonMix* mix, const TonSongPaths* p, const TonMixOptions* wish,
       const char* stem_folder, const TonJob* job, TonMeasurement* result,
       TonError* error)
{
  const char* const out = wish->out ? wish->out : p->mix;
  const TonAudioFormat format = format_of(mix, wish->bits);
  TonRecorder take = {.error = error};
  StemTakes stems = {0};
  TonStatus status = ton_writer_open(out, &format, &take.writer, error);
  take.meters = ton_meters_new(mix->rate, 2,
                               TON_MEASURE_LOUDNESS | TON_MEASURE_TRUE_PEAK |
                                   TON_MEASURE_LEVELS);
  if (!status && !take.meters) {
    status = ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  if (!status && stem_folder) {
    status = open_stems(mix, stem_folder, wish->bits, &stems, error);
  }
  TonRendered rendered = {0};
  status = status ? status
                  : ton_render_mix(mix, p->cache, &take, stems.taps, stems.n,
                                   job, &rendered, error);
  if (!status) {
    const unsigned long refusals = ton_alloc_refusals();
    ton_meters_finish(take.meters, result);
    if (ton_alloc_refusals() != refusals) {
      status = ton_fail(error, TON_NO_MEMORY, "no memory for the readings");
    }
    TonAudioWriter* const writer = take.writer;
    take.writer = NULL;
    if (status) {
      ton_writer_abandon(writer);
    } else {
      status = ton_writer_commit(writer, NULL, NULL, error);
    }
    status = status ? status : commit_stems(&stems, take.given, error);
  }
  status = status ? status : judge(mix, &rendered, wish, result, error);
  ton_writer_abandon(take.writer);
  ton_meters_free(take.meters);
  drop_stems(&stems);
  return status;
}

TonStatus
ton_song_mix(const char* song, const TonMixOptions* wish, const TonJob* job,
             TonMeasurement* result, TonError* error)
{
  TonSongPaths p;
  TonMix* mix = NULL;
  char folder[1200];
  TON_TRY(ton_song_paths(song, false, &p, error));
  TonStatus status = read_mix(&p, &mix, error);
  if (!status && !wish->out) {
    snprintf(folder, sizeof(folder), "%s/out", p.folder);
    status = ton_make_folder(folder, error);
  }
  snprintf(folder, sizeof(folder), "%s/out/stems", p.folder);
  status = status ? status
                  : render(mix, &p, wish, wish->stems ? folder : NULL, job,
                           result, error);
  ton_mix_free(mix);
  return status;
}
