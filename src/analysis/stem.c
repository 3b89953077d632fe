// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/stem.h"

#include "analysis/stem_parts.h"
#include "base/memory.h"
#include "dsp/decibel.h"
#include "dsp/kernels/weigh.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum { MOST = 64, BEFORE = TON_K_HISTORY, BEHIND = TON_K_BLOCK, EDGE_MS = 5 };

struct TonStemAnalysis {
  uint32_t rate;
  uint32_t channels;
  TonMeters* meters;
  uint64_t frames;
  bool failed;
  // One step of sound, with room in front and behind for the weighting
  uint32_t step; ///< Frames
  uint32_t held;
  float* in[MOST];
  TonKWeight k;
  double state[MOST + 1][TON_K_HISTORY];
  Steps steps;
  double ll; ///< Sums of the first two channels
  double rr;
  double lr;
  // Edges
  uint32_t edge;      ///< Frames of 5 ms
  double first_power; ///< Sum of squares in the first 5 ms
  float* last;        ///< Squares of the last 5 ms, in a ring
  uint64_t n_last;
  Frames spectra;
  Low low;
};

static bool
open_parts(TonStemAnalysis* a)
{
  bool ok = true;
  for (uint32_t c = 0; c < a->channels; ++c) {
    a->in[c] = ton_alloc((BEFORE + a->step + BEHIND) * sizeof(float));
    ok = ok && a->in[c];
  }
  a->last = ton_alloc(a->edge * sizeof(float));
  return ok && a->last && a->meters &&
         frames_open(&a->spectra, a->rate, a->channels) &&
         low_open(&a->low, a->rate);
}

TonStemAnalysis*
ton_stem_analysis_new(uint32_t rate, uint32_t channels, unsigned what)
{
  TonStemAnalysis* const a = ton_alloc(sizeof(TonStemAnalysis));
  if (!a || !channels || channels > MOST) {
    ton_free(a);
    return NULL;
  }
  a->rate = rate;
  a->channels = channels;
  a->step = (rate + STEP_RATE / 2) / STEP_RATE;
  a->steps.step_s = (double)a->step / rate;
  a->edge = rate * EDGE_MS / 1000 + (rate * EDGE_MS < 1000);
  a->meters = ton_meters_new(rate, channels, what);
  ton_k_weight_design(&a->k, rate);
  if (!open_parts(a)) {
    ton_stem_analysis_free(a);
    return NULL;
  }
  return a;
}

static float
peak_of(const float* x, uint32_t n)
{
  float most[4] = {0.0F, 0.0F, 0.0F, 0.0F};
  uint32_t i = 0;
  for (; i + 4 <= n; i += 4) {
    for (uint32_t k = 0; k < 4; ++k) {
      const float size = fabsf(x[i + k]);
      most[k] = size > most[k] ? size : most[k];
    }
  }
  for (; i < n; ++i) {
    const float size = fabsf(x[i]);
    most[0] = size > most[0] ? size : most[0];
  }
  return fmaxf(fmaxf(most[0], most[1]), fmaxf(most[2], most[3]));
}

static void
flush(double* y)
{
  for (int i = 0; i < TON_K_HISTORY; ++i) {
    y[i] = fabs(y[i]) < 1e-30 ? 0.0 : y[i];
  }
}

static void
weigh_pair(TonStemAnalysis* a, uint32_t c, uint32_t n, Step* step)
{
  const bool alone = c + 1 == a->channels;
  const float* const x[2] = {a->in[c] + BEFORE,
                             a->in[alone ? c : c + 1] + BEFORE};
  TonSums weighted;
  TonSums plain;
  ton_weigh()->squares(&a->k, x, &a->state[c], n, &weighted);
  ton_weigh()->sums(x, n, &plain);
  flush(a->state[c]);
  step->weighted += weighted.aa / n;
  step->power += fmax(plain.aa - plain.a * plain.a / n, 0.0) / n;
  if (!alone) {
    flush(a->state[c + 1]);
    step->weighted += weighted.bb / n;
    step->power += fmax(plain.bb - plain.b * plain.b / n, 0.0) / n;
  }
  if (c == 0) {
    a->ll += plain.aa;
    a->rr += alone ? 0.0 : plain.bb;
    a->lr += alone ? 0.0 : plain.ab;
  }
}

/// A full step, or at the end less
static void
end_step(TonStemAnalysis* a)
{
  const uint32_t n = a->held;
  Step* const grown = ton_grow(a->steps.steps, &a->steps.capacity,
                               (size_t)a->steps.n + 1, sizeof(Step));
  if (!grown) {
    a->failed = true;
    a->held = 0;
    return;
  }
  a->steps.steps = grown;
  Step* const step = &grown[a->steps.n++];
  *step = (Step){0};
  for (uint32_t c = 0; c < a->channels; c += 2) {
    weigh_pair(a, c, n, step);
  }
  const float* frames[MOST];
  for (uint32_t c = 0; c < a->channels; ++c) {
    frames[c] = a->in[c] + BEFORE;
    step->peak = fmaxf(step->peak, peak_of(frames[c], n));
  }
  frames_add(&a->spectra, frames, n);
  low_add(&a->low, frames, a->channels, n);
  for (uint32_t c = 0; c < a->channels; ++c) {
    memmove(a->in[c], a->in[c] + n, BEFORE * sizeof(float));
  }
  a->held = 0;
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
keep_edges(TonStemAnalysis* a, const float* const* in, uint32_t frames)
{
  const uint32_t edge = a->edge;
  assert(edge > 0);
  for (uint32_t i = 0; i < frames && a->frames + i < edge; ++i) {
    a->first_power += (double)square_at(in, a->channels, i);
  }
  const uint32_t skip = frames > edge ? frames - edge : 0;
  a->n_last += skip;
  for (uint32_t i = skip; i < frames; ++i) {
    a->last[a->n_last++ % edge] = square_at(in, a->channels, i);
  }
}

void
ton_stem_analysis_add(TonStemAnalysis* a, const float* const* in,
                      uint32_t frames)
{
  ton_meters_add(a->meters, in, frames);
  keep_edges(a, in, frames);
  a->frames += frames;
  for (uint32_t at = 0; at < frames;) {
    const uint32_t room = a->step - a->held;
    const uint32_t n = frames - at < room ? frames - at : room;
    for (uint32_t c = 0; c < a->channels; ++c) {
      float* const to = a->in[c] + BEFORE + a->held;
      for (uint32_t i = 0; i < n; ++i) {
        to[i] = isfinite(in[c][at + i]) ? in[c][at + i] : 0.0F;
      }
    }
    a->held += n;
    at += n;
    if (a->held == a->step) {
      end_step(a);
    }
  }
}

// Closing ----------------------------------------------------------------------

/// Mono, twice the same, one side only, or stereo (reference 2.2)
static void
judge_layout(const TonStemAnalysis* a, TonSoundFeatures* f)
{
  const double apart_db = ton_power_db(a->ll) - ton_power_db(a->rr);
  f->correlation = a->lr / sqrt(a->ll * a->rr);
  if (a->channels != 2) {
    f->layout = a->channels == 1 ? TON_STEM_MONO : TON_STEM_SURROUND;
    f->correlation = NAN;
  } else if (fabs(apart_db) > 60.0) {
    f->layout = TON_STEM_ONE_SIDED;
    f->side_gain_db = apart_db > 0.0 ? INFINITY : -INFINITY;
  } else {
    // What is left of one side after the best gain of the other is removed
    const double rest = 1.0 - f->correlation * f->correlation;
    f->layout = rest < 1e-5 && f->correlation > 0.0 ? TON_STEM_DUAL_MONO
                                                    : TON_STEM_STEREO;
    f->side_gain_db = apart_db;
    f->side_inverted = f->correlation < -0.7;
  }
}

static void
judge_edges(const TonStemAnalysis* a, TonSoundFeatures* f)
{
  double last = 0.0;
  for (uint32_t i = 0; i < a->edge; ++i) {
    last += (double)a->last[i];
  }
  f->start_jump_db = ton_power_db(a->first_power / a->edge) - f->active_lufs;
  f->end_jump_db = ton_power_db(last / a->edge) - f->active_lufs;
}

static bool
keep_tenths(const Steps* steps, TonSoundFeatures* f)
{
  f->n_tenths = (steps->n + STEPS_TENTH - 1) / STEPS_TENTH;
  f->tenth_power = ton_alloc((f->n_tenths + 1) * sizeof(float));
  f->tenth_on = ton_alloc(f->n_tenths + 1);
  if (!f->tenth_power || !f->tenth_on) {
    return false;
  }
  for (uint32_t i = 0; i < steps->n; ++i) {
    const uint32_t t = i / STEPS_TENTH;
    f->tenth_power[t] += (float)(steps->steps[i].weighted / STEPS_TENTH);
    f->tenth_on[t] |= steps->steps[i].on;
  }
  return true;
}

static void
set_undefined(TonSoundFeatures* f)
{
  f->active_lufs = f->crest_db = f->range_lu = f->peak_to_loud_db = NAN;
  f->hit_spread_db = f->hit_p75_db = f->spike_db = f->spike_at_s = NAN;
  f->sibilant_db = NAN;
  f->start_jump_db = f->end_jump_db = f->noise_db = -INFINITY;
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    f->active_db[b] = f->pause_db[b] = -INFINITY;
  }
  for (uint32_t b = 0; b < TON_STEM_TWELFTHS; ++b) {
    f->twelfths_db[b] = -INFINITY;
  }
}

static void
judge_sound(TonStemAnalysis* a, TonSoundFeatures* f)
{
  judge_layout(a, f);
  steps_levels(&a->steps, f);
  steps_hits(&a->steps, f);
  judge_edges(a, f);
  frames_spectra(&a->spectra, &a->steps, f);
  low_spectra(&a->low, &a->steps, f);
  low_hum(&a->low, &a->steps, f);
}

TonStatus
ton_stem_analysis_finish(TonStemAnalysis* a, TonSoundFeatures* facts)
{
  *facts = (TonSoundFeatures){0};
  set_undefined(facts);
  if (a->held) {
    end_step(a);
  }
  low_end(&a->low);
  ton_meters_finish(a->meters, &facts->whole);
  facts->whole.n_points = 0;
  facts->whole.momentary_lufs = facts->whole.short_term_lufs = NULL;
  facts->whole.peak_dbfs = facts->whole.correlation_curve = NULL;
  if (a->failed || a->low.failed || a->spectra.failed) {
    return TON_NO_MEMORY;
  }
  facts->layout = TON_STEM_SILENT;
  if (steps_activity(&a->steps, facts)) {
    judge_sound(a, facts);
  }
  if (!keep_tenths(&a->steps, facts)) {
    ton_sound_features_free(facts);
    return TON_NO_MEMORY;
  }
  facts->low_rate = a->low.rate;
  facts->n_low = a->low.n;
  facts->low = a->low.out;
  a->low.out = NULL;
  return TON_OK;
}

void
ton_stem_analysis_free(TonStemAnalysis* a)
{
  if (!a) {
    return;
  }
  for (uint32_t c = 0; c < a->channels; ++c) {
    ton_free(a->in[c]);
  }
  ton_meters_free(a->meters);
  ton_free(a->steps.steps);
  ton_free(a->last);
  frames_close(&a->spectra);
  low_close(&a->low);
  ton_free(a);
}

void
ton_sound_features_free(TonSoundFeatures* facts)
{
  ton_free(facts->tenth_power);
  ton_free(facts->tenth_on);
  ton_free(facts->low);
  facts->tenth_power = NULL;
  facts->tenth_on = NULL;
  facts->low = NULL;
}
