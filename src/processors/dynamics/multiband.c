// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Multiband dynamics: compresses and expands two to six bands, each by itself.
*/
#include "dsp/ballistics.h"
#include "dsp/detector.h"
#include "dsp/gain_curve.h"
#include "dsp/kernels/lanes_unrolled.h"
#include "dsp/linear_bands.h"
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
  TonLinearBands* linear; ///< In place of the filters of `bands`, or null
  bool begun;             ///< A sound has been heard
  Dynamics dynamics[TON_BAND_VECTORS];
} Multiband;

enum { CHUNK = TON_LINEAR_CHUNK };

static const float MIN_LEVEL = -20.0F;       ///< Octaves re full scale: -120 dB
static const float MIN_LIFTED = -13.287712F; ///< -80 dB: noise stays below
static const double CORNER = 1e-6;
static const double RIPPLE_MS = 25.0;

static void
close(const TonProcessor* self, void* state)
{
  if (state) {
    ton_linear_bands_free(((Multiband*)state)->linear);
  }
  ton_free(state);
}

static bool
make_linear(Multiband* m, const MultibandParams* p)
{
  double hz[CROSSOVERS];
  const uint32_t n_bands = (uint32_t)p->bands;
  ton_band_edges(p->crossover_hz, n_bands, m->rate, hz);
  m->linear = ton_linear_bands_new(hz, n_bands, m->rate);
  return m->linear;
}

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
  const MultibandParams* const p = (const MultibandParams*)spec->params[0];
  if (p->phase == (float)LINEAR && !make_linear(m, p)) {
    close(self, m);
    *state = NULL;
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  return TON_OK;
}

static void
reset(const TonProcessor* self, void* state)
{
  Multiband* const m = state;
  ton_bands_clear(&m->bands);
  if (m->linear) {
    ton_linear_bands_reset(m->linear, 0);
  }
  m->begun = false;
  for (int v = 0; v < TON_BAND_VECTORS; ++v) {
    ton_ballistics_reset(&m->dynamics[v].ballistics);
  }
}

/// While nothing has been heard; later the blocks stay where they are
static void
locate(const TonProcessor* self, void* state, int64_t song_frame)
{
  Multiband* const m = state;
  if (m->linear && !m->begun) {
    ton_linear_bands_reset(m->linear, song_frame);
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

/// n frames of the pair, split without a shift of phase
static void
split_linear(Multiband* m, const float* x2, TonV (*x)[CHUNK], uint32_t n)
{
  float sound[2 * CHUNK];
  float bands[2 * BANDS * CHUNK];
  const uint32_t lanes = 2 * m->bands.n_bands;
  for (uint32_t i = 0; i < 2 * n; ++i) {
    sound[i] = fabsf(x2[i]) < 1e6F ? x2[i] : 0.0F;
  }
  ton_linear_bands_split(m->linear, sound, bands, n);
  for (uint32_t i = 0; i < n * m->bands.n_vectors; ++i) {
    x[i / n][i % n] = (TonV){0};
  }
  for (uint32_t i = 0; i < n * lanes; ++i) {
    const uint32_t lane = i % lanes;
    x[lane / TON_LANES][i / lanes][lane % TON_LANES] = bands[i];
  }
}

/// n frames of the pair, each band in its lanes
static void
split(Multiband* m, const float* x2, TonV (*x)[CHUNK], uint32_t n)
{
  TonV frame[TON_BAND_VECTORS];
  if (m->linear) {
    split_linear(m, x2, x, n);
    return;
  }
  for (uint32_t i = 0; i < n; ++i) {
    ton_bands_split(&m->bands, x2 + 2 * (size_t)i, frame);
    for (uint32_t v = 0; v < m->bands.n_vectors; ++v) {
      x[v][i] = frame[v];
    }
  }
}

/// At most CHUNK frames, in which no ramp ends
static void
run(Multiband* m, const TonBlock* block, uint32_t from, uint32_t n,
    TonV* largest)
{
  TonV x[TON_BAND_VECTORS][CHUNK];
  TonV frame[TON_BAND_VECTORS] = {{0}};
  float* at = block->x + 2 * (size_t)from;
  const uint32_t vectors = m->bands.n_vectors;
  split(m, at, x, n);
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
  m->begun = true;
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

static uint32_t
latency(const TonProcessor* self, const void* state, const float* values)
{
  const TonLinearBands* const linear = ((const Multiband*)state)->linear;
  return linear ? ton_linear_bands_latency(linear) : 0;
}

static uint64_t
tail(const TonProcessor* self, const void* state, const float* values)
{
  const TonLinearBands* const linear = ((const Multiband*)state)->linear;
  if (linear) {
    return ton_linear_bands_latency(linear);
  }
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
  const TonLinearBands* const linear = ((const Multiband*)state)->linear;
  return (linear ? ton_linear_bands_memory(linear)
                 : tail(self, state, values)) +
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
    .close = close,
    .reset = reset,
    .locate = locate,
    .update = update,
    .process = process,
    .latency = latency,
    .tail = tail,
    .settle = settle,
};
