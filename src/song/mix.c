// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Rendering a song's mix, and each track and bus where asked.
#include "base/error.h"
#include "base/folder.h"
#include "base/output_file.h"
#include "base/string.h"
#include "delivery/file_name.h"
#include "delivery/written_files.h"
#include "dsp/decibel.h"
#include "render/render.h"
#include "song/made.h"
#include "song/outputs.h"
#include "song/song.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

TonStatus
song_find_rate(TonMix* mix, TonError* error)
{
  if (!mix->rate && mix->n_tracks) {
    TonAudio* audio = NULL;
    TON_TRY(ton_audio_open(mix->strips[0].file, &audio, error));
    mix->rate = ton_audio_info(audio)->rate;
    ton_audio_close(audio);
  }
  return TON_OK;
}

/// What the mix bus does at the end must be done to each stem as well, so that
/// those that feed it add up to the mix
static float
mix_gain(const TonMix* mix)
{
  return (float)ton_from_db((double)mix->strips[mix->mix].fader_db);
}

/// A strip's own file
typedef struct {
  Recorder recorder;
  char* path;
  char hash[33]; ///< Of its content, once it is complete
} StemFile;

typedef struct {
  StripTap* taps;
  StemFile* files;
  uint32_t n;
  FileNames names;
} StemFiles;

static void
abandon_stems(StemFiles* s)
{
  for (uint32_t i = 0; s->files && i < s->n; ++i) {
    ton_writer_abandon(s->files[i].recorder.writer);
    ton_free(s->files[i].path);
  }
  file_names_free(&s->names);
  ton_free(s->taps);
  ton_free(s->files);
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
open_stem(const char* folder, const char* strip, FileNames* names,
          const TonAudioFormat* format, StemFile* stem)
{
  Recorder* const r = &stem->recorder;
  char* const file = file_names_add(names, strip, NULL, "wav");
  stem->path = file ? ton_string_new("%s/%s", folder, file) : NULL;
  ton_free(file);
  return stem->path ? ton_writer_open(stem->path, format, &r->writer, r->error)
                    : ton_fail(r->error, TON_NO_MEMORY, "out of memory");
}

static TonStatus
open_stems(const TonMix* mix, const char* folder, uint32_t bits, StemFiles* s,
           TonError* error)
{
  TON_TRY(ton_make_folder(folder, error));
  s->taps = ton_alloc((mix->n_strips + 1) * sizeof(StripTap));
  s->files = ton_alloc((mix->n_strips + 1) * sizeof(StemFile));
  if (!s->taps || !s->files) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  const TonAudioFormat format = format_of(mix, bits);
  for (uint32_t i = 0; i < mix->n_strips; ++i) {
    if (i == mix->mix) {
      continue;
    }
    StemFile* const stem = &s->files[s->n++];
    stem->recorder.error = error;
    s->taps[s->n - 1] =
        (StripTap){i, mix_gain(mix), recorder_sink(&stem->recorder)};
    TON_TRY(open_stem(folder, mix->strips[i].name, &s->names, &format, stem));
  }
  return TON_OK;
}

/// As long as the mix, with the whole name of the strip as title
static TonStatus
finish_stems(const TonMix* mix, StemFiles* s, uint64_t frames, TonError* error)
{
  for (uint32_t i = 0; i < s->n; ++i) {
    const TonTags tags = {.title = mix->strips[s->taps[i].strip].name};
    TonAudioWriter* const writer = s->files[i].recorder.writer;
    TON_TRY(ton_writer_shorten(writer, frames, error));
    TON_TRY(ton_writer_finish(writer, NULL, &tags, error));
    TON_TRY(
        ton_file_hash(ton_writer_temporary(writer), s->files[i].hash, error));
  }
  return TON_OK;
}

static TonStatus
judge(const TonMix* mix, const RenderFault* fault, const TonMeasurement* result,
      TonError* error)
{
  if (!isfinite(result->true_peak_dbtp)) {
    return ton_fail(error, TON_GOAL_MISSED,
                    "the mix is silent: its stems are, or no track is heard "
                    "(look for mute, solo and faders in mix.yaml)");
  }
  if (fault->strip != UINT32_MAX) {
    return ton_fail(error, TON_GOAL_MISSED,
                    "\"%s\": a processor failed at %u:%04.1f and the sound is "
                    "silenced from there on; check its chain",
                    mix->strips[fault->strip].name,
                    (unsigned)(fault->at_s / 60.0), fmod(fault->at_s, 60.0));
  }
  return TON_OK;
}

/// The mix and its stems get their names in a row.  Stems that an earlier run wrote
/// and this one did not, as of a track that was renamed, are removed.
static TonStatus
publish(const TonSong* song, Recorder* recorder, StemFiles* stems,
        TonError* error)
{
  const uint32_t n = stems->n + 1;
  TonAudioWriter** const all = ton_alloc(n * sizeof(TonAudioWriter*));
  WrittenFile* const files = ton_alloc(n * sizeof(WrittenFile));
  TonStatus status = ton_make_folder(song->notes, error);
  if (!all || !files) {
    status = ton_fail(error, TON_NO_MEMORY, "out of memory");
  } else if (!status) {
    all[0] = recorder->writer;
    recorder->writer = NULL;
    for (uint32_t i = 0; i < stems->n; ++i) {
      StemFile* const f = &stems->files[i];
      files[i] = (WrittenFile){f->path, f->hash};
      all[i + 1] = f->recorder.writer;
      f->recorder.writer = NULL;
    }
    const WrittenFiles w = {.folder = song->stems,
                            .list = song->written_stems,
                            .interim = song->written_stems,
                            .files = files,
                            .n = stems->n};
    status = stems->n ? written_files_publish(&w, all, n, error)
                      : ton_writer_commit_all(all, n, error);
  }
  ton_free(files);
  ton_free(all);
  return status;
}

/// Close the meters, then the files
static TonStatus
commit(const TonSong* song, const TonMix* mix, Recorder* recorder,
       StemFiles* stems, TonMeasurement* result, TonError* error)
{
  if (ton_meters_finish(recorder->meters, result)) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  TON_TRY(finish_stems(mix, stems, recorder->given, error));
  return publish(song, recorder, stems, error);
}

static TonStatus
render(const TonSong* song, const TonMix* mix, const TonMixOptions* options,
       const TonJob* job, TonMeasurement* result, TonError* error)
{
  const char* const out = options->out ? options->out : song->mix;
  const TonAudioFormat format = format_of(mix, options->bits);
  Recorder recorder = {.error = error};
  StemFiles stems = {0};
  RenderFault fault = {.strip = UINT32_MAX};
  TonStatus status = ton_writer_open(out, &format, &recorder.writer, error);
  recorder.meters = ton_meters_new(
      mix->rate, 2,
      TON_MEASURE_LOUDNESS | TON_MEASURE_TRUE_PEAK | TON_MEASURE_LEVELS);
  if (!status && !recorder.meters) {
    status = ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  if (!status && options->stems) {
    status = open_stems(mix, song->stems, options->bits, &stems, error);
  }
  status = status ? status
                  : render_mix(mix, song->cache, &recorder, stems.taps, stems.n,
                               job, &fault, error);
  status =
      status ? status : commit(song, mix, &recorder, &stems, result, error);
  if (!status || status == TON_GOAL_MISSED) {
    const TonStatus judged = judge(mix, &fault, result, error);
    status = judged ? judged : status;
  }
  ton_writer_abandon(recorder.writer);
  ton_meters_free(recorder.meters);
  abandon_stems(&stems);
  return status;
}

TonStatus
ton_song_mix(const TonSong* song, const TonMixOptions* options,
             const TonJob* job, TonMeasurement* result, TonError* error)
{
  TonMix* mix = NULL;
  TonStatus status = song_read_mix(song, &mix, error);
  status = status ? status : song_find_rate(mix, error);
  if (!status && options->out) {
    status = output_expect(options->out, true, NULL, error);
  } else if (!status) {
    status = ton_make_folder(song->out, error);
  }
  status =
      status ? status
             : song_apart(song, options->out ? options->out : song->mix, error);
  char files[MADE_HASH] = "";
  if (!status && !options->out) {
    status = made_forget(song, TON_SONG_STAGE_MIX, error);
    status =
        status ? status : made_files(song, TON_SONG_STAGE_MIX, files, error);
  }
  status = status ? status : render(song, mix, options, job, result, error);
  if (!status && !options->out) {
    status = made_note(song, TON_SONG_STAGE_MIX, files, error);
  }
  ton_mix_free(mix);
  return status;
}
