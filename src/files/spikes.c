// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Spikes: samples of a file far above all that surrounds them, which are
/// no sound, are replaced while it is read.
#include "base/error.h"
#include "base/memory.h"
#include "files/audio.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

/// A spike is above +6 dBFS and 18 dB over its surroundings of 1.3 ms to either
/// side, of which at most an eighth of a side may be as high: no drum and no
/// bass falls by 18 dB in a sixth of a millisecond.  docs/rules.md 2.1
#define SPIKE_LEVEL 2.0F
#define SPIKE_RATIO 8.0F

enum { SIDES_PER_S = 750, SHARE_OF_SIDE = 8, STEP = 64 };

/// In steps of a constant number of samples, which compilers make vectors of
static bool
is_high(const float* x, uint32_t n)
{
  // of floats without sign the larger one has the larger bits
  const float level = SPIKE_LEVEL;
  int32_t limit = 0;
  int32_t bits[STEP] = {0};
  int32_t over = 0;
  memcpy(&limit, &level, sizeof(limit));
  for (uint32_t i = 0; i < n && !over; i += STEP) {
    memcpy(bits, x + i, (n - i < STEP ? n - i : STEP) * sizeof(float));
    for (uint32_t k = 0; k < STEP; ++k) {
      over |= (bits[k] & 0x7FFFFFFF) > limit;
    }
  }
  return over;
}

static bool
is_spike(const float* x, uint32_t n, uint32_t at, uint32_t side)
{
  const uint32_t from = at > side ? at - side : 0;
  const uint32_t to = at + side < n ? at + side : n - 1;
  const float limit = fabsf(x[at]) / SPIKE_RATIO;
  uint32_t high = 0;
  if (fabsf(x[at]) <= SPIKE_LEVEL) {
    return false;
  }
  for (uint32_t i = from; i <= to && high <= side / SHARE_OF_SIDE; ++i) {
    high += fabsf(x[i]) > limit;
  }
  return high <= side / SHARE_OF_SIDE;
}

/// On the line between the nearest samples that are no spikes
static float
between(const float* x, uint32_t n, uint32_t at, uint32_t side)
{
  uint32_t from = at;
  uint32_t to = at;
  while (from > 0 && is_spike(x, n, from, side)) {
    --from;
  }
  while (to + 1 < n && is_spike(x, n, to, side)) {
    ++to;
  }
  const bool no_before = is_spike(x, n, from, side);
  const bool no_behind = is_spike(x, n, to, side);
  const float before = no_before ? no_behind ? 0.0F : x[to] : x[from];
  const float behind = no_behind ? before : x[to];
  const float way = to > from ? (float)(at - from) / (float)(to - from) : 0.0F;
  return before + (behind - before) * way;
}

static void
note_spike(TonAudioFaults* faults, float x, uint64_t frame)
{
  ++faults->spikes;
  if (!(fabsf(x) <= faults->spike)) {
    faults->spike = fabsf(x);
    faults->spike_frame = frame;
  }
}

static uint32_t
side_of(const TonAudio* a)
{
  return a->info.rate / SIDES_PER_S + 1;
}

uint64_t
audio_surroundings(const TonAudio* a, uint64_t frame)
{
  const uint64_t reach = 2 * side_of(a);
  return frame > reach ? frame - reach : 0;
}

/// Drop the frames before `from`; `n` from there on fit then
static bool
make_room(TonAudio* a, uint64_t from, uint32_t n)
{
  AudioWindow* const w = &a->window;
  const uint32_t channels = a->info.channels;
  const uint32_t dropped = (uint32_t)(from - w->from);
  const uint32_t capacity = n > w->capacity ? n : w->capacity;
  float* const samples = n > w->capacity
                             ? ton_alloc((size_t)n * channels * sizeof(float))
                             : w->samples;
  if (!samples) {
    return false;
  }
  w->n -= dropped;
  for (uint32_t c = 0; w->n && c < channels; ++c) {
    memmove(samples + (size_t)c * capacity,
            w->samples + (size_t)c * w->capacity + dropped,
            w->n * sizeof(float));
  }
  if (samples != w->samples) {
    ton_free(w->samples);
  }
  *w = (AudioWindow){samples, from, w->n, capacity};
  return true;
}

/// Read on to the frame `end`
static TonStatus
read_ahead(TonAudio* a, uint64_t end, TonError* error)
{
  AudioWindow* const w = &a->window;
  const uint64_t at = a->at;
  float* to[64];
  uint32_t got = 0;
  TonStatus status = TON_OK;
  for (uint32_t c = 0; c < a->info.channels; ++c) {
    to[c] = w->samples + (size_t)c * w->capacity + w->n;
  }
  a->at = w->from + w->n;
  if (end > a->at) {
    status = audio_read(a, to, (uint32_t)(end - a->at), &got, error);
  }
  w->n += got;
  a->at = at;
  return status;
}

/// `x` is a channel of the window, `out` its frames from `first` on
static void
replace(TonAudio* a, float* out, uint32_t frames, const float* x,
        uint32_t first)
{
  const uint32_t side = side_of(a);
  for (uint32_t i = 0; i < frames; ++i) {
    if (is_spike(x, a->window.n, first + i, side)) {
      note_spike(&a->faults, x[first + i], a->at + i);
      out[i] = between(x, a->window.n, first + i, side);
    }
  }
}

TonStatus
audio_read_repaired(TonAudio* a, float* const* out, uint32_t frames,
                    uint32_t* got, TonError* error)
{
  AudioWindow* const w = &a->window;
  const uint64_t needed = audio_surroundings(a, a->at);
  const uint64_t from = needed > w->from ? needed : w->from;
  const uint64_t ahead = a->at + frames + 2 * side_of(a);
  const uint64_t end = ahead < a->info.frames ? ahead : a->info.frames;
  if (!make_room(a, from, (uint32_t)(end - from))) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  TON_TRY(read_ahead(a, end, error));
  const uint32_t first = (uint32_t)(a->at - from);
  *got = w->n - first < frames ? w->n - first : frames;
  for (uint32_t c = 0; c < a->info.channels; ++c) {
    const float* const x = w->samples + (size_t)c * w->capacity;
    memcpy(out[c], x + first, *got * sizeof(float));
    if (is_high(out[c], *got)) {
      replace(a, out[c], *got, x, first);
    }
  }
  a->at += *got;
  return TON_OK;
}
