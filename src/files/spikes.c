// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Spikes and bursts: samples of a file far above all that surrounds them,
/// which are no sound, are replaced while it is read.
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

/// A burst is above +12 dBFS, no longer than 20 ms, and 40 dB over four fifths of
/// the 50 ms to either side, where another may lie: a program that went wrong for a
/// moment.  Sounds that are so short are in no file so loud, and where a whole file
/// is, they are not alone
#define BURST_LEVEL 4.0F
#define BURST_RATIO 100.0F

enum {
  SIDES_PER_S = 750,
  SHARE_OF_SIDE = 8,
  STEP = 64,
  SLOTS_PER_S = 1000, ///< Bursts are looked for in slots of 1 ms
  BURST_SLOTS = 20,
  GAP_SLOTS = 3, ///< Soft ones that a burst may hold
  REACH_SLOTS = BURST_SLOTS + 50,
  QUIET_SHARE = 5, ///< Of the slots around, one in so many may be loud
};

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

static uint32_t
slot_of(const TonAudio* a)
{
  return a->info.rate / SLOTS_PER_S + 1;
}

/// Frames to either side that decide about one
static uint32_t
reach_of(const TonAudio* a)
{
  return (REACH_SLOTS + 1) * slot_of(a);
}

uint64_t
audio_surroundings(const TonAudio* a, uint64_t frame)
{
  const uint64_t reach = reach_of(a);
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

/// A channel of the window, and the frame of the file it begins with
typedef struct {
  const float* x;
  uint32_t n;
  uint64_t from;
  uint32_t slot; ///< Frames
} WindowChannel;

/// Highest sample of a slot, 0 outside the window
static float
slot_peak(const WindowChannel* c, int64_t slot)
{
  const int64_t begin = slot * c->slot - (int64_t)c->from;
  const int64_t end = begin + c->slot < c->n ? begin + c->slot : c->n;
  float peak = 0.0F;
  for (int64_t i = begin > 0 ? begin : 0; i < end; ++i) {
    peak = fabsf(c->x[i]) > peak ? fabsf(c->x[i]) : peak;
  }
  return peak;
}

/// Samples above a limit in the slots of a burst
static uint32_t
count_high(const WindowChannel* c, const int64_t* span, float limit)
{
  uint32_t high = 0;
  for (int64_t i = span[0] * c->slot; i < (span[1] + 1) * c->slot; ++i) {
    const int64_t at = i - (int64_t)c->from;
    high += at >= 0 && at < c->n && fabsf(c->x[at]) > limit;
  }
  return high;
}

/// Last loud slot of those from `slot` on in one direction, before a gap;
/// one slot back if there is none
static int64_t
end_of_burst(const WindowChannel* c, int64_t slot, int64_t way, float limit)
{
  int64_t end = slot - way;
  for (int64_t k = 0, gap = 0; k <= BURST_SLOTS && gap <= GAP_SLOTS; ++k) {
    const bool loud = slot_peak(c, slot + way * k) > limit;
    end = loud ? slot + way * k : end;
    gap = loud ? 0 : gap + 1;
  }
  return end;
}

/// Whether it is quiet around a burst
static bool
is_alone(const WindowChannel* c, int64_t slot, const int64_t* span, float limit)
{
  uint32_t loud = 0;
  for (int64_t k = slot - REACH_SLOTS; k <= slot + REACH_SLOTS; ++k) {
    loud += (k < span[0] || k > span[1]) && slot_peak(c, k) > limit;
  }
  return loud <= 2 * (uint32_t)REACH_SLOTS / QUIET_SHARE;
}

/// Whether a slot is one of a burst, which reaches from `span[0]` to `span[1]`;
/// so few samples that they are spikes are none
static bool
is_burst(const WindowChannel* c, int64_t slot, uint32_t side, int64_t* span)
{
  float highest = 0.0F;
  for (int64_t k = slot - BURST_SLOTS; k <= slot + BURST_SLOTS; ++k) {
    highest = fmaxf(highest, slot_peak(c, k));
  }
  if (highest <= BURST_LEVEL) {
    return false;
  }
  const float limit = highest / BURST_RATIO;
  span[0] = end_of_burst(c, slot, -1, limit);
  span[1] = end_of_burst(c, slot, 1, limit);
  return span[0] <= slot && span[1] >= slot &&
         span[1] - span[0] < BURST_SLOTS && is_alone(c, slot, span, limit) &&
         count_high(c, span, limit) > side / SHARE_OF_SIDE;
}

/// On the line between both ends of a burst
static float
across(const WindowChannel* c, const int64_t* span, uint64_t frame)
{
  const int64_t from = span[0] * c->slot - (int64_t)c->from - 1;
  const int64_t to = (span[1] + 1) * c->slot - (int64_t)c->from;
  const float before = from >= 0 ? c->x[from] : 0.0F;
  const float behind = to < c->n ? c->x[to] : 0.0F;
  const float way =
      (float)((int64_t)(frame - c->from) - from) / (float)(to - from);
  return before + (behind - before) * way;
}

/// `out` is what is read of the channel, from its frame `first` on
static void
replace(TonAudio* a, float* out, uint32_t frames, const WindowChannel* c,
        uint32_t first)
{
  const uint32_t side = side_of(a);
  int64_t slot = -1;
  int64_t span[2] = {0, 0};
  bool burst = false;
  for (uint32_t i = 0; i < frames; ++i) {
    const uint64_t frame = a->at + i;
    if (slot != (int64_t)(frame / c->slot)) {
      slot = (int64_t)(frame / c->slot);
      burst = is_burst(c, slot, side, span);
    }
    if (burst) {
      note_spike(&a->faults, c->x[first + i], frame);
      out[i] = across(c, span, frame);
    } else if (is_spike(c->x, c->n, first + i, side)) {
      note_spike(&a->faults, c->x[first + i], frame);
      out[i] = between(c->x, c->n, first + i, side);
    }
  }
}

/// Repair what is read of the window, from its frame `first` on.  A soft sample
/// may lie in a burst, so that its surroundings decide whether one is looked for
static void
repair(TonAudio* a, float* const* out, uint32_t first, uint32_t frames)
{
  const AudioWindow* const w = &a->window;
  const uint32_t reach = (BURST_SLOTS + 1) * slot_of(a);
  const uint32_t begin = first > reach ? first - reach : 0;
  const uint32_t behind = first + frames + reach;
  const uint32_t end = behind < w->n ? behind : w->n;
  for (uint32_t c = 0; c < a->info.channels; ++c) {
    const float* const x = w->samples + (size_t)c * w->capacity;
    const WindowChannel channel = {x, w->n, w->from, slot_of(a)};
    memcpy(out[c], x + first, frames * sizeof(float));
    if (is_high(x + begin, end - begin)) {
      replace(a, out[c], frames, &channel, first);
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
  const uint64_t ahead = a->at + frames + reach_of(a);
  const uint64_t end = ahead < a->info.frames ? ahead : a->info.frames;
  if (!make_room(a, from, (uint32_t)(end - from))) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  TON_TRY(read_ahead(a, end, error));
  const uint32_t first = (uint32_t)(a->at - from);
  *got = w->n - first < frames ? w->n - first : frames;
  repair(a, out, first, *got);
  a->at += *got;
  return TON_OK;
}
