// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/meters.h"
#include "base/memory.h"

#include <math.h>
#include <string.h>

/// A stretch of equal samples of one channel
typedef struct {
  float value;
  uint64_t length;
} Run;

struct Levels {
  uint32_t rate;
  uint32_t channels;
  uint64_t frames;
  double sum[64];
  double squares;
  float peak;
  uint64_t peak_frame;
  Run runs[64];
  float top; ///< Level the kept clips belong to
  uint64_t clipped;
  TonClip clips[16];
  uint32_t n_clips;
  uint64_t bad;
  uint64_t first_bad;
  uint64_t first_sound;
  uint64_t last_sound;
  bool sound;
  bool timeline;
  Curve curve;
  float tenth_peak;
};

static const float silence = 3.1622776e-5F; // -90 dBFS

Levels*
levels_new(uint32_t rate, uint32_t channels, bool timeline)
{
  Levels* const l = ton_alloc(sizeof(Levels));
  if (l) {
    l->rate = rate;
    l->channels = channels;
    l->timeline = timeline;
  }
  return l;
}

static void
keep_clip(Levels* l, const TonClip* clip)
{
  uint32_t at = l->n_clips < 16 ? l->n_clips++ : 16;
  while (at > 0 && l->clips[at - 1].length_s < clip->length_s) {
    if (at < 16) {
      l->clips[at] = l->clips[at - 1];
    }
    --at;
  }
  if (at < 16) {
    l->clips[at] = *clip;
  }
}

/// A run has ended: three or more equal samples at the top of the file are a
/// flat-topped wave.  A higher top found later takes lower ones back.
static void
end_run(Levels* l, uint32_t c, uint64_t end)
{
  const Run* const run = &l->runs[c];
  const float level = fabsf(run->value);
  if (run->length < 3 || level < 0.5F || level < l->top * 0.98855F) {
    return;
  }
  if (level * 0.98855F > l->top) {
    l->clipped = 0;
    l->n_clips = 0;
  }
  l->top = fmaxf(l->top, level);
  l->clipped += run->length;
  const TonClip clip = {(double)(end - run->length) / l->rate,
                        (double)run->length / l->rate, c};
  keep_clip(l, &clip);
}

static void
follow_runs(Levels* l, uint32_t c, const float* x, uint32_t n)
{
  Run run = l->runs[c];
  for (uint32_t i = 0; i < n; ++i) {
    if (x[i] == run.value) {
      ++run.length;
      continue;
    }
    if (run.length >= 3) {
      l->runs[c] = run;
      end_run(l, c, l->frames + i);
    }
    run = (Run){x[i], 1};
  }
  l->runs[c] = run;
}

static void
follow_peak(Levels* l, const float* x, uint32_t n)
{
  double squares = 0.0;
  for (uint32_t i = 0; i < n; ++i) {
    const float a = fabsf(x[i]);
    squares += (double)x[i] * (double)x[i];
    if (a > l->peak) {
      l->peak = a;
      l->peak_frame = l->frames + i;
    }
    if (a > silence) {
      l->first_sound = l->sound && l->first_sound < l->frames + i
                           ? l->first_sound
                           : l->frames + i;
      l->sound = true;
      l->last_sound =
          l->last_sound > l->frames + i ? l->last_sound : l->frames + i;
    }
    l->tenth_peak = a > l->tenth_peak ? a : l->tenth_peak;
  }
  l->squares += squares;
}

static void
add_clean(Levels* l, const float* const* in, uint32_t n)
{
  for (uint32_t c = 0; c < l->channels; ++c) {
    double sum = 0.0;
    for (uint32_t i = 0; i < n; ++i) {
      sum += (double)in[c][i];
    }
    l->sum[c] += sum;
    follow_peak(l, in[c], n);
    follow_runs(l, c, in[c], n);
  }
  l->frames += n;
  if (l->timeline && l->frames % (l->rate / 10) == 0) {
    curve_add(&l->curve, 20.0 * log10((double)l->tenth_peak));
    l->tenth_peak = 0.0F;
  }
}

void
levels_add(Levels* l, const float* const* in, uint32_t frames)
{
  const uint32_t tenth = l->rate / 10;
  for (uint32_t at = 0; at < frames;) {
    const uint32_t left = tenth - (uint32_t)(l->frames % tenth);
    const uint32_t n = left < frames - at ? left : frames - at;
    const float* part[64];
    for (uint32_t c = 0; c < l->channels; ++c) {
      part[c] = in[c] + at;
    }
    add_clean(l, part, n);
    at += n;
  }
}

void
levels_bad(Levels* l, uint64_t count, uint64_t first)
{
  l->first_bad = l->bad && l->first_bad < first ? l->first_bad : first;
  l->bad += count;
}

void
levels_finish(Levels* l, TonMeasurement* m)
{
  for (uint32_t c = 0; c < l->channels; ++c) {
    end_run(l, c, l->frames);
  }
  const double samples = (double)l->frames * l->channels;
  m->sample_peak_dbfs = 20.0 * log10((double)l->peak);
  m->sample_peak_at_s = (double)l->peak_frame / l->rate;
  m->rms_dbfs = samples > 0.0 ? 10.0 * log10(l->squares / samples) : -INFINITY;
  m->crest_db = l->peak > 0.0F ? m->sample_peak_dbfs - m->rms_dbfs : NAN;
  for (uint32_t c = 0; c < 2 && c < l->channels; ++c) {
    m->dc[c] = l->frames ? l->sum[c] / (double)l->frames : 0.0;
  }
  // a pure square wave is a sound, not a fault: the top must be the file's
  const bool flat = l->top >= l->peak * 0.98855F;
  m->clipped_samples = flat ? l->clipped : 0;
  m->n_clips = flat ? l->n_clips : 0;
  memcpy(m->clips, l->clips, sizeof(m->clips));
  m->bad_samples = l->bad;
  m->first_bad_at_s = l->bad ? (double)l->first_bad / l->rate : NAN;
  const double length = (double)l->frames / l->rate;
  m->silence_head_s = l->sound ? (double)l->first_sound / l->rate : length;
  m->silence_tail_s =
      l->sound ? (double)(l->frames - l->last_sound - 1) / l->rate : length;
  m->peak_dbfs = l->curve.values;
}

void
levels_free(Levels* l)
{
  if (l) {
    curve_free(&l->curve);
    ton_free(l);
  }
}
