// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Sample peak, RMS, DC, dynamic range and silence at both ends of a sound.
*/
#include "analysis/meters.h"
#include "base/memory.h"
#include "dsp/decibel.h"

#include <math.h>

struct Levels {
  uint32_t rate;
  uint32_t channels;
  double sum[MAX_CHANNELS];
  double squares;
  float peak;
  uint64_t peak_frame;
  uint64_t first_sound;
  uint64_t last_sound;
  bool sound;
  Clips* clips;
  DynamicRange* range;
  bool timeline;
  float tenth; ///< Peak of the 0.1 s under way
  Curve curve;
};

static const float silence = 3.1622776e-5F; // -90 dBFS

Levels*
levels_new(uint32_t rate, uint32_t channels, bool timeline)
{
  Levels* const l = ton_alloc(sizeof(Levels));
  if (!l) {
    return NULL;
  }
  l->rate = rate;
  l->channels = channels;
  l->timeline = timeline;
  l->clips = clips_new(rate, channels);
  l->range = dynamic_range_new(rate, channels);
  if (!l->clips || !l->range) {
    levels_free(l);
    return NULL;
  }
  return l;
}

static void
find_peak(Levels* l, const Tick* tick, uint32_t c)
{
  uint32_t i = 0;
  while (fabsf(tick->x[c][i]) != tick->peak[c]) {
    ++i;
  }
  l->peak = tick->peak[c];
  l->peak_frame = tick->first + i;
}

/// Where sound first and last rises above silence
static void
find_sound(Levels* l, const Tick* tick, uint32_t c)
{
  uint32_t first = 0;
  uint32_t last = tick->n - 1;
  while (fabsf(tick->x[c][first]) <= silence) {
    ++first;
  }
  while (fabsf(tick->x[c][last]) <= silence) {
    --last;
  }
  if (!l->sound || tick->first + first < l->first_sound) {
    l->first_sound = tick->first + first;
  }
  if (!l->sound || tick->first + last > l->last_sound) {
    l->last_sound = tick->first + last;
  }
  l->sound = true;
}

void
levels_add(Levels* l, const Tick* tick)
{
  for (uint32_t c = 0; c < l->channels; ++c) {
    const TonSums* const s = &tick->sums[c / 2];
    l->sum[c] += c % 2 ? s->b : s->a;
    l->squares += c % 2 ? s->bb : s->aa;
    l->tenth = fmaxf(l->tenth, tick->peak[c]);
    if (tick->peak[c] > l->peak) {
      find_peak(l, tick, c);
    }
    if (tick->peak[c] > silence) {
      find_sound(l, tick, c);
    }
  }
  clips_add(l->clips, tick, l->peak);
  dynamic_range_add(l->range, tick);
  if (tick_ends_tenth(tick)) {
    if (l->timeline) {
      curve_add(&l->curve, ton_to_db((double)l->tenth));
    }
    l->tenth = 0.0F;
  }
}

static void
finish_silence(const Levels* l, TonMeasurement* m)
{
  const uint64_t head = l->sound ? l->first_sound : m->frames;
  const uint64_t tail = l->sound ? m->frames - l->last_sound - 1 : m->frames;
  m->silence_head_s = (double)head / l->rate;
  m->silence_tail_s = (double)tail / l->rate;
}

bool
levels_finish(Levels* l, TonMeasurement* m)
{
  const double samples = (double)m->frames * l->channels;
  m->sample_peak_dbfs = ton_to_db((double)l->peak);
  m->sample_peak_at_s = (double)l->peak_frame / l->rate;
  m->rms_dbfs = samples > 0.0 ? ton_power_db(l->squares / samples) : -INFINITY;
  m->crest_db = l->peak > 0.0F ? m->sample_peak_dbfs - m->rms_dbfs : NAN;
  for (uint32_t c = 0; c < 2 && c < l->channels; ++c) {
    m->dc[c] = m->frames ? l->sum[c] / (double)m->frames : 0.0;
  }
  clips_finish(l->clips, l->peak, m);
  finish_silence(l, m);
  if (l->timeline) {
    m->peak_dbfs = curve_give(&l->curve, m);
  }
  return dynamic_range_finish(l->range, m) && !l->curve.failed;
}

void
levels_free(Levels* l)
{
  if (l) {
    clips_free(l->clips);
    dynamic_range_free(l->range);
    curve_free(&l->curve);
    ton_free(l);
  }
}
