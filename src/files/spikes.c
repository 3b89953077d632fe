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

static TonStatus
go_to(TonAudio* a, uint64_t frame, TonError* error)
{
  a->at = frame;
  return frame < a->info.frames ? a->backend->seek(a, frame, error) : TON_OK;
}

static uint32_t
side_of(const TonAudio* a)
{
  return a->info.rate / SIDES_PER_S + 1;
}

/// Where what surrounds the last frames begins: two sides, so that whether a
/// neighbour is a spike is known as well
static uint64_t
start_of(const TonAudio* a, uint32_t frames)
{
  const uint64_t first = a->at - frames;
  const uint64_t reach = 2 * side_of(a);
  return first > reach ? first - reach : 0;
}

/// The frames read and what surrounds them, from the file again
static TonStatus
read_around(TonAudio* a, uint64_t from, uint32_t n, float* x, TonError* error)
{
  const uint64_t at = a->at;
  const TonAudioFaults faults = a->faults;
  uint32_t got = 1;
  TON_TRY(go_to(a, from, error));
  for (uint32_t have = 0; have < n && got; have += got) {
    float* to[64];
    for (uint32_t c = 0; c < a->info.channels; ++c) {
      to[c] = x + (size_t)c * n + have;
    }
    got = 0;
    TON_TRY(a->backend->read(a, to, n - have, &got, error));
    a->at += got;
  }
  a->faults = faults;
  return go_to(a, at, error);
}

static void
replace(TonAudio* a, float* out, uint32_t frames, const float* x, uint32_t n)
{
  const uint32_t side = side_of(a);
  const uint64_t first = a->at - frames;
  const uint32_t before = (uint32_t)(first - start_of(a, frames));
  for (uint32_t i = 0; i < frames; ++i) {
    if (is_spike(x, n, before + i, side)) {
      note_spike(&a->faults, x[before + i], first + i);
      out[i] = between(x, n, before + i, side);
    }
  }
}

TonStatus
audio_repair_spikes(TonAudio* a, float* const* out, uint32_t frames,
                    TonError* error)
{
  const uint64_t from = start_of(a, frames);
  const uint64_t end = a->at + 2 * side_of(a);
  const uint32_t n =
      (uint32_t)((end < a->info.frames ? end : a->info.frames) - from);
  bool high = false;
  for (uint32_t c = 0; c < a->info.channels; ++c) {
    high |= is_high(out[c], frames);
  }
  if (!high) {
    return TON_OK;
  }
  float* const buffer = ton_alloc((size_t)n * a->info.channels * sizeof(float));
  if (!buffer) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  const TonStatus status = read_around(a, from, n, buffer, error);
  for (uint32_t c = 0; !status && c < a->info.channels; ++c) {
    replace(a, out[c], frames, buffer + (size_t)c * n, n);
  }
  ton_free(buffer);
  return status;
}
