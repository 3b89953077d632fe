// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   One pass over a sound: its level frames are made here, and each is handed to
   the collectors of spectra and of the low sum.
*/
#include "analysis/facts.h"
#include "analysis/features_internal.h"
#include "base/memory.h"
#include "dsp/decibel.h"
#include "dsp/k_weight.h"
#include "dsp/kernels/weigh.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum {
  MAX_CHANNELS = 64,
  BEFORE = TON_K_HISTORY,
  BEHIND = TON_K_BLOCK,
  EDGE_MS = 5
};

struct TonAnalysis {
  uint32_t rate;
  uint32_t channels;
  TonMeters* meters;
  bool failed;
  // One level frame of sound, with what the weighting needs before and behind
  uint32_t step; ///< Frames of sound in it: now and then one less at rates that
                 ///< are no multiple of 40 Hz, so that it keeps time
  uint32_t held;
  float* in[MAX_CHANNELS];
  TonKWeight k;
  double state[MAX_CHANNELS + 1][TON_K_HISTORY];
  TonLevelFrame* levels;
  size_t capacity;
  uint32_t n_levels;
  double left; ///< Energies of the first two channels
  double right;
  double cross;
  uint32_t edge; ///< Frames of 5 ms
  float* last;   ///< Squares of the last 5 ms, in a ring
  uint64_t n_last;
  SpectrumCollector spectra;
  LowCollector low;
};

/// Where level frame `i` begins
static uint64_t
frame_start(const TonAnalysis* a, uint32_t i)
{
  return (uint64_t)i * a->rate / TON_LEVEL_RATE;
}

static void
next_step(TonAnalysis* a)
{
  a->step =
      (uint32_t)(frame_start(a, a->n_levels + 1) - frame_start(a, a->n_levels));
}

static bool
open_parts(TonAnalysis* a)
{
  bool ok = true;
  for (uint32_t c = 0; c < a->channels; ++c) {
    a->in[c] = ton_alloc((BEFORE + a->rate / TON_LEVEL_RATE + 1 + BEHIND) *
                         sizeof(float));
    ok = ok && a->in[c];
  }
  a->last = ton_alloc(a->edge * sizeof(float));
  return ok && a->last && a->meters &&
         spectra_open(&a->spectra, a->rate, a->channels) &&
         low_open(&a->low, a->rate);
}

TonAnalysis*
ton_analysis_new(uint32_t rate, uint32_t channels, unsigned what)
{
  TonAnalysis* const a = ton_alloc(sizeof(TonAnalysis));
  if (!a || !channels || channels > MAX_CHANNELS) {
    ton_free(a);
    return NULL;
  }
  a->rate = rate;
  a->channels = channels;
  next_step(a);
  a->edge = rate * EDGE_MS / 1000 + (rate * EDGE_MS < 1000);
  a->meters = ton_meters_new(rate, channels, what);
  ton_k_weight_design(&a->k, rate);
  if (!open_parts(a)) {
    ton_analysis_free(a);
    return NULL;
  }
  return a;
}

static float
peak_of(const float* x, uint32_t n)
{
  float max[4] = {0.0F, 0.0F, 0.0F, 0.0F};
  uint32_t i = 0;
  for (; i + 4 <= n; i += 4) {
    for (uint32_t k = 0; k < 4; ++k) {
      const float size = fabsf(x[i + k]);
      max[k] = size > max[k] ? size : max[k];
    }
  }
  for (; i < n; ++i) {
    const float size = fabsf(x[i]);
    max[0] = size > max[0] ? size : max[0];
  }
  return fmaxf(fmaxf(max[0], max[1]), fmaxf(max[2], max[3]));
}

static void
flush(double* y)
{
  for (int i = 0; i < TON_K_HISTORY; ++i) {
    y[i] = fabs(y[i]) < 1e-30 ? 0.0 : y[i];
  }
}

static void
weigh_pair(TonAnalysis* a, uint32_t c, uint32_t n, TonLevelFrame* frame)
{
  const bool alone = c + 1 == a->channels;
  const float* const x[2] = {a->in[c] + BEFORE,
                             a->in[alone ? c : c + 1] + BEFORE};
  TonSums weighted;
  TonSums plain;
  ton_weigh()->squares(&a->k, x, &a->state[c], n, &weighted);
  ton_weigh()->sums(x, n, &plain);
  flush(a->state[c]);
  frame->weighted += weighted.aa / n;
  frame->power += fmax(plain.aa - plain.a * plain.a / n, 0.0) / n;
  if (!alone) {
    flush(a->state[c + 1]);
    frame->weighted += weighted.bb / n;
    frame->power += fmax(plain.bb - plain.b * plain.b / n, 0.0) / n;
  }
  if (c == 0) {
    a->left += plain.aa;
    a->right += alone ? 0.0 : plain.bb;
    a->cross += alone ? 0.0 : plain.ab;
  }
}

static TonLevelFrame*
add_frame(TonAnalysis* a)
{
  TonLevelFrame* const grown = ton_grow(
      a->levels, &a->capacity, (size_t)a->n_levels + 1, sizeof(TonLevelFrame));
  if (!grown) {
    a->failed = true;
    a->held = 0;
    return NULL;
  }
  a->levels = grown;
  grown[a->n_levels] = (TonLevelFrame){0};
  return &grown[a->n_levels++];
}

/// A full level frame, or at the end less
static void
end_frame(TonAnalysis* a)
{
  const uint32_t n = a->held;
  TonLevelFrame* const frame = add_frame(a);
  if (!frame) {
    return;
  }
  for (uint32_t c = 0; c < a->channels; c += 2) {
    weigh_pair(a, c, n, frame);
  }
  const float* in[MAX_CHANNELS];
  for (uint32_t c = 0; c < a->channels; ++c) {
    in[c] = a->in[c] + BEFORE;
    frame->peak = fmaxf(frame->peak, peak_of(in[c], n));
  }
  spectra_add(&a->spectra, in, n);
  low_add(&a->low, in, a->channels, n);
  for (uint32_t c = 0; c < a->channels; ++c) {
    memmove(a->in[c], a->in[c] + n, BEFORE * sizeof(float));
  }
  a->held = 0;
  next_step(a);
}

static float
square_at(const float* const* in, uint32_t channels, uint32_t frame)
{
  float sum = 0.0F;
  for (uint32_t c = 0; c < channels; ++c) {
    const float x = isfinite(in[c][frame]) ? in[c][frame] : 0.0F;
    sum += x * x;
  }
  return sum;
}

static void
keep_end(TonAnalysis* a, const float* const* in, uint32_t frames)
{
  const uint32_t edge = a->edge;
  assert(edge > 0);
  const uint32_t skip = frames > edge ? frames - edge : 0;
  a->n_last += skip;
  for (uint32_t i = skip; i < frames; ++i) {
    a->last[a->n_last++ % edge] = square_at(in, a->channels, i);
  }
}

void
ton_analysis_add(TonAnalysis* a, const float* const* in, uint32_t frames)
{
  ton_meters_add(a->meters, in, frames);
  keep_end(a, in, frames);
  for (uint32_t at = 0; at < frames;) {
    const uint32_t space = a->step - a->held;
    const uint32_t n = frames - at < space ? frames - at : space;
    for (uint32_t c = 0; c < a->channels; ++c) {
      float* const to = a->in[c] + BEFORE + a->held;
      for (uint32_t i = 0; i < n; ++i) {
        to[i] = isfinite(in[c][at + i]) ? in[c][at + i] : 0.0F;
      }
    }
    a->held += n;
    at += n;
    if (a->held == a->step) {
      end_frame(a);
    }
  }
}

// Closing ----------------------------------------------------------------------

static TonStatus
keep_tenths(TonFeatures* f)
{
  f->n_tenths = (f->n_levels + FRAMES_TENTH - 1) / FRAMES_TENTH;
  f->tenth_power = ton_alloc((f->n_tenths + 1) * sizeof(float));
  f->tenth_on = ton_alloc(f->n_tenths + 1);
  if (!f->tenth_power || !f->tenth_on) {
    return TON_NO_MEMORY;
  }
  for (uint32_t i = 0; i < f->n_levels; ++i) {
    const uint32_t t = i / FRAMES_TENTH;
    f->tenth_power[t] += (float)(f->levels[i].weighted / FRAMES_TENTH);
    f->tenth_on[t] += f->levels[i].on;
  }
  return TON_OK;
}

/// The streams, and what was summed on the way
static void
take_features(TonAnalysis* a, TonFeatures* f)
{
  double last = 0.0;
  for (uint32_t i = 0; i < a->edge; ++i) {
    last += (double)a->last[i];
  }
  f->rate = a->rate;
  f->channels = a->channels;
  f->end_power = last / a->edge;
  f->left_energy = a->left;
  f->right_energy = a->right;
  f->cross_energy = a->cross;
  f->level_s = 1.0 / TON_LEVEL_RATE;
  f->n_levels = a->n_levels;
  f->levels = a->levels;
  a->levels = NULL;
  spectra_finish(&a->spectra, f);
  low_finish(&a->low, f);
}

TonStatus
ton_analysis_finish(TonAnalysis* a, TonSound* sound)
{
  *sound = (TonSound){0};
  if (a->held) {
    end_frame(a);
  }
  take_features(a, &sound->features);
  TonMeasurement* const whole = &sound->facts.whole;
  const TonStatus status = ton_meters_finish(a->meters, whole);
  whole->n_points = 0;
  whole->momentary_lufs = whole->short_term_lufs = NULL;
  whole->peak_dbfs = whole->correlation_curve = NULL;
  if (status || a->failed || a->low.failed || a->spectra.failed ||
      facts_find(&sound->features, &sound->facts)) {
    return TON_NO_MEMORY;
  }
  return keep_tenths(&sound->features) ||
                 keep_onsets(&sound->features, sound->facts.active_lufs)
             ? TON_NO_MEMORY
             : TON_OK;
}

void
ton_analysis_free(TonAnalysis* a)
{
  if (!a) {
    return;
  }
  for (uint32_t c = 0; c < a->channels; ++c) {
    ton_free(a->in[c]);
  }
  ton_meters_free(a->meters);
  ton_free(a->levels);
  ton_free(a->last);
  spectra_close(&a->spectra);
  low_close(&a->low);
  ton_free(a);
}

void
ton_features_thin(TonFeatures* features)
{
  ton_free(features->levels);
  ton_free(features->spectra);
  features->levels = NULL;
  features->spectra = NULL;
  features->n_levels = features->n_spectra = 0;
}

void
ton_features_free(TonFeatures* features)
{
  ton_features_thin(features);
  ton_free(features->tenth_power);
  ton_free(features->tenth_on);
  ton_free(features->tenth_notes);
  ton_free(features->rises);
  ton_free(features->low);
  *features = (TonFeatures){0};
}

void
ton_sound_free(TonSound* sound)
{
  ton_features_free(&sound->features);
}
