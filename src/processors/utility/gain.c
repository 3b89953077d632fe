// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Gain: level, polarity and arrival time.
*/
#include "dsp/decibel.h"
#include "dsp/ramp.h"
#include "processors/param_rows.h"
#include "processors/processors.h"

#include <assert.h>
#include <math.h>

typedef struct {
  float gain_db;
  float invert;
  float delay_ms;
  float side;
} GainParams;

enum { BOTH, LEFT, RIGHT };

static const char* const sides[] = {"both", "left", "right", NULL};

enum { LONGEST_MS = 500 };

#define AT(field) offsetof(GainParams, field)

static const TonParam params[] = {
    ROW_DB("gain", gain_db, -120, 36, 0, TON_AUTOMATE, GAIN, "Gain",
           "Change of the level"),
    ROW_SWITCH("invert", invert, 0, 0, NONE, "Invert polarity",
               "Inverts the polarity"),
    ROW_MS("delay", delay_ms, 0, LONGEST_MS, 0, TON_RESTART, TIME, "Delay",
           "Delays the sound, in whole samples"),
    ROW_CHOICE("side", side, sides, BOTH, TON_RESTART, SIDE, "Side",
               "Part of a stereo signal that is changed: a delay of 5 to 35 ms "
               "on one side makes a mono sound wide (Haas), but hollow in "
               "mono; a mono signal is always changed whole"),
};

static_assert(sizeof(GainParams) == sizeof(float) * TON_COUNT(params),
              "every field has one table row");

/// y[n] = gain x[n - delay], on the sides that are changed
typedef struct {
  TonRamp ramp;
  TonRamped gain;
  double rate;
  uint32_t delay[TON_LANES]; ///< Frames
  uint32_t longest;          ///< Delay of any lane: 0 leaves the ring alone
  uint32_t mask;             ///< Frames of the ring - 1; a power of two
  uint32_t at;               ///< Where the next frame is written
  TonV ring[];
} Gain;

static uint32_t
ring_frames(double rate)
{
  uint32_t n = 1;
  while (n < rate * LONGEST_MS / 1000.0 + 1.0) {
    n *= 2;
  }
  return n;
}

static TonStatus
open(const TonProcessor* self, const TonSpec* spec, void** state,
     TonError* error)
{
  const uint32_t ring = ring_frames(spec->rate);
  TON_TRY(ton_instance(sizeof(Gain) + ring * sizeof(TonV), state, error));
  Gain* const g = *state;
  g->rate = spec->rate;
  g->mask = ring - 1;
  return TON_OK;
}

static void
reset(const TonProcessor* self, void* state)
{
  Gain* const g = state;
  memset(g->ring, 0, ((size_t)g->mask + 1) * sizeof(TonV));
  g->at = 0;
}

static bool
changes_lane(const TonUpdate* u)
{
  const int side = (int)((const GainParams*)u->params)->side;
  return !u->pair || side == BOTH || side == (u->lane % 2 ? RIGHT : LEFT);
}

static void
update(const TonProcessor* self, void* state, const TonUpdate* u)
{
  static const GainParams nothing = {0};
  Gain* const g = state;
  const GainParams* const p =
      changes_lane(u) ? (const GainParams*)u->params : &nothing;
  const float factor = (float)ton_from_db((double)p->gain_db);
  ton_ramp_to(&g->gain, u->lane, p->invert != 0.0F ? -factor : factor, u->ramp);
  ton_ramp_start(&g->ramp, u->lane, u->ramp);
  g->delay[u->lane] = (uint32_t)lrint((double)p->delay_ms * g->rate / 1000.0);
  g->longest = 0;
  for (int i = 0; i < TON_LANES; ++i) {
    g->longest = g->delay[i] > g->longest ? g->delay[i] : g->longest;
  }
}

static TonV
delayed(Gain* g, TonV x)
{
  g->ring[g->at & g->mask] = x;
  for (int i = 0; i < TON_LANES; ++i) {
    x[i] = g->ring[(g->at - g->delay[i]) & g->mask][i];
  }
  ++g->at;
  return x;
}

static void
process(const TonProcessor* self, void* state, const TonBlock* block)
{
  Gain* const g = state;
  const TonVi on = ton_vi_load(block->on);
  float* x = block->x;
  for (uint32_t left = block->frames; left;) {
    const uint32_t span = ton_ramp_span(&g->ramp, left);
    for (uint32_t i = 0; i < span; ++i, x += TON_LANES) {
      const TonV dry = ton_v_load(x);
      const TonV late = g->longest ? delayed(g, dry) : dry;
      g->gain.now += g->gain.step;
      ton_v_store(x, ton_v_select(on, late * g->gain.now, dry));
    }
    ton_ramp_advance(&g->ramp, &g->gain, 1, span);
    left -= span;
  }
}

/// A delay that is meant to be heard: no latency, but sound is still inside
static uint64_t
tail(const TonProcessor* self, const void* state, const float* values)
{
  const GainParams* const p = (const GainParams*)values;
  const double rate = ((const Gain*)state)->rate;
  return (uint64_t)lrint((double)p->delay_ms * rate / 1000.0);
}

static bool
neutral(const TonProcessor* self, const float* values)
{
  const GainParams* const p = (const GainParams*)values;
  return p->gain_db == 0.0F && p->invert == 0.0F && p->delay_ms == 0.0F;
}

static double
response(const TonProcessor* self, const float* values, double hz, double rate)
{
  return (double)((const GainParams*)values)->gain_db;
}

const TonProcessor TON_LANED(ton_gain) = {
    .id = "gain",
    .name = "Gain",
    .category = "gain",
    .help = "Changes level, polarity and arrival time of both sides or of one, "
            "and nothing else.",
    .params = params,
    .n_params = TON_COUNT(params),
    .lanes = TON_LANES,
    .open = open,
    .close = ton_instance_free,
    .reset = reset,
    .update = update,
    .process = process,
    .tail = tail,
    .neutral = neutral,
    .response = response,
};
