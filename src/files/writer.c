// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Writes an audio file: checks the format, quantises, and gives the
/// complete file its name.
#include "files/writer.h"

#include "base/array.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/string.h"
#include "dsp/decibel.h"
#include "files/files.h"

#include <assert.h>
#include <math.h>
#include <pthread.h>
#include <string.h>

static pthread_mutex_t list_lock = PTHREAD_MUTEX_INITIALIZER;
static TonAudioWriter* list;

static void
enlist(TonAudioWriter* w)
{
  pthread_mutex_lock(&list_lock);
  w->next = list;
  list = w;
  pthread_mutex_unlock(&list_lock);
}

static void
delist(const TonAudioWriter* w)
{
  pthread_mutex_lock(&list_lock);
  TonAudioWriter** at = &list;
  while (*at && *at != w) {
    at = &(*at)->next;
  }
  if (*at) {
    *at = w->next;
  }
  pthread_mutex_unlock(&list_lock);
}

static const WriterBackend*
find_backend(const char* container)
{
  static const WriterBackend* const all[] = {&writer_wav, &writer_coded};
  for (size_t k = 0; k < TON_COUNT(all); ++k) {
    for (size_t i = 0; all[k]->containers[i]; ++i) {
      if (strcmp(all[k]->containers[i], container) == 0) {
        return all[k];
      }
    }
  }
  return NULL;
}

static TonStatus
check_format(const char* path, const TonAudioFormat* f, TonError* error)
{
  static const char* const known[] = {"WAV", "FLAC", "AIFF",
                                      "MP3", "OGG",  "OPUS"};
  const char* const container = f->container ? f->container : "";
  if (!find_backend(container)) {
    const char* const near = ton_string_nearest(container, known, 6);
    return ton_fail_file(error, TON_UNSUPPORTED, path,
                         "unknown file format \"%s\"; expected WAV, FLAC, "
                         "AIFF, MP3, OGG or OPUS%s%s%s",
                         container, near ? "; did you mean " : "",
                         near ? near : "", near ? "?" : "");
  }
  if (f->samples != TON_SAMPLES_16 && f->samples != TON_SAMPLES_24 &&
      f->samples != TON_SAMPLES_FLOAT && f->samples != TON_SAMPLES_DOUBLE) {
    return ton_fail_file(error, TON_UNSUPPORTED, path,
                         "samples can be written as 16 bit, 24 bit or float");
  }
  if (!f->channels || f->channels > 64 || f->rate < 4000 || f->rate > 768000) {
    return ton_fail_file(error, TON_UNSUPPORTED, path,
                         "%u channels at %u Hz cannot be written", f->channels,
                         f->rate);
  }
  if (f->shaping > TON_SHAPING_IMPROVED_E) {
    return ton_fail_file(error, TON_BAD_USE, path, "no such noise shaping");
  }
  if (f->shaping != TON_SHAPING_FLAT && f->rate != 44100 && f->rate != 48000) {
    return ton_fail_file(error, TON_UNSUPPORTED, path,
                         "noise shaping has curves for 44.1 and 48 kHz, not "
                         "for %u Hz; leave the dither flat there",
                         f->rate);
  }
  return TON_OK;
}

static_assert((int)TON_SHAPING_IMPROVED_E == (int)TON_SHAPE_IMPROVED_E,
              "the library's curves are the quantiser's");

static TonStatus
prepare(TonAudioWriter* w, const char* path, const TonAudioFormat* f,
        TonError* error)
{
  w->fd = -1;
  w->format = *f;
  w->backend = find_backend(f->container);
  w->quantiser = (TonQuantiser){.bits = f->samples == TON_SAMPLES_16 ? 16 : 24,
                                .dither = f->dither,
                                .shape = (TonShape)f->shaping,
                                .seed = f->dither_seed,
                                .blank_after = f->dither_silence ? 0 : f->rate,
                                .blank_fade = f->rate / 20};
  w->path = ton_copy_string(path);
  w->steps = ton_alloc(sizeof(int32_t) * WRITER_PIECE * f->channels);
  if (!w->path || !w->steps) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  TON_TRY(ton_output_open(path, &w->output, error));
  w->fd = ton_output_fd(w->output);
  return TON_OK;
}

static void
discard(TonAudioWriter* w)
{
  delist(w);
  if (w->file) {
    w->backend->close(w);
  }
  ton_output_free(w->output);
  ton_free(w->path);
  ton_free(w->steps);
  ton_free(w);
}

TonStatus
ton_writer_open(const char* path, const TonAudioFormat* format,
                TonAudioWriter** writer, TonError* error)
{
  TON_TRY(check_format(path, format, error));
  TonAudioWriter* const w = ton_alloc(sizeof(TonAudioWriter));
  if (!w) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  TonStatus status = prepare(w, path, format, error);
  if (!status) {
    enlist(w);
    status = w->backend->open(w, error);
  }
  if (status) {
    discard(w);
    return status;
  }
  *writer = w;
  return TON_OK;
}

void
writer_note_clipping(TonAudioWriter* w, const float* x, uint32_t frames)
{
  TonClipping* const clipping = &w->clipping;
  for (uint32_t i = 0; i < frames; ++i) {
    const double at_s = (double)(w->frames + i) / w->format.rate;
    const double level = fabs((double)x[i]);
    if (level > 1.0) {
      const bool is_first = !clipping->samples || at_s < clipping->first_s;
      clipping->first_s = is_first ? at_s : clipping->first_s;
      clipping->peak_dbfs = fmax(clipping->peak_dbfs, ton_to_db(level));
      ++clipping->samples;
    }
  }
}

void
writer_quantise(TonAudioWriter* w, const float* const* in, uint32_t frames,
                const int32_t* planes[64])
{
  for (uint32_t c = 0; c < w->format.channels; ++c) {
    int32_t* const steps = w->steps + (size_t)c * WRITER_PIECE;
    const uint64_t before = w->quantiser.clipped;
    ton_quantise(&w->quantiser, c, w->frames, steps, in[c], frames);
    planes[c] = steps;
    if (w->quantiser.clipped > before) {
      writer_note_clipping(w, in[c], frames);
    }
  }
}

TonStatus
ton_writer_write(TonAudioWriter* w, const float* const* in, uint32_t frames,
                 TonError* error)
{
  if (w->failed || w->abandoned) {
    return ton_fail_file(error, w->failed ? w->failed : TON_INTERRUPTED,
                         w->path, "writing failed before");
  }
  uint32_t done = 0;
  while (done < frames) {
    const float* from[64];
    for (uint32_t c = 0; c < w->format.channels; ++c) {
      from[c] = in[c] + done;
    }
    const uint32_t left = frames - done;
    const uint32_t n = left < WRITER_PIECE ? left : WRITER_PIECE;
    w->failed = w->backend->write(w, from, n, error);
    TON_TRY(w->failed);
    w->frames += n;
    done += n;
  }
  return TON_OK;
}

TonStatus
ton_writer_shorten(TonAudioWriter* w, uint64_t frames, TonError* error)
{
  if (w->failed || w->abandoned || frames >= w->frames) {
    return w->failed;
  }
  if (!w->backend->shorten) {
    return ton_fail_file(error, TON_UNSUPPORTED, w->path,
                         "only a WAV file can be shortened");
  }
  w->failed = w->backend->shorten(w, frames, error);
  w->frames = frames;
  return w->failed;
}

/// Adding tags moves the samples in some formats: check that none was lost
static TonStatus
check_length(const TonAudioWriter* w, TonError* error)
{
  TonAudio* audio = NULL;
  TonError why;
  const TonStatus status =
      ton_audio_open(ton_output_temporary(w->output), &audio, &why);
  if (status) {
    return ton_fail_file(error,
                         status == TON_NO_MEMORY ? status : TON_WRITE_FAILED,
                         w->path, "cannot be read again: %s", why.text);
  }
  const uint64_t frames = ton_audio_info(audio)->frames;
  ton_audio_close(audio);
  return frames == w->frames
             ? TON_OK
             : ton_fail_file(error, TON_WRITE_FAILED, w->path,
                             "has %llu frames where %llu were written",
                             (unsigned long long)frames,
                             (unsigned long long)w->frames);
}

static TonStatus
finish(TonAudioWriter* w, const TonBroadcast* broadcast, const TonTags* tags,
       TonError* error)
{
  tags = w->format.plain ? NULL : tags;
  TON_TRY(w->backend->finish(w, broadcast, tags, error));
  if (tags && !w->tagged) {
    TON_TRY(files_write_tags(ton_output_temporary(w->output), w->path, tags,
                             error));
    TON_TRY(check_length(w, error));
  }
  return TON_OK;
}

TonStatus
ton_writer_finish(TonAudioWriter* w, const TonBroadcast* broadcast,
                  const TonTags* tags, TonError* error)
{
  if (w->failed || w->abandoned) {
    return ton_fail_file(error, w->failed ? w->failed : TON_INTERRUPTED,
                         w->path, "writing failed before it was complete");
  }
  if (!w->finished) {
    w->failed = finish(w, broadcast, tags, error);
    w->finished = !w->failed;
  }
  return w->failed;
}

const char*
ton_writer_temporary(const TonAudioWriter* writer)
{
  return ton_output_temporary(writer->output);
}

TonClipping
ton_writer_clipping(const TonAudioWriter* writer)
{
  return writer->clipping;
}

static TonStatus
tell_clipping(const TonAudioWriter* w, TonError* error)
{
  const TonClipping* const c = &w->clipping;
  return c->samples
             ? ton_fail_file(error, TON_GOAL_MISSED, w->path,
                             "clips: %llu sample%s over full scale, the "
                             "first at %.3f s, the highest at %+.1f dBFS. Turn "
                             "it down by that much, or write 32 bit float",
                             (unsigned long long)c->samples,
                             c->samples == 1 ? " is" : "s are", c->first_s,
                             c->peak_dbfs)
             : TON_OK;
}

static TonStatus
publish_all(TonAudioWriter* const* writers, uint32_t n, TonError* error)
{
  TonOutput** const outputs = ton_alloc((n + 1) * sizeof(TonOutput*));
  if (!outputs) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  uint32_t count = 0;
  TonStatus status = TON_OK;
  for (uint32_t i = 0; i < n && !status; ++i) {
    if (writers[i]) {
      status = ton_writer_finish(writers[i], NULL, NULL, error);
      outputs[count++] = writers[i]->output;
    }
  }
  status = status ? status : ton_output_publish(outputs, count, error);
  for (uint32_t i = 0; i < n && !status; ++i) {
    status = writers[i] ? tell_clipping(writers[i], error) : TON_OK;
  }
  ton_free(outputs);
  return status;
}

TonStatus
ton_writer_commit_all(TonAudioWriter** writers, uint32_t n, TonError* error)
{
  const TonStatus status = publish_all(writers, n, error);
  for (uint32_t i = 0; i < n; ++i) {
    ton_writer_abandon(writers[i]);
    writers[i] = NULL;
  }
  return status;
}

TonStatus
ton_writer_commit(TonAudioWriter* w, const TonBroadcast* broadcast,
                  const TonTags* tags, TonError* error)
{
  const TonStatus status = ton_writer_finish(w, broadcast, tags, error);
  if (status) {
    discard(w);
    return status;
  }
  return ton_writer_commit_all(&w, 1, error);
}

void
ton_writer_abandon(TonAudioWriter* w)
{
  if (w) {
    discard(w);
  }
}

void
ton_writer_abandon_all(void)
{
  pthread_mutex_lock(&list_lock);
  for (TonAudioWriter* w = list; w; w = w->next) {
    ton_output_remove(w->output);
    w->abandoned = true;
  }
  pthread_mutex_unlock(&list_lock);
}
