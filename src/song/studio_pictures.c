// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Pictures: waveforms, read by a thread of their own, and curves.
#include "song/studio_internal.h"

#include "base/error.h"
#include "render/file_source.h"

#include <math.h>
#include <string.h>

enum { MAX_BINS = 8192, CHUNK = 8192 };

// Reading waveforms ---------------------------------------------------------------

static signed char
to_byte(float x)
{
  return (signed char)lrintf(127.0F * fminf(1.0F, fmaxf(-1.0F, x)));
}

/// A file, read stretch by stretch
typedef struct {
  Waveform* wave;
  uint32_t channels;
  float low;
  float high;
  uint32_t in; ///< Frames of the stretch
  uint64_t at; ///< Stretches that are over
  const Waveforms* all;
} WaveReader;

static void
end_stretch(WaveReader* r)
{
  if (r->in && r->at < r->wave->n) {
    r->wave->pairs[2 * r->at] = to_byte(r->low);
    r->wave->pairs[2 * r->at + 1] = to_byte(r->high);
  }
  r->at += r->in > 0;
  r->low = r->high = 0.0F;
  r->in = 0;
}

static bool
add_frames(void* handle, const float* const* in, uint32_t frames)
{
  WaveReader* const r = handle;
  for (uint32_t i = 0; i < frames; ++i) {
    for (uint32_t c = 0; c < r->channels; ++c) {
      r->low = fminf(r->low, in[c][i]);
      r->high = fmaxf(r->high, in[c][i]);
    }
    if (++r->in == WAVE_STRETCH) {
      end_stretch(r);
    }
  }
  return true;
}

static bool
go_on(void* handle, const char* stage, double part)
{
  (void)stage;
  (void)part;
  const WaveReader* const r = handle;
  return !atomic_load(&r->all->over);
}

static void
read_wave(const Waveforms* all, Waveform* wave)
{
  TonAudio* audio = NULL;
  WaveReader r = {.wave = wave, .all = all};
  if (ton_audio_open(wave->path, &audio, NULL)) {
    return;
  }
  r.channels = ton_audio_info(audio)->channels;
  const TonSink sink = {&r, add_frames};
  const TonJob job = {.progress = go_on, .handle = &r};
  if (!source_pass(audio, &sink, "waveforms", &job, NULL)) {
    end_stretch(&r);
    atomic_store(&wave->ready, true);
  }
  ton_audio_close(audio);
}

static void*
read_waves(void* handle)
{
  Waveforms* const w = handle;
  for (uint32_t i = 0; i < w->n && !atomic_load(&w->over); ++i) {
    read_wave(w, &w->rows[i]);
    if (w->listener->wake) {
      w->listener->wake(w->listener->handle);
    }
  }
  return NULL;
}

void
studio_waves_end(Waveforms* w)
{
  if (w->running) {
    atomic_store(&w->over, true);
    pthread_join(w->thread, NULL);
  }
  for (uint32_t i = 0; w->rows && i < w->n; ++i) {
    ton_free(w->rows[i].path);
    ton_free(w->rows[i].pairs);
  }
  ton_free(w->rows);
  *w = (Waveforms){0};
}

TonStatus
studio_waves_begin(Studio* s, TonError* error)
{
  Waveforms* const w = &s->waves;
  const LiveMix* const live = &s->transport.live;
  studio_waves_end(w);
  w->rows = ton_alloc((live->stems.n + 1U) * sizeof(Waveform));
  w->n = w->rows ? live->stems.n : 0;
  w->listener = &s->listener;
  bool refused = !w->rows;
  for (uint32_t i = 0; i < w->n; ++i) {
    Waveform* const wave = &w->rows[i];
    wave->frames = live_mix_frames(live, i);
    wave->n = (wave->frames + WAVE_STRETCH - 1) / WAVE_STRETCH;
    wave->path = ton_copy_string(live->stems.ready[i].path);
    wave->pairs = ton_alloc(2 * wave->n + 1);
    refused |= !wave->path || !wave->pairs;
  }
  if (refused || pthread_create(&w->thread, NULL, read_waves, w)) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory for waveforms");
  }
  w->running = true;
  return TON_OK;
}

void
studio_waves_tick(Studio* s)
{
  for (uint32_t i = 0; i < s->waves.n; ++i) {
    Waveform* const wave = &s->waves.rows[i];
    if (!wave->told && atomic_load(&wave->ready)) {
      json_t* const o = json_pack("{s:s, s:i}", "type", "peaks", "strip",
                                  (int)studio_strip_id(s, i));
      wave->told = true;
      s->listener.tell(s->listener.handle, o);
      json_decref(o);
    }
  }
}

// Answers -----------------------------------------------------------------------

static TonStatus
begin_answer(StudioAnswer* answer, FrameKind kind, uint32_t width, uint32_t id,
             uint32_t rows, size_t bytes, TonError* error)
{
  const FrameHead head = {.kind = kind, .width = width, .id = id, .rows = rows};
  answer->bytes = ton_alloc(FRAME_HEAD + bytes + 1);
  answer->n_bytes = FRAME_HEAD + bytes;
  if (!answer->bytes) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  frame_head(&head, answer->bytes);
  return TON_OK;
}

/// Smallest and largest of the stretches that a bin covers
static void
wave_bin(const Waveform* w, double from, double to, unsigned char* out)
{
  signed char low = 0;
  signed char high = 0;
  const uint64_t last = (uint64_t)fmax(0.0, ceil(to / WAVE_STRETCH));
  for (uint64_t i = (uint64_t)(fmax(0.0, from) / WAVE_STRETCH);
       i < last && i < w->n; ++i) {
    low = w->pairs[2 * i] < low ? w->pairs[2 * i] : low;
    high = w->pairs[2 * i + 1] > high ? w->pairs[2 * i + 1] : high;
  }
  out[0] = (unsigned char)low;
  out[1] = (unsigned char)high;
}

static TonStatus
show_peaks(Studio* s, const json_t* m, uint32_t id, uint32_t bins,
           StudioAnswer* answer, TonError* error)
{
  uint32_t strip = 0;
  const json_int_t number = json_integer_value(json_object_get(m, "strip"));
  const double from = json_number_value(json_object_get(m, "from"));
  const double to = json_number_value(json_object_get(m, "to"));
  if (!studio_find_strip(s, (uint32_t)number, &strip) || strip >= s->waves.n ||
      !(to > from)) {
    return ton_fail(error, TON_BAD_USE, "there is no such waveform");
  }
  const Waveform* const w = &s->waves.rows[strip];
  if (!atomic_load(&w->ready)) {
    return ton_fail(error, TON_INTERRUPTED, "the waveform is still being read");
  }
  TON_TRY(
      begin_answer(answer, FRAME_PEAKS, 2, id, bins, 2 * (size_t)bins, error));
  for (uint32_t i = 0; i < bins; ++i) {
    const double step = (to - from) / bins;
    wave_bin(w, from + i * step, from + (i + 1) * step,
             answer->bytes + FRAME_HEAD + 2 * (size_t)i);
  }
  return TON_OK;
}

/// Values in the message stand in for those of the text
static TonStatus
read_values(const TonInsert* in, const json_t* list, float* values,
            TonError* error)
{
  const uint32_t n = in->type->n_params;
  memcpy(values, in->params, n * sizeof(float));
  if (list && json_array_size(list) > n) {
    return ton_fail(error, TON_BAD_USE, "there are too many values");
  }
  for (uint32_t i = 0; i < json_array_size(list); ++i) {
    const json_t* const v = json_array_get(list, i);
    const TonParam* const p = &in->type->params[i];
    if (json_is_number(v)) {
      values[i] = fminf(p->max, fmaxf(p->min, (float)json_number_value(v)));
    }
  }
  return TON_OK;
}

static TonStatus
show_curve(Studio* s, const json_t* m, uint32_t id, uint32_t bins,
           StudioAnswer* answer, TonError* error)
{
  float values[512];
  uint32_t strip = 0;
  uint32_t item = 0;
  uint32_t n = 0;
  const bool knee =
      strcmp(json_string_value(json_object_get(m, "type")), "transfer") == 0;
  const json_int_t number = json_integer_value(json_object_get(m, "insert"));
  if (!studio_find_insert(s, (uint32_t)number, &strip, &item)) {
    return ton_fail(error, TON_BAD_USE, "there is no such processor");
  }
  const TonInsert* const in = &studio_chain(s, strip, &n)[item];
  if ((knee ? !in->type->transfer : !in->type->response) ||
      in->type->n_params > 512) {
    return ton_fail(error, TON_UNSUPPORTED, "%s has no such curve",
                    in->type->name);
  }
  TON_TRY(read_values(in, json_object_get(m, "values"), values, error));
  TON_TRY(begin_answer(answer, knee ? FRAME_TRANSFER : FRAME_CURVE, 1, id, bins,
                       4 * (size_t)bins, error));
  for (uint32_t i = 0; i < bins; ++i) {
    const double part = (double)i / (bins > 1 ? bins - 1 : 1);
    const double y =
        knee ? in->type->transfer(in->type, values, -60.0 + 60.0 * part)
             : in->type->response(in->type, values, 20.0 * pow(1000.0, part),
                                  s->mix->rate);
    const float db = (float)y;
    frame_floats(&db, 1, answer->bytes + FRAME_HEAD + 4 * (size_t)i);
  }
  return TON_OK;
}

TonStatus
studio_picture(Studio* s, const json_t* m, StudioAnswer* answer,
               TonError* error)
{
  const char* const type = json_string_value(json_object_get(m, "type"));
  const json_int_t id = json_integer_value(json_object_get(m, "id"));
  const json_int_t bins = json_integer_value(json_object_get(m, "bins"));
  if (id < 1 || bins < 1 || bins > MAX_BINS) {
    return ton_fail(error, TON_BAD_USE,
                    "a picture has an id above 0 and 1 to %d bins", MAX_BINS);
  }
  const bool peaks = strcmp(type, "peaks") == 0;
  const TonStatus status = (peaks ? show_peaks : show_curve)(
      s, m, (uint32_t)id, (uint32_t)bins, answer, error);
  if (status) {
    ton_free(answer->bytes);
    *answer = (StudioAnswer){0};
  }
  return status;
}
