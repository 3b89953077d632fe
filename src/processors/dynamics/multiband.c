// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Multiband dynamics: compresses and expands two to six bands, each by itself.
*/
#include "dsp/ballistics.h"
#include "dsp/detector.h"
#include "dsp/gain_curve.h"
#include "dsp/kernels/lanes_unrolled.h"
#include "dsp/ramp.h"
#include "processors/dynamics/multiband_params.h"
#include "processors/processors.h"

/// Coefficients with a ramp; levels and gains in octaves of amplitude (6.02 dB)
enum { THRESHOLD, SLOPE, RANGE, KNEE, GAIN, LINK, MIX, N_RAMPED };

/// What the lanes of one vector do
typedef struct {
  TonRamp ramp;
  TonRamped c[N_RAMPED];
  TonV per_knee;
  TonV side;   ///< 1: counts above the threshold, -1: below it
  TonV sign;   ///< Of the change of gain
  TonVi below; ///< Lanes whose level is smoothed instead of their gain
  TonVi lifts; ///< Lanes that raise what is quiet
  TonBallistics ballistics;
} Dynamics;

/**
   Each band:

     level - link -+- curve - ballistics ---------+- * - sum of the bands - out
                   |      (above the threshold)   |
                   +- ballistics - curve ---------+
                          (below the threshold)

   A gain that depends on what is quiet must not follow the zero crossings of a
   tone: there the level is smoothed, from MIN_LEVEL upwards, and the curve
   applied to that.
*/
typedef struct {
  double rate;
  TonBandLanes bands;
  Dynamics dynamics[TON_BAND_VECTORS];
} Multiband;

enum { CHUNK = 64 };

static const float MIN_LEVEL = -20.0F;       ///< Octaves re full scale: -120 dB
static const float MIN_LIFTED = -13.287712F; ///< -80 dB: noise stays below
static const double CORNER = 1e-6;
static const double RIPPLE_MS = 25.0;

static TonStatus
open(const TonProcessor* self, const TonSpec* spec, void** state,
     TonError* error)
{
  TON_TRY(ton_instance(sizeof(Multiband), state, error));
  Multiband* const m = *state;
  m->rate = spec->rate;
  for (int v = 0; v < TON_BAND_VECTORS; ++v) { // also in lanes without a band
    m->dynamics[v].c[KNEE].now = ton_v(1.0F);
  }
  return TON_OK;
}

static void
reset(const TonProcessor* self, void* state)
{
  Multiband* const m = state;
  ton_bands_clear(&m->bands);
  for (int v = 0; v < TON_BAND_VECTORS; ++v) {
    ton_ballistics_reset(&m->dynamics[v].ballistics);
  }
}

static void
set_mode(Dynamics* d, uint32_t lane, int mode)
{
  const bool below = mode == COMPRESS_UP || mode == EXPAND;
  d->side[lane] = below ? -1.0F : 1.0F;
  d->sign[lane] = mode == COMPRESS_UP || mode == EXPAND_UP ? 1.0F : -1.0F;
  d->below[lane] = below ? -1 : 0;
  d->lifts[lane] = mode == COMPRESS_UP ? -1 : 0;
}

static void
set_lane(Multiband* m, uint32_t at, const TonUpdate* u)
{
  const MultibandParams* const p = (const MultibandParams*)u->params;
  const DynamicsBand* const b = &p->band[at / 2];
  Dynamics* const d = &m->dynamics[at / TON_LANES];
  const uint32_t lane = at % TON_LANES;
  const int mode = (int)b->mode;
  const double ratio = (double)b->ratio;
  const double values[N_RAMPED] = {
      [THRESHOLD] = (double)b->threshold_db / TON_OCTAVE_DB,
      [SLOPE] = mode == COMPRESS || mode == COMPRESS_UP ? 1.0 - 1.0 / ratio
                                                        : ratio - 1.0,
      [RANGE] = (double)b->range_db / TON_OCTAVE_DB,
      [KNEE] = fmax((double)p->knee_db / TON_OCTAVE_DB, CORNER),
      [GAIN] = (double)(b->gain_db + p->output_db) / TON_OCTAVE_DB,
      [LINK] = u->pair ? (double)p->link_percent / 100.0 : 0.0,
      [MIX] = (double)p->mix_percent / 100.0,
  };
  for (int i = 0; i < N_RAMPED; ++i) {
    ton_ramp_to(&d->c[i], lane, (float)values[i], u->ramp);
  }
  ton_ramp_start(&d->ramp, lane, u->ramp);
  ton_ballistics_set(
      &d->ballistics, lane,
      &(TonBallisticsTimes){(double)b->attack_ms, 0.0, (double)b->release_ms},
      m->rate);
  set_mode(d, lane, mode);
}

static void
update(const TonProcessor* self, void* state, const TonUpdate* u)
{
  Multiband* const m = state;
  const MultibandParams* const p = (const MultibandParams*)u->params;
  ton_bands_set(&m->bands, p->crossover_hz, (uint32_t)p->bands, m->rate);
  for (uint32_t lane = 0; lane < 2 * m->bands.n_bands; ++lane) {
    set_lane(m, lane, u);
  }
}

// Audio ----------------------------------------------------------------------

/// Change of gain at a level, 0 or more
static inline TonV
curve(const Dynamics* d, TonV level)
{
  const TonV knee = d->c[KNEE].now;
  const TonV o = d->side * (level - d->c[THRESHOLD].now) + 0.5F * knee;
  const TonV c = d->c[SLOPE].now * ton_beyond(o, knee, d->per_knee);
  const TonV above_floor = ton_v_max(level - MIN_LIFTED, ton_v(0.0F));
  const TonV max_lift = ton_v_min(d->c[RANGE].now, above_floor);
  return ton_v_min(c, ton_v_select(d->lifts, max_lift, d->c[RANGE].now));
}

/// Levels of n frames of a vector, in octaves
static void
detect(const TonV* x, TonV* level, uint32_t n)
{
  const TonV smallest = ton_v_exp2(ton_v(MIN_LEVEL));
  for (uint32_t i = 0; i < n; ++i) {
    level[i] = ton_v_max(ton_v_abs(x[i]), smallest);
  }
  ton_frames_log2(level, n);
}

static inline void
step_ramps(Dynamics* d)
{
  for (int k = 0; d->ramp.moving && k < N_RAMPED; ++k) {
    d->c[k].now += d->c[k].step;
    d->per_knee = 1.0F / d->c[KNEE].now;
  }
}

/// Levels become what attack and release work on: changes of gain, or levels
/// above MIN_LEVEL
static void
want(Dynamics* d, TonV* c, uint32_t n)
{
  for (uint32_t i = 0; i < n; ++i) {
    step_ramps(d);
    const TonV level = ton_link(c[i] - MIN_LEVEL, d->c[LINK].now);
    c[i] = ton_v_select(d->below, level, curve(d, level + MIN_LEVEL));
  }
}

/// n frames of a vector, in place, in which no ramp ends; returns the largest
/// change of gain
static TonV
work(Dynamics* d, TonV* x, uint32_t n)
{
  TonV c[CHUNK];
  TonV gain[CHUNK];
  TonV mix[CHUNK];
  TonV largest = ton_v(0.0F);
  TonRamped before[N_RAMPED];
  memcpy(before, d->c, sizeof(before));
  const bool any_below = ton_vi_any(d->below);
  d->per_knee = 1.0F / d->c[KNEE].now;
  detect(x, c, n);
  want(d, c, n);
  ton_ballistics(&d->ballistics, c, n);
  memcpy(d->c, before, sizeof(d->c));
  d->per_knee = 1.0F / d->c[KNEE].now;
  for (uint32_t i = 0; i < n; ++i) {
    step_ramps(d);
    const TonV change =
        any_below ? ton_v_select(d->below, curve(d, c[i] + MIN_LEVEL), c[i])
                  : c[i];
    largest = ton_v_max(largest, change);
    gain[i] = d->sign * change + d->c[GAIN].now;
    mix[i] = d->c[MIX].now;
  }
  ton_frames_exp2(gain, n);
  for (uint32_t i = 0; i < n; ++i) {
    x[i] *= gain[i] * mix[i] + (1.0F - mix[i]);
  }
  ton_ramp_advance(&d->ramp, d->c, N_RAMPED, n);
  return largest;
}

/// At most CHUNK frames, in which no ramp ends
static void
run(Multiband* m, const TonBlock* block, uint32_t from, uint32_t n,
    TonV* largest)
{
  TonV x[TON_BAND_VECTORS][CHUNK];
  TonV frame[TON_BAND_VECTORS];
  float* at = block->x + 2 * (size_t)from;
  const uint32_t vectors = m->bands.n_vectors;
  for (uint32_t i = 0; i < n; ++i) {
    ton_bands_split(&m->bands, at + 2 * (size_t)i, frame);
    for (uint32_t v = 0; v < vectors; ++v) {
      x[v][i] = frame[v];
    }
  }
  for (uint32_t v = 0; v < vectors; ++v) {
    largest[v] = ton_v_max(largest[v], work(&m->dynamics[v], x[v], n));
  }
  for (uint32_t i = 0; i < n; ++i, at += 2) {
    for (uint32_t v = 0; v < vectors; ++v) {
      frame[v] = x[v][i];
    }
    ton_bands_sum(&m->bands, frame, block->on, at);
  }
}

/// Reductions are above 0, what is raised is below
static void
write_meters(const Multiband* m, const TonV* largest, float* to)
{
  for (uint32_t i = 0; i < 2 * BANDS; ++i) {
    const Dynamics* const d = &m->dynamics[i / TON_LANES];
    const TonV db = ton_reduction_db(largest[i / TON_LANES]);
    const float change = db[i % TON_LANES];
    to[i] = i < 2 * m->bands.n_bands ? 0.0F - d->sign[i % TON_LANES] * change
                                     : 0.0F;
  }
}

static void
process(const TonProcessor* self, void* state, const TonBlock* block)
{
  Multiband* const m = state;
  TonV largest[TON_BAND_VECTORS] = {0};
  for (uint32_t at = 0; at < block->frames;) {
    const uint32_t left = block->frames - at;
    const uint32_t n =
        ton_ramp_span(&m->dynamics[0].ramp, left < CHUNK ? left : CHUNK);
    run(m, block, at, n, largest);
    at += n;
  }
  for (uint32_t v = 0; v < m->bands.n_vectors; ++v) {
    ton_ballistics_settle(&m->dynamics[v].ballistics);
  }
  if (block->meters) {
    write_meters(m, largest, block->meters);
  }
  ton_lanes_done();
}

static uint64_t
tail(const TonProcessor* self, const void* state, const float* values)
{
  const MultibandParams* const p = (const MultibandParams*)values;
  return ton_bands_tail((double)p->crossover_hz[0], (uint32_t)p->bands,
                        ((const Multiband*)state)->rate);
}

static uint64_t
settle(const TonProcessor* self, const void* state, const float* values)
{
  const MultibandParams* const p = (const MultibandParams*)values;
  float longest = 0.0F;
  for (uint32_t i = 0; i < (uint32_t)p->bands; ++i) {
    longest = fmaxf(longest, p->band[i].attack_ms + p->band[i].release_ms);
  }
  return tail(self, state, values) +
         ton_settle_frames(((double)longest + RIPPLE_MS) / 1000.0,
                           ((const Multiband*)state)->rate);
}

const TonProcessor TON_LANED(ton_multiband) = {
    .id = "multiband",
    .name = "Multiband dynamics",
    .category = "dynamics",
    .help =
        "Splits the sound into two to six bands and compresses or expands "
        "each, downwards or upwards. While no band changes its gain, the level "
        "is untouched at every frequency. Meters show the gain reduction; what "
        "is raised is negative.",
    .params = params,
    .n_params = TON_COUNT(params),
    .meters = meters,
    .n_meters = TON_COUNT(meters),
    .flags = TON_ALONE,
    .lanes = 2,
    .open = open,
    .close = ton_instance_free,
    .reset = reset,
    .update = update,
    .process = process,
    .tail = tail,
    .settle = settle,
};
