// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Hum filter: takes mains hum and its harmonics out.
*/
#include "processors/param_rows.h"
#include "processors/utility/filter_chain.h"

typedef struct {
  float at_hz;
  float harmonics;
  float depth_db;
  float width_hz;
} HumFilterParams;

#define AT(field) offsetof(HumFilterParams, field)

static const TonParam params[] = {
    ROW_HZ(
        "at", at_hz, 40, 70, 50, 0, FREQUENCY, "Frequency",
        "Mains frequency: 50 Hz in most of the world, 60 Hz in the Americas; "
        "tape that runs off speed moves it"),
    ROW("harmonics", harmonics, TON_PLAIN, TON_INTEGER, 1, FILTER_CHAIN, 8, 0,
        NONE, "Harmonics",
        "Number of notches, the one at the mains frequency included"),
    ROW_DB("depth", depth_db, 0, 60, 40, 0, RANGE, "Depth",
           "By how much the hum gets quieter"),
    ROW_HZ(
        "width", width_hz, 0.5, 20, 2, 0, NONE, "Width",
        "Width of each notch; wider for hum that wavers, narrower spares the "
        "music"),
};

static_assert(sizeof(HumFilterParams) == sizeof(float) * TON_COUNT(params),
              "every field has one table row");

/// Those that lie below half the rate; returns how many
static uint32_t
design(const HumFilterParams* p, double rate, TonBiquad h[FILTER_CHAIN])
{
  const double a = pow(10.0, (double)p->depth_db / 40.0);
  uint32_t n = 0;
  for (uint32_t k = 1; p->depth_db > 0.0F && k <= (uint32_t)p->harmonics; ++k) {
    const double hz = k * (double)p->at_hz;
    if (hz < 0.45 * rate) {
      // the width of a cut is that of its poles, whose Q is q / a
      const double q = a * hz / (double)p->width_hz;
      h[n++] = ton_filter(TON_FILTER_BELL, hz, -(double)p->depth_db, q, rate);
    }
  }
  return n;
}

static void
update(const TonProcessor* self, void* state, const TonUpdate* u)
{
  FilterChain* const s = state;
  TonBiquad h[FILTER_CHAIN];
  const uint32_t n = design((const HumFilterParams*)u->params, s->rate, h);
  chain_set(s, u->lane, h, n);
}

/// Poles fall by pi times their width in a second: 20 nepers, and a tenth more
/// for every notch
static uint64_t
tail(const TonProcessor* self, const void* state, const float* values)
{
  const HumFilterParams* const p = (const HumFilterParams*)values;
  const double seconds = 20.0 / (M_PI * (double)p->width_hz);
  return (uint64_t)(seconds * (1.0 + 0.1 * (double)p->harmonics) *
                    ((const FilterChain*)state)->rate);
}

static bool
neutral(const TonProcessor* self, const float* values)
{
  return ((const HumFilterParams*)values)->depth_db <= 0.0F;
}

static double
response(const TonProcessor* self, const float* values, double hz, double rate)
{
  TonBiquad h[FILTER_CHAIN];
  const uint32_t n = design((const HumFilterParams*)values, rate, h);
  return chain_db(h, n, hz, rate);
}

const TonProcessor TON_LANED(ton_hum_filter) = {
    .id = "hum-filter",
    .name = "Hum filter",
    .category = "equaliser",
    .help =
        "Narrow notches at the frequency of the mains and its multiples: for "
        "guitar pick-ups and bad cables. What lies between them is left alone.",
    .params = params,
    .n_params = TON_COUNT(params),
    .lanes = TON_LANES,
    .open = chain_open,
    .close = ton_instance_free,
    .reset = chain_reset,
    .update = update,
    .process = chain_process,
    .tail = tail,
    .neutral = neutral,
    .response = response,
};
