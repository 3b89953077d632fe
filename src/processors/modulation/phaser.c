// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Phaser: notches that wander.
*/
#include "dsp/lfo.h"
#include "dsp/one_pole.h"
#include "dsp/smoothed.h"
#include "processors/param_rows.h"
#include "processors/processors.h"

#include <assert.h>
#include <math.h>
#include <string.h>

typedef struct {
  float speed_hz;
  float low_hz;
  float high_hz;
  float notches;
  float feedback_percent;
  float spread_percent;
  float mix_percent;
} PhaserParams;

#define AT(field) offsetof(PhaserParams, field)

enum { MAX_STAGES = 24 };

static const TonParam params[] = {
    ROW_HZ("speed", speed_hz, 0.02, 10, 0.4, TON_RESTART, NONE, "Speed",
           "Speed of the sweep, in cycles per second"),
    ROW_HZ("low", low_hz, 50, 10000, 200, TON_RESTART, HIGHPASS, "Low end",
           "Where the sweep turns round at its lowest"),
    ROW_HZ("high", high_hz, 50, 10000, 2500, TON_RESTART, LOWPASS, "High end",
           "Where the sweep turns round at its highest"),
    ROW("notches", notches, TON_PLAIN, TON_INTEGER, 2, 12, 2, TON_RESTART, NONE,
        "Notches", "Number of notches that wander; each is two allpass stages"),
    ROW_PERCENT("feedback", feedback_percent, -95, 95, 30, TON_AUTOMATE,
                FEEDBACK, "Feedback",
                "Sends the sound round again: peaks between the notches; "
                "negative values sound hollow"),
    ROW_PERCENT("spread", spread_percent, 0, 100, 0, TON_AUTOMATE, WIDTH,
                "Spread",
                "How much the right side lags behind the left, up to half a "
                "turn"),
    ROW_PERCENT("mix", mix_percent, 0, 100, 50, TON_AUTOMATE, MIX, "Mix",
                "Share of the shifted sound; the notches are deepest at 50 %"),
};

static_assert(sizeof(PhaserParams) == sizeof(float) * TON_COUNT(params),
              "every field has one table row");

enum { FEEDBACK, SPREAD, MIX, N_SMOOTHED };

/// Coefficients are found at every GRID-th frame of the song and lie on a
/// straight line between
enum { GRID = 16 };

/**
     in --+--> (+) --> allpass --> ... --> allpass --+--> mix --> out
          |     ^                                    |     ^
          |     +------------- feedback -------------+     |
          +------------------------------------------------+

   First-order allpasses (TPT, Zavalishin 2012), all at one frequency that goes
   from low to high and back, evenly in octaves.  The loop has no delay: the
   chain gives y = a u + b of what is put in, b of its states alone, so
   u = (x + f b) / (1 - f a) closes it.
*/
typedef struct {
  double rate;
  TonLfo lfo;    ///< At the last grid point
  double middle; ///< Octaves re 1 Hz
  double reach;  ///< Octaves to both sides
  uint32_t stages;
  uint32_t into;  ///< Frames since the last grid point
  bool known;     ///< from and step are those of this grid point
  double from[2]; ///< Coefficient there
  double step[2];
  TonSmoothed smoothed;
  double memory[2][MAX_STAGES];
} Phaser;

static const double SMOOTHING_S = 0.020;

static TonStatus
open(const TonProcessor* self, const TonSpec* spec, void** state,
     TonError* error)
{
  const PhaserParams* const p = (const PhaserParams*)spec->params[0];
  TON_TRY(ton_instance(sizeof(Phaser), state, error));
  Phaser* const h = *state;
  const double low = log2((double)p->low_hz);
  const double high = log2((double)p->high_hz);
  h->rate = spec->rate;
  h->middle = 0.5 * (low + high);
  h->reach = 0.5 * (high - low);
  h->stages = 2 * (uint32_t)p->notches;
  ton_smoothed_set(&h->smoothed, SMOOTHING_S, spec->rate);
  ton_lfo_set(&h->lfo, (double)p->speed_hz, spec->rate);
  return TON_OK;
}

static void
locate(const TonProcessor* self, void* state, int64_t song_frame)
{
  Phaser* const h = state;
  h->into = (uint32_t)(((song_frame % GRID) + GRID) % GRID);
  ton_lfo_locate(&h->lfo, song_frame - h->into);
  h->known = false;
}

static void
reset(const TonProcessor* self, void* state)
{
  Phaser* const h = state;
  memset(h->memory, 0, sizeof(h->memory));
  ton_smoothed_arrive(&h->smoothed);
  locate(self, state, 0);
}

static void
update(const TonProcessor* self, void* state, const TonUpdate* u)
{
  Phaser* const h = state;
  const PhaserParams* const p = (const PhaserParams*)u->params;
  double* const goal = h->smoothed.goal;
  goal[FEEDBACK] = (double)p->feedback_percent / 100.0;
  goal[SPREAD] = (double)p->spread_percent / 100.0;
  goal[MIX] = (double)p->mix_percent / 100.0;
  if (!u->ramp) {
    ton_smoothed_arrive(&h->smoothed);
  }
}

static double
coefficient(const Phaser* h, uint64_t phase)
{
  const double octaves = h->middle + h->reach * ton_lfo_triangle(phase);
  return ton_one_pole_bilinear(exp2(octaves), h->rate);
}

static void
start_grid(Phaser* h)
{
  const uint64_t lag =
      (uint64_t)(h->smoothed.now[SPREAD] * 2.0 * (double)TON_LFO_QUARTER);
  for (int side = 0; side < 2; ++side) {
    const uint64_t phase = h->lfo.phase - (side ? lag : 0);
    h->from[side] = coefficient(h, phase);
    h->step[side] =
        (coefficient(h, phase + GRID * h->lfo.step) - h->from[side]) / GRID;
  }
  h->known = true;
}

/// What the chain gives of its states alone
static double
of_states(const Phaser* h, const double* memory, double g)
{
  double b = 0.0;
  for (uint32_t k = 0; k < h->stages; ++k) {
    b = (2.0 * g - 1.0) * b + 2.0 * (1.0 - g) * memory[k];
  }
  return b;
}

/// (2 g - 1) ^ stages
static double
of_input(const Phaser* h, double g)
{
  const double once = (2.0 * g - 1.0) * (2.0 * g - 1.0);
  double a = 1.0;
  for (uint32_t k = 0; k < h->stages; k += 2) {
    a *= once;
  }
  return a;
}

static double
run_chain(const Phaser* h, double* memory, double g, double u)
{
  for (uint32_t k = 0; k < h->stages; ++k) {
    const double v = g * (u - memory[k]);
    const double low = v + memory[k];
    memory[k] = low + v;
    u = 2.0 * low - u;
  }
  return u;
}

static float
run_side(Phaser* h, int side, float x)
{
  double* const memory = h->memory[side];
  const double f = h->smoothed.now[FEEDBACK];
  const double dry = (double)ton_finite(x);
  const double g = h->from[side] + h->step[side] * (double)h->into;
  const double u =
      (dry + f * of_states(h, memory, g)) / (1.0 - f * of_input(h, g));
  const double wet = run_chain(h, memory, g, u);
  return (float)(dry + h->smoothed.now[MIX] * (wet - dry));
}

static void
process(const TonProcessor* self, void* state, const TonBlock* block)
{
  Phaser* const h = state;
  float* x = block->x;
  for (uint32_t i = 0; i < block->frames; ++i, x += 2) {
    ton_smoothed_step(&h->smoothed, N_SMOOTHED);
    if (!h->known) {
      start_grid(h);
    }
    for (int side = 0; side < 2; ++side) {
      const float y = run_side(h, side, x[side]);
      x[side] = block->on[side] ? y : x[side];
    }
    if (++h->into == GRID) {
      h->into = 0;
      h->lfo.phase += GRID * h->lfo.step;
      h->known = false;
    }
  }
}

/// 1 / (2 pi hz) of the lowest frequency a stage, over 1 - |feedback| in the loop
static double
ring_s(const PhaserParams* p)
{
  const double lowest = (double)fminf(p->low_hz, p->high_hz);
  const double loop = 1.0 - fabs((double)p->feedback_percent) / 100.0;
  return 2.0 * (double)p->notches / (2.0 * M_PI * lowest * loop);
}

static uint64_t
tail(const TonProcessor* self, const void* state, const float* values)
{
  return ton_settle_frames(ring_s((const PhaserParams*)values),
                           ((const Phaser*)state)->rate);
}

static uint64_t
settle(const TonProcessor* self, const void* state, const float* values)
{
  return ton_settle_frames(ring_s((const PhaserParams*)values) + SMOOTHING_S,
                           ((const Phaser*)state)->rate);
}

const TonProcessor ton_phaser = {
    .id = "phaser",
    .name = "Phaser",
    .category = "modulation",
    .help = "Mixes the sound with itself, shifted in phase: notches wander up "
            "and down the spectrum.",
    .params = params,
    .n_params = TON_COUNT(params),
    .flags = TON_PAIR | TON_ALONE,
    .lanes = 2,
    .open = open,
    .close = ton_instance_free,
    .reset = reset,
    .locate = locate,
    .update = update,
    .process = process,
    .tail = tail,
    .settle = settle,
    .neutral = ton_neutral_without_mix,
};
