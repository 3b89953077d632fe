// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Tremolo and auto-pan: a modulated gain.
*/
#include "dsp/lfo.h"
#include "dsp/smoothed.h"
#include "processors/param_rows.h"
#include "processors/processors.h"

#include <assert.h>
#include <math.h>
#include <string.h>

typedef struct {
  float speed_hz;
  float depth_percent;
  float wave;
  float spread_percent;
} TremoloParams;

#define AT(field) offsetof(TremoloParams, field)

enum { SINE, TRIANGLE, SQUARE };

static const char* const waves[] = {"sine", "triangle", "square", NULL};

static const TonParam params[] = {
    ROW_HZ("speed", speed_hz, 0.05, 20, 5, TON_RESTART, NONE, "Speed",
           "Speed in cycles per second: soft and loud, or left and right"),
    ROW_PERCENT("depth", depth_percent, 0, 100, 50, TON_AUTOMATE, NONE, "Depth",
                "How soft the soft half gets; 100 % is silence"),
    ROW_CHOICE(
        "wave", wave, waves, 0, TON_RESTART, SHAPE, "Wave",
        "Sine and triangle move steadily; square switches, with edges of 2 ms"),
    ROW_PERCENT("spread", spread_percent, 0, 100, 0, TON_AUTOMATE, WIDTH,
                "Spread",
                "0 % moves both sides together, a tremolo; 100 % moves them "
                "against each other, an auto-pan"),
};

static_assert(sizeof(TremoloParams) == sizeof(float) * TON_COUNT(params),
              "every field has one table row");

enum { DEPTH, SPREAD, N_SMOOTHED };

/**
   out = in * (1 - depth * (1 + wave(turn)) / 2)

   The right side is spread / 2 of a turn later.  A square is a triangle, made
   steeper, cut off at -1 and 1, its edges rounded:

        ____
       /    \              1
      '      '____'       -1     edges of EDGE_S
*/
typedef struct {
  double rate;
  TonLfo lfo;
  uint32_t wave;
  double steep; ///< Of the square: slopes times this
  TonSmoothed smoothed;
} Tremolo;

static const double SMOOTHING_S = 0.010;
static const double EDGE_S = 0.002;

static TonStatus
open(const TonProcessor* self, const TonSpec* spec, void** state,
     TonError* error)
{
  const TremoloParams* const p = (const TremoloParams*)spec->params[0];
  TON_TRY(ton_instance(sizeof(Tremolo), state, error));
  Tremolo* const t = *state;
  t->rate = spec->rate;
  t->wave = (uint32_t)p->wave;
  ton_smoothed_set(&t->smoothed, SMOOTHING_S, spec->rate);
  // from -1 to 1 the triangle takes half a turn
  t->steep = fmax(1.0, 0.5 / ((double)p->speed_hz * EDGE_S));
  ton_lfo_set(&t->lfo, (double)p->speed_hz, spec->rate);
  return TON_OK;
}

static void
reset(const TonProcessor* self, void* state)
{
  Tremolo* const t = state;
  ton_lfo_locate(&t->lfo, 0);
  ton_smoothed_arrive(&t->smoothed);
}

static void
locate(const TonProcessor* self, void* state, int64_t song_frame)
{
  ton_lfo_locate(&((Tremolo*)state)->lfo, song_frame);
}

static void
update(const TonProcessor* self, void* state, const TonUpdate* u)
{
  Tremolo* const t = state;
  const TremoloParams* const p = (const TremoloParams*)u->params;
  double* const goal = t->smoothed.goal;
  goal[DEPTH] = (double)p->depth_percent / 100.0;
  goal[SPREAD] = (double)p->spread_percent / 100.0;
  if (!u->ramp) {
    ton_smoothed_arrive(&t->smoothed);
  }
}

/// -1 to 1; the rounded edge is (3 t - t^3) / 2
static double
wave_of(const Tremolo* t, uint64_t phase)
{
  if (t->wave == SINE) {
    return ton_lfo_sine(phase);
  }
  const double triangle = ton_lfo_triangle(phase);
  const double edge = fmin(1.0, fmax(-1.0, t->steep * triangle));
  return t->wave == SQUARE ? 0.5 * (3.0 * edge - edge * edge * edge) : triangle;
}

static void
process(const TonProcessor* self, void* state, const TonBlock* block)
{
  Tremolo* const t = state;
  float* x = block->x;
  for (uint32_t i = 0; i < block->frames; ++i, x += 2) {
    ton_smoothed_step(&t->smoothed, N_SMOOTHED);
    const uint64_t lag =
        (uint64_t)(t->smoothed.now[SPREAD] * 2.0 * (double)TON_LFO_QUARTER);
    for (int side = 0; side < 2; ++side) {
      const double wave = wave_of(t, t->lfo.phase - (side ? lag : 0));
      const double gain = 1.0 - t->smoothed.now[DEPTH] * 0.5 * (1.0 + wave);
      const double y = gain * (double)ton_finite(x[side]);
      x[side] = block->on[side] ? (float)y : x[side];
    }
    t->lfo.phase += t->lfo.step;
  }
}

static uint64_t
settle(const TonProcessor* self, const void* state, const float* values)
{
  return ton_settle_frames(SMOOTHING_S, ((const Tremolo*)state)->rate);
}

static bool
neutral(const TonProcessor* self, const float* values)
{
  return ((const TremoloParams*)values)->depth_percent <= 0.0F;
}

const TonProcessor ton_tremolo = {
    .id = "tremolo",
    .name = "Tremolo",
    .category = "modulation",
    .help = "Turns the sound softer and louder, evenly; with spread it moves "
            "from side to side instead, an auto-pan.",
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
    .settle = settle,
    .neutral = neutral,
};
