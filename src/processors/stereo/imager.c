// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Imager: the width of two to six bands, each by itself.
*/
#include "dsp/band_lanes.h"
#include "dsp/correlation_guard.h"
#include "dsp/ramp.h"
#include "processors/param_rows.h"
#include "processors/processors.h"
#include "processors/stereo/mid_side.h"

enum { BANDS = TON_MAX_BANDS, CROSSOVERS = BANDS - 1 };

typedef struct {
  float bands;
  float crossover_hz[CROSSOVERS];
  float width_percent[BANDS];
  float least_correlation;
} ImagerParams;

#define AT(field) offsetof(ImagerParams, field)

#define CROSSOVER(n, hz)                                                       \
  ROW_HZ("crossover-" #n, crossover_hz[(n)-1], 30, 16000, hz, 0, NONE,         \
         "Crossover " #n,                                                      \
         "Where band " #n                                                      \
         " ends and the next begins; at least a third of an octave above the " \
         "crossover below")

#define WIDTH(n)                                                               \
  ROW_IN_BAND(n, #n "-width", width_percent[(n)-1], TON_PERCENT, TON_LINEAR,   \
              NULL, 0, 200, 100, TON_AUTOMATE, WIDTH, "Band " #n " width",     \
              "Level of the difference between left and right in the band: "   \
              "0 % is mono, 100 % changes nothing, 200 % doubles it")

static const TonParam params[] = {
    ROW("bands", bands, TON_PLAIN, TON_INTEGER, 2, BANDS, 3, TON_RESTART, NONE,
        "Bands", "How many bands the sound is split into"),
    CROSSOVER(1, 150),
    CROSSOVER(2, 3000),
    CROSSOVER(3, 6000),
    CROSSOVER(4, 9000),
    CROSSOVER(5, 12000),
    WIDTH(1),
    WIDTH(2),
    WIDTH(3),
    WIDTH(4),
    WIDTH(5),
    WIDTH(6),
    ROW("least-correlation", least_correlation, TON_PLAIN, TON_LINEAR, -1, 0.9,
        -1, 0, NONE, "Least correlation",
        "Narrows each band that is out of phase, by up to 12 dB, until left "
        "and right correlate at least this much in it; -1 is off"),
};

static_assert(sizeof(ImagerParams) == sizeof(float) * TON_COUNT(params),
              "every field has one table row");

/// What the lanes of one vector do
typedef struct {
  TonRamp ramp;
  TonRamped gain; ///< Of the side, on odd lanes; 1 on even ones
  TonCorrelationGuard guard;
} Image;

/**
   Each band:

     left, right - middle, side - width - guard - left, right - sum - out

   All bands have the phase of all crossovers, the middle like the side: no
   image shifts, and the level of the mono sum is that of the input.
*/
typedef struct {
  double rate;
  TonBandLanes bands;
  Image image[TON_BAND_VECTORS];
  bool guards;
} Imager;

static TonStatus
open(const TonProcessor* self, const TonSpec* spec, void** state,
     TonError* error)
{
  TON_TRY(ton_instance(sizeof(Imager), state, error));
  Imager* const m = *state;
  m->rate = spec->rate;
  for (int v = 0; v < TON_BAND_VECTORS; ++v) {
    m->image[v].gain.now = ton_v(1.0F);
    ton_guard_prepare(&m->image[v].guard, spec->rate);
  }
  return TON_OK;
}

static void
reset(const TonProcessor* self, void* state)
{
  Imager* const m = state;
  ton_bands_clear(&m->bands);
  for (int v = 0; v < TON_BAND_VECTORS; ++v) {
    ton_guard_reset(&m->image[v].guard);
  }
}

static void
update(const TonProcessor* self, void* state, const TonUpdate* u)
{
  Imager* const m = state;
  const ImagerParams* const p = (const ImagerParams*)u->params;
  ton_bands_set(&m->bands, p->crossover_hz, (uint32_t)p->bands, m->rate);
  m->guards = p->least_correlation > -1.0F;
  for (uint32_t i = 0; i < 2 * m->bands.n_bands; ++i) {
    Image* const image = &m->image[i / TON_LANES];
    const uint32_t lane = i % TON_LANES;
    const float width = p->width_percent[i / 2] / 100.0F;
    ton_ramp_to(&image->gain, lane, i % 2 ? width : 1.0F, u->ramp);
    ton_ramp_start(&image->ramp, lane, u->ramp);
    ton_guard_set(&image->guard, lane,
                  i % 2 ? (double)p->least_correlation : -1.0);
  }
}

/// One frame of a vector of left and right
static inline TonV
widen(Imager* m, uint32_t v, TonV x, TonV sign)
{
  Image* const image = &m->image[v];
  if (image->ramp.moving) {
    image->gain.now += image->gain.step;
  }
  TonV both = 0.5F * (ton_v_swap(x) + sign * x) * image->gain.now;
  if (m->guards) {
    both *= ton_guard_step(&image->guard, both);
  }
  return ton_v_swap(both) + sign * both;
}

/// n frames, in which no ramp ends
static void
run(Imager* m, float* x, const int32_t* on, uint32_t n)
{
  const TonV sign = mid_side_signs();
  TonV frame[TON_BAND_VECTORS];
  for (uint32_t i = 0; i < n; ++i, x += 2) {
    ton_bands_split(&m->bands, x, frame);
    for (uint32_t v = 0; v < m->bands.n_vectors; ++v) {
      frame[v] = widen(m, v, frame[v], sign);
    }
    ton_bands_sum(&m->bands, frame, on, x);
  }
  for (uint32_t v = 0; v < m->bands.n_vectors; ++v) {
    ton_ramp_advance(&m->image[v].ramp, &m->image[v].gain, 1, n);
  }
}

static void
process(const TonProcessor* self, void* state, const TonBlock* block)
{
  Imager* const m = state;
  for (uint32_t at = 0; at < block->frames;) {
    const uint32_t n = ton_ramp_span(&m->image[0].ramp, block->frames - at);
    run(m, block->x + 2 * (size_t)at, block->on, n);
    at += n;
  }
  ton_lanes_done();
}

static uint64_t
tail(const TonProcessor* self, const void* state, const float* values)
{
  const ImagerParams* const p = (const ImagerParams*)values;
  return ton_bands_tail((double)p->crossover_hz[0], (uint32_t)p->bands,
                        ((const Imager*)state)->rate);
}

static uint64_t
settle(const TonProcessor* self, const void* state, const float* values)
{
  const ImagerParams* const p = (const ImagerParams*)values;
  const bool guards = p->least_correlation > -1.0F;
  return tail(self, state, values) +
         (guards ? ton_settle_frames(TON_GUARD_POWER_S + TON_GUARD_UP_S,
                                     ((const Imager*)state)->rate)
                 : 0);
}

const TonProcessor TON_LANED(ton_imager) = {
    .id = "imager",
    .name = "Imager",
    .category = "space",
    .help =
        "Sets the width of two to six bands of a stereo image, so that the "
        "bass can be mono and the treble wide. While every width is 100 % the "
        "level is untouched at every frequency; the level of the mono sum "
        "never changes.",
    .params = params,
    .n_params = TON_COUNT(params),
    .flags = TON_PAIR | TON_ALONE,
    .lanes = 2,
    .open = open,
    .close = ton_instance_free,
    .reset = reset,
    .update = update,
    .process = process,
    .tail = tail,
    .settle = settle,
};
