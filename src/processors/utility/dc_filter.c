// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   DC filter: brings a recording that is shifted up or down back to zero.
*/
#include "processors/param_rows.h"
#include "processors/utility/filter_chain.h"

typedef struct {
  float at_hz;
} DcFilterParams;

#define AT(field) offsetof(DcFilterParams, field)

static const TonParam params[] = {
    ROW_HZ("at", at_hz, 0.5, 20, 3, 0, FREQUENCY, "Frequency",
           "Where it takes 3 dB, at 6 dB/oct: the lower, the less it touches "
           "the bass, and the longer it takes to come back to zero"),
};

static_assert(sizeof(DcFilterParams) == sizeof(float) * TON_COUNT(params),
              "every field has one table row");

static TonBiquad
design(const float* values, double rate)
{
  const double hz = (double)((const DcFilterParams*)values)->at_hz;
  return ton_filter(TON_FILTER_HIGHPASS_1, hz, 0.0, 1.0, rate);
}

static void
update(const TonProcessor* self, void* state, const TonUpdate* u)
{
  FilterChain* const s = state;
  const TonBiquad h = design(u->params, s->rate);
  chain_set(s, u->lane, &h, 1);
}

/// One pole, which falls by 2 pi `at` nepers a second: 20 of them
static uint64_t
tail(const TonProcessor* self, const void* state, const float* values)
{
  const double hz = (double)((const DcFilterParams*)values)->at_hz;
  const double seconds = 20.0 / (2.0 * M_PI * hz);
  return (uint64_t)(seconds * ((const FilterChain*)state)->rate);
}

static double
response(const TonProcessor* self, const float* values, double hz, double rate)
{
  const TonBiquad h = design(values, rate);
  return chain_db(&h, 1, hz, rate);
}

const TonProcessor TON_LANED(ton_dc_filter) = {
    .id = "dc-filter",
    .name = "DC filter",
    .category = "equaliser",
    .help = "Takes out a constant offset, by which a recording is shifted up "
            "or down. It is not heard, but takes headroom and clicks at cuts.",
    .params = params,
    .n_params = TON_COUNT(params),
    .lanes = TON_LANES,
    .open = chain_open,
    .close = ton_instance_free,
    .reset = chain_reset,
    .update = update,
    .process = chain_process,
    .tail = tail,
    .response = response,
};
