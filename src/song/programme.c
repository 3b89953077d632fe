// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Tracks one after the other as one sound.
#include "song/programme.h"

#include "base/error.h"
#include "base/memory.h"

#include <math.h>
#include <string.h>

enum { BLOCK = 4096 };

typedef struct {
  float sum[2][BLOCK];
  float one[2][BLOCK];
} Buffers;

static uint64_t
frames_of(const ProgrammePart* p)
{
  return ton_audio_info(p->audio)->frames;
}

uint64_t
programme_place(ProgrammePart* parts, uint32_t n, const uint64_t* gaps,
                const uint64_t* overlaps)
{
  uint64_t end = 0;
  for (uint32_t i = 0; i < n; ++i) {
    uint64_t overlap = i ? overlaps[i] : 0;
    for (uint32_t k = i ? i - 1 : i; k <= i; ++k) {
      const uint64_t half = frames_of(&parts[k]) / 2;
      overlap = overlap < half ? overlap : half;
    }
    parts[i].fade_in = overlap;
    parts[i].start = i ? end + gaps[i] - overlap : 0;
    if (i) {
      parts[i - 1].fade_out = overlap;
    }
    end = parts[i].start + frames_of(&parts[i]);
  }
  return end;
}

/// Two songs have nothing in common: their powers add up to one
static double
gain_at(const ProgrammePart* p, uint64_t at)
{
  const uint64_t left = frames_of(p) - at;
  const double in = at < p->fade_in ? (double)at / (double)p->fade_in : 1.0;
  const double out =
      left < p->fade_out ? (double)left / (double)p->fade_out : 1.0;
  return sin(0.5 * M_PI * in) * sin(0.5 * M_PI * out);
}

/// Add what of a part lies in a block that begins at `from`
static TonStatus
add_part(const ProgrammePart* p, uint64_t from, uint32_t frames, Buffers* b,
         TonError* error)
{
  const uint64_t end = p->start + frames_of(p);
  const uint64_t first = p->start > from ? p->start : from;
  const uint64_t last = end < from + frames ? end : from + frames;
  const int right = ton_audio_info(p->audio)->channels == 2;
  for (uint64_t at = first; at < last;) {
    float* const one[2] = {b->one[0], b->one[1]};
    uint32_t got = 0;
    TON_TRY(ton_audio_read(p->audio, one, (uint32_t)(last - at), &got, error));
    for (uint32_t i = 0; i < got; ++i, ++at) {
      const float gain = (float)gain_at(p, at - p->start);
      b->sum[0][at - from] += gain * b->one[0][i];
      b->sum[1][at - from] += gain * b->one[right][i];
    }
    if (!got) {
      break;
    }
  }
  return TON_OK;
}

static TonStatus
play(const ProgrammePart* parts, uint32_t n, uint64_t frames,
     const TonSink* sink, Buffers* b, const TonJob* job, TonError* error)
{
  const float* const out[2] = {b->sum[0], b->sum[1]};
  for (uint64_t at = 0; at < frames; at += BLOCK) {
    const uint32_t size = frames - at < BLOCK ? (uint32_t)(frames - at) : BLOCK;
    memset(b->sum, 0, sizeof(b->sum));
    for (uint32_t i = 0; i < n; ++i) {
      TON_TRY(add_part(&parts[i], at, size, b, error));
    }
    if (!sink->push(sink->handle, out, size)) {
      return error && error->status
                 ? error->status
                 : ton_fail(error, TON_WRITE_FAILED, "writing stopped");
    }
    if (job->progress &&
        !job->progress(job->handle, "joining", (double)at / (double)frames)) {
      return ton_fail(error, TON_INTERRUPTED, "interrupted");
    }
  }
  return TON_OK;
}

TonStatus
programme_play(const ProgrammePart* parts, uint32_t n, uint64_t frames,
               const TonSink* sink, const TonJob* job, TonError* error)
{
  Buffers* const b = ton_alloc(sizeof(Buffers));
  if (!b) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  const TonStatus status = play(parts, n, frames, sink, b, job, error);
  ton_free(b);
  return status;
}
