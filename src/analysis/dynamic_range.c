// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Dynamic range in the manner of the DR meter: how far the peaks stand over the
   loudest fifth of the song, in blocks of three seconds.
*/
#include "analysis/meters.h"
#include "base/memory.h"
#include "dsp/decibel.h"

#include <math.h>
#include <stdlib.h>

enum { BLOCK_S = 3, MIN_BLOCKS = 3 };

/// At 44.1 kHz the DR meter counts 3 * 44160 frames
enum { CD_RATE = 44100, CD_BLOCK = 132480 };

/// Of one channel
typedef struct {
  double squares;
  float top;
  Curve rms;   ///< sqrt(2 mean x^2) of each block: 1 for a full-scale sine
  Curve peaks; ///< Largest |x| of each block
} Channel;

struct DynamicRange {
  uint32_t n_channels;
  uint64_t block; ///< Frames
  uint64_t held;  ///< Of the block under way
  Channel channels[];
};

DynamicRange*
dynamic_range_new(uint32_t rate, uint32_t channels)
{
  DynamicRange* const d =
      ton_alloc(sizeof(DynamicRange) + channels * sizeof(Channel));
  if (d) {
    d->n_channels = channels;
    d->block = rate == CD_RATE ? CD_BLOCK : (uint64_t)BLOCK_S * rate;
  }
  return d;
}

static void
end_block(DynamicRange* d)
{
  for (uint32_t c = 0; d->held && c < d->n_channels; ++c) {
    Channel* const ch = &d->channels[c];
    curve_add(&ch->rms, sqrt(2.0 * ch->squares / (double)d->held));
    curve_add(&ch->peaks, (double)ch->top);
    ch->squares = 0.0;
    ch->top = 0.0F;
  }
  d->held = 0;
}

/// Frames `from` to `to` of a tick in which a block ends
static void
add_part(DynamicRange* d, const Tick* tick, uint32_t from, uint32_t to)
{
  for (uint32_t c = 0; c < d->n_channels; ++c) {
    Channel* const ch = &d->channels[c];
    for (uint32_t i = from; i < to; ++i) {
      const double x = (double)tick->x[c][i];
      ch->squares += x * x;
      ch->top = fmaxf(ch->top, fabsf(tick->x[c][i]));
    }
  }
  d->held += to - from;
}

static void
add_whole(DynamicRange* d, const Tick* tick)
{
  for (uint32_t c = 0; c < d->n_channels; ++c) {
    const TonSums* const s = &tick->sums[c / 2];
    d->channels[c].squares += c % 2 ? s->bb : s->aa;
    d->channels[c].top = fmaxf(d->channels[c].top, tick->peak[c]);
  }
  d->held += tick->n;
}

void
dynamic_range_add(DynamicRange* d, const Tick* tick)
{
  const uint64_t left = d->block - d->held;
  if (tick->n < left) {
    add_whole(d, tick);
    return;
  }
  add_part(d, tick, 0, (uint32_t)left);
  end_block(d);
  add_part(d, tick, (uint32_t)left, tick->n);
}

static int
by_size(const void* a, const void* b)
{
  const float x = *(const float*)a;
  const float y = *(const float*)b;
  return (x < y) - (x > y);
}

/// Second-highest peak over the root mean square of the loudest fifth, dB
static double
range_of(const Channel* ch)
{
  const uint32_t n = ch->rms.n;
  const uint32_t fifth = n / 5 ? n / 5 : 1;
  double squares = 0.0;
  qsort(ch->rms.values, n, sizeof(float), by_size);
  qsort(ch->peaks.values, n, sizeof(float), by_size);
  for (uint32_t i = 0; i < fifth; ++i) {
    squares += (double)ch->rms.values[i] * (double)ch->rms.values[i];
  }
  const double loud = sqrt(squares / fifth);
  return loud > 0.0 ? ton_to_db((double)ch->peaks.values[1] / loud) : NAN;
}

bool
dynamic_range_finish(DynamicRange* d, TonMeasurement* m)
{
  double sum = 0.0;
  bool failed = false;
  end_block(d);
  for (uint32_t c = 0; c < d->n_channels; ++c) {
    const Channel* const ch = &d->channels[c];
    failed = failed || ch->rms.failed || ch->peaks.failed;
    sum += !failed && ch->rms.n >= MIN_BLOCKS ? range_of(ch) : NAN;
  }
  m->dynamic_range_db = rint(sum / d->n_channels) + 0.0; // no "-0"
  return !failed;
}

void
dynamic_range_free(DynamicRange* d)
{
  for (uint32_t c = 0; d && c < d->n_channels; ++c) {
    curve_free(&d->channels[c].rms);
    curve_free(&d->channels[c].peaks);
  }
  ton_free(d);
}
