// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Decorrelator: makes a mono sound wide by the phase alone.
*/
#include "processors/param_rows.h"
#include "processors/utility/filter_chain.h"

typedef struct {
  float from_hz;
} DecorrelatorParams;

#define AT(field) offsetof(DecorrelatorParams, field)

static const TonParam params[] = {
    ROW_HZ("from", from_hz, 60, 1000, 120, 0, FREQUENCY, "From",
           "From here on left and right go apart; the bass stays mono"),
};

static_assert(sizeof(DecorrelatorParams) == sizeof(float) * TON_COUNT(params),
              "every field has one table row");

/**
   Eight all-passes a side, evenly spaced on a logarithmic scale, those of the
   right side a quarter of their distance higher:

     left    |       |       |       |   ...
     right     |       |       |       | ...
            from                          12 kHz

   No level changes.  The phase between both sides goes up and down between 0
   and 108 degrees, so that they correlate at 0.06 on the average, and the sum
   of both loses between 0.1 and 4 dB in any third of an octave (STE-05).
*/
enum { STAGES = 8 };

static const double TOP_HZ = 12000.0;
static const double Q = 1.5;
static const double APART = 0.25;

/// Returns how many
static uint32_t
design(const DecorrelatorParams* p, double rate, uint32_t side,
       TonBiquad h[FILTER_CHAIN])
{
  const double step = pow(TOP_HZ / (double)p->from_hz, 1.0 / (STAGES - 1.0));
  for (uint32_t k = 0; k < STAGES; ++k) {
    const double hz = (double)p->from_hz * pow(step, k + (side ? APART : 0.0));
    h[k] = ton_filter(TON_FILTER_ALLPASS, fmin(hz, 0.45 * rate), 0.0, Q, rate);
  }
  return STAGES;
}

static void
update(const TonProcessor* self, void* state, const TonUpdate* u)
{
  FilterChain* const s = state;
  const DecorrelatorParams* const p = (const DecorrelatorParams*)u->params;
  TonBiquad h[FILTER_CHAIN];
  const uint32_t n = u->pair ? design(p, s->rate, u->lane % 2, h) : 0;
  chain_set(s, u->lane, h, n);
}

/// 20 nepers of the lowest stage, a tenth more for each of the others
static uint64_t
tail(const TonProcessor* self, const void* state, const float* values)
{
  const DecorrelatorParams* const p = (const DecorrelatorParams*)values;
  const double seconds = 20.0 * Q / (M_PI * (double)p->from_hz);
  return (uint64_t)(seconds * (1.0 + 0.1 * STAGES) *
                    ((const FilterChain*)state)->rate);
}

const TonProcessor TON_LANED(ton_decorrelator) = {
    .id = "decorrelator",
    .name = "Decorrelator",
    .category = "space",
    .help =
        "Makes a mono sound wide without an echo and without a change of tone "
        "on either side: only the phases of left and right go apart. In mono "
        "it gets up to 4 dB softer; the spread of `width` keeps the mono sum.",
    .params = params,
    .n_params = TON_COUNT(params),
    .flags = TON_PAIR,
    .lanes = TON_LANES,
    .open = chain_open,
    .close = ton_instance_free,
    .reset = chain_reset,
    .update = update,
    .process = chain_process,
    .tail = tail,
};
